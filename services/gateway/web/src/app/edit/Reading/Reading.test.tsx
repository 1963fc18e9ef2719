import { expect, it, vi } from "vitest";

import { block } from "../../../testing/blocks";
import { press, render } from "../../../testing/render";
import { Reading } from "./Reading";

const read = block({
  confidence: 0.55,
  timeSource: "header",
  alternatives: [
    { field: "name", value: "Drama", confidence: 0.3 },
    { field: "startTime", value: "13:05", confidence: 0.2 },
  ],
});
const others = (place: HTMLElement): (string | null)[] => [...place.querySelectorAll('[data-testid="alternative"]')].map((one) => one.textContent.replace(/\s/g, " "));

it("tells how sure the reading is, and takes another one with a tap", () => {
  const onTake = vi.fn();
  const { place } = render(<Reading documentId="a" block={read} onTake={onTake} />);
  expect(place.querySelector(".reading-facts")?.textContent).toBe("Certainty 55% 55% · Time: from the table's header");
  expect(others(place)).toEqual(["Drama", "1:05 PM"]);
  press(place, '[data-testid="alternative"]');
  expect(onTake).toHaveBeenCalledExactlyOnceWith({ name: "Drama" });
});

it("offers no tap to who may only look", () => {
  const { place } = render(<Reading documentId="a" block={read} onTake={null} />);
  expect([...place.querySelectorAll<HTMLButtonElement>("button")].every((one) => one.disabled)).toBe(true);
});
