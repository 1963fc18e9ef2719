import { act, type ReactNode } from "react";
import { createRoot, type Root } from "react-dom/client";
import { vi } from "vitest";

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
