import { expect, it, vi } from "vitest";

import { page, testOnPage } from "./testing/page.js";
import { TimetableGrid } from "./TimetableGrid.js";
import type { TimeBlock } from "./types.js";

const block = (more: Partial<TimeBlock>): TimeBlock => ({
  ...{ day: "monday", name: "Maths", startTime: "08:00", endTime: "09:00", notes: null, week: null, cycleDay: null, room: null, teacher: null },
  ...{ confidence: 1, box: null, page: 0, timeSource: "printed", alternatives: [], ...more },
});

testOnPage();

it("shows a week: days, places, times, rooms, and what is unsure", async () => {
  const timeblocks = [block({ room: "12" }), block({ name: "Break", startTime: "09:00", endTime: "10:00", confidence: 0.5 }), block({ day: "tuesday", name: "Project week", startTime: null, endTime: null })];
  await page.show(<TimetableGrid timetable={{ timeblocks }} hourHeight={50} className="mine" formatTime={(time) => time.replace(":", ".")} />);
  expect([...page.place.querySelectorAll("h3")].map((each) => each.textContent)).toEqual(["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"]);
  const [first, second] = page.place.querySelectorAll<HTMLElement>('[data-day="monday"] ol > li');
  expect(first?.textContent).toBe("Maths08.00–09.0012");
  expect([first?.style.top, first?.style.height, second?.style.top]).toEqual(["0%", "50%", "50%"]);
  expect(second?.querySelector<HTMLElement>(".tl-grid-block")?.dataset).toMatchObject({ state: "unsure", kind: "break" });
  expect(page.get(".tl-grid").style.getPropertyValue("--tl-height")).toBe("100px");
  expect(page.text('[data-day="tuesday"] [aria-label="Without a time"]')).toBe("Project week");
  expect(page.text('[data-day="friday"]')).toContain("Nothing on this day");
  expect(page.place.querySelector("button")).toBeNull();
});

it("shows one of several weeks, and days that only a cycle counts", async () => {
  const weeks = [block({ name: "Art", week: "A" }), block({ name: "Music", week: "B" })];
  await page.show(<TimetableGrid timetable={{ timeblocks: weeks }} week="B" />);
  expect(page.place.querySelectorAll(".tl-grid-block")).toHaveLength(1);
  expect(page.text(".tl-grid-block strong")).toBe("Music");
  await page.show(<TimetableGrid timetable={{ timeblocks: [block({ day: null, cycleDay: 3 })] }} labels={{ cycleDay: (day) => `Tag ${day}` }} />);
  expect(page.text("h3")).toBe("Tag 3");
});

it("hands on the block that is pressed, and takes another content", async () => {
  const timeblocks = [block({}), block({ name: "Art", startTime: "10:00", endTime: "11:00" })];
  const pressed = vi.fn();
  await page.show(<TimetableGrid timetable={{ timeblocks }} onBlock={(one, index) => pressed(one.name, index)} renderBlock={({ name }) => <em>{name}!</em>} />);
  await page.after(() => page.place.querySelectorAll("button")[1]?.click());
  expect(pressed).toHaveBeenCalledWith("Art", 1);
  expect(page.text("em")).toBe("Maths!");
});
