import { act } from "react";
import { afterEach, expect, it, vi } from "vitest";

import type { DocumentInfo } from "timelift-react";
import { press, render, settle, type } from "../../../testing/render";
import { loadWords } from "../../words";
import { DocumentRow } from "./DocumentRow";

const document_: DocumentInfo = {
  documentId: "a",
  status: "failed",
  step: "Running OCR",
  stage: "ocr",
  percentage: 40,
  secondsLeft: null,
  before: null,
  error: "The JPEG file is cut off.",
  failure: null,
  savedName: null,
  className: null,
  teacher: null,
  fileName: "4b.jpg",
  contentType: "image/jpeg",
  size: 1_834_221,
  pages: 0,
  timetableId: null,
  timetableIds: [],
  createdAt: "2026-11-30T11:00:00Z",
  updatedAt: "2026-11-30T11:00:00Z",
  completedAt: null,
};
const list = { rename: vi.fn(), cancel: vi.fn(), retry: vi.fn(), remove: vi.fn() };

/** What a row says of a document. */
function rows(): (more: Partial<DocumentInfo>) => string {
  const { place, show } = render(null);
  return (more) => {
    show(<DocumentRow document={{ ...document_, ...more }} list={list} />);
    return place.textContent ?? "";
  };
}

/** One row, of a list that does what a test says. */
function rowOf(more: Partial<DocumentInfo>, does: Partial<typeof list>): HTMLElement {
  return render(<DocumentRow document={{ ...document_, ...more }} list={{ ...list, ...does }} />).place;
}

afterEach(() => loadWords(["en"]));

it("offers to read once more what may be read, and not what never can", () => {
  const row = rows();
  for (const more of [{ failure: "internal" }, { failure: null }, { status: "cancelled" }] as const) expect(row(more)).toContain("Try again");
  expect(row({ failure: "unreadable" })).toBe("4bThe JPEG file is cut off.");
  expect(row({ status: "processing" })).toBe("4bRunning OCR, 40%Cancel");
});

it("says in the page's language where a document is, and why it failed", async () => {
  await loadWords(["de-CH"]);
  const row = rows();
  expect(row({ status: "processing" })).toBe("4bDer Text wird erkannt, 40%Abbrechen");
  expect(row({ failure: "unreadable" })).toContain("Diese Datei kann nicht gelesen werden.");
  expect(row({ failure: "internal" })).toContain("Beim Lesen ist bei uns etwas schiefgegangen.");
  expect(row({ status: "completed" })).toContain("1.8 MB");
});

it("is called what it was saved as, else its class, else its file, and is renamed in its place", () => {
  const rename = vi.fn(() => Promise.resolve());
  const place = rowOf({ status: "completed", className: "4B", teacher: "Ms Carter" }, { rename });
  const name = (): string | null | undefined => place.querySelector(".row-name a")?.textContent;
  expect([name(), place.querySelector(".row-state")?.textContent]).toEqual(["4B", expect.stringContaining("Ms Carter · 4b.jpg")]);
  press(place, '[aria-label="Rename this timetable: 4B"]');
  const field = place.querySelector("input")!;
  type(field, " Our week ");
  act(() => field.form?.requestSubmit());
  expect(rename).toHaveBeenCalledExactlyOnceWith("a", "Our week");
  press(place, '[aria-label="Rename this timetable: 4B"]');
  type(place.querySelector("input")!, "Never");
  act(() => void place.querySelector("input")?.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true })));
  expect([rename.mock.calls.length, name()]).toEqual([1, "4B"]);
});

it("asks before it is deleted, and says why it was not", async () => {
  const remove = vi.fn(() => Promise.reject(new Error("away")));
  const place = rowOf({ status: "completed" }, { remove });
  press(place, '[aria-label="Delete 4b"]');
  press(place, ".confirm .button:last-child");
  press(place, '[aria-label="Delete 4b"]');
  expect(remove).not.toHaveBeenCalled();
  press(place, ".confirm .danger");
  await settle();
  expect(place.querySelector(".confirm")?.textContent).toContain("That did not work.");
});
