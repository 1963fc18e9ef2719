import { afterEach, expect, it, vi } from "vitest";

import type { DocumentInfo } from "timelift-react";
import { render } from "../../../testing/render";
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
