import { act } from "react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { render, serve, settle } from "../../../testing/render";
import { setMe, type Me } from "../../session";
import { OperationsPage } from "./OperationsPage";

const me = (...roles: Me["roles"]): Me => ({ tenant: "north", name: "north", roles, keys: true, loggedIn: true });
const stage = { stage: "ocr", depth: 0, waiting: 0, running: 0, retrying: 0, dead: 0, oldestWaitingSeconds: 0, workers: 1 };
const all = {
  "GET /api/v1/operations/stages": { stages: [stage] },
  "GET /api/v1/operations/last-hour": { stages: [] },
  "GET /api/v1/operations/dead": { reasons: [] },
  "GET /api/v1/operations/workers": { workers: [] },
  "GET /api/v1/operations/gateways": { gateways: [] },
  "GET /api/v1/operations/events": { events: [] },
};

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

it("shows a sentence, and asks for nothing, where the key is not for it", async () => {
  const asked = serve(all);
  act(() => setMe(me("read", "write")));
  const { place } = render(<OperationsPage documentId={null} />);
  await settle();
  expect(place.querySelectorAll("p")).toHaveLength(1);
  expect(place.textContent).toContain("“operate”");
  expect(asked).toEqual([]);
});

it("shows what there is, and goes on asking", async () => {
  const asked = serve(all);
  act(() => setMe(me("operate")));
  const { place } = render(<OperationsPage documentId={null} />);
  await settle();
  expect(place.querySelector('[data-testid="stage-ocr"]')).not.toBeNull();
  expect(place.querySelector('[data-testid="away"]')?.textContent).toBe("");
  const before = asked.length;
  await act(() => vi.advanceTimersByTimeAsync(2000));
  expect(asked.slice(before)).toContain("GET /api/v1/operations/stages");
});

it("says that Redis is away over what it knew, and when it is back", async () => {
  act(() => setMe(me("operate")));
  serve(all);
  const { place } = render(<OperationsPage documentId={null} />);
  await settle();
  const away = (): string => place.querySelector('[data-testid="away"]')?.textContent ?? "";
  vi.stubGlobal("fetch", () => Promise.resolve(new Response(JSON.stringify({ type: "/problems/redis-away", detail: "Away." }), { status: 503 })));
  await act(() => vi.advanceTimersByTimeAsync(2000));
  expect(away()).toContain("Redis is away.");
  expect(place.querySelector('[data-testid="stage-ocr"]')).not.toBeNull();
  serve(all);
  await act(() => vi.advanceTimersByTimeAsync(5000));
  expect(away()).toBe("");
});
