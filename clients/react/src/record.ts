/** What the record says of a document: the way that is left where no stream comes through. */
import { credentialsOf, headersOf, urlOf, type ApiOptions } from "./options.js";
import { eventOf } from "./progress.js";
import type { DocumentInfo, TimetableEvent } from "./types.js";

/** How long, in ms, an answer may take. */
const PATIENCE = 10_000;

/** How far a document is, as an event; null where the server was not reached or did not say. */
export async function lookUp(options: ApiOptions, id: string, signal: AbortSignal): Promise<TimetableEvent | null> {
  const request = new AbortController();
  const abort = (): void => request.abort();
  signal.addEventListener("abort", abort, { once: true });
  const timer = setTimeout(abort, PATIENCE);
  try {
    const answer = await fetch(urlOf(options, `documents/${encodeURIComponent(id)}`), {
      signal: request.signal,
      headers: { Accept: "application/json", ...(await headersOf(options)) },
      credentials: credentialsOf(options),
    });
    if (answer.status === 404 || answer.status === 410) {
      return { type: "error", documentId: id, error: "This document does not exist any more.", status: "cancelled" };
    }
    return answer.ok ? eventOf((await answer.json()) as DocumentInfo) : null;
  } catch {
    return null; // not reached, or not JSON; the next try is already planned
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", abort);
  }
}
