import { expect, it } from "vitest";

import { press, render, serve, settle } from "../../../testing/render";
import type { ToldEvent } from "../api";
import { EventFeed, joined } from "./EventFeed";

const event = (id: string, more: Partial<ToldEvent> = {}): ToldEvent => ({
  id,
  at: "2026-11-30T11:29:02.418Z",
  tenant: "north",
  documentId: "7085e8b2-619c-4bec-aeea-377b150320d1",
  type: "progress",
  step: "Running OCR",
  stage: "ocr",
  percentage: 40,
  status: null,
  attempt: null,
  error: null,
  ...more,
});

it("keeps the newest of all partitions, none twice", () => {
  const before = [event("0-2000-1"), event("1-1000-1")];
  const after = joined(before, [event("1-3000-1"), event("0-2000-1")]);
  expect(after.map((one) => one.id)).toEqual(["1-3000-1", "0-2000-1", "1-1000-1"]);
  expect(joined(after, [event("0-2000-1")])).toBe(after);
  const many = Array.from({ length: 300 }, (_, at) => event(`0-${5000 + at}-1`));
  expect(joined(after, many)).toHaveLength(100);
});

it("tells what happened, and stands still when it shall", async () => {
  const asked = serve({
    "GET /api/v1/operations/events": {
      events: [event("0-2000-1", { type: "error", status: "failed", error: "It is torn." }), event("0-1000-1", { attempt: 2 })],
    },
  });
  const { place } = render(<EventFeed />);
  await settle();
  const lines = [...place.querySelectorAll("li")].map((line) => line.textContent);
  expect(lines[0]).toContain("failed, It is torn.");
  expect(lines[1]).toContain("Text recognition, 40 %, attempt 2");
  expect(asked).toEqual(["GET /api/v1/operations/events?since=0&limit=100"]);
  press(place, "button");
  await settle();
  expect(place.querySelector("button")?.getAttribute("aria-pressed")).toBe("true");
  expect(asked).toHaveLength(1);
  press(place, "button");
  await settle();
  expect(asked[1]).toBe("GET /api/v1/operations/events?since=2000&limit=500");
});
