import { expect, it, onTestFinished, vi } from "vitest";

import { ApiError, type Upload } from "timelift-react";
import { press, render, type } from "../../../testing/render";
import { DocumentList } from "./DocumentList";
import type { Documents } from "../useDocuments";

function upload(more: Partial<Upload>, size = 1): Upload {
  const file = new File([], "4b.jpg");
  Object.defineProperty(file, "size", { value: size });
  return { key: 1, file, state: "sending", share: 0.4, documentId: null, error: null, cancel: vi.fn(), retry: vi.fn(), ...more };
}

function list(...sending: Upload[]): HTMLElement {
  return shown({ documents: [], sending }).place;
}
function shown(more: Partial<Documents>): { place: HTMLElement; state: Documents } {
  const nothing = { rename: vi.fn(), cancel: vi.fn(), retry: vi.fn(), remove: vi.fn(), refresh: vi.fn(() => Promise.resolve(true)), ask: vi.fn(), send: vi.fn() };
  const state: Documents = { ...nothing, documents: [], error: null, query: { q: "", needsLook: false, sort: "-created" }, sending: [], older: null, ...more };
  return { place: render(<DocumentList state={state} />).place, state };
}

const told = (place: HTMLElement): string => place.querySelector(".row-state")?.textContent ?? "";

it("tells how far a file is, and lets it be stopped", () => {
  const one = upload({});
  const place = list(one);
  expect(told(place)).toBe("Uploading, 40%");
  expect(place.querySelector('[role="progressbar"]')?.getAttribute("aria-valuenow")).toBe("40");
  press(place, ".row-actions button");
  expect(one.cancel).toHaveBeenCalledOnce();
});

it("tells that a file waits for the network", () => {
  vi.spyOn(navigator, "onLine", "get").mockReturnValue(false);
  onTestFinished(() => void vi.restoreAllMocks());
  const place = list(upload({ state: "waiting", share: 0 }));
  expect(told(place)).toBe("It is sent when you are online again.");
  expect(place.querySelector('[role="progressbar"]')).toBeNull();
});

const failed = { state: "failed", error: new ApiError(0) } as const;

it("says why a file was not sent", () => {
  expect(told(list(upload(failed)))).toBe("Timelift could not be reached. Are you online?");
});

it("offers to send again what may be taken then, and not what is at fault itself", () => {
  const buttons = (status: number): (string | null)[] => [...list(upload({ state: "failed", error: new ApiError(status) })).querySelectorAll(".row-actions button")].map((one) => one.textContent);
  expect(buttons(503)).toEqual(["Try again", "Dismiss"]);
  expect(buttons(422)).toEqual(["Dismiss"]);
});

it("takes a connection that was cut under a large file for a refusal of its size, and tries again when told to", () => {
  const one = upload(failed, 60_000_000);
  const place = list(one);
  expect(told(place)).toBe("The upload was cut off. Perhaps the file is too large: it has 60 MB.");
  press(place, ".row-actions button");
  expect(one.retry).toHaveBeenCalledOnce();
});

it("searches while one types, filters and sorts", () => {
  const { place, state } = shown({ query: { q: "4", needsLook: false, sort: "-created" } });
  type(place.querySelector('[type="search"]')!, " 4b ");
  press(place, ".choice button:last-child");
  type(place.querySelector("select")!, "name");
  expect(vi.mocked(state.ask).mock.calls.map(([query]) => query)).toEqual([
    { q: "4b", needsLook: false, sort: "-created" },
    { q: "4", needsLook: true, sort: "-created" },
    { q: "4", needsLook: false, sort: "name" },
  ]);
  expect(place.textContent).toContain("Nothing was found.");
});

it("says how to begin where there is nothing, and asks again where the list could not be had", () => {
  expect(shown({}).place.textContent).toContain("Your first timetable takes a few seconds.");
  const { place, state } = shown({ documents: null, error: "Timelift could not be reached." });
  press(place, '[role="alert"] button');
  expect(state.refresh).toHaveBeenCalledOnce();
});
