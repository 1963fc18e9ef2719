import { expect, it } from "vitest";

import { begin, redo, step, undo } from "./history";

it("takes steps back and does them again, until another one is taken", () => {
  const two = step(step(begin("a"), "b"), "c");
  expect(undo(two).present).toBe("b");
  expect(redo(undo(two)).present).toBe("c");
  expect(undo(undo(undo(two))).present).toBe("a");
  expect(redo(two)).toBe(two);
  const other = step(undo(two), "d");
  expect(redo(other).present).toBe("d");
  expect(undo(other).present).toBe("b");
});

it("counts no step that changed nothing", () => {
  const one = step(begin("a"), "b");
  expect(step(one, "b")).toBe(one);
});
