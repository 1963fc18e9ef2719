import { describe, expect, it } from "vitest";

import { idOf, listed, progress } from "./testing/events.js";
import { follow, look, pass, server, testFeeds } from "./testing/feeds.js";
import { TIMING } from "./transport.js";

testFeeds();

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
    server.record = (path) => listed(idOf(path), { percentage: (at += 1) });
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
    server.record = (path) => listed(idOf(path), { percentage: 20 });
    const feed = await follow(["a"]);
    await pass(TIMING.open);
    expect(feed.transport.status).toBe("polling");
    expect(feed.document("a").event?.percentage).toBe(20);
  });

  it("learns from the record how a document ended of which the stream says nothing more", async () => {
    server.record = (path) => listed(idOf(path), { percentage: 100, status: "validation_failed" });
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
    server.record = (path) => (idOf(path) === "none" ? 404 : listed(idOf(path), { percentage: 20 }));
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
    server.record = (path) => listed(idOf(path), { percentage: 50 });
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
    server.record = (path) => listed(idOf(path), { percentage: 50 });
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
