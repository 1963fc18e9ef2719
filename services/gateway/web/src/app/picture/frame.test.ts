import { expect, it } from "vitest";

import { certaintyHue, cornersOf } from "./frame";

it("frames a place by its own corners, where it lies slanted, else by its box's", () => {
  const box = { x: 10, y: 20, width: 30, height: 40 };
  expect(cornersOf(box)).toBe("10,20 40,20 40,60 10,60");
  expect(cornersOf({ ...box, corners: [[12, 20], [40, 25], [38, 60], [10, 55]] })).toBe("12,20 40,25 38,60 10,55");
});

it("goes from red to green with certainty, and no further", () => {
  expect([0, 0.3, 0.65, 1].map(certaintyHue)).toEqual([30, 30, 103, 175]);
});
