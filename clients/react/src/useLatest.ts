"use client";

import { useCallback, useLayoutEffect, useMemo, useEffect } from "react";

// On a server there is no layout, and React says so of every hook that wants one.
const useBeforePaint = typeof window === "undefined" ? useEffect : useLayoutEffect;

/** A function that stays the same and does what the newest one does. */
export function useLatest<Args extends unknown[], Result>(run: (...args: Args) => Result): (...args: Args) => Result {
  const held = useMemo(() => ({ run }), []);
  useBeforePaint(() => {
    held.run = run;
  });
  return useCallback((...args: Args) => held.run(...args), [held]);
}
