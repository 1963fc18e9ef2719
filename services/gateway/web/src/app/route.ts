import { useSyncExternalStore } from "react";

export type Route = { page: "home" } | { page: "timetable"; documentId: string };

/** Reads `#/timetables/{id}`; everything else is the home page. */
export function parseRoute(hash: string): Route {
  const match = /^#\/timetables\/([^/?]+)$/.exec(hash);
  if (!match?.[1]) return { page: "home" };
  try {
    return { page: "timetable", documentId: decodeURIComponent(match[1]) };
  } catch {
    return { page: "home" }; // a broken percent escape
  }
}

export function timetableHref(documentId: string): string {
  return `#/timetables/${encodeURIComponent(documentId)}`;
}

function subscribe(tell: () => void): () => void {
  window.addEventListener("hashchange", tell);
  return () => window.removeEventListener("hashchange", tell);
}

export function useRoute(): Route {
  return parseRoute(useSyncExternalStore(subscribe, () => window.location.hash));
}
