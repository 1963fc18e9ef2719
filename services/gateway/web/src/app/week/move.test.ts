import { expect, it } from "vitest";

import { block } from "../../testing/blocks";
import { drawn, moved, pulled } from "./move";

const DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday"];

it("goes to another day and by steps of five minutes, as long as it was", () => {
  expect(moved(block(), DAYS, 0, 1, 0)).toEqual({ day: "tuesday", cycleDay: null, startTime: "08:00", endTime: "08:45" });
  expect(moved(block(), DAYS, 0, 0, 13)).toMatchObject({ day: "monday", startTime: "08:15", endTime: "09:00" });
});

it("stays within the week and the day", () => {
  expect(moved(block(), DAYS, 0, -3, 0)).toMatchObject({ day: "monday" });
  expect(moved(block(), DAYS, 0, 9, -10_000)).toMatchObject({ day: "friday", startTime: "00:00", endTime: "00:45" });
  expect(moved(block(), DAYS, 0, 0, 10_000)).toMatchObject({ startTime: "23:10", endTime: "23:55" });
});

it("keeps what it does not know", () => {
  expect(moved(block({ endTime: null }), DAYS, 0, 0, 10)).toMatchObject({ startTime: "08:10", endTime: null });
  expect(moved(block({ startTime: null, endTime: null }), DAYS, 0, 2, 30)).toMatchObject({ day: "wednesday", startTime: null });
  const odd = block({ startTime: "08:03", endTime: "08:47" });
  expect(moved(odd, DAYS, 0, 1, 0)).toMatchObject({ startTime: "08:03", endTime: "08:47" });
});

it("goes between the days of a cycle", () => {
  const one = block({ day: null, cycleDay: 1 });
  expect(moved(one, ["day 1", "day 2"], 0, 1, 0)).toMatchObject({ day: null, cycleDay: 2 });
  const both = block({ cycleDay: 3 });
  expect(moved(both, DAYS, 0, 0, 5)).toMatchObject({ day: "monday", cycleDay: 3 });
});

it("is pulled longer and shorter, never to nothing", () => {
  expect(pulled(block(), 525, 16)).toMatchObject({ startTime: "08:00", endTime: "09:00" });
  expect(pulled(block(), 525, -500)).toMatchObject({ endTime: "08:05" });
});

it("is drawn up and down", () => {
  expect(drawn(600, 540)).toEqual({ startTime: "09:00", endTime: "10:00" });
  expect(drawn(540, 541)).toEqual({ startTime: "09:00", endTime: "09:15" });
});
