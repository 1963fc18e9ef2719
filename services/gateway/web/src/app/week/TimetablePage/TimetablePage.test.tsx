import { act } from "react";
import { expect, it, vi } from "vitest";

import { render, serve, settle } from "../../../testing/render";
import { setMe } from "../../session";
import { TimetablePage } from "./TimetablePage";

const document_ = { documentId: "a", status: "failed", error: "The JPEG file is cut off.", failure: "internal", fileName: "4b.jpg", timetableIds: [], pages: 0, percentage: 40 };
const button = (place: HTMLElement, text: string): HTMLButtonElement | undefined => [...place.querySelectorAll("button")].find((one) => one.textContent === text);

async function page(document: object, list = { cancel: vi.fn(), retry: vi.fn(), remove: vi.fn() }): Promise<{ place: HTMLElement; list: typeof list }> {
  serve({ "GET /api/v1/documents/a": document });
  const { place } = render(<TimetablePage documentId="a" list={list} />);
  await settle();
  return { place, list };
}

it("has a document read once more where that may help, and says why it could not", async () => {
  const retry = vi.fn(() => Promise.reject(new Error("away")));
  const { place, list } = await page(document_, { cancel: vi.fn(), retry, remove: vi.fn() });
  expect(place.textContent).toContain("The JPEG file is cut off.");
  act(() => button(place, "Try again")?.click());
  await settle();
  expect(list.retry).toHaveBeenCalledExactlyOnceWith("a");
  expect(place.textContent).toContain("That did not work.");
});

it("offers nothing that cannot help, or is not for who looks", async () => {
  expect(button((await page({ ...document_, failure: "unreadable" })).place, "Try again")).toBeUndefined();
});

it("offers what is to be done to nobody who may only look", async () => {
  act(() => setMe({ tenant: "north", name: "the wall", roles: ["read"], keys: true, loggedIn: true }));
  expect(button((await page(document_)).place, "Try again")).toBeUndefined();
  act(() => setMe({ tenant: "north", name: "", roles: ["read", "write"], keys: false, loggedIn: false }));
});

it("shows it under way once it is", async () => {
  const list = { cancel: vi.fn(() => Promise.resolve()), retry: vi.fn(() => Promise.resolve(void serve({ "GET /api/v1/documents/a": { ...document_, status: "uploaded" } }))), remove: vi.fn() };
  const { place } = await page({ ...document_, status: "cancelled", error: "Cancelled." }, list);
  expect(place.textContent).toContain("You stopped this one");
  act(() => button(place, "Try again")?.click());
  await settle();
  expect(place.textContent).toContain("Still reading 4b");
  act(() => button(place, "Cancel")?.click());
  await settle();
  expect(list.cancel).toHaveBeenCalledExactlyOnceWith("a");
});

it("asks for all it shows at once, and again where the week was read meanwhile", async () => {
  const answers: Record<string, object | number> = {
    "GET /api/v1/documents/a": { ...document_, status: "completed", error: null, failure: null, timetableId: "w", timetableIds: ["w"], pages: 1 },
    "GET /api/v1/documents/a/timetables": { timetables: [] },
  };
  const asked = serve(answers);
  const { place } = render(<TimetablePage documentId="a" list={{ cancel: vi.fn(), retry: vi.fn(), remove: vi.fn() }} />);
  const all = ["GET /api/v1/documents/a/timetables", "GET /api/v1/timetables/a", "GET /api/v1/documents/a"];
  expect(asked).toEqual(all);
  answers["GET /api/v1/timetables/a"] = { timetableId: "w", timeblocks: [], warnings: [], validated: true };
  await settle();
  // One of before may still be followed.
  expect(asked.slice(3).filter((one) => one.includes("/timetables"))).toEqual(all.slice(0, 2));
  expect(place.textContent).toContain("No lessons were found");
});
