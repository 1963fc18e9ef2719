import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { Feed } from "./feed.js";
import { FakeServer, READ, RECORDED, REFUSED } from "./testing/fakes.js";
import { STREAM_MOST, TIMING, type FeedOptions } from "./transport.js";
import type { TimetableEvent } from "./types.js";

const progress = (documentId: string, percentage: number) => ({ type: "progress", documentId, step: "Running OCR", stage: "ocr", percentage });
const end = (documentId: string) => ({ type: "complete", documentId, percentage: 100 });
const polled = (documentId: string, percentage: number, status = "processing") => ({ documentId, status, percentage, step: "Running OCR", stage: "ocr", error: null, timetableId: null, timetableIds: [] });
const idOf = (path: string): string => decodeURIComponent(path.split("/").at(-1) ?? "");

let server: FakeServer;
let feeds: Feed[] = [];
async function follow(ids: string[], options: FeedOptions = {}): Promise<Feed> {
  const feed = new Feed(options, () => undefined);
  feeds.push(feed);
  ids.forEach((id) => feed.watch(id));
  await pass(TIMING.gather);
  return feed;
}
const pass = (milliseconds = 0): Promise<unknown> => vi.advanceTimersByTimeAsync(milliseconds);
const look = (state: string): void => {
  vi.spyOn(window.document, "visibilityState", "get").mockReturnValue(state as DocumentVisibilityState);
  window.document.dispatchEvent(new Event("visibilitychange"));
};

