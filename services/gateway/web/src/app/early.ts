/**
 * What can be asked for before the page's own scripts are there: a script of its own, as small as can be. It asks for the
 * week that the address names, for its view and for the language, while the browser still loads the rest.
 */
import { parseRoute } from "./route";
import { chosenLanguage, loadLanguage } from "./words/languages";

export const ROOT = "/api/v1";
/** How long, in ms, an answer may take; uploads are bounded by the server. */
export const TIMEOUT = 20_000;

const asked = new Map<string, Promise<Response>>();

/** The answer that was asked for early, to whoever needs it first. */
export function takeEarly(path: string): Promise<Response> | undefined {
  const answer = asked.get(path);
  asked.delete(path);
  return answer;
}

/** Where a document, its weeks and its first week are. */
export function weekPaths(documentId: string): { document: string; timetables: string; timetable: string } {
  const id = encodeURIComponent(documentId);
  return { document: `/documents/${id}`, timetables: `/documents/${id}/timetables`, timetable: `/timetables/${id}` };
}

void loadLanguage(chosenLanguage()).catch(() => undefined); // whoever needs it says so
const route = parseRoute(window.location.hash);
if (route.page === "timetable") {
  void import("./week/TimetablePage/TimetablePage").catch(() => undefined);
  for (const path of Object.values(weekPaths(route.documentId))) {
    const answer = fetch(ROOT + path, { signal: AbortSignal.timeout(TIMEOUT) });
    answer.catch(() => undefined);
    asked.set(path, answer);
  }
  // An answer is good for the page that was asked for, not for when one comes back to it.
  window.addEventListener("hashchange", () => asked.clear(), { once: true });
}
