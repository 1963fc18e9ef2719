import { describe, expect, it } from "vitest";

import type { SavedTimetable, TimeBlock } from "./types.js";
import { beneath, clock, hues, isBreak, minutes, namesOf, planWeek, weeksOf, type Placed } from "./layout.js";

const block = (startTime: string | null, endTime: string | null, more: Partial<TimeBlock> = {}): TimeBlock => ({
  day: "monday",
  name: "Maths",
  startTime,
  endTime,
  notes: null,
  week: null,
  cycleDay: null,
  room: null,
  teacher: null,
  confidence: 1,
  box: null,
  page: 0,
  timeSource: "printed",
  alternatives: [],
  ...more,
});
const monday = (...blocks: TimeBlock[]): Placed[] => planWeek(blocks).days[0]?.placed ?? [];
const columns = (placed: Placed[]): [number, number, number][] => placed.map((one) => [one.column, one.columns, one.span]);

it("reads times, and nothing else", () => {
  expect(minutes("08:45")).toBe(525);
  expect(minutes("24:00")).toBe(1440);
  for (const wrong of ["24:01", "8.45", "08:60", "", null, undefined]) expect(minutes(wrong)).toBeNull();
  expect(clock(525)).toBe("08:45");
});

describe("blocks side by side", () => {
  it("are those that overlap, not those that meet", () => {
    expect(columns(monday(block("09:00", "10:00"), block("10:00", "11:00")))).toEqual([
      [0, 1, 1],
      [0, 1, 1],
    ]);
    expect(columns(monday(block("09:00", "10:00"), block("09:30", "10:30")))).toEqual([
      [0, 2, 1],
      [1, 2, 1],
    ]);
  });

  it("take the room that nobody needs", () => {
    // Three at 9, of which two end before the last one starts.
    const placed = monday(block("09:00", "12:00"), block("09:00", "10:00"), block("09:00", "10:00"), block("10:30", "11:30"));
    expect(columns(placed)).toEqual([
      [0, 3, 1],
      [1, 3, 1],
      [2, 3, 1],
      [1, 3, 2],
    ]);
  });

  it("never cover each other", () => {
    const blocks = Array.from({ length: 60 }, (_, i) => {
      const start = 480 + ((i * 37) % 300);
      return block(clock(start), clock(start + 10 + ((i * 53) % 90)));
    });
    const placed = monday(...blocks);
    for (const a of placed) {
      expect(a.column + a.span).toBeLessThanOrEqual(a.columns);
      for (const b of placed) {
        if (a === b || a.end <= b.start || b.end <= a.start) continue;
        expect(a.columns).toBe(b.columns);
        expect(a.column + a.span <= b.column || b.column + b.span <= a.column).toBe(true);
      }
    }
  });
});

it("gives a block without an end the time until the next, at most", () => {
  const [open, next] = monday(block("09:00", null), block("09:20", "10:00"));
  expect(open).toMatchObject({ start: 540, end: 560, openEnd: true, columns: 1 });
  expect(next).toMatchObject({ columns: 1 });
  expect(monday(block("09:00", "08:00"))[0]).toMatchObject({ openEnd: true, end: 585 });
});

it("puts blocks without a start apart", () => {
  const day = planWeek([block(null, null), block("09:00", "10:00")]).days[0];
  expect(day?.untimed.map((one) => one.index)).toEqual([0]);
  expect(day?.placed.map((one) => one.index)).toEqual([1]);
});

it("shows the days from Monday to Friday, and the weekend where it is used", () => {
  expect(planWeek([block("09:00", "10:00")]).days).toHaveLength(5);
  expect(planWeek([block("09:00", "10:00", { day: "sunday" })]).days.map((one) => one.day).slice(5)).toEqual(["sunday"]);
  expect(planWeek([]).days).toHaveLength(5);
});

it("gives the days of a cycle columns of their own, in order, and leaves out a week that no block names", () => {
  const day = (cycleDay: number, more: Partial<TimeBlock> = {}): TimeBlock => block("09:00", "10:00", { day: null, cycleDay, ...more });
  const named = (...blocks: TimeBlock[]): string[] => planWeek(blocks).days.map((one) => one.day);
  expect(named(day(10), day(2), day(2))).toEqual(["day 2", "day 10"]);
  expect(named(day(2), day(3, { day: "saturday" })).slice(4)).toEqual(["friday", "saturday", "day 2"]);
  expect(planWeek([day(10), day(2), day(2)]).days.map((one) => one.placed.map((each) => each.index))).toEqual([[1, 2], [0]]);
});

it("calls no two timetables of a document the same", () => {
  const saved = (className: string | null, teacher: string | null): SavedTimetable => ({ ...({} as SavedTimetable), className, teacher });
  expect(namesOf([saved("4A", "Ms Carter"), saved("4B", null), saved(null, null), saved("4A", null)])).toEqual([
    "4A (1)",
    "4B",
    "Timetable",
    "4A (4)",
  ]);
});

it("spans full half hours", () => {
  expect(planWeek([block("08:45", "09:00"), block("15:00", "15:10")])).toMatchObject({ from: 510, to: 930, shortest: 10 });
});

it("tells the weeks apart", () => {
  const blocks = [block("09:00", "10:00", { week: "A" }), block("09:00", "10:00", { week: "B" }), block("10:00", "11:00")];
  expect(weeksOf(blocks)).toEqual(["A", "B"]);
  expect(weeksOf([block(null, null, { week: "D" }), block(null, null, { week: "C" })])).toEqual(["C", "D"]);
  expect(weeksOf([block("09:00", "10:00")])).toEqual([]);
  expect(planWeek(blocks, "B").days[0]?.placed.map((one) => one.index)).toEqual([1, 2]);
});

it("knows breaks by their name", () => {
  for (const name of ["Break", "Lunch Club", "Snack Time", "Mittagspause", "Récréation"]) {
    expect(isBreak(block(null, null, { name })), name).toBe(true);
  }
  for (const name of ["Breakdance", "Maths", "Launch"]) expect(isBreak(block(null, null, { name })), name).toBe(false);
});

it("says nothing twice under a name", () => {
  const under = (room: string | null, teacher: string | null, notes: string | null): string =>
    beneath(block(null, null, { room, teacher, notes }));
  expect(under("Room 4", "Mrs Hale", null)).toBe("Room 4 · Mrs Hale");
  expect(under("Room 4", "Mrs Hale", "Room 4 • Mrs Hale")).toBe("Room 4 · Mrs Hale");
  expect(under(null, "Mrs Hale", "Room 4 • Mrs Hale")).toBe("Room 4 • Mrs Hale");
  expect(under("Hall", null, "bring kit")).toBe("Hall · bring kit");
  expect(under(null, null, null)).toBe("");
});

it("gives one subject one hue, and others another", () => {
  const hue = hues([block(null, null), block(null, null, { name: "Art" }), block(null, null, { name: "maths 2" })]);
  expect(hue("Maths")).toBe(hue("maths 2"));
  expect(Math.abs(hue("Maths") - hue("Art"))).toBeGreaterThan(40);
});
