import { act } from "react";
import { expect, it, vi } from "vitest";

import { planWeek } from "timelift-react/layout";
import { block } from "../../../testing/blocks";
import { press, render } from "../../../testing/render";
import { WeekGrid } from "./WeekGrid";

const blocks = [block({ name: "Maths", startTime: "09:00", endTime: "09:45" }), block({ name: "Art", day: "tuesday" }), block({ name: "Club", day: "friday", startTime: null, endTime: null })];

function grid(fixed = false): { place: HTMLElement; told: ReturnType<typeof vi.fn> } {
  const told = vi.fn();
  const on = (what: string) => (...more: unknown[]) => told(what, ...more);
  const { place } = render(
    <WeekGrid plan={planWeek(blocks, null)} hue={() => 1} fixed={fixed} pointed={0} onPoint={on("point")} onOpen={on("open")} onRemove={on("remove")} onMove={on("move")} onDraw={on("draw")} />,
  );
  return { place, told };
}
const key = (place: HTMLElement, name: string, init: KeyboardEventInit): boolean => {
  let kept = true;
  act(() => void (kept = !place.querySelector(`[data-name="${name}"]`)!.dispatchEvent(new KeyboardEvent("keydown", { bubbles: true, cancelable: true, ...init }))));
  return kept;
};

it("moves, pulls and removes a lesson by keys, and keeps the page from scrolling", () => {
  const { place, told } = grid();
  expect(key(place, "Maths", { key: "ArrowRight" })).toBe(true);
  key(place, "Maths", { key: "ArrowDown" });
  key(place, "Maths", { key: "ArrowDown", shiftKey: true });
  key(place, "Maths", { key: "Delete" });
  expect(key(place, "Maths", { key: "x" })).toBe(false);
  const at = { day: "monday", cycleDay: null, startTime: "09:00", endTime: "09:45" };
  expect(told.mock.calls).toEqual([
    ["move", 0, { ...at, day: "tuesday" }],
    ["move", 0, { ...at, startTime: "09:05", endTime: "09:50" }],
    ["move", 0, { ...at, endTime: "09:50" }],
    ["remove", 0],
  ]);
});

it("is only opened where it is fixed", () => {
  const { place, told } = grid(true);
  expect(key(place, "Maths", { key: "Delete" })).toBe(false);
  expect(place.querySelector(".block-edge")).toBeNull();
  press(place, '[data-name="Art"]');
  expect(told.mock.calls).toEqual([["open", 1]]);
});

it("marks what is pointed at, and tells what is", () => {
  const { place, told } = grid();
  expect([...place.querySelectorAll("[data-pointed]")].map((one) => (one as HTMLElement).dataset["name"])).toEqual(["Maths"]);
  act(() => place.querySelector<HTMLElement>('[data-name="Club"]')?.focus());
  expect(told).toHaveBeenCalledWith("point", 2);
});

it("shows one day at a time where it is narrow, and turns to another", () => {
  const { place } = grid();
  press(place, '.day-tabs [aria-label="Friday"]');
  expect(place.querySelector<HTMLElement>('[data-active="true"]')?.dataset["day"]).toBe("friday");
  expect(place.querySelector(".untimed [data-name]")?.textContent).toContain("Club");
});
