/** What was done, and what was undone. Pure. */
export interface History<T> {
  past: T[];
  present: T;
  future: T[];
}

/** More steps than a person takes back. */
const MOST = 200;

export function begin<T>(present: T): History<T> {
  return { past: [], present, future: [] };
}

/** A step that changed nothing is none. */
export function step<T>(history: History<T>, next: T): History<T> {
  if (next === history.present) return history;
  return { past: [...history.past, history.present].slice(-MOST), present: next, future: [] };
}

export function undo<T>(history: History<T>): History<T> {
  const last = history.past.at(-1);
  if (last === undefined) return history;
  return { past: history.past.slice(0, -1), present: last, future: [history.present, ...history.future] };
}

export function redo<T>(history: History<T>): History<T> {
  const [next, ...rest] = history.future;
  if (next === undefined) return history;
  return { past: [...history.past, history.present], present: next, future: rest };
}
