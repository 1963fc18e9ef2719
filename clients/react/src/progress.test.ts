import { describe, expect, it } from "vitest";

import { advance, eventOf, parseEvent, stepStates } from "./progress.js";
import type { DocumentInfo, TimetableEvent } from "./types.js";

const progress = (percentage: number, step = "Running OCR"): TimetableEvent => ({
  type: "progress",
  documentId: "d",
  step,
  stage: "ocr",
  percentage,
});

describe("advance", () => {
  it("never lets the percentage fall", () => {
    let shown: TimetableEvent | null = null;
    const seen: number[] = [];
    for (const percentage of [5, 40, 12, 40, 39, 71, 0, 200]) {
      shown = advance(shown, progress(percentage));
      seen.push(shown.percentage ?? -1);
    }
    expect(seen).toEqual([5, 40, 40, 40, 40, 71, 71, 100]);
  });

  it("keeps the step of the furthest event when earlier ones are replayed", () => {
    const shown = advance(progress(60, "Reading the week"), progress(10, "Compressing image"));
    expect(shown.step).toBe("Reading the week");
  });

  it("does not cover progress with a sign of life", () => {
    const before = progress(60);
    expect(advance(before, { type: "connected", documentId: "d", percentage: 60 })).toBe(before);
  });

  it("takes from a sign of life how long it takes on, and how many come first", () => {
    const shown = advance(progress(0), { type: "connected", documentId: "d", percentage: 0, before: 3, secondsLeft: 40 });
    expect(shown).toMatchObject({ type: "progress", before: 3, secondsLeft: 40 });
    expect(advance(shown, progress(5))).not.toHaveProperty("before");
  });

  it("shows someone who joins late the newest step while the history is replayed", () => {
    const joined: TimetableEvent = { type: "connected", documentId: "d", step: "Reading the week", stage: "ai", percentage: 80 };
    const shown = advance(joined, progress(10, "Compressing image"));
    expect(shown).toMatchObject({ step: "Reading the week", percentage: 80, stage: "ai" });
  });

  it("ends with 100 and stays ended", () => {
    const end = advance(progress(90), { type: "complete", documentId: "d" });
    expect(end.percentage).toBe(100);
    expect(advance(end, progress(95))).toBe(end);
  });

  it("keeps where it failed", () => {
    const end = advance(progress(48), { type: "error", documentId: "d", error: "Too dark." });
    expect(end).toMatchObject({ type: "error", percentage: 48 });
  });
});

describe("parseEvent", () => {
  it.each(["", "{", "null", "3", '{"type":"other"}', '{"no":"type"}'])("refuses %j", (data) => {
    expect(parseEvent(data)).toBeNull();
  });

  it("gives a failure without words a sentence", () => {
    expect(parseEvent('{"type":"error","documentId":"d"}')).toMatchObject({ error: expect.stringContaining("read") });
  });
});

it("names the state of every step", () => {
  expect(stepStates(progress(40))).toEqual({
    compressing: "done",
    preprocessing: "done",
    ocr: "current",
    ai: "waiting",
    validation: "waiting",
  });
  expect(stepStates({ type: "error", documentId: "d", error: "No.", stage: "ai" }).ai).toBe("failed");
  expect(new Set(Object.values(stepStates({ type: "complete", documentId: "d" })))).toEqual(new Set(["done"]));
});

it("hands on all timetables of a polled document", () => {
  const document = { documentId: "d", status: "completed", percentage: 100, timetableId: "a", timetableIds: ["a", "b"] } as DocumentInfo;
  expect(eventOf(document)).toMatchObject({ result: { timetableId: "a", timetableIds: ["a", "b"], validated: true } });
});

it.each([
  ["processing", "progress"],
  ["completed", "complete"],
  ["validation_failed", "complete"],
  ["failed", "error"],
  ["cancelled", "error"],
] as const)("reads a polled document that is %s as %s", (status, type) => {
  const document = { documentId: "d", status, percentage: 30, step: null, stage: null, error: null, timetableId: null };
  expect(eventOf(document as DocumentInfo).type).toBe(type);
});
