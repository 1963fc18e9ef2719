import { StrictMode, type ReactNode } from "react";
import { expect, it } from "vitest";

import { createClient } from "./client.js";
import { failed, progress } from "./testing/events.js";
import { page, server, testOnPage } from "./testing/page.js";
import { COMPLETE, ERROR, eventsOf, NAMED, parted, READ, REFUSED } from "./testing/recorded.js";
import { useSSE, type SSEState, type UseSSEOptions } from "./useSSE.js";

let seen: SSEState;

function Watch({ id, options }: { id: string | readonly string[] | null; options?: UseSSEOptions }): ReactNode {
  seen = useSSE(id, options);
  return <p>{seen.event?.percentage ?? "-"}</p>;
}

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
  const [before, end] = parted(NAMED, ({ type }) => type === "complete");
  const last = eventsOf(before).filter(({ documentId, type }) => documentId === READ && type === "progress").at(-1);
  await page.after(() => server.last.open().raw(before));
  expect(seen).toMatchObject({ status: "open", connection: "live", isConnected: true, progress: last?.percentage, result: null, error: null, lastEventId: [...before.matchAll(/^id: (.+)$/gm)].at(-1)?.[1] });
  expect(seen.event).toEqual(last);
  await page.after(() => server.last.raw(end));
  expect(seen).toMatchObject({ status: "closed", isConnected: false, progress: 100, result: COMPLETE.result });
  expect(seen.events.map(({ type }) => type)).toEqual(eventsOf(NAMED).filter(({ documentId, type }) => documentId === READ && type !== "connected").map(({ type }) => type));
});

it("tells of several documents together, and of each", async () => {
  await page.show(<Watch id={[READ, REFUSED]} />);
  await page.after(() => server.last.open().raw(NAMED));
  expect(seen.events).toEqual(eventsOf(NAMED).filter(({ type }) => type !== "connected"));
  expect(seen).toMatchObject({ status: "closed", progress: (100 + (ERROR.percentage ?? 0)) / 2, event: COMPLETE, error: { kind: "job", documentId: REFUSED } });
  expect(seen.documents[REFUSED]?.event).toEqual(ERROR);
});

it("tells a lost connection from a failed document", async () => {
  await page.show(<Watch id="a" />);
  await page.after(() => server.last.refuse(503));
  expect(seen).toMatchObject({ status: "reconnecting", connection: "connecting", error: { kind: "transport", status: 503 } });
  await page.pass(1000);
  await page.after(() => server.last.open().send(failed("a", "Too dark.")));
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
  await page.after(() => server.last.open().send(failed("a", "Too dark.")));
  await page.after(() => seen.reconnect());
  await page.pass(100);
  expect(seen).toMatchObject({ event: null, error: null });
  await page.after(() => server.last.open().send(progress("a", 10)));
  expect(seen.progress).toBe(10);
});
