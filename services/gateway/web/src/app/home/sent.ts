/** What this browser sent and nobody has closed yet: only that is watched again when the page is loaded anew. */
const KEY = "timelift-sent";
const MOST = 50;
const FULL = "timelift-full";

export function readSent(): string[] {
  try {
    const all: unknown = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    return Array.isArray(all) ? all.filter((one) => typeof one === "string") : [];
  } catch {
    return []; // a browser that keeps nothing, or something else under this name
  }
}

export function keepSent(ids: string[]): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(ids.slice(0, MOST)));
  } catch {
    // As above: then nothing is watched again.
  }
}

/** Whether there were documents when this browser looked last: what is shown before the list is there stays as it is. */
export function readFull(): boolean {
  try {
    return localStorage.getItem(FULL) !== null;
  } catch {
    return false;
  }
}

export function keepFull(full: boolean): void {
  try {
    if (full) localStorage.setItem(FULL, "");
    else localStorage.removeItem(FULL);
  } catch {
    // As above.
  }
}
