import { act } from "react";
import { expect, it, vi } from "vitest";

import { block, timetable } from "../../../testing/blocks";
import { press, render, type } from "../../../testing/render";
import { draftOf, type Draft } from "../draft";
import { LessonEditor } from "./LessonEditor";

const maths = block({ name: "Maths", startTime: "09:00", endTime: "09:45" });
const art = block({ name: "Art", startTime: "09:30", endTime: "10:15" });

/** Opens the first of some lessons; gives what became of the draft, and whether it was closed. */
function open(...blocks: (typeof maths)[]): { after: () => Draft; closed: ReturnType<typeof vi.fn> } {
  let draft = draftOf(timetable(blocks));
  const lesson = draft.lessons[0]!;
  const closed = vi.fn();
  render(<LessonEditor documentId="a" draft={draft} lesson={lesson} change={(make) => (draft = make(draft))} onClose={closed} />);
  return { after: () => draft, closed };
}

const field = (label: string): HTMLInputElement => {
  const named = [...document.querySelectorAll("label")].find((one) => one.textContent.startsWith(label));
  return document.getElementById(named?.htmlFor ?? "") as HTMLInputElement;
};

it("keeps what was said when it is closed, however it is closed", () => {
  const { after, closed } = open(maths);
  type(field("Room"), "12");
  press(document.body, 'button[aria-label="Close"]');
  expect(after().lessons[0]?.block).toMatchObject({ room: "12", confidence: 1 });
  expect(closed).toHaveBeenCalledOnce();
});

it("tells what is at the same time, in the language's times, and what cannot be kept", () => {
  const { after } = open(maths, art);
  expect(document.querySelector(".clashes")?.textContent.replace(/\s/g, " ")).toBe("At the same time: Art, 9:30 – 10:15 AM");
  type(field("Ends"), "08:00");
  expect(document.querySelector(".react-aria-FieldError")?.textContent).toBe("It has to end after it starts.");
  expect(document.querySelector<HTMLButtonElement>('[type="submit"]')?.disabled).toBe(true);
  press(document.body, 'button[aria-label="Close"]');
  expect(after().lessons[0]?.block.endTime).toBe("09:45");
});

it("puts one lesson into all five days, and takes one away", () => {
  const week = open(maths);
  const [everyDay] = [...document.querySelectorAll("button")].filter((one) => one.textContent === "The same from Monday to Friday");
  act(() => everyDay?.click());
  expect(week.after().lessons.map((one) => one.block.day)).toEqual(["monday", "tuesday", "wednesday", "thursday", "friday"]);
});

it("takes one away", () => {
  const { after, closed } = open(maths, art);
  press(document.body, '[data-testid="delete-lesson"]');
  expect(after().lessons.map((one) => one.block.name)).toEqual(["Art"]);
  expect(closed).toHaveBeenCalledOnce();
});
