import { act, useState, type ReactNode } from "react";
import { expect, it, vi } from "vitest";

import { block, timetable } from "../../../testing/blocks";
import { press, render } from "../../../testing/render";
import { draftOf, inOrder, type Draft } from "../draft";
import { Review } from "./Review";

const unsure = block({ name: "Art", confidence: 0.6, alternatives: [{ field: "name", value: "Drama", confidence: 0.3 }] });
const doubtful = block({ name: "Maths", confidence: 0.4 });
const warning = { code: "missing_day", message: "There is nothing on Wednesday.", timeBlock: null };

let draft: Draft;
function Page({ done }: { done: () => void }): ReactNode {
  const [now, set] = useState(() => draftOf(timetable([unsure, doubtful], { warnings: [warning] })));
  draft = now;
  return <Review documentId="a" draft={now} change={(make) => set(make)} onClose={done} />;
}
const told = (): string => document.querySelector('[data-testid="review"]')?.textContent ?? "";
const right = (): void => press(document.body, '[data-testid="review-right"]');
const button = (text: string): void => act(() => [...document.querySelectorAll("button")].find((one) => one.textContent === text)?.click());

it("goes through what is doubtful, the most first, and leaves nothing to look at", () => {
  const done = vi.fn();
  render(<Page done={done} />);
  expect(told()).toContain("1 of 3");
  expect(told()).toContain("Maths");
  right();
  expect(told()).toContain("2 of 3");
  button("Drama");
  right();
  expect(told()).toContain("nothing on Wednesday");
  right();
  expect(told()).toContain("Everything is checked.");
  expect(inOrder(draft)).toBe(true);
  expect(draft.lessons.map(({ block: { name, confidence } }) => [name, confidence])).toEqual([
    ["Drama", 1],
    ["Maths", 1],
  ]);
  button("Done");
  expect(done).toHaveBeenCalledOnce();
});

it("leaves for later what is put off, and takes away what is no lesson", () => {
  render(<Page done={vi.fn()} />);
  button("Later");
  expect(told()).toContain("Art");
  button("Delete");
  right();
  expect(told()).toContain("One lesson was hard to read");
  expect(draft.lessons.map(({ block: { name } }) => name)).toEqual(["Maths"]);
});
