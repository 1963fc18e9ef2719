import { useEffect, type RefObject } from "react";

const FOCUSABLE = 'a[href], button:not(:disabled), input:not(:disabled), select:not(:disabled), textarea:not(:disabled), [tabindex="0"]';

/**
 * Keeps the focus near where it was when what had it is gone: a row that was deleted, a button that has done its work, a
 * dialog whose button went while it was open. Lost, it is on the body, and the next Tab begins at the top of the page.
 */
export function useKeptFocus(within: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const root = within.current;
    if (!root) return;
    let last: Element | null = null;
    let around: Element[] = [];
    let frame = 0;
    const lost = (): boolean => last !== null && !last.isConnected && document.activeElement === document.body;
    const note = (event: FocusEvent): void => {
      if (event.target === root) return;
      last = event.target as Element;
      around = [];
      for (let one = last.parentElement; one && one !== root; one = one.parentElement) around.push(one);
    };
    const restore = (): void => {
      if (!lost()) return;
      last = null;
      for (const one of around) {
        if (!one.isConnected) continue;
        for (const place of one.querySelectorAll<HTMLElement>(FOCUSABLE)) {
          place.focus({ preventScroll: true });
          if (document.activeElement === place) return; // what is not shown takes none
        }
      }
      root.focus({ preventScroll: true });
    };
    // A dialog gives the focus back in the frame after it went.
    const soon = (): void => {
      if (!lost()) return;
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(() => (frame = requestAnimationFrame(restore)));
    };
    const changes = new MutationObserver(soon);
    changes.observe(document.body, { childList: true, subtree: true });
    root.addEventListener("focusin", note);
    return () => {
      changes.disconnect();
      cancelAnimationFrame(frame);
      root.removeEventListener("focusin", note);
    };
  }, [within]);
}
