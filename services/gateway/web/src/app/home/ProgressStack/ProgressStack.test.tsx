import { act } from "react";
import { expect, it, onTestFinished, vi } from "vitest";

import { press, render } from "../../../testing/render";
import { ProgressStack } from "./ProgressStack";

vi.mock("timelift-react", async (original) => ({
  ...(await original<typeof import("timelift-react")>()),
  ProcessingNotification: ({ collapsed, onEnd }: { collapsed: boolean; onEnd: (event: object) => void }) => (
    <button data-testid="notification" data-collapsed={collapsed} onClick={() => onEnd({ type: "complete" })} />
  ),
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

it("lets a card that is ready go by itself, unless somebody is just at it", () => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const { place, close } = stack(["a"]);
  press(place, '[data-testid="notification"]');
  const card = place.querySelector<HTMLElement>('[data-testid="notification"]');
  act(() => card?.focus());
  act(() => void vi.advanceTimersByTime(20_000));
  expect(close).not.toHaveBeenCalled();
  act(() => card?.blur());
  act(() => void vi.advanceTimersByTime(8000));
  expect(close).toHaveBeenCalledExactlyOnceWith("a");
});
