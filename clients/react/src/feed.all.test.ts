import { describe, expect, it } from "vitest";

import type { Feed } from "./feed.js";
import { cancelled, completed, connected, failed, idOf, listed, progress } from "./testing/events.js";
import { follow, look, pass, server, testFeeds } from "./testing/feeds.js";
import { ALIVE } from "./testing/recorded.js";
import { TIMING } from "./transport.js";
import type { TimetableEvent } from "./types.js";

testFeeds();

describe("a stream of all documents", () => {
  interface Told {
    feed: Feed;
    events: TimetableEvent[];
    asked: () => number;
    leave: () => boolean;
  }
  async function followAll(ids: string[] = [], begun: Promise<string | null> = Promise.resolve(null)): Promise<Told> {
    const feed = await follow(ids);
    const events: TimetableEvent[] = [];
    let asked = 0;
    const follower = { event: (event: TimetableEvent) => void events.push(event), missed: () => Promise.resolve((asked += 1) > 0), begun };
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
    server.last.open().send(ALIVE, "0_1-0.r_1");
    server.last.send(connected("a", 40));
    server.last.send(connected("b", 10));
    server.last.send(progress("a", 42), "0_2-0.r_1");
    server.last.send(completed("a"), "0_3-0.r_1");
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
    server.last.send(cancelled("a"), "0_4-0.r_1");
    await pass();
    expect(events.at(-1)).toMatchObject({ type: "error", documentId: "a" }); // a list has to know, though a card stays
    expect(feed.document("a").event?.type).toBe("complete");
    feed.unwatch("a");
    feed.unwatch("b");
    expect(server.open).toHaveLength(1);
    expect(leave()).toBe(true);
    expect(server.open).toHaveLength(0);
  });

  it("begins where the list ended, which is not asked for again", async () => {
    server.record = (path) => listed(idOf(path), { percentage: 100, status: "completed" });
    const { asked, feed, leave } = await followAll(["a"], Promise.resolve("0_5-0.r_5"));
    expect(server.last.url.searchParams.get("lastEventId")).toBe("0_5-0.r_5");
    server.last.fail();
    await pass(TIMING.backoffFirst);
    expect(server.last.url.searchParams.get("lastEventId")).toBe("0_5-0.r_5");
    server.last.open().send(ALIVE, "0_6-0.r_5");
    await pass(TIMING.gather);
    expect([asked(), feed.document("a").event?.type]).toEqual([0, "complete"]);
    leave();
  });

  it("asks for the list again where the stream cannot begin at its end", async () => {
    const lost = await followAll([], Promise.resolve("0_5-0.r_5"));
    server.last.open().send({ ...ALIVE, missed: true }, "0_6-0.r_5");
    await pass();
    expect(lost.asked()).toBe(1);
    lost.leave();
    const refused = await followAll([], Promise.resolve("of another server"));
    server.last.refuse(400);
    await pass(TIMING.backoffFirst);
    server.last.open().send(ALIVE, "0_6-0.r_5");
    await pass();
    expect([server.last.url.searchParams.get("lastEventId"), refused.asked()]).toEqual([null, 1]);
    refused.leave();
  });

  it("does not begin before the list is there, unless something else has to be followed", async () => {
    const { asked, feed, leave } = await followAll([], new Promise(() => undefined));
    expect(server.streams).toHaveLength(0);
    feed.watch("a");
    await pass(TIMING.gather);
    server.last.open().send(ALIVE, "0_1-0.r_1");
    await pass();
    expect([server.last.ids, asked()]).toEqual([[], 1]);
    feed.unwatch("a");
    leave();
  });

  it("goes on where it was, and only asks again where it cannot tell all", async () => {
    const { asked, feed, leave } = await followAll();
    server.last.open().send(ALIVE, "0_1-0.r_1");
    await pass();
    expect(asked()).toBe(1); // between the list's answer and the stream's beginning something may have ended
    server.last.send(ALIVE, "0_9-0.r_9"); // a heartbeat
    await pass();
    server.last.fail();
    await pass(TIMING.backoffFirst);
    expect(server.last.url.searchParams.get("lastEventId")).toBe("0_9-0.r_9");
    server.last.open().send(ALIVE, "0_9-0.r_9");
    await pass();
    expect(asked()).toBe(1);
    server.last.fail();
    await pass(TIMING.backoffFirst);
    server.last.open().send({ ...ALIVE, missed: true }, "0_20-0.r_20");
    await pass();
    expect([asked(), feed.transport.status]).toEqual([2, "open"]);
    await pass(TIMING.silence / 2);
    expect([asked(), server.requests.length]).toEqual([2, 0]); // no polling while it is open
    leave();
  });

  it("looks up what is watched and not under way, once", async () => {
    server.record = (path) => listed(idOf(path), { percentage: 100, status: "completed" });
    const { feed, leave } = await followAll(["a", "b"]);
    server.last.open().send(ALIVE, "0_1-0.r_1");
    server.last.send(connected("b", 10));
    await pass(TIMING.gather);
    expect(server.requests.map(({ path }) => idOf(path))).toEqual(["a"]);
    expect(feed.document("a").event?.type).toBe("complete");
    server.record = (path) => listed(idOf(path), { status: "uploaded" });
    feed.watch("c");
    await pass(2 * TIMING.gather);
    feed.watch("d"); // though nothing was told of c
    await pass(2 * TIMING.gather);
    expect(server.requests.map(({ path }) => idOf(path))).toEqual(["a", "c", "d"]);
    leave();
  });

  it("begins anew with a document that is read once more, and not with what came before the end that was looked up", async () => {
    const { feed, events, leave } = await followAll(["a"]);
    server.last.open().send(ALIVE, "0_1-0.r_1");
    server.last.send(failed("a", "Too dark.", { at: "2026-11-30T11:00:02Z" }), "0_2-0.r_1");
    server.last.send(progress("a", 30, { at: "2026-11-30T11:00:01Z" }), "0_3-0.r_1");
    await pass();
    expect(feed.document("a").error?.kind).toBe("job");
    server.last.send(progress("a", 2, { at: "2026-11-30T11:00:09Z" }), "0_4-0.r_1");
    await pass();
    expect(feed.document("a")).toMatchObject({ event: { percentage: 2 }, error: null });
    expect(events).toHaveLength(2);
    server.last.send(failed("a", "Too dark.", { at: "2026-11-30T11:00:10Z" }), "0_5-0.r_1");
    server.record = (path) => listed(idOf(path), { status: "uploaded" });
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
