import { expect, it, onTestFinished, vi } from "vitest";

import { press, render } from "../../../testing/render";
import { ProgressStack } from "./ProgressStack";

vi.mock("timelift-react", async (original) => ({
  ...(await original<typeof import("timelift-react")>()),
  ProcessingNotification: ({ collapsed }: { collapsed: boolean }) => <p data-testid="notification" data-collapsed={collapsed} />,
}));

function stack(watched: string[], onPage: string | null = null): { place: HTMLElement; close: ReturnType<typeof vi.fn> } {
  const close = vi.fn();
  const { place } = render(<ProgressStack watched={watched} documents={[]} onPage={onPage} close={close} />);
  return { place, close };
}
const folded = (place: HTMLElement): boolean => place.querySelector(".stack-cards")?.hasAttribute("hidden") ?? false;

it("is one card for one document, and several under one that counts them", () => {
  expect(folded(stack(["a"]).place)).toBe(false);
  const { place, close } = stack(["a", "b"]);
  expect(place.querySelector('[data-testid="stack-sum"]')?.textContent).toContain("2 reading");
  expect(folded(place)).toBe(true);
  press(place, '[data-testid="stack-sum"] [aria-expanded]');
  expect(folded(place)).toBe(false);
  press(place, '[data-testid="stack-sum"] [aria-label="Close"]');
  expect(close.mock.calls.map(([id]) => id as string)).toEqual(["a", "b"]);
});

it("shows no second card of the document whose page is open", () => {
  const { place } = stack(["a"], "a");
  expect(place.querySelectorAll('[data-testid="notification"]')).toHaveLength(0);
  expect(place.querySelector<HTMLElement>(".stack")?.hidden).toBe(true);
});

it("is one line on a phone", () => {
  vi.spyOn(window, "matchMedia").mockImplementation((query) => ({ matches: query === "(max-width: 640px)", addEventListener: () => {}, removeEventListener: () => {} }) as unknown as MediaQueryList);
  onTestFinished(() => void vi.restoreAllMocks());
  const card = stack(["a"]).place.querySelector<HTMLElement>('[data-testid="notification"]');
  expect(card?.dataset["collapsed"]).toBe("true");
});
