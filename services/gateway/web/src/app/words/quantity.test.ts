import { expect, it, onTestFinished, vi } from "vitest";

import { loadWords } from ".";
import { count, duration, moment } from "./quantity";

it("says how long something took in the unit one would say it in", () => {
  const said = [0, 0.026, 0.4, 4.72, 51.2, 89, 90, 5399, 5400, 86_400, 864_000].map(duration);
  expect(said).toEqual(["0 ms", "26 ms", "0.4 sec", "4.7 sec", "51 sec", "89 sec", "2 min", "90 min", "1.5 hr", "24 hr", "10 days"]);
});

it("speaks the page's language", async () => {
  await loadWords(["de"]);
  expect([duration(4.72), count(1200)]).toEqual(["4,7 Sek.", "1.200"]);
  await loadWords(["en"]);
  expect(count(1200)).toBe("1,200");
});

it("tells the day of what was not today, and nothing of what is no time", () => {
  expect(moment("2020-05-04T10:11:12Z")).toMatch(/May/);
  vi.useFakeTimers({ now: new Date(2026, 10, 30, 12) }); // else a day may begin between the two
  onTestFinished(() => void vi.useRealTimers());
  expect(moment(new Date().toISOString())).not.toMatch(/[A-Z][a-z]{2} \d/);
  expect(moment("")).toBe("");
});
