import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { Saver, type Answer } from "./Saver";

let told: string[] = [];
let sent: [string, string][] = [];
let answers: ((answer: Answer) => void)[] = [];

function saver(): Saver<string> {
  return new Saver<string>("t0", {
    tell: ({ state }) => told.push(state),
    put: (draft, etag) => {
      sent.push([draft, etag]);
      return new Promise((resolve) => answers.push(resolve));
    },
  });
}

async function answer(with_: Answer): Promise<void> {
  answers.shift()?.(with_);
  await vi.advanceTimersByTimeAsync(0);
}

beforeEach(() => {
  vi.useFakeTimers();
  [told, sent, answers] = [[], [], []];
});
afterEach(() => vi.useRealTimers());

it("sends what was typed once, when it is quiet", async () => {
  const one = saver();
  for (const draft of ["a", "ab", "abc"]) one.save(draft);
  await vi.advanceTimersByTimeAsync(1000);
  expect(sent).toEqual([["abc", "t0"]]);
  await answer({ ok: true, etag: "t1" });
  expect(told.at(-1)).toBe("saved");
  expect(one.dirty).toBe(false);
});

it("sends what came meanwhile over the tag of before", async () => {
  const one = saver();
  one.save("a");
  one.flush();
  one.save("b");
  await vi.advanceTimersByTimeAsync(1000);
  expect(sent).toEqual([["a", "t0"]]);
  await answer({ ok: true, etag: "t1" });
  expect(sent).toEqual([["a", "t0"], ["b", "t1"]]);
});

it("tries again what found no server, with the newest draft", async () => {
  const one = saver();
  one.save("a");
  one.flush();
  await answer({ ok: false, conflict: false, final: false, reason: "offline" });
  expect(told.at(-1)).toBe("failed");
  expect(one.dirty).toBe(true);
  await vi.advanceTimersByTimeAsync(2000);
  expect(sent).toEqual([["a", "t0"], ["a", "t0"]]);
});

it("says what is refused for good, and sends the next change", async () => {
  const one = saver();
  one.save("a");
  one.flush();
  await answer({ ok: false, conflict: false, final: true, reason: "no" });
  await vi.advanceTimersByTimeAsync(60_000);
  expect(sent).toHaveLength(1);
  one.save("b");
  await vi.advanceTimersByTimeAsync(1000);
  expect(sent.at(-1)).toEqual(["b", "t0"]);
});

it("sends nothing after a conflict until a person has chosen", async () => {
  const one = saver();
  one.save("a");
  one.flush();
  await answer({ ok: false, conflict: true });
  expect(told.at(-1)).toBe("conflict");
  one.save("b");
  await vi.advanceTimersByTimeAsync(60_000);
  expect(sent).toHaveLength(1);
  one.over("t9", "chosen");
  expect(sent.at(-1)).toEqual(["chosen", "t9"]);
});

it("sends what was changed while a request was under way though the page is left", async () => {
  const one = saver();
  one.save("a");
  one.flush();
  one.save("b");
  one.close();
  await answer({ ok: true, etag: "t1" });
  expect(sent).toEqual([["a", "t0"], ["b", "t1"]]);
});

it("goes on after an error that nobody thought of", async () => {
  let broken = true;
  const one = new Saver<string>("t0", {
    tell: ({ state }) => told.push(state),
    put: (draft, etag) => {
      sent.push([draft, etag]);
      if (broken) return Promise.reject(new TypeError("odd"));
      return Promise.resolve({ ok: true, etag: "t1" });
    },
  });
  one.save("a");
  one.flush();
  await vi.advanceTimersByTimeAsync(0);
  expect(told.at(-1)).toBe("failed");
  broken = false;
  await vi.advanceTimersByTimeAsync(2000);
  expect(told.at(-1)).toBe("saved");
});

it("is settled once the last change arrived, or cannot arrive", async () => {
  const one = saver();
  let settled = 0;
  await one.settled();
  one.save("a");
  void one.settled().then(() => (settled += 1));
  one.save("b");
  await answer({ ok: true, etag: "t1" });
  expect([sent.at(-1), settled]).toEqual([["b", "t1"], 0]);
  await answer({ ok: false, conflict: false, final: false, reason: "offline" });
  expect(settled).toBe(1);
});
