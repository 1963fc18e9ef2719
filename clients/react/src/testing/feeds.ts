import { afterEach, beforeEach, expect, vi } from "vitest";

import { Feed } from "../feed.js";
import { TIMING, type FeedOptions } from "../transport.js";
import { FakeServer } from "./fakes.js";

/** What all feeds of a test ask. */
export let server: FakeServer;
let feeds: Feed[] = [];

/** Gives each test of a file a server and a clock of its own, and holds its feeds to leaving nothing behind. */
export function testFeeds(): void {
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
}

/** A feed that has asked for what `ids` name. */
export async function follow(ids: string[], options: FeedOptions = {}): Promise<Feed> {
  const feed = new Feed(options, () => undefined);
  feeds.push(feed);
  ids.forEach((id) => feed.watch(id));
  await pass(TIMING.gather);
  return feed;
}

export const pass = (milliseconds = 0): Promise<unknown> => vi.advanceTimersByTimeAsync(milliseconds);

/** Brings the page into sight ("visible") or out of it ("hidden"). */
export function look(state: DocumentVisibilityState): void {
  vi.spyOn(window.document, "visibilityState", "get").mockReturnValue(state);
  window.document.dispatchEvent(new Event("visibilitychange"));
}
