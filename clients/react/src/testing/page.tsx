import { act, type ReactNode } from "react";
import { createRoot, type Root } from "react-dom/client";
import { afterEach, beforeEach, expect, vi } from "vitest";

import { FakeServer } from "./fakes.js";

/** A page with React on it, on the clock of the test. */
export class Page {
  readonly place: HTMLElement;
  private readonly root: Root;

  constructor() {
    vi.stubGlobal("IS_REACT_ACT_ENVIRONMENT", true);
    this.place = document.body.appendChild(document.createElement("div"));
    this.root = createRoot(this.place);
  }

  /** Renders, and lets happen what `milliseconds` bring. */
  async show(node: ReactNode, milliseconds = 50): Promise<void> {
    act(() => this.root.render(node));
    await this.pass(milliseconds);
  }

  async pass(milliseconds = 0): Promise<void> {
    await act(() => vi.advanceTimersByTimeAsync(milliseconds));
  }

  /** Does something and lets its consequences happen. */
  async after(run: () => unknown): Promise<void> {
    await act(async () => {
      await run();
      await vi.advanceTimersByTimeAsync(0);
    });
  }

  text(selector: string): string {
    return this.place.querySelector(selector)?.textContent ?? "";
  }

  get(selector: string): HTMLElement {
    const found = this.place.querySelector<HTMLElement>(selector);
    if (!found) throw new Error(`no ${selector} in ${this.place.innerHTML}`);
    return found;
  }

  close(): void {
    act(() => this.root.unmount());
    this.place.remove();
  }
}

/** What a test shows its components on, and what they ask. */
export let page: Page;
export let server: FakeServer;

/** Gives each test of a file a page, a server and a clock of its own, and holds what it showed to leaving nothing behind. */
export function testOnPage(): void {
  beforeEach(() => {
    vi.useFakeTimers();
    server = new FakeServer();
    page = new Page();
  });
  afterEach(async () => {
    page.close();
    await vi.runOnlyPendingTimersAsync(); // the documents nobody watches any more
    expect(server.open).toHaveLength(0);
    expect(vi.getTimerCount()).toBe(0);
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });
}
