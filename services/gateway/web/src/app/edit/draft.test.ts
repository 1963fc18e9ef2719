import { expect, it } from "vitest";

import { block, timetable } from "../../testing/blocks";
import * as edit from "./draft";

const week = timetable(
  [
    block({ name: "RWI", confidence: 0.5, alternatives: [{ field: "name", value: "RWl", confidence: 0.3 }] }),
    block({ name: "Art", startTime: "09:00", endTime: "10:00" }),
    block({ name: "RWI", day: "friday", confidence: 0.6 }),
  ],
  {
    warnings: [
      { code: "overlap", message: "Two at once.", timeBlock: 1 },
      { code: "missing_day", message: "No Tuesday.", timeBlock: null },
    ],
  },
);
const draft = edit.draftOf(week);

it("sends back what it was given, with what is left to look at", () => {
  expect(edit.bodyOf(draft)).toMatchObject({ timeblocks: week.timeblocks, warnings: week.warnings, validated: false });
});

it("keeps a week in order that was, though single lessons were hard to read", () => {
  const fine = edit.draftOf({ ...week, validated: true, warnings: [] });
  expect(edit.doubts(fine)).not.toEqual([]);
  const after = edit.changeAbout(fine, { savedName: "4B" });
  expect([edit.inOrder(fine), edit.bodyOf(after).validated]).toEqual([true, true]);
  expect(edit.inOrder(draft)).toBe(false);
});

it("asks about the most doubtful lesson first, and about the whole week last", () => {
  expect(edit.doubts(draft).map((one) => one.lesson?.key ?? one.warnings[0]?.code)).toEqual([0, 2, 1, "missing_day"]);
});

it("is certain of what a person said, and asks no more about it", () => {
  const after = edit.changeLesson(draft, 0, { name: "Reading", startTime: "08:10" });
  expect(after.lessons[0]?.block).toMatchObject({ name: "Reading", confidence: 1, alternatives: [], timeSource: null });
  expect(edit.doubts(after).some((one) => one.lesson?.key === 0)).toBe(false);
  const looked = [0, 1, 2].reduce(edit.confirmLesson, draft);
  expect(looked.lessons.map((one) => one.block.name)).toEqual(["RWI", "Art", "RWI"]);
  const done = edit.dismissWarning(looked, looked.warnings[0]!);
  expect(edit.bodyOf(done)).toMatchObject({ warnings: [], validated: true });
});

it("moves warnings with their lessons when one before them is deleted", () => {
  const body = edit.bodyOf(edit.removeLesson(draft, 0));
  expect(body.timeblocks.map((one) => one.name)).toEqual(["Art", "RWI"]);
  expect(body.warnings.map((one) => one.timeBlock)).toEqual([0, null]);
  expect(edit.bodyOf(edit.removeLesson(draft, 1)).warnings.map((one) => one.code)).toEqual(["missing_day"]);
});

it("renames all that are called the same", () => {
  expect(edit.named(draft, "RWI")).toBe(2);
  expect(edit.renameAll(draft, "RWI", "Phonics").lessons.map((one) => one.block.name)).toEqual(["Phonics", "Art", "Phonics"]);
});

it("puts a lesson on all five days, in the place of what was there", () => {
  const after = edit.everyDay(draft, 0);
  const all = after.lessons.filter((one) => one.block.name === "RWI").map((one) => one.block.day);
  expect(all.sort()).toEqual(["friday", "monday", "thursday", "tuesday", "wednesday"]);
  expect(new Set(after.lessons.map((one) => one.key)).size).toBe(after.lessons.length);
  expect(after.lessons.some((one) => one.block.name === "Art")).toBe(true);
});

it("tells what the server would refuse, and what is at the same time", () => {
  expect(edit.faultOf(block({ name: " " }))).toBe("name");
  expect(edit.faultOf(block({ day: null }))).toBe("day");
  expect(edit.faultOf(block({ startTime: "09:00", endTime: "09:00" }))).toBe("order");
  expect(edit.faultOf(block({ endTime: null }))).toBeNull();
  const late = block({ startTime: "08:30", endTime: "09:00" });
  expect(edit.clashes(draft, null, late).map((one) => one.key)).toEqual([0]);
  expect(edit.clashes(draft, 0, late)).toEqual([]);
  expect(edit.clashes(draft, null, { ...late, startTime: "08:45" })).toEqual([]);
  const [a, b] = [edit.draftOf(timetable([block({ week: "A" })])), block({ week: "B" })];
  expect(edit.clashes(a, null, b)).toEqual([]);
});
