import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { FakeEventSource, install } from "../testing/fakes";
import { DocumentStream, MAX_CONNECTIONS, TIMING, type StreamOptions } from "./stream";

const progress = (percentage: number) => ({ type: "progress", documentId: "d 1", step: "Running OCR", stage: "ocr", percentage });
const end = { type: "complete", documentId: "d 1", percentage: 100 };

let streams: DocumentStream[] = [];
function start(id = "d 1", options: StreamOptions = {}): DocumentStream {
  const stream = new DocumentStream(id, options, () => undefined);
  streams.push(stream);
  stream.start();
  return stream;
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  streams.forEach((stream) => stream.stop());
  streams = [];
  expect(vi.getTimerCount()).toBe(0); // a stopped stream leaves nothing behind
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("a live stream", () => {
  it("hands on what comes and closes after the end", () => {
    install();
    const stream = start();
    expect(FakeEventSource.last.url).toBe("/api/v1/events/d%201");
    FakeEventSource.last.open();
    expect(stream.snapshot).toMatchObject({ isConnected: true, connection: "live", error: null });
    FakeEventSource.last.send(progress(40), "1-0");
    expect(stream.snapshot.event?.percentage).toBe(40);
    FakeEventSource.last.send(end, "2-0");
    expect(stream.snapshot).toMatchObject({ isConnected: false, connection: "closed", event: { type: "complete" } });
    expect(FakeEventSource.last.readyState).toBe(FakeEventSource.CLOSED);
    vi.advanceTimersByTime(10 * TIMING.silence);
    expect(FakeEventSource.all).toHaveLength(1);
  });

  it("leaves a short break to the browser, and shows it", () => {
    install();
    const stream = start();
    FakeEventSource.last.open();
    FakeEventSource.last.fail(false);
    expect(stream.snapshot).toMatchObject({ isConnected: false, connection: "connecting" });
    expect(stream.snapshot.error).not.toBeNull();
    FakeEventSource.last.open();
    expect(stream.snapshot).toMatchObject({ isConnected: true, error: null });
    expect(FakeEventSource.all).toHaveLength(1);
  });

  it("is made anew after a refusal, from where it was", async () => {
    install();
    start();
    FakeEventSource.last.open();
    FakeEventSource.last.send(progress(40), "7-0");
    FakeEventSource.last.fail(true);
    expect(FakeEventSource.all).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(TIMING.backoffFirst);
    expect(FakeEventSource.all).toHaveLength(2);
    expect(FakeEventSource.last.url).toBe("/api/v1/events/d%201?lastEventId=7-0");
  });

  it("is made anew when it falls silent, and any message keeps it", async () => {
    install();
    start();
    FakeEventSource.last.open();
    for (let i = 0; i < 5; i += 1) {
      await vi.advanceTimersByTimeAsync(TIMING.silence - 1);
      FakeEventSource.last.send({ type: "connected", documentId: "d 1" });
    }
    expect(FakeEventSource.all).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(TIMING.silence + TIMING.backoffFirst);
    expect(FakeEventSource.all).toHaveLength(2);
    expect(FakeEventSource.all[0]?.readyState).toBe(FakeEventSource.CLOSED);
  });

  it("waits longer after every refusal, within bounds", async () => {
    install();
    start();
    const made: number[] = [];
    for (let i = 0; i < 12; i += 1) {
      const before = Date.now();
      const count = FakeEventSource.all.length;
      FakeEventSource.last.fail(true);
      while (FakeEventSource.all.length === count) await vi.advanceTimersByTimeAsync(100);
      made.push(Date.now() - before);
    }
    expect(made[0]).toBeLessThanOrEqual(TIMING.backoffFirst);
    expect(made.at(-1)).toBeGreaterThanOrEqual(TIMING.backoffMost / 2);
    expect(Math.max(...made)).toBeLessThanOrEqual(TIMING.backoffMost + 100);
  });
});

describe("an API key", () => {
  it("travels in the address of the stream and in the header of a request", async () => {
    install();
    const asked: unknown[] = [];
    vi.stubGlobal("fetch", (url: string, init: RequestInit) => {
      asked.push([url, init.headers]);
      return Promise.resolve(new Response("", { status: 401 }));
    });
    start("d 1", { accessToken: "a&b=c d" });
    expect(FakeEventSource.last.url).toBe("/api/v1/events/d%201?access_token=a%26b%3Dc+d");
    FakeEventSource.last.open();
    FakeEventSource.last.send(progress(40), "7-0");
    FakeEventSource.last.fail(true);
    await vi.advanceTimersByTimeAsync(TIMING.backoffFirst);
    expect(FakeEventSource.last.url).toBe("/api/v1/events/d%201?lastEventId=7-0&access_token=a%26b%3Dc+d");
    expect(asked).toEqual([
      ["/api/v1/documents/d%201", { Accept: "application/json", Authorization: "Bearer a&b=c d" }],
    ]);
  });
});

describe("without a stream", () => {
  const document = (percentage: number, status = "processing") => ({
    documentId: "d 1",
    status,
    percentage,
    step: "Running OCR",
    stage: "ocr",
    error: null,
    timetableId: null,
    timetableIds: [],
  });

  it("polls after repeated refusals, and goes live again", async () => {
    let at = 10;
    const requests = install(() => document((at += 1)));
    const stream = start();
    while (stream.snapshot.connection !== "polling") {
      FakeEventSource.last.fail(true);
      await vi.advanceTimersByTimeAsync(TIMING.backoffMost);
    }
    await vi.advanceTimersByTimeAsync(3 * TIMING.poll);
    expect(requests.length).toBeGreaterThan(3);
    expect(stream.snapshot.event?.percentage).toBe(at);
    FakeEventSource.last.open();
    FakeEventSource.last.send(progress(90), "9-0");
    expect(stream.snapshot.connection).toBe("live");
    const asked = requests.length;
    await vi.advanceTimersByTimeAsync(5 * TIMING.poll);
    expect(requests).toHaveLength(asked);
    expect(stream.snapshot.event?.percentage).toBe(90);
  });

  it("learns from the record that a refused document has ended", async () => {
    install(() => document(100, "validation_failed"));
    const stream = start();
    FakeEventSource.last.fail(true); // such as a 204
    await vi.advanceTimersByTimeAsync(1);
    expect(stream.snapshot).toMatchObject({ connection: "closed", event: { type: "complete", result: { validated: false } } });
  });

  it("gives up on a document that does not exist", async () => {
    install(() => 404);
    const stream = start();
    FakeEventSource.last.fail(true);
    await vi.advanceTimersByTimeAsync(1);
    expect(stream.snapshot).toMatchObject({ connection: "closed", event: { type: "error" } });
  });

  it("polls the documents for which the browser has no connection to spare", async () => {
    const requests = install(() => document(20));
    for (let i = 0; i < MAX_CONNECTIONS; i += 1) start(`d${i}`);
    const waiting = start("late");
    await vi.advanceTimersByTimeAsync(1);
    expect(FakeEventSource.all).toHaveLength(MAX_CONNECTIONS);
    expect(requests).toEqual(["/api/v1/documents/late"]);
    expect(waiting.snapshot).toMatchObject({ connection: "polling", error: null });
    streams[0]?.stop();
    await vi.advanceTimersByTimeAsync(TIMING.pollMost);
    expect(FakeEventSource.last.url).toContain("late");
  });

  it("gives its connection up while nobody looks, and takes up where it was", async () => {
    install(() => document(50));
    const stream = start();
    const look = (state: string): void => {
      vi.spyOn(window.document, "visibilityState", "get").mockReturnValue(state as DocumentVisibilityState);
      window.document.dispatchEvent(new Event("visibilitychange"));
    };
    FakeEventSource.last.open();
    FakeEventSource.last.send(progress(40), "7-0");
    look("hidden");
    look("visible"); // too short to matter
    expect(FakeEventSource.all).toHaveLength(1);
    look("hidden");
    await vi.advanceTimersByTimeAsync(TIMING.hidden + TIMING.pollMost);
    expect(FakeEventSource.last.readyState).toBe(FakeEventSource.CLOSED);
    expect(stream.snapshot).toMatchObject({ connection: "polling", event: { percentage: 50 } });
    look("visible");
    expect(FakeEventSource.all).toHaveLength(2);
    expect(FakeEventSource.last.url).toContain("lastEventId=7-0");
  });

  it("connects at once when the network is back", async () => {
    install();
    start();
    FakeEventSource.last.open();
    window.dispatchEvent(new Event("offline"));
    window.dispatchEvent(new Event("online"));
    expect(FakeEventSource.all).toHaveLength(2);
  });
});
