import { act, useRef, type ReactNode } from "react";
import { expect, it } from "vitest";

import { render } from "../testing/render";
import { useKeptFocus } from "./useKeptFocus";

function Page({ rows, dialog = false, done = false }: { rows: string[]; dialog?: boolean; done?: boolean }): ReactNode {
  const main = useRef<HTMLElement>(null);
  useKeptFocus(main);
  return (
    <>
      <main ref={main} tabIndex={-1}>
        <h1>
          <button type="button">title</button>
        </h1>
        <ul>
          {rows.map((row) => (
            <li key={row}>
              <button type="button" disabled={row === "off"}>
                {row}
              </button>
            </li>
          ))}
        </ul>
        {!done && <button type="button">last</button>}
      </main>
      {dialog && <input aria-label="dialog" autoFocus />}
    </>
  );
}

const frames = (): Promise<void> =>
  act(async () => {
    for (let count = 0; count < 3; count++) await new Promise(requestAnimationFrame);
  });
const focused = (): string => document.activeElement?.textContent ?? "";
const focus = (place: HTMLElement, text: string): void => [...place.querySelectorAll("button")].find((one) => one.textContent === text)?.focus();

it("gives the focus of what is gone to what is nearest", async () => {
  const { place, show } = render(<Page rows={["off", "a", "b", "c"]} />);
  focus(place, "b");
  show(<Page rows={["off", "a", "c"]} />);
  await frames();
  expect(focused()).toBe("a");
  show(<Page rows={[]} />);
  await frames();
  expect(document.activeElement).toBe(place.querySelector("main"));
});

it("leaves it where it is, or was put on purpose", async () => {
  const { place, show } = render(<Page rows={["a", "b"]} />);
  focus(place, "a");
  show(<Page rows={["a"]} />);
  await frames();
  expect(focused()).toBe("a");
  act(() => (document.activeElement as HTMLElement).blur());
  show(<Page rows={["a", "c"]} />);
  await frames();
  expect(document.activeElement).toBe(document.body);
});

it("takes care of a dialog whose button went meanwhile", async () => {
  const { place, show } = render(<Page rows={["a"]} />);
  focus(place, "last");
  show(<Page rows={["a"]} dialog />);
  await frames();
  expect(document.activeElement?.getAttribute("aria-label")).toBe("dialog");
  show(<Page rows={["a"]} dialog done />);
  await frames();
  show(<Page rows={["a"]} done />);
  await frames();
  expect(document.activeElement).toBe(place.querySelector("main"));
});
