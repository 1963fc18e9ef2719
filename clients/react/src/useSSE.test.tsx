import { StrictMode, type ReactNode } from "react";
import { expect, it } from "vitest";

import { createClient } from "./client.js";
import { READ, RECORDED, REFUSED } from "./testing/fakes.js";
import { page, server, testOnPage } from "./testing/page.js";
import { useSSE, type SSEState, type UseSSEOptions } from "./useSSE.js";

let seen: SSEState;

function Watch({ id, options }: { id: string | readonly string[] | null; options?: UseSSEOptions }): ReactNode {
  seen = useSSE(id, options);
  return <p>{seen.event?.percentage ?? "-"}</p>;
}

const progress = (documentId: string, percentage: number) => ({ type: "progress", documentId, step: "Running OCR", stage: "ocr", percentage, at: `2026-11-30T11:00:${percentage}Z` });

testOnPage();

it("follows nothing without a document", async () => {
  await page.show(<Watch id={null} />);
  expect(server.streams).toHaveLength(0);
  expect(seen).toMatchObject({ event: null, events: [], status: "closed", connection: "idle", isConnected: false, progress: 0, result: null, error: null });
});

it("shares one connection between all who watch, whatever they watch, in StrictMode too", async () => {
  await page.show(
    <StrictMode>
      <Watch id="a" />
      <Watch id="a" />
      <Watch id={["b", "c"]} />
    </StrictMode>,
  );
  await page.pass(1000);
  expect(server.streams).toHaveLength(1);
  expect(server.last.ids).toEqual(["a", "b", "c"]);
  await page.after(() => server.last.open().send(progress("a", 40)));
  expect(page.place.textContent).toBe("4040-");
});

it("tells of one document: event, events, progress, result", async () => {
  await page.show(<Watch id={READ} />);
  await page.after(() => server.last.open().raw(RECORDED.slice(0, RECORDED.indexOf("id: 0_1796038159011"))));
  expect(seen).toMatchObject({ status: "open", connection: "live", isConnected: true, progress: 69, result: null, error: null, lastEventId: "0_1796038153104-69.f_9bcbf06a-2" });
  expect(seen.event).toMatchObject({ type: "progress", stage: "ocr", message: "Reading text, 42 of 75 lines" });
  await page.after(() => server.last.raw(RECORDED.slice(RECORDED.indexOf("id: 0_1796038159011"))));
  expect(seen).toMatchObject({ status: "closed", isConnected: false, progress: 100, result: { timetableId: "01c6535d-777a-5f7e-843a-32309a3eb457", validated: true } });
  expect(seen.events).toHaveLength(3);
});

it("tells of several documents together, and of each", async () => {
  await page.show(<Watch id={[READ, REFUSED]} />);
  await page.after(() => server.last.open().raw(RECORDED));
  expect(seen.events.map(({ type }) => type)).toEqual(["progress", "progress", "error", "progress", "complete"]);
  expect(seen).toMatchObject({ status: "closed", progress: 51, event: { documentId: READ, type: "complete" }, error: { kind: "job", documentId: REFUSED } });
  expect(seen.documents[REFUSED]?.event).toMatchObject({ type: "error", stage: "compressing" });
});

it("tells a lost connection from a failed document", async () => {
  await page.show(<Watch id="a" />);
  await page.after(() => server.last.refuse(503));
  expect(seen).toMatchObject({ status: "reconnecting", connection: "connecting", error: { kind: "transport", status: 503 } });
  await page.pass(1000);
  await page.after(() => server.last.open().send({ type: "error", documentId: "a", stage: "ocr", percentage: 40, status: "failed", error: "Too dark." }));
  expect(seen).toMatchObject({ status: "closed", error: { kind: "job", message: "Too dark." } });
});

it("hands out the same object until something changes", async () => {
  await page.show(<Watch id="a" />);
  const before = seen;
  await page.show(<Watch id="a" options={{ headers: () => ({ "X-A": "1" }) }} />);
  await page.show(<Watch id="a" />);
  await page.after(() => server.last.open());
  const open = seen;
  await page.show(<Watch id="a" />);
  expect(seen).toBe(open);
  expect(seen).not.toBe(before);
});

it("keeps its connection over functions that are others at each render, and asks the newest", async () => {
  const options = (key: string): UseSSEOptions => ({ headers: () => ({ "X-API-Key": key }) });
  await page.show(<Watch id="a" options={options("one")} />);
  await page.show(<Watch id="a" options={options("two")} />);
  expect(server.streams).toHaveLength(1);
  await page.after(() => server.last.fail());
  await page.pass(1000);
  expect(server.last.init.headers).toMatchObject({ "X-API-Key": "two" });
});

it("follows the same document anew with another key, and with another client", async () => {
  await page.show(<Watch id="a" options={{ accessToken: "one" }} />);
  await page.show(<Watch id="a" options={{ accessToken: "two" }} />);
  await page.pass(1000);
  expect(server.streams.map(({ init, closed }) => [(init.headers as Record<string, string>)["Authorization"], closed])).toEqual([
    ["Bearer one", true],
    ["Bearer two", false],
  ]);
  const client = createClient({ headers: { "X-API-Key": "three" } });
  await page.show(<Watch id="a" options={{ client }} />);
  await page.pass(1000);
  expect(server.last.init.headers).toMatchObject({ "X-API-Key": "three" });
  expect(server.open).toHaveLength(1);
});

it("forgets one document when it follows another", async () => {
  await page.show(<Watch id="a" />);
  await page.after(() => server.last.open().send(progress("a", 40)));
  await page.show(<Watch id="b" />);
  expect(seen.event).toBeNull();
  expect(server.open.map(({ ids }) => ids)).toEqual([["a", "b"]]); // until "a" was let go for good
  await page.pass(1000);
  await page.after(() => server.last.fail());
  await page.pass(1000);
  expect(server.open.map(({ ids }) => ids)).toEqual([["b"]]);
});

it("closes and opens again when it is told to", async () => {
  await page.show(<Watch id="a" />);
  await page.after(() => server.last.open().send(progress("a", 40)));
  await page.after(() => seen.close());
  await page.pass(1000);
  expect(seen).toMatchObject({ status: "closed", isConnected: false, progress: 40 });
  expect(server.open).toHaveLength(0);
  await page.after(() => seen.reconnect());
  await page.pass(100);
  expect(server.open).toHaveLength(1);
  await page.after(() => server.last.open());
  expect(seen.status).toBe("open");
});

it("follows a document that ended anew when it is told to", async () => {
  await page.show(<Watch id="a" />);
  await page.after(() => server.last.open().send({ type: "error", documentId: "a", error: "Too dark.", status: "failed" }));
  await page.after(() => seen.reconnect());
  await page.pass(100);
  expect(seen).toMatchObject({ event: null, error: null });
  await page.after(() => server.last.open().send(progress("a", 10)));
  expect(seen.progress).toBe(10);
});