beforeEach(() => {
  vi.useFakeTimers();
  server = new FakeServer();
});
afterEach(async () => {
  feeds.forEach((feed) => feed.stop());
  feeds = [];
  await pass();
  expect(vi.getTimerCount()).toBe(0); // a stopped feed leaves nothing behind
  expect(server.open).toHaveLength(0);
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("one stream", () => {
  it("carries all documents of a page, as the gateway sends it, wherever its bytes are cut", async () => {
    const feed = await follow([READ, REFUSED]);
    expect(server.streams).toHaveLength(1);
    expect(server.last.url.pathname).toBe("/api/v1/events");
    expect(server.last.ids).toEqual([READ, REFUSED]);
    server.last.open();
    for (let at = 0; at < RECORDED.length; at += 7) server.last.raw(RECORDED.slice(at, at + 7));
    await pass();
    expect(feed.document(READ)).toMatchObject({ event: { type: "complete", percentage: 100 }, error: null });
    expect(feed.document(READ).events.map(({ type }) => type)).toEqual(["progress", "progress", "complete"]);
    expect(feed.document(REFUSED)).toMatchObject({ event: { type: "error", stage: "compressing", percentage: 2 }, error: { kind: "job", documentId: REFUSED } });
    expect(feed.transport).toEqual({ status: "closed", error: null, lastEventId: null });
    await pass(10 * TIMING.silence);
    expect(server.streams).toHaveLength(1);
  });

  it("says that it is open once the answer has begun", async () => {
    const feed = await follow(["a"]);
    expect(feed.transport.status).toBe("connecting");
    server.last.open();
    await pass();
    server.last.send(progress("a", 40), "0_7-0.f_1-0");
    await pass();
    expect(feed.transport).toEqual({ status: "open", error: null, lastEventId: "0_7-0.f_1-0" });
  });

  it("is opened anew for one more document, once for all of a moment, and tells nothing twice", async () => {
    const feed = await follow(["a"]);
    server.last.open().send(progress("a", 40), "0_7-0");
    await pass();
    feed.watch("b");
    await pass(TIMING.gather - 1);
    feed.watch("c");
    expect(server.streams).toHaveLength(1);
    await pass(TIMING.gather);
    expect(server.streams).toHaveLength(2);
    expect(server.streams[0]?.closed).toBe(true);
    expect(server.last.ids).toEqual(["a", "b", "c"]);
    expect(server.last.url.searchParams.has("lastEventId")).toBe(false); // an id of other documents counts as none
    server.last.open().send(progress("a", 40), "0_7-0");
    server.last.send(progress("a", 41), "0_8-0");
    await pass();
    expect(feed.document("a").events.map(({ percentage }) => percentage)).toEqual([40, 41]);
  });

  it("stays when a document ends or is let go, and goes on with the same id", async () => {
    const feed = await follow(["a", "b", "c"]);
    server.last.open().send(end("a"), "0_1-0.f_1-1");
    await pass();
    feed.unwatch("b");
    await pass(TIMING.gather);
    expect(server.streams).toHaveLength(1);
    server.last.end();
    await pass(TIMING.backoffFirst);
    expect(server.last.ids).toEqual(["a", "b", "c"]);
    expect(server.last.url.searchParams.get("lastEventId")).toBe("0_1-0.f_1-1");
    feed.unwatch("c");
    expect(server.open).toHaveLength(0);
  });

  it("never lets a percentage fall", async () => {
    const feed = await follow(["a"]);
    server.last.open();
    const seen: (number | undefined)[] = [];
    for (const percentage of [5, 40, 12, 39, 71, 0]) {
      server.last.send(progress("a", percentage));
      await pass();
      seen.push(feed.document("a").event?.percentage);
    }
    expect(seen).toEqual([5, 40, 40, 40, 71, 71]);
  });

  it("names at most a hundred documents and polls the others", async () => {
    const ids = Array.from({ length: STREAM_MOST + 2 }, (_, index) => `d${index}`);
    server.record = (path) => polled(idOf(path), 30);
    const feed = await follow(ids);
    server.last.open();
    await pass(TIMING.pollMost);
    expect(server.last.ids).toHaveLength(STREAM_MOST);
    expect(server.requests.map(({ path }) => idOf(path))).toEqual(["d100", "d101"]);
    expect(feed.document("d101").event?.percentage).toBe(30);
  });
});

describe("a stream of all documents", () => {
  const begin = { type: "connected" };
  const under = (documentId: string, percentage: number) => ({ type: "connected", documentId, percentage, status: "processing" });
  interface Told {
    feed: Feed;
    events: TimetableEvent[];
    asked: () => number;
    leave: () => boolean;
  }
  async function followAll(ids: string[] = []): Promise<Told> {
    const feed = await follow(ids);
    const events: TimetableEvent[] = [];
    let asked = 0;
    const follower = { event: (event: TimetableEvent) => void events.push(event), missed: () => Promise.resolve((asked += 1) > 0) };
    feed.followAll(follower);
    await pass(TIMING.gather);
    return { feed, events, asked: () => asked, leave: () => feed.unfollowAll(follower) };
  }

  it("names none, serves those who watch one, and stays when all have ended", async () => {
    const { feed, events, leave } = await followAll(["a"]);
    expect(server.streams.map(({ ids, closed }) => [ids, closed])).toEqual([
      [["a"], true],
      [[], false],
    ]);
    server.last.open().send(begin, "0_1-0.r_1");
    server.last.send(under("a", 40));
    server.last.send(under("b", 10));
    server.last.send(progress("a", 42), "0_2-0.r_1");
    server.last.send(end("a"), "0_3-0.r_1");
    await pass(TIMING.gather);
    expect(events.map(({ type, documentId, percentage }) => [type, documentId, percentage])).toEqual([
      ["connected", "a", 40],
      ["connected", "b", 10],
      ["progress", "a", 42],
      ["complete", "a", 100],
    ]);
    expect(feed.document("a").event?.type).toBe("complete");
    feed.watch("b");
    expect(feed.document("b").event?.percentage).toBe(10); // it was told of before anybody watched it
    await pass(TIMING.silence / 2);
    expect([server.streams.length, server.requests.length, feed.transport.status]).toEqual([2, 0, "open"]);
    server.last.send({ type: "error", documentId: "a", error: "Deleted.", status: "cancelled" }, "0_4-0.r_1");
    await pass();
    expect(events.at(-1)).toMatchObject({ type: "error", documentId: "a" }); // a list has to know, though a card stays
    expect(feed.document("a").event?.type).toBe("complete");
    feed.unwatch("a");
    feed.unwatch("b");
    expect(server.open).toHaveLength(1);
    expect(leave()).toBe(true);
    expect(server.open).toHaveLength(0);
  });

  it("goes on where it was, and only asks again where it cannot tell all", async () => {
    const { asked, feed, leave } = await followAll();
    server.last.open().send(begin, "0_1-0.r_1");
    await pass();
    expect(asked()).toBe(1); // between the list's answer and the stream's beginning something may have ended
    server.last.send(begin, "0_9-0.r_9"); // a heartbeat
    await pass();
    server.last.fail();
    await pass(TIMING.backoffFirst);
    expect(server.last.url.searchParams.get("lastEventId")).toBe("0_9-0.r_9");
    server.last.open().send(begin, "0_9-0.r_9");
    await pass();
    expect(asked()).toBe(1);
    server.last.fail();
    await pass(TIMING.backoffFirst);
    server.last.open().send({ ...begin, missed: true }, "0_20-0.r_20");
    await pass();
    expect([asked(), feed.transport.status]).toEqual([2, "open"]);
    await pass(TIMING.silence / 2);
    expect([asked(), server.requests.length]).toEqual([2, 0]); // no polling while it is open
    leave();
  });

  it("looks up what is watched and not under way, once", async () => {
    server.record = (path) => polled(idOf(path), 100, "completed");
    const { feed, leave } = await followAll(["a", "b"]);
    server.last.open().send(begin, "0_1-0.r_1");
    server.last.send(under("b", 10));
    await pass(TIMING.gather);
    expect(server.requests.map(({ path }) => idOf(path))).toEqual(["a"]);
    expect(feed.document("a").event?.type).toBe("complete");
    server.record = (path) => polled(idOf(path), 0, "uploaded");
    feed.watch("c");
    await pass(2 * TIMING.gather);
    feed.watch("d"); // though nothing was told of c
    await pass(2 * TIMING.gather);
    expect(server.requests.map(({ path }) => idOf(path))).toEqual(["a", "c", "d"]);
    leave();
  });

  it("begins anew with a document that is read once more, and not with what came before the end that was looked up", async () => {
    const { feed, events, leave } = await followAll(["a"]);
    server.last.open().send(begin, "0_1-0.r_1");
    const failed = { type: "error", documentId: "a", error: "Too dark.", status: "failed", at: "2026-11-30T11:00:02Z" };
    server.last.send(failed, "0_2-0.r_1");
    server.last.send({ ...progress("a", 30), at: "2026-11-30T11:00:01Z" }, "0_3-0.r_1");
    await pass();
    expect(feed.document("a").error?.kind).toBe("job");
    server.last.send({ ...progress("a", 2), at: "2026-11-30T11:00:09Z" }, "0_4-0.r_1");
    await pass();
    expect(feed.document("a")).toMatchObject({ event: { percentage: 2 }, error: null });
    expect(events).toHaveLength(2);
    server.last.send({ ...failed, at: "2026-11-30T11:00:10Z" }, "0_5-0.r_1");
    server.record = (path) => polled(idOf(path), 0, "uploaded");
    await pass();
    feed.followAnew("a");
    await pass();
    expect(feed.document("a").event).toMatchObject({ type: "progress", status: "uploaded" });
    expect(server.open).toHaveLength(1);
    leave();
  });

  it("is made up for by asking again, but not out of sight", async () => {
    const { asked, feed, leave } = await followAll();
    await pass(TIMING.open);
    expect(feed.transport.status).toBe("polling");
    expect(asked()).toBe(1);
    await pass(TIMING.poll);
    expect(asked()).toBe(2);
    look("hidden");
    await pass(TIMING.hidden);
    const before = asked();
    await pass(3 * TIMING.pollMost);
    expect([asked(), server.open.length]).toEqual([before, 0]);
    look("visible");
    await pass();
    expect(server.open).toHaveLength(1);
    leave();
  });
});

describe("who asks", () => {
  it("is said in headers, in the stream's request too", async () => {
    const feed = await follow(["a"], { accessToken: "one", headers: () => ({ "X-School": "north" }), baseUrl: "https://api.example" });
    expect(server.last.url.origin).toBe("https://api.example");
    expect(server.last.init.headers).toMatchObject({ Authorization: "Bearer one", "X-School": "north" });
    expect(server.last.url.search).toBe("?documentId=a");
    expect(server.last.init.credentials).toBe("same-origin");
    feed.options = { withCredentials: true };
    server.last.fail();
    await pass(TIMING.backoffFirst);
    expect(server.last.init.credentials).toBe("include");
  });

  it("may have a ticket for one document, and is then not polled", async () => {
    const feed = await follow(["a b"], { ticket: (id) => Promise.resolve(`ticket of ${id}`), accessToken: "unused" });
    expect(server.last.url.pathname).toBe("/api/v1/events/a%20b");
    expect(server.last.url.search).toBe("?ticket=ticket+of+a+b");
    expect(server.last.init.headers).toEqual({ Accept: "text/event-stream" });
    for (let i = 0; i < 4; i += 1) {
      server.last.refuse(503);
      await pass(TIMING.backoffMost);
    }
    expect(feed.transport).toMatchObject({ status: "reconnecting", error: { kind: "transport", status: 503 } });
    expect(server.requests).toHaveLength(0);
  });
});

describe("when it fails", () => {
  it("comes back from where it was", async () => {
    const feed = await follow(["a"]);
    server.last.open().send(progress("a", 40), "0_7-0");
    await pass();
    server.last.fail();
    await pass();
    expect(feed.transport).toMatchObject({ status: "reconnecting", error: { kind: "transport" } });
    await pass(TIMING.backoffFirst);
    expect(server.last.url.searchParams.get("lastEventId")).toBe("0_7-0");
    server.last.open();
    await pass();
    expect(feed.transport).toMatchObject({ status: "open", error: null });
  });

  it("is made anew when it falls silent, and any sign of life keeps it", async () => {
    await follow(["a"]);
    server.last.open();
    for (let i = 0; i < 5; i += 1) {
      await pass(TIMING.silence - 1);
      server.last.raw(": heartbeat\n");
      await pass();
    }
    expect(server.streams).toHaveLength(1);
    await pass(TIMING.silence + TIMING.backoffFirst);
    expect(server.streams).toHaveLength(2);
    expect(server.streams[0]?.closed).toBe(true);
  });

  it("waits longer after every refusal, within bounds, and as long as the server asks", async () => {
    await follow(["a"]);
    const waited: number[] = [];
    for (let i = 0; i < 10; i += 1) {
      const [before, count] = [Date.now(), server.streams.length];
      server.last.refuse(503, i === 9 ? { "Retry-After": "120" } : {});
      while (server.streams.length === count) await pass(100);
      waited.push(Date.now() - before);
    }
    expect(waited[0]).toBeLessThanOrEqual(TIMING.backoffFirst);
    expect(waited[8]).toBeGreaterThanOrEqual(TIMING.backoffMost / 2);
    expect(Math.max(...waited.slice(0, 9))).toBeLessThanOrEqual(TIMING.backoffMost + 100);
    expect(waited[9]).toBeGreaterThanOrEqual(120_000);
  });

  it("waits as long as the stream's `retry` says", async () => {
    await follow(["a"]);
    server.last.open().raw("retry: 5000\n\n");
    await pass();
    server.last.end();
    await pass(2_400);
    expect(server.streams).toHaveLength(1);
    await pass(2_600);
    expect(server.streams).toHaveLength(2);
  });

  it("polls after three failures, and goes live again with the first event", async () => {
    let at = 10;
    server.record = (path) => polled(idOf(path), (at += 1));
    const feed = await follow(["a"]);
    while (feed.transport.status !== "polling") {
      server.last.fail();
      await pass(TIMING.backoffMost);
    }
    await pass(3 * TIMING.poll);
    expect(server.requests.length).toBeGreaterThan(3);
    expect(feed.document("a")).toMatchObject({ event: { percentage: at }, events: [] });
    server.last.open().send(progress("a", 90), "0_9-0");
    await pass();
    expect(feed.transport.status).toBe("open");
    const asked = server.requests.length;
    await pass(5 * TIMING.poll);
    expect(server.requests).toHaveLength(asked);
    expect(feed.document("a").event?.percentage).toBe(90);
  });

  it("polls meanwhile when no answer begins: the browser may be out of connections", async () => {
    server.record = (path) => polled(idOf(path), 20);
    const feed = await follow(["a"]);
    await pass(TIMING.open);
    expect(feed.transport.status).toBe("polling");
    expect(feed.document("a").event?.percentage).toBe(20);
  });

  it("learns from the record how a document ended of which the stream says nothing more", async () => {
    server.record = (path) => polled(idOf(path), 100, "validation_failed");
    const feed = await follow(["a"]);
    server.last.refuse(204);
    await pass();
    expect(feed.document("a").event).toMatchObject({ type: "complete", result: { validated: false } });
    expect(feed.transport.status).toBe("closed");
  });

  it("gives up on documents that do not exist", async () => {
    server.record = () => 404;
    const feed = await follow(["a", "b"]);
    server.last.refuse(404);
    await pass();
    expect([feed.document("a").error?.kind, feed.document("b").error?.kind]).toEqual(["job", "job"]);
    await pass(TIMING.backoffMost);
    expect(server.streams).toHaveLength(1);
  });

  it("does not let one id that is none keep the others from their stream", async () => {
    server.record = (path) => (idOf(path) === "none" ? 404 : polled(idOf(path), 20));
    const feed = await follow(["a", "none"]);
    server.last.refuse(400);
    await pass(TIMING.backoffFirst);
    expect(feed.document("none").error?.kind).toBe("job");
    expect(server.last.ids).toEqual(["a"]);
    server.last.open();
    await pass();
    expect(feed.transport.status).toBe("open");
  });

  it("begins anew where its id is refused", async () => {
    await follow(["a"]);
    server.last.open().send(progress("a", 40), "bad");
    await pass();
    server.last.end();
    await pass(TIMING.backoffFirst);
    server.last.refuse(400);
    await pass(TIMING.backoffMost);
    expect(server.last.url.searchParams.has("lastEventId")).toBe(false);
  });
});

describe("a page", () => {
  it("out of sight gives its connection up, and takes up where it was", async () => {
    server.record = (path) => polled(idOf(path), 50);
    const feed = await follow(["a"]);
    server.last.open().send(progress("a", 40), "0_7-0");
    await pass();
    look("hidden");
    await pass(TIMING.hidden - 1);
    look("visible"); // too short to matter
    expect(server.streams).toHaveLength(1);
    look("hidden");
    await pass(TIMING.hidden);
    expect(server.open).toHaveLength(0);
    expect(feed.transport).toMatchObject({ status: "polling", error: null });
    await pass(TIMING.pollMost);
    expect(feed.document("a").event?.percentage).toBe(50);
    look("visible");
    await pass();
    expect(server.streams).toHaveLength(2);
    expect(server.last.url.searchParams.get("lastEventId")).toBe("0_7-0");
  });

  it("out of sight does not say that events come where it may not poll", async () => {
    const feed = await follow(["a"], { ticket: "one" });
    server.last.open();
    await pass();
    look("hidden");
    await pass(TIMING.hidden);
    expect(feed.transport).toMatchObject({ status: "reconnecting", error: null });
    expect(server.open).toHaveLength(0);
    look("visible");
    await pass();
    expect(server.open).toHaveLength(1);
  });

  it("says that it polls once the record answers again", async () => {
    server.record = (path) => polled(idOf(path), 50);
    const feed = await follow(["a"]);
    await pass(TIMING.open);
    window.dispatchEvent(new Event("offline"));
    expect(feed.transport.status).toBe("reconnecting");
    await pass(TIMING.poll);
    expect(feed.transport).toMatchObject({ status: "polling", error: null });
  });

  it("connects at once when the network is back", async () => {
    const feed = await follow(["a"]);
    server.last.open();
    await pass();
    window.dispatchEvent(new Event("offline"));
    expect(feed.transport).toMatchObject({ status: "reconnecting", error: { message: "This device is offline." } });
    window.dispatchEvent(new Event("online"));
    await pass();
    expect(server.streams).toHaveLength(2);
  });
});
