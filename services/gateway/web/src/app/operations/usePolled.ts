import { useCallback, useEffect, useRef, useState } from "react";

import { ApiError } from "../api";

export interface Polled<T> {
  /** The last answer, also while there is no newer one. */
  value: T | null;
  error: ApiError | null;
  /** Asks now. */
  again: () => void;
}

/**
 * Asks again and again, while the page is in sight: each time that many ms after the answer before, so that a slow server
 * is not asked by more and more.
 *
 * @param ask Must be the same as long as it asks for the same.
 * @param pause ms; null asks once.
 */
export function usePolled<T>(ask: (signal: AbortSignal) => Promise<T>, pause: number | null): Polled<T> {
  const [state, setState] = useState<{ ask: unknown; value: T | null; error: ApiError | null }>({ ask, value: null, error: null });
  const now = useRef<() => void>(() => {});

  useEffect(() => {
    const stop = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let busy = false;
    const run = (): void => {
      if (busy || document.visibilityState === "hidden") return;
      clearTimeout(timer);
      busy = true;
      ask(stop.signal)
        .then(
          (value) => setState({ ask, value, error: null }),
          (reason: unknown) => {
            if (stop.signal.aborted) return;
            const error = reason instanceof ApiError ? reason : new ApiError(String(reason), 0);
            setState((before) => ({ ask, value: before.ask === ask ? before.value : null, error }));
          },
        )
        .finally(() => {
          busy = false;
          if (pause !== null && !stop.signal.aborted) timer = setTimeout(run, pause);
        });
    };
    now.current = run;
    run();
    document.addEventListener("visibilitychange", run);
    return () => {
      stop.abort();
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", run);
    };
  }, [ask, pause]);

  const again = useCallback(() => now.current(), []);
  // An answer to another question is none to this one.
  return state.ask === ask ? { value: state.value, error: state.error, again } : { value: null, error: null, again };
}
