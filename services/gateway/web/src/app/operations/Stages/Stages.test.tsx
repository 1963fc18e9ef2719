import { expect, it } from "vitest";

import { render } from "../../../testing/render";
import type { StageHour, StageState } from "../api";
import { Stages } from "./Stages";

const state = (more: Partial<StageState> = {}): StageState => ({
  stage: "ocr",
  depth: 3,
  waiting: 1,
  running: 2,
  retrying: 0,
  dead: 0,
  oldestWaitingSeconds: 0,
  workers: 1,
  ...more,
});
const hour = (more: Partial<StageHour> = {}): StageHour => ({
  stage: "ocr",
  done: 0,
  retried: 0,
  dead: 0,
  meanSeconds: null,
  p50Seconds: null,
  p95Seconds: null,
  perMinute: Array<number>(60).fill(0),
  meanSecondsPerMinute: Array<number | null>(60).fill(null),
  ...more,
});
const figures = (place: HTMLElement): Record<string, string> =>
  Object.fromEntries([...place.querySelectorAll("dl div")].map((one) => [one.querySelector("dt")?.textContent ?? "", one.querySelector("dd")?.textContent ?? ""]));

it("tells what a stage holds", () => {
  const { place, show } = render(<Stages stages={[state({ depth: 1200, oldestWaitingSeconds: 0.409 })]} hour={null} />);
  expect(figures(place)).toMatchObject({ Depth: "1,200", Waiting: "1", Running: "2", "Oldest waiting": "0.4 sec" });
  expect(place.querySelector("li")?.dataset["state"]).toBe("well");
  show(<Stages stages={[state({ workers: 0, dead: 2 })]} hour={null} />);
  expect(place.querySelector("li")?.dataset["state"]).toBe("deserted");
  expect(place.textContent).toContain("No worker");
  show(<Stages stages={[state({ dead: 2 })]} hour={null} />);
  expect(place.querySelector("li")?.dataset["state"]).toBe("dead");
});

it("tells of the last hour in figures and in words", () => {
  const { place, show } = render(<Stages stages={[state()]} hour={[hour()]} />);
  expect(place.textContent).toContain("none");
  const perMinute = [...Array<number>(59).fill(0), 3];
  const meanSecondsPerMinute = [...Array<number | null>(59).fill(null), 4.7];
  show(<Stages stages={[state()]} hour={[hour({ done: 2, dead: 1, meanSeconds: 4.7, p50Seconds: 6.4, perMinute, meanSecondsPerMinute })]} />);
  expect(place.textContent).toContain("2 done, 0 tried again, 1 given up");
  expect(place.textContent).toContain("half within about 6.4 sec, 95 of 100 after more than 50 seconds");
  expect([...place.querySelectorAll("svg")].map((plot) => plot.getAttribute("aria-label"))).toEqual([
    "3 jobs in the last hour, at most 3 a minute",
    "They took 4.7 sec on average in the last hour, in the slowest minute 4.7 sec",
  ]);
});
