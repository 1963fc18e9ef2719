import { act } from "react";
import { expect, it, onTestFinished, vi } from "vitest";

import { block } from "../../../testing/blocks";
import { press, render } from "../../../testing/render";
import { Picture } from "./Picture";

const box = { x: 10, y: 20, width: 100, height: 40 };
const blocks = [block({ name: "Maths", box }), block({ name: "Art", box: { ...box, y: 80 }, confidence: 0.5 }), block({ name: "Typed in" }), block({ name: "Overleaf", box, page: 1 })];

/** An image that is there at once, or never. */
function loaded(works: boolean): void {
  vi.stubGlobal("Image", class {
    naturalWidth = 400;
    naturalHeight = 300;
    onload: (() => void) | null = null;
    onerror: (() => void) | null = null;
    set src(_: string) {
      queueMicrotask(() => (works ? this.onload?.() : this.onerror?.()));
    }
  });
  onTestFinished(() => void vi.unstubAllGlobals());
}

async function picture(works = true): Promise<{ place: HTMLElement; onPoint: ReturnType<typeof vi.fn>; onOpen: ReturnType<typeof vi.fn> }> {
  loaded(works);
  const [onPoint, onOpen] = [vi.fn(), vi.fn()];
  const { place } = render(<Picture documentId="a" page={0} blocks={blocks} pointed={1} onPoint={onPoint} onOpen={onOpen} />);
  await act(() => Promise.resolve());
  return { place, onPoint, onOpen };
}

it("frames each lesson of the page where it was read, and marks the one that is pointed at in the week", async () => {
  const { place, onPoint, onOpen } = await picture();
  const frames = [...place.querySelectorAll<SVGElement>("polygon")];
  expect(frames.map((one) => one.getAttribute("aria-label")?.split(",")[0])).toEqual(["Maths", "Art"]);
  expect(frames.map((one) => [one.classList.contains("picture-unsure"), one.dataset["pointed"]])).toEqual([
    [false, undefined],
    [true, "true"],
  ]);
  act(() => frames[0]?.focus());
  expect(onPoint).toHaveBeenLastCalledWith(0);
  act(() => void frames[0]?.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true })));
  expect(onOpen.mock.calls).toEqual([[0]]);
});

it("is made larger and smaller within bounds", async () => {
  const { place } = await picture();
  const width = (): string | undefined => place.querySelector<SVGElement>(".picture svg")?.style.width;
  expect(width()).toBe("100%");
  for (let step = 0; step < 9; step += 1) press(place, '[aria-label="Zoom in"]');
  expect(width()).toBe("600%");
  press(place, '[aria-label="Zoom out"]');
  expect(width()).toBe("400%");
});

it("says so where there is none", async () => {
  expect((await picture(false)).place.textContent).toBe("The picture is not available.");
});
