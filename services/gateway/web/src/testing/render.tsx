import { act, type ReactNode } from "react";
import { createRoot } from "react-dom/client";
import { onTestFinished, vi } from "vitest";

/** Shows something for one test; what is gone at its end. Gives where it stands, and a way to show something else there. */
export function render(node: ReactNode): { place: HTMLElement; show: (node: ReactNode) => void } {
  vi.stubGlobal("IS_REACT_ACT_ENVIRONMENT", true);
  const place = document.body.appendChild(document.createElement("div"));
  const root = createRoot(place);
  const show = (next: ReactNode): void => act(() => root.render(next));
  show(node);
  onTestFinished(() => {
    vi.stubGlobal("IS_REACT_ACT_ENVIRONMENT", true); // what was shown before this is taken away first, and this with it
    act(() => root.unmount());
    place.remove();
    vi.unstubAllGlobals();
  });
  return { place, show };
}

const soon = globalThis.setImmediate; // of a clock that no test stops

/** Lets what was promised come true: an answer's body takes turns of the loop, not only of promises. */
export async function settle(): Promise<void> {
  await act(async () => {
    for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => soon(resolve));
  });
}

/** A server for `fetch`: answers by "METHOD /address", with a body or a status; notes what it was asked. */
export function serve(answers: Record<string, object | number>): string[] {
  const asked: string[] = [];
  vi.stubGlobal("fetch", (url: string, init: RequestInit = {}) => {
    const address = `${init.method ?? "GET"} ${url}`;
    asked.push(address);
    const known = Object.keys(answers).find((one) => address === one || address.startsWith(`${one}?`));
    const answer = known === undefined ? 404 : (answers[known] ?? 404);
    return Promise.resolve(typeof answer === "number" ? new Response("", { status: answer }) : Response.json(answer));
  });
  return asked;
}

export function press(place: HTMLElement, selector: string): void {
  const found = place.querySelector<HTMLElement>(selector);
  if (!found) throw new Error(`nothing is ${selector}`);
  act(() => found.click());
}

/** As a person types over what is in a field. */
export function type(into: HTMLInputElement | HTMLSelectElement, text: string): void {
  const kind = into instanceof HTMLSelectElement ? HTMLSelectElement : HTMLInputElement;
  act(() => {
    Object.getOwnPropertyDescriptor(kind.prototype, "value")?.set?.call(into, text);
    into.dispatchEvent(new Event(kind === HTMLSelectElement ? "change" : "input", { bubbles: true }));
  });
}
