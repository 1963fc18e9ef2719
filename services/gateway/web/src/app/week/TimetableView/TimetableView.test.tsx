import { act } from "react";
import { expect, it, onTestFinished } from "vitest";

import type { DocumentInfo, TimeBlock } from "timelift-react";
import { block, timetable } from "../../../testing/blocks";
import { press, render, serve, settle } from "../../../testing/render";
import { setMe } from "../../session";
import { TimetableView } from "./TimetableView";

const source = { documentId: "a", fileName: "4b.jpg", pages: 1 } as DocumentInfo;

async function view(blocks: TimeBlock[], validated = true): Promise<{ place: HTMLElement; asked: string[] }> {
  const asked = serve({ "PUT /api/v1/timetables/w": {} });
  const loaded = { timetable: timetable(blocks, { className: "4B", validated }), etag: '"1"' };
  const { place } = render(<TimetableView document={source} id="w" loaded={loaded} />);
  await settle();
  return { place, asked };
}
const names = (within: Element): (string | undefined)[] => [...within.querySelectorAll<HTMLElement>("[data-name]")].map((one) => one.dataset["name"]);
const tools = (place: HTMLElement): (string | null)[] => [...place.querySelectorAll(".week-tools button")].map((one) => one.getAttribute("aria-label") ?? one.textContent);

it("says that a week needs a look as long as something is doubtful, and leads there", async () => {
  const { place } = await view([block({ name: "Maths", confidence: 0.4 })], false);
  expect(place.querySelector(".tag")?.textContent).toBe("Needs a look");
  expect(place.querySelector('[data-testid="open-review"]')?.textContent).toBe("Check 1 thing");
  expect((await view([block()])).place.querySelector(".tag")).toBeNull();
});

it("takes a change back and makes it again", async () => {
  const { place } = await view([block({ name: "Maths" }), block({ name: "Art", day: "tuesday" })]);
  const lesson = place.querySelector('[data-name="Maths"]');
  act(() => void lesson?.dispatchEvent(new KeyboardEvent("keydown", { key: "Delete", bubbles: true, cancelable: true })));
  expect(names(place)).toEqual(["Art"]);
  press(place, '[aria-label="Undo"]');
  expect(names(place)).toEqual(["Maths", "Art"]);
  expect(place.querySelector('[aria-label="Undo"]')?.getAttribute("aria-disabled")).toBe("true");
  press(place, '[aria-label="Redo"]');
  expect(names(place)).toEqual(["Art"]);
});

it("shows one of the weeks that take turns, and puts each on a page of its own on paper, without the picture", async () => {
  const { place } = await view([block({ name: "Every" }), block({ name: "In A", week: "A" }), block({ name: "In B", week: "B" })]);
  expect(names(place)).toEqual(["Every", "In A"]);
  press(place, '[aria-label="View"] button:nth-child(2)');
  act(() => void window.dispatchEvent(new Event("beforeprint")));
  expect(place.querySelector(".picture-view")).toBeNull();
  expect(place.querySelector(".print-only")?.textContent).toContain("Week A");
  const [page] = place.querySelectorAll(".print-page");
  expect([page?.querySelector("h2")?.textContent, names(page!)]).toEqual(["4B · Week B", ["Every", "In B"]]);
  act(() => void window.dispatchEvent(new Event("afterprint")));
  expect(place.querySelector(".print-page")).toBeNull();
  expect(place.querySelector(".picture-view")).not.toBeNull();
});

it("offers nothing to change to who may only look", async () => {
  act(() => setMe({ tenant: "north", name: "the wall", roles: ["read"], keys: true, loggedIn: true }));
  onTestFinished(() => act(() => setMe({ tenant: "north", name: "", roles: ["read", "write"], keys: false, loggedIn: false })));
  const { place, asked } = await view([block({ name: "Maths", confidence: 0.4 })], false);
  expect(tools(place)).toEqual(["Week", "Side by side", "Picture", "Export"]);
  expect([place.querySelector("h1")?.textContent, place.querySelector("h1 button")]).toEqual(["4B", null]);
  act(() => void place.querySelector('[data-name="Maths"]')?.dispatchEvent(new KeyboardEvent("keydown", { key: "Delete", bubbles: true })));
  expect([names(place), asked]).toEqual([["Maths"], []]);
});
