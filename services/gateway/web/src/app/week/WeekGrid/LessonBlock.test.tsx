import { act, Profiler } from "react";
import { expect, it, vi } from "vitest";

import { block } from "../../../testing/blocks";
import { render } from "../../../testing/render";
import { LessonBlock } from "./LessonBlock";

const MINUTE = 2;

function shown(): { lesson: HTMLElement; edge: HTMLElement; told: ReturnType<typeof vi.fn>; renders: () => number } {
  const told = vi.fn();
  let renders = 0;
  const { place } = render(
    <Profiler id="lesson" onRender={() => (renders += 1)}>
      <LessonBlock
        block={block({ name: "Maths" })}
        hue={() => 1}
        fixed={false}
        height={90}
        openEnd={false}
        pointed={false}
        onPoint={() => {}}
        onOpen={() => told("open")}
        onRemove={() => told("remove")}
        scale={() => ({ minute: MINUTE, column: 100 })}
        onMove={(shift) => told("move", shift)}
        onPull={(later) => told("pull", later)}
      />
    </Profiler>,
  );
  return { lesson: place.querySelector("button")!, edge: place.querySelector(".block-edge")!, told, renders: () => renders };
}

function pointer(on: EventTarget, type: string, x: number, y: number): void {
  const event = new PointerEvent(type, { bubbles: true, button: 0, pointerId: 1, pointerType: "mouse" });
  // Of a page that is not scrolled: happy-dom has no pageX.
  Object.defineProperties(event, { pageX: { value: x }, pageY: { value: y } });
  act(() => void on.dispatchEvent(event));
}

it("follows the pointer without being rendered, and tells of a drag at its end", () => {
  const { lesson, told, renders } = shown();
  pointer(lesson, "pointerdown", 10, 10);
  const before = renders();
  for (let step = 1; step <= 20; step += 1) pointer(window, "pointermove", 10 + 5 * step, 10 + 3 * step);
  expect(renders()).toBe(before);
  expect(lesson.style.translate).toBe("100px 60px");
  expect(lesson.dataset["dragging"]).toBe("true");
  pointer(window, "pointerup", 110, 70);
  expect(told.mock.calls).toEqual([["move", { columns: 1, later: 60 / MINUTE }]]);
  expect([lesson.style.translate, lesson.dataset["dragging"]]).toEqual(["", undefined]);
  act(() => lesson.click());
  expect(told).toHaveBeenCalledTimes(1); // the click that ends a drag opens nothing
  act(() => lesson.click());
  expect(told).toHaveBeenLastCalledWith("open");
});

it("changes its end by its lower edge", () => {
  const { lesson, edge, told } = shown();
  pointer(edge, "pointerdown", 10, 90);
  pointer(window, "pointermove", 12, 120);
  expect(lesson.style.height).toBe("calc(100% + 30px)");
  pointer(window, "pointerup", 12, 120);
  expect(told.mock.calls).toEqual([["pull", 30 / MINUTE]]);
  expect(lesson.style.height).toBe("");
});

it("takes a press that hardly moves for a click", () => {
  const { lesson, told } = shown();
  pointer(lesson, "pointerdown", 10, 10);
  pointer(window, "pointermove", 12, 11);
  pointer(window, "pointerup", 12, 11);
  act(() => lesson.click());
  expect(told.mock.calls).toEqual([["open"]]);
});
