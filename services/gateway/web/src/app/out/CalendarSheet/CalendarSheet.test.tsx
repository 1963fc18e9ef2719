import { act } from "react";
import { expect, it, onTestFinished, vi } from "vitest";

import { press, render, serve, settle } from "../../../testing/render";
import { CalendarSheet } from "./CalendarSheet";

const link = { calendarId: "c", url: "https://school.example/api/v1/calendars/secret.ics", webcalUrl: "webcal://school.example/api/v1/calendars/secret.ics" };
const button = (text: string): HTMLButtonElement | undefined => [...document.querySelectorAll("button")].find((one) => one.textContent === text);

async function withLink(): Promise<string[]> {
  const asked = serve({ "PUT /api/v1/timetables/w/term-dates": {}, "POST /api/v1/timetables/w/calendars": link });
  render(<CalendarSheet id="w" onClose={() => {}} />);
  await settle();
  press(document.body, '[data-testid="subscribe"]');
  await settle();
  return asked;
}

it("gives the link to whatever the phone shares with", async () => {
  const share = vi.fn<(what: ShareData) => Promise<void>>(() => Promise.reject(new DOMException("closed", "AbortError")));
  Object.defineProperty(navigator, "share", { value: share, configurable: true });
  onTestFinished(() => void Reflect.deleteProperty(navigator, "share"));
  const asked = await withLink();
  expect(asked).toEqual(["GET /api/v1/timetables/w/term-dates", "PUT /api/v1/timetables/w/term-dates", "POST /api/v1/timetables/w/calendars"]);
  act(() => button("Share")?.click());
  await settle(); // whoever thinks better of it is told nothing
  expect(share.mock.calls).toEqual([[{ url: link.url }]]);
});

it("has the link to copy and to scan where nothing shares", async () => {
  await withLink();
  expect(button("Share")).toBeUndefined();
  expect(document.querySelector<HTMLInputElement>(".subscription-url")?.value).toBe(link.url);
  expect(document.querySelector(".qr")?.getAttribute("aria-label")).toContain("code");
});
