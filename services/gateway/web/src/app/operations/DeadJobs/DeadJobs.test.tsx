import { expect, it, vi } from "vitest";

import { press, render, serve, settle } from "../../../testing/render";
import type { DeadJob, DeadReason } from "../api";
import { DeadJobs } from "./DeadJobs";

const reason = (more: Partial<DeadReason> = {}): DeadReason => ({
  stage: "compress",
  reason: "It is torn.",
  jobs: 2,
  oldest: "2026-11-30T10:00:00.000Z",
  newest: "2026-11-30T10:05:00.000Z",
  ...more,
});
const job: DeadJob = {
  id: "compress-0-1-0",
  documentId: "7085e8b2-619c-4bec-aeea-377b150320d1",
  tenant: "north",
  stage: "compress",
  reason: "It is torn.",
  detail: "OSError: torn",
  attempt: 3,
  deliveries: 1,
  diedAt: "2026-11-30T10:00:00.000Z",
};

it("retries all, those of a reason, and one", async () => {
  const asked = serve({
    "POST /api/v1/operations/dead/retry": { retried: 2 },
    "GET /api/v1/operations/dead/jobs": { jobs: [job], total: 101 },
  });
  const changed = vi.fn();
  const { place } = render(<DeadJobs reasons={[reason()]} changed={changed} />);
  press(place, '[data-testid="retry-all"]');
  await settle();
  expect(asked.pop()).toBe("POST /api/v1/operations/dead/retry");
  expect(place.querySelector('[role="status"]')?.textContent).toBe("2 jobs are back at work.");
  expect(changed).toHaveBeenCalledTimes(1);

  press(place, '[aria-label="Retry: It is torn."]');
  await settle();
  expect(asked.pop()).toBe("POST /api/v1/operations/dead/retry?stage=compress&reason=It+is+torn.");

  press(place, '[aria-expanded="false"]');
  await settle();
  expect(place.textContent).toContain("OSError: torn");
  expect(place.textContent).toContain("and 100 more");
  press(place, '[aria-label="Retry: 7085e8b2"]');
  await settle();
  expect(asked).toContain("POST /api/v1/operations/dead/retry?id=compress-0-1-0");
});

it("removes nothing before it was confirmed", async () => {
  const asked = serve({ "DELETE /api/v1/operations/dead": { removed: 3 } });
  const { place } = render(<DeadJobs reasons={[reason(), reason({ reason: "", jobs: 1 })]} changed={() => {}} />);
  expect(place.textContent).toContain("Without a reason");
  press(place, '[data-testid="remove-all"]');
  await settle();
  const dialog = document.querySelector<HTMLElement>('[role="dialog"]');
  expect(dialog?.textContent).toContain("Remove 3 dead jobs?");
  expect(asked).toEqual([]);
  press(document.body, '[data-testid="confirm-remove"]');
  await settle();
  expect(asked).toEqual(["DELETE /api/v1/operations/dead"]);
  expect(place.querySelector('[role="status"]')?.textContent).toBe("3 jobs are removed.");
});

it("says what went wrong, and that there are none", async () => {
  serve({ "POST /api/v1/operations/dead/retry": 503 });
  const { place, show } = render(<DeadJobs reasons={[reason()]} changed={() => {}} />);
  press(place, '[data-testid="retry-all"]');
  await settle();
  expect(place.querySelector('[role="status"]')?.className).toContain("bad");
  show(<DeadJobs reasons={[]} changed={() => {}} />);
  expect(place.textContent).toContain("There are none.");
  expect(place.querySelector("button")).toBeNull();
});
