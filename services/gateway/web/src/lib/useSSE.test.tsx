import { act, StrictMode, type ReactNode } from "react";
import { createRoot, type Root } from "react-dom/client";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { FakeEventSource, install } from "../testing/fakes";
import { ProcessingNotification } from "./ProcessingNotification";
import { useSSE } from "./useSSE";

let root: Root;
let place: HTMLElement;

function Watch({ id, accessToken }: { id: string | null; accessToken?: string }): ReactNode {
  const { event, isConnected, error } = useSSE(id, accessToken ? { accessToken } : {});
  return <p>{JSON.stringify({ percentage: event?.percentage ?? null, isConnected, error: error?.message ?? null })}</p>;
}

const show = (node: ReactNode): void => act(() => root.render(node));
const text = (selector: string): string => place.querySelector(selector)?.textContent ?? "";
const message = (percentage: number, more: object = {}): object => ({
  type: "progress",
  documentId: "a",
  step: "Running OCR",
  stage: "ocr",
  percentage,
  message: "184 lines read",
  ...more,
});

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("IS_REACT_ACT_ENVIRONMENT", true);
  install();
  place = document.body.appendChild(document.createElement("div"));
  root = createRoot(place);
});
afterEach(() => {
  act(() => root.unmount());
  vi.runOnlyPendingTimers(); // the stream nobody watches any more
  expect(FakeEventSource.all.every((source) => source.readyState === FakeEventSource.CLOSED)).toBe(true);
  place.remove();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it("is idle without a document", () => {
  show(<Watch id={null} />);
  expect(FakeEventSource.all).toHaveLength(0);
  expect(JSON.parse(text("p"))).toEqual({ percentage: null, isConnected: false, error: null });
});

it("shares one connection between all who watch, in StrictMode too", () => {
  show(
    <StrictMode>
      <Watch id="a" />
      <Watch id="a" />
    </StrictMode>,
  );
  vi.advanceTimersByTime(1000);
  expect(FakeEventSource.all).toHaveLength(1);
  act(() => FakeEventSource.last.open());
  act(() => FakeEventSource.last.send(message(40)));
  expect([...place.querySelectorAll("p")].map((one) => JSON.parse(one.textContent ?? "").percentage)).toEqual([40, 40]);
});

it("follows the same document anew with another key", () => {
  show(<Watch id="a" accessToken="one" />);
  show(<Watch id="a" accessToken="one" />);
  show(<Watch id="a" accessToken="two" />);
  vi.advanceTimersByTime(1000);
  expect(FakeEventSource.all.map((one) => [one.url, one.readyState])).toEqual([
    ["/api/v1/events/a?access_token=one", FakeEventSource.CLOSED],
    ["/api/v1/events/a?access_token=two", FakeEventSource.CONNECTING],
  ]);
});

it("forgets one document when it follows another", () => {
  show(<Watch id="a" />);
  act(() => FakeEventSource.last.send(message(40)));
  show(<Watch id="b" />);
  expect(JSON.parse(text("p")).percentage).toBeNull();
  vi.advanceTimersByTime(1000);
  expect(FakeEventSource.all.map((one) => [one.url, one.readyState])).toEqual([
    ["/api/v1/events/a", FakeEventSource.CLOSED],
    ["/api/v1/events/b", FakeEventSource.CONNECTING],
  ]);
});

it("shows the way in the widget, and the end once", () => {
  const onEnd = vi.fn();
  const onClose = vi.fn();
  show(<ProcessingNotification documentId="a" title="week.png" onEnd={onEnd} onClose={onClose} />);
  act(() => FakeEventSource.last.open());
  act(() => FakeEventSource.last.send(message(64)));
  expect(text('[data-testid="notification-step"]')).toBe("Running OCR");
  expect(text('[data-testid="notification-percentage"]')).toBe("64%");
  expect(text('[role="status"]')).toBe("184 lines read");
  expect(place.querySelector('[role="progressbar"]')?.getAttribute("aria-valuenow")).toBe("64");
  expect(text('[aria-current="step"]')).toBe("OCR");
  act(() => FakeEventSource.last.fail(false));
  expect(text('[role="status"]')).toContain("Reconnecting");
  act(() => FakeEventSource.last.send({ type: "complete", documentId: "a", result: { validated: true } }));
  expect(onEnd).toHaveBeenCalledOnce();
  expect(place.querySelector('[data-testid="view-timetable"]')?.getAttribute("href")).toBe("#/timetables/a");
  act(() => place.querySelector<HTMLButtonElement>('[aria-label="Close"]')?.click());
  expect(onClose).toHaveBeenCalledOnce();
});

it("says how many timetables a document has", () => {
  show(<ProcessingNotification documentId="a" />);
  const result = { documentId: "a", timetableId: "x", timetableIds: ["x", "y"], validated: false };
  act(() => FakeEventSource.last.send({ type: "complete", documentId: "a", result }));
  expect(text('[role="status"]')).toBe("2 timetables found. Some of it needs a look.");
});

it("tells why a document failed", () => {
  show(<ProcessingNotification documentId="a" />);
  act(() => FakeEventSource.last.send({ type: "error", documentId: "a", error: "The picture is too dark." }));
  expect(text('[role="status"]')).toBe("The picture is too dark.");
  expect(place.querySelector('[data-testid="view-timetable"]')).toBeNull();
});
