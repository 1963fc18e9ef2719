import { act } from "react";
import { expect, it, vi } from "vitest";

import { press, render, settle } from "../../../testing/render";
import { ExportMenu } from "./ExportMenu";

function open(settled: () => Promise<void> = () => Promise.resolve()): (name: string) => void {
  const { place } = render(<ExportMenu id="w" settled={settled} />);
  press(place, '[data-testid="export"]');
  return (name) => act(() => [...document.querySelectorAll<HTMLElement>('[role="menuitem"]')].find((one) => one.textContent === name)?.click());
}

it("hands out a file once what was typed a moment ago is in it", async () => {
  const assign = vi.spyOn(window.location, "assign").mockImplementation(() => undefined);
  let saved = (): void => undefined;
  open(() => new Promise((resolve) => (saved = resolve)))("Excel");
  await settle();
  expect(assign).not.toHaveBeenCalled();
  saved();
  await settle();
  expect(assign).toHaveBeenCalledExactlyOnceWith("/api/v1/timetables/w.xlsx");
});

it("has each way out", () => {
  const print = vi.fn();
  vi.stubGlobal("print", print);
  const choose = open();
  expect([...document.querySelectorAll('[role="menuitem"]')].map((one) => one.textContent)).toEqual(["Calendar…", "Excel", "CSV table", "JSON", "Print"]);
  choose("Print");
  expect(print).toHaveBeenCalledOnce();
});
