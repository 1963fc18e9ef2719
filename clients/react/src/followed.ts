/** What is known of the documents that a connection tells of. */
import { JobError } from "./errors.js";
import { advance, isTerminal } from "./progress.js";
import type { TimetableEvent } from "./types.js";

/** What is known of one document. */
export interface DocumentState {
  /** The last event. Its `percentage` never falls. */
  readonly event: TimetableEvent | null;
  /** All events as they were told, the newest 500. */
  readonly events: readonly TimetableEvent[];
  readonly error: JobError | null;
}

export const UNKNOWN: DocumentState = { event: null, events: [], error: null };

const EVENTS_MOST = 500;

interface Entry {
  state: DocumentState;
  watchers: number;
  /** Messages as they came: a stream that is opened anew tells them again. */
  seen: Set<string>;
  /** Whether anything was said of it since the stream began. */
  heard: boolean;
}

const fresh = (watchers: number): Entry => ({ state: UNKNOWN, watchers, seen: new Set(), heard: false });

/** Where several watch one document, they see the same. */
export class FollowedDocuments {
  private readonly entries = new Map<string, Entry>();

  state(id: string): DocumentState {
    return this.entries.get(id)?.state ?? UNKNOWN;
  }

  watch(id: string): void {
    const entry = this.entries.get(id);
    if (entry) entry.watchers += 1;
    else this.entries.set(id, fresh(1));
  }

  /** `keep` what nobody watches any more: the stream goes on telling of it. */
  unwatch(id: string, keep: boolean): void {
    const entry = this.entries.get(id);
    if (!entry) return;
    entry.watchers -= 1;
    if (entry.watchers <= 0 && (!keep || isTerminal(entry.state.event))) this.entries.delete(id);
  }

  /** Whether anybody watches one, ended or not. */
  get watched(): boolean {
    return [...this.entries.values()].some(({ watchers }) => watchers > 0);
  }

  /** Watched documents that have not ended, in the order in which they came. */
  active(): string[] {
    return [...this.entries].filter(([, { watchers, state }]) => watchers > 0 && !isTerminal(state.event)).map(([id]) => id);
  }

  /** Those of them of which nothing was said since the stream began. */
  unheard(): string[] {
    return this.active().filter((id) => !this.entries.get(id)?.heard);
  }

  /** A stream begins that does not say what was missed: what is known may be out of date, and nobody watches the rest. */
  begin(): void {
    for (const [id, entry] of this.entries) {
      if (entry.watchers > 0) entry.heard = false;
      else this.entries.delete(id);
    }
  }

  /** Forgets the end of a document that is read once more. Answers whether it had ended. */
  renew(id: string): boolean {
    const entry = this.entries.get(id);
    if (!entry || !isTerminal(entry.state.event)) return false;
    this.entries.set(id, fresh(entry.watchers));
    return true;
  }

  /**
   * Notes an event.
   *
   * @param message as it came; empty for what was only looked up, which is no event of its own.
   * @param all whether documents that nobody watches are followed, too.
   * @returns the document's last event, or what became of one that has ended; null where nothing is new.
   */
  take(event: TimetableEvent, message: string, all: boolean): TimetableEvent | null {
    const id = event.documentId;
    let entry = this.entries.get(id);
    if (!entry && !all) return null;
    if (!entry) this.entries.set(id, (entry = fresh(0)));
    entry.heard = true;
    if (entry.seen.has(message)) return null;
    if (isTerminal(entry.state.event)) {
      // Deleted: that is not how it ended, but whoever lists it has to know.
      if (isTerminal(event) && message) return event;
      // Else nothing follows an end but a new beginning, or what a connection missed before the end was looked up.
      if (event.type !== "progress" || !message || !isLater(event, entry.state.event)) return null;
      this.renew(id);
      return this.take(event, message, all);
    }
    if (message) entry.seen.add(message);
    const shown = advance(entry.state.event, event);
    const ended = isTerminal(shown);
    const told = event.type !== "connected" && message !== "";
    const events = told ? [...entry.state.events, ended ? shown : event].slice(-EVENTS_MOST) : entry.state.events;
    if (shown === entry.state.event && events === entry.state.events) return null;
    entry.state = { event: shown, events, error: shown.type === "error" ? new JobError(shown) : null };
    if (ended) {
      entry.seen.clear();
      if (entry.watchers <= 0) this.entries.delete(id);
    }
    return shown;
  }
}

function isLater(event: TimetableEvent, end: TimetableEvent | null): boolean {
  const [at, ended] = [Date.parse(event.at ?? ""), Date.parse(end?.at ?? "")];
  return at > ended;
}
