import { describe, expect, it } from "vitest";

import { completed, idOf, listed, progress } from "./testing/events.js";
import { follow, pass, server, testFeeds } from "./testing/feeds.js";
import { COMPLETE, ERROR, eventsOf, NAMED, READ, REFUSED } from "./testing/recorded.js";
import { STREAM_MOST, TIMING } from "./transport.js";

testFeeds();

describe("one stream", () => {
  it("carries all documents of a page, as the gateway sends it, wherever its bytes are cut", async () => {
    const feed = await follow([READ, REFUSED]);
    expect(server.streams).toHaveLength(1);
    expect(server.last.url.pathname).toBe("/api/v1/events");
    expect(server.last.ids).toEqual([READ, REFUSED]);
    server.last.open();
    for (let at = 0; at < NAMED.length; at += 7) server.last.raw(NAMED.slice(at, at + 7));
    await pass();
    expect(feed.document(READ)).toMatchObject({ event: COMPLETE, error: null });
    expect(feed.document(READ).events).toEqual(eventsOf(NAMED).filter(({ type, documentId }) => type !== "connected" && documentId === READ));
    expect(feed.document(REFUSED)).toMatchObject({ event: ERROR, error: { kind: "job", documentId: REFUSED } });
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
    server.last.open().send(completed("a"), "0_1-0.f_1-1");
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
    server.record = (path) => listed(idOf(path), { percentage: 30 });
    const feed = await follow(ids);
    server.last.open();
    await pass(TIMING.pollMost);
    expect(server.last.ids).toHaveLength(STREAM_MOST);
    expect(server.requests.map(({ path }) => idOf(path))).toEqual(["d100", "d101"]);
    expect(feed.document("d101").event?.percentage).toBe(30);
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
