import { expect, it, vi } from "vitest";

import { render, serve, settle } from "../../../testing/render";
import type { Timeline as Way } from "../api";
import { bars, Timeline } from "./Timeline";

const ID = "7085e8b2-619c-4bec-aeea-377b150320d1";
const at = (second: number): string => new Date(Date.UTC(2026, 10, 30, 11, 0, second)).toISOString();
const phase = (stage: string, from: number, seconds: number, attempts = 1): Way["phases"][number] => ({
  stage,
  step: null,
  startedAt: at(from),
  endedAt: at(from + seconds),
  seconds,
  attempts,
  events: 2,
});
const way = (more: Partial<Way> = {}): Way => ({
  documentId: ID,
  status: "completed",
  createdAt: at(0),
  retriedAt: null,
  completedAt: at(10),
  waitedSeconds: 2,
  seconds: 10,
  generation: 0,
  phases: [phase("compressing", 2, 3), phase("ocr", 5, 5, 2)],
  ...more,
});

it("lays each phase on the document's whole way", () => {
  expect(bars(way())).toEqual([
    { from: 0.2, length: 0.3 },
    { from: 0.5, length: 0.5 },
  ]);
  // Under way: up to what is known; put back to work: from then on.
  expect(bars(way({ seconds: null, phases: [phase("compressing", 1, 3)] }))).toEqual([{ from: 0.25, length: 0.75 }]);
  expect(bars(way({ retriedAt: at(5), seconds: 5 }))[0]).toMatchObject({ from: 0 });
  expect(bars(way({ phases: [] }))).toEqual([]);
});

it("shows a document's phases with durations and attempts", async () => {
  serve({ [`GET /api/v1/operations/documents/${ID}`]: way({ generation: 1 }) });
  const { place, show } = render(<Timeline documentId={null} />);
  expect(place.textContent).toContain("Paste a document’s id");
  show(<Timeline documentId={ID} />);
  await settle();
  const rows = [...place.querySelectorAll("tbody tr")].map((row) => [...row.children].map((cell) => cell.textContent));
  expect(rows.map((row) => [row[0], row[3], row[4]])).toEqual([
    ["Waited", "2 sec", ""],
    ["Compressing", "3 sec", "1"],
    ["Text recognition", "5 sec", "2"],
  ]);
  expect(place.textContent).toContain("enqueued again once");
  expect(document.activeElement?.textContent).toBe("One document’s way");
});

it("says that there is no such document", async () => {
  serve({});
  const { place } = render(<Timeline documentId="made-up" />);
  await settle();
  expect(place.textContent).toContain("There is no such document.");
});

it("comes into sight once it is there, and has the focus at once", async () => {
  const seen: number[] = [];
  vi.spyOn(Element.prototype, "scrollIntoView").mockImplementation(function (this: Element) {
    seen.push(this.querySelectorAll('[data-testid="phase"]').length);
  });
  serve({ [`GET /api/v1/operations/documents/${ID}`]: way() });
  const { place } = render(<Timeline documentId={ID} />);
  expect(document.activeElement).toBe(place.querySelector("h2"));
  await settle();
  expect(seen).toEqual([2]);
});
