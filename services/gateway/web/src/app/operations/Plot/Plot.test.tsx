import { expect, it } from "vitest";

import { render } from "../../../testing/render";
import { Plot } from "./Plot";

it("draws a bar for each minute that has something, the largest over the whole height", () => {
  const { place } = render(<Plot tone="count" values={[0, 2, null, 4]} most="4 a minute" label="6 jobs" />);
  const heights = [...place.querySelectorAll("rect")].map((bar) => Number(bar.getAttribute("height")));
  expect(heights).toHaveLength(2);
  expect(heights[1]).toBeGreaterThan(heights[0] ?? 0);
  expect(place.querySelector("svg")?.getAttribute("aria-label")).toBe("6 jobs");
  expect(place.querySelector("figure")?.dataset["state"]).toBe("filled");
});

it("says nothing of an hour in which nothing was", () => {
  const { place } = render(<Plot tone="time" values={[null, 0, null]} most="0 s" label="none" />);
  expect(place.querySelector("figure")?.dataset["state"]).toBe("empty");
  expect(place.textContent).toBe("");
});
