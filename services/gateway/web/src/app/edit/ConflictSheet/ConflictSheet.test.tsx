import { act } from "react";
import { expect, it, vi } from "vitest";

import { block } from "../../../testing/blocks";
import { press, render } from "../../../testing/render";
import { ConflictSheet } from "./ConflictSheet";

it("shows both versions of each lesson, and goes on with those that are chosen", () => {
  const choose = vi.fn();
  const differences = [
    { mine: block({ name: "Geometry" }), theirs: block({ name: "Algebra" }) },
    { mine: block({ name: "Art" }), theirs: null },
  ];
  render(<ConflictSheet conflict={{ merge: { same: [], differences }, choose }} />);
  const [first, second] = [...document.querySelectorAll<HTMLElement>('[data-testid="difference"]')];
  expect(first?.textContent).toContain("Geometry");
  expect(first?.textContent).toContain("Algebra");
  expect(second?.textContent).toContain("No lesson");
  act(() => first?.querySelectorAll("input")[1]?.click());
  press(document.body, '[type="submit"]');
  expect(choose).toHaveBeenCalledExactlyOnceWith(["theirs", "mine"]);
});
