import { createRef } from "react";
import { expect, it, vi } from "vitest";

import { ProcessingNotification } from "./ProcessingNotification.js";
import { cancelled, completed, failed, progress } from "./testing/events.js";
import { page, server, testOnPage } from "./testing/page.js";
import { NAMED, READ, REFUSED } from "./testing/recorded.js";


testOnPage();

it("shows the way, and the end once", async () => {
  const onEnd = vi.fn();
  const onClose = vi.fn();
  await page.show(<ProcessingNotification documentId="a" title="week.png" onEnd={onEnd} onClose={onClose} />);
  await page.after(() => server.last.open().send(progress("a", 64, { message: "184 lines read" })));
  expect(page.text('[data-testid="notification-step"]')).toBe("Running OCR");
  expect(page.text('[data-testid="notification-percentage"]')).toBe("64%");
  expect(page.text('[data-testid="notification-message"]')).toBe("184 lines read");
  expect(page.get('[role="progressbar"]').getAttribute("aria-valuenow")).toBe("64");
  expect(page.text('[aria-current="step"]')).toBe("OCR");
  await page.after(() => server.last.fail());
  expect(page.text('[data-testid="notification-connection"]')).toBe("Reconnecting…");
  await page.pass(1000);
  await page.after(() => server.last.open().send(completed("a")));
  expect(onEnd).toHaveBeenCalledOnce();
  expect(page.get('[data-testid="view-timetable"]').getAttribute("href")).toBe("#/timetables/a");
  await page.after(() => page.get('[aria-label="Close"]').click());
  expect(onClose).toHaveBeenCalledWith("a");
});

it("says how many come first and how long it takes on, until the end", async () => {
  await page.show(<ProcessingNotification documentId="a" />);
  const left = (): string | null | undefined => page.place.querySelector('[data-testid="notification-left"]')?.textContent;
  await page.after(() => server.last.open().send(progress("a", 0, { before: 1, secondsLeft: 100 })));
  expect(left()).toBe("1 document comes first, about 2 min left");
  await page.after(() => server.last.send(progress("a", 40, { secondsLeft: 3.2 })));
  expect(left()).toBe("About 4 s left");
  await page.after(() => server.last.send(progress("a", 41, { secondsLeft: undefined })));
  expect(left()).toBeUndefined();
  await page.after(() => server.last.send({ ...completed("a"), secondsLeft: 1 }));
  expect(left()).toBeUndefined();
});

it("announces steps and ends, not every message", async () => {
  await page.show(<ProcessingNotification documentId="a" />);
  const said = new Set<string>();
  server.last.open();
  for (let percentage = 30; percentage < 60; percentage += 1) {
    await page.after(() => server.last.send(progress("a", percentage, { message: `${percentage} lines read` })));
    said.add(page.text('[role="status"]'));
  }
  await page.after(() => server.last.send(failed("a", "The picture is too dark.", { stage: "ocr", percentage: 60 })));
  said.add(page.text('[role="status"]'));
  expect([...said]).toEqual(["Running OCR", "Could not be read. The picture is too dark."]);
});

it("marks the step that failed, from what the gateway says", async () => {
  await page.show(<ProcessingNotification documentId={REFUSED} />);
  await page.after(() => server.last.open().raw(NAMED));
  expect(page.text('[data-state="failed"] [data-state="failed"]')).toBe("Compressing");
  expect(page.text('[data-testid="notification-message"]')).toContain("cut off or damaged");
  expect(page.place.querySelector('[data-testid="view-timetable"]')).toBeNull();
});

it("does not call a document that was stopped unreadable", async () => {
  await page.show(<ProcessingNotification documentId="a" />);
  await page.after(() => server.last.open().send(cancelled("a")));
  expect(page.get('[data-testid="notification"]').dataset["state"]).toBe("cancelled");
  expect(page.text('[data-testid="notification-step"]')).toBe("Stopped");
});

it("says how many timetables a document has", async () => {
  await page.show(<ProcessingNotification documentId="a" />);
  await page.after(() => server.last.open().send(completed("a", { timetableId: "x", timetableIds: ["x", "y"], validated: false })));
  expect(page.text('[data-testid="notification-message"]')).toBe("2 timetables found. Some of it needs a look.");
});

it("is a stack of several over one connection", async () => {
  const ended: string[] = [];
  await page.show(<ProcessingNotification documentId={[READ, REFUSED]} className="mine" title={(id) => (id === READ ? "good" : "bad")} onEnd={(event) => ended.push(event.type)} />);
  expect(server.streams).toHaveLength(1);
  await page.after(() => server.last.open().raw(NAMED));
  expect(page.get(".tl-stack").className).toBe("tl-stack tl-stack-corner mine");
  expect([...page.place.querySelectorAll("h2")].map((each) => each.textContent)).toEqual(["good", "bad"]);
  expect(ended.sort()).toEqual(["complete", "error"]);
});

it("passes on class, ref and other props, takes other words, and leaves out what it is told to", async () => {
  const ref = createRef<HTMLElement>();
  const labels = { title: "Dein Stundenplan", step: () => "Wartet" };
  await page.show(<ProcessingNotification documentId="a" ref={ref} className="mine" data-mine="yes" labels={labels} hide={["steps", "percentage", "fold"]} />);
  expect(ref.current?.className).toBe("tl-note tl-note-corner tl-note-running mine");
  expect(ref.current?.dataset).toMatchObject({ mine: "yes", state: "running", status: "connecting" });
  expect(page.text("h2")).toBe("Dein Stundenplan");
  expect(page.place.querySelector("ol, button, .tl-note-percentage")).toBeNull();
});

it("goes by itself after a while", async () => {
  await page.show(<ProcessingNotification documentId="a" hideAfter={8000} />);
  await page.after(() => server.last.open().send(completed("a")));
  await page.pass(7999);
  expect(page.place.querySelector(".tl-note")).not.toBeNull();
  await page.pass(1);
  expect(page.place.querySelector(".tl-note")).toBeNull();
});
