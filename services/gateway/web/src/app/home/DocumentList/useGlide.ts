import { useLayoutEffect, useRef, type RefObject } from "react";

/** ms that a row takes to its new place. */
const TIME = 200;

/** For a list whose rows come and go: those that stay glide to their new place instead of jumping out from under a hand. */
export function useGlide(): RefObject<HTMLUListElement | null> {
  const list = useRef<HTMLUListElement>(null);
  const known = useRef(new Map<Element, number>());
  useLayoutEffect(() => {
    const before = known.current;
    known.current = new Map();
    const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    for (const row of list.current?.children ?? []) {
      const top = (row as HTMLElement).offsetTop - (list.current?.offsetTop ?? 0);
      known.current.set(row, top);
      const by = (before.get(row) ?? top) - top;
      if (by !== 0 && !still) row.animate([{ transform: `translateY(${by}px)` }, { transform: "none" }], { duration: TIME, easing: "ease-out" });
    }
  });
  return list;
}
