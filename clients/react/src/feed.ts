/**
 * The live events of all documents that somebody watches, over one connection or whichever way works.
 *
 *     connecting ──answer──▶ open ──the last document's end──▶ closed
 *         ▲                   │ error, end of the stream, or 45 s of silence
 *         │                   ▼
 *         └──── back-off ─ reconnecting
 *                   │ three failures in a row, no answer for 8 s, or out of sight for 20 s
 *                   ▼
 *                polling (the stream goes on being tried; its first event ends the polling)
 *
 * A stream is for the documents that its address names, and so are the ids in it: when another document is watched, the
 * stream is opened anew and tells all from the start; what was told before is passed over. Documents that ended, or that
 * nobody watches any more, stay in it until then.
 */
import { JobError, TransportError } from "./errors.js";
import { credentialsOf, headersOf, urlOf, type ApiOptions } from "./options.js";
import { advance, isTerminal, parseEvent } from "./progress.js";
import { lookUp } from "./record.js";
import { readStream, type StreamReader } from "./sse.js";
import type { TimetableEvent } from "./types.js";

export interface FeedOptions extends ApiOptions {
  /**
   * A ticket of the document's, or what gets one (`POST /api/v1/documents/{id}/ticket`, which the app's own server asks
   * for): the page then needs no key. Tickets are for one document each, and so are the connections then; there is no
   * polling, which tickets do not allow.
   */
  ticket?: string | ((documentId: string) => string | Promise<string>) | undefined;
}

export type SSEStatus = "connecting" | "open" | "reconnecting" | "polling" | "closed";

/** How the connection is. */
export interface Transport {
  readonly status: SSEStatus;
  readonly error: TransportError | null;
  /** Where the stream is to go on; only good for the same documents. */
  readonly lastEventId: string | null;
}

/** What is known of one document. */
export interface DocumentState {
  /** The last event. Its `percentage` never falls. */
  readonly event: TimetableEvent | null;
  /** All events as they were told, the newest 500. */
  readonly events: readonly TimetableEvent[];
  readonly error: JobError | null;
}

export const UNKNOWN: DocumentState = { event: null, events: [], error: null };
export const CONNECTING: Transport = { status: "connecting", error: null, lastEventId: null };

/** All times in milliseconds. */
export const TIMING = {
  /** So long a change of the documents waits for others: eight uploads are one new stream. */
  gather: 50,
  /** Nothing for so long: the connection is dead. The server gives a sign of life every 15 s. */
  silence: 45_000,
  /** An answer must begin within this time, else we poll meanwhile: the browser may be out of connections. */
  open: 8_000,
  backoffFirst: 1_000,
  backoffMost: 30_000,
  poll: 2_000,
  pollMost: 15_000,
  /** Failures in a row before polling begins. */
  failures: 3,
  /** A page out of sight for so long gives its connection up, and polls. */
  hidden: 20_000,
} as const;

/** The most documents that a stream can be of; others are polled. */
export const STREAM_MOST = 100;
const EVENTS_MOST = 500;
const LOST = "The live connection was lost.";

const jitter = (milliseconds: number): number => milliseconds * (0.5 + Math.random() / 2);

interface Entry {
  state: DocumentState;
  watchers: number;
  /** Messages as they came: a stream that is opened anew tells them again. */
  seen: Set<string>;
}

export class Feed {
  private state: Transport = CONNECTING;
  private readonly entries = new Map<string, Entry>();
  private streamed: string[] = [];
  private cursor = "";
  private request: AbortController | null = null;
  private failures = 0;
  private pollFailures = 0;
  private retryFirst: number = TIMING.backoffFirst;
  private polling = false;
  private checking: AbortController | null = null;
  private resting = false;
  private stopped = false;
  private timers: Record<string, ReturnType<typeof setTimeout> | undefined> = {};

  /** `notify` is called after every change. */
  constructor(
    public options: FeedOptions,
    private readonly notify: () => void,
  ) {
    globalThis.addEventListener?.("online", this.wake);
    globalThis.addEventListener?.("offline", this.offline);
    globalThis.document?.addEventListener("visibilitychange", this.visibility);
    this.visibility();
  }

  get transport(): Transport {
    return this.state;
  }

  document(id: string): DocumentState {
    return this.entries.get(id)?.state ?? UNKNOWN;
  }

  watch(id: string): void {
    const entry = this.entries.get(id);
    if (entry) entry.watchers += 1;
    else this.entries.set(id, { state: UNKNOWN, watchers: 1, seen: new Set() });
    this.sync();
  }

  /** Answers whether nobody watches anything any more. */
  unwatch(id: string): boolean {
    const entry = this.entries.get(id);
    if (entry && (entry.watchers -= 1) <= 0) this.entries.delete(id);
    if (this.active().length === 0) this.finish();
    return this.entries.size === 0;
  }

  /** Forgets the end of a document that is read once more. Answers whether it had ended. */
  renew(id: string): boolean {
    const entry = this.entries.get(id);
    if (!entry || !isTerminal(entry.state.event)) return false;
    this.entries.set(id, { state: UNKNOWN, watchers: entry.watchers, seen: new Set() });
    this.cursor = "";
    return true;
  }

  /** Tries at once, whatever the back-off says. */
  reconnect(): void {
    this.failures = 0;
    this.drop();
    if (this.state.status === "closed") this.set(CONNECTING);
    this.notify();
    void this.connect();
  }

  stop(): void {
    this.finish();
    this.stopped = true;
    globalThis.removeEventListener?.("online", this.wake);
    globalThis.removeEventListener?.("offline", this.offline);
    globalThis.document?.removeEventListener("visibilitychange", this.visibility);
    for (const timer of Object.values(this.timers)) clearTimeout(timer);
  }

  /** Watched documents that have not ended, in the order in which they came. */
  private active(): string[] {
    return [...this.entries].filter(([, entry]) => !isTerminal(entry.state.event)).map(([id]) => id);
  }

  private set(change: Partial<Transport>): void {
    if (this.stopped) return;
    const next = { ...this.state, ...change };
    if (next.status === this.state.status && next.error === this.state.error && next.lastEventId === this.state.lastEventId) return;
    this.state = next;
    this.notify();
  }

  private after(name: string, milliseconds: number, run: () => void): void {
    clearTimeout(this.timers[name]);
    this.timers[name] = setTimeout(run, milliseconds);
  }

  // --- the stream -------------------------------------------------------------------------------------------------

  /** Brings the stream to the documents that are watched, once for all changes of a moment. */
  private sync(): void {
    if (this.state.status === "closed") this.set(CONNECTING);
    if (this.timers["gather"] !== undefined) return;
    this.after("gather", TIMING.gather, () => {
      this.timers["gather"] = undefined;
      const active = this.active();
      const named = active.filter((id) => this.streamed.includes(id)).length;
      if (active.length === 0) return;
      // What does not fit into a full stream is polled, and gets its place when the stream is opened anew.
      if (this.request && (named === active.length || named >= STREAM_MOST)) return this.pollSome();
      if (!this.request && this.timers["connect"] !== undefined) return; // it is being waited for
      this.drop();
      void this.connect();
    });
  }

  private async connect(): Promise<void> {
    clearTimeout(this.timers["connect"]);
    this.timers["connect"] = undefined;
    const active = this.active();
    if (this.stopped || this.request || active.length === 0) return;
    if (this.resting) return this.startPolling();
    if (!this.cursor || active.some((id) => !this.streamed.includes(id))) {
      this.streamed = active.slice(0, STREAM_MOST);
      this.cursor = "";
    }
    const request = new AbortController();
    this.request = request;
    if (!this.polling) this.set({ status: this.state.error ? "reconnecting" : "connecting", lastEventId: this.cursor || null });
    this.after("open", TIMING.open, () => this.startPolling());
    this.after("silence", TIMING.silence, () => this.failed(new TransportError(LOST)));
    this.pollSome();
    // An abandoned request may still say something: only the one in use counts.
    const current = (): boolean => this.request === request;
    const reader: StreamReader = {
      opened: () => current() && this.alive(),
      alive: () => current() && this.alive(),
      message: (data, id) => current() && this.receive(data, id),
      retry: (milliseconds) => (this.retryFirst = Math.min(milliseconds, TIMING.backoffMost)),
    };
    try {
      const { url, init } = await this.address(request.signal);
      const end = await readStream(url, init, reader);
      if (!current()) return;
      if (end.how === "refused") return this.refused(end.status, end.retryAfter);
      // 204, or an end with documents left: the record tells of those whose end is not known here.
      if (end.how === "nothing") await this.checkAll(active);
      if (current()) this.failed(new TransportError(LOST));
    } catch (reason) {
      if (current()) this.failed(new TransportError(reason instanceof Error && reason.name !== "TypeError" ? reason.message : LOST));
    }
  }

  private async address(signal: AbortSignal): Promise<{ url: string; init: RequestInit }> {
    const { ticket } = this.options;
    const [only = ""] = this.streamed;
    const query = new URLSearchParams(ticket ? [] : this.streamed.map((id) => ["documentId", id]));
    if (ticket) query.set("ticket", typeof ticket === "function" ? await ticket(only) : ticket);
    // In the address, as the field of the same name would cost pages of other origins a question beforehand.
    if (this.cursor) query.set("lastEventId", this.cursor);
    const headers = { Accept: "text/event-stream", ...(ticket ? {} : await headersOf(this.options)) };
    const path = ticket ? `events/${encodeURIComponent(only)}` : "events";
    return { url: `${urlOf(this.options, path)}?${query}`, init: { headers, signal, credentials: credentialsOf(this.options) } };
  }

  private refused(status: number, retryAfter: number): void {
    // None of them is there, or one is no id at all: the record says so of each, and those are not asked for again.
    if (status === 404 || (status === 400 && !this.cursor)) void this.checkAll(this.active());
    if (status === 400) this.cursor = ""; // perhaps it is that which it does not like: then all is told anew
    this.failed(new TransportError(`The server refused the live connection (${status}).`, status), retryAfter);
  }

  private drop(): void {
    clearTimeout(this.timers["open"]);
    clearTimeout(this.timers["silence"]);
    const request = this.request;
    this.request = null;
    request?.abort();
  }

  private alive(): void {
    clearTimeout(this.timers["open"]);
    this.after("silence", TIMING.silence, () => this.failed(new TransportError(LOST)));
    if (!this.polling) this.set({ status: "open", error: null });
  }

  private receive(data: string, id: string | undefined): void {
    this.failures = 0;
    this.stopPolling();
    if (id !== undefined) this.cursor = id;
    this.set({ status: "open", error: null, lastEventId: this.cursor || null });
    const event = parseEvent(data);
    if (event?.documentId) this.take(event, data);
  }

  /** `data` is the message as it came; empty for what was only looked up, which is no event of its own. */
  private take(event: TimetableEvent, data: string): void {
    const entry = this.entries.get(event.documentId);
    if (!entry || entry.seen.has(data) || isTerminal(entry.state.event)) return;
    if (data) entry.seen.add(data);
    const shown = advance(entry.state.event, event);
    const ended = isTerminal(shown);
    const told = event.type !== "connected" && data !== "";
    const events = told ? [...entry.state.events, ended ? shown : event].slice(-EVENTS_MOST) : entry.state.events;
    if (shown === entry.state.event && events === entry.state.events) return;
    entry.state = { event: shown, events, error: shown.type === "error" ? new JobError(shown) : null };
    if (ended) entry.seen.clear();
    this.notify();
    if (ended && this.active().length === 0) this.finish();
  }

  /** Nothing is left to follow: everything is let go, until something is watched again. */
  private finish(): void {
    this.drop();
    this.stopPolling();
    for (const name of ["connect", "gather", "overflow"]) {
      clearTimeout(this.timers[name]);
      this.timers[name] = undefined;
    }
    this.failures = 0;
    this.cursor = "";
    this.streamed = [];
    this.set({ status: "closed", error: null, lastEventId: null });
  }

  private failed(error: TransportError, retryAfter = 0): void {
    this.drop();
    if (this.stopped || this.active().length === 0) return;
    this.failures += 1;
    this.set({ status: this.polling ? "polling" : "reconnecting", error });
    if (this.failures >= TIMING.failures) this.startPolling();
    const wait = Math.min(TIMING.backoffMost, this.retryFirst * 2 ** Math.min(this.failures - 1, 10));
    this.after("connect", Math.max(retryAfter, jitter(wait)), () => void this.connect());
  }

  private wake = (): void => {
    if (this.stopped || this.resting || this.active().length === 0) return;
    if (this.state.status === "open" && this.request) return;
    this.drop();
    void this.connect();
    if (this.polling) this.after("poll", 0, this.poll);
  };

  /** All tabs of a browser share its six connections: a few forgotten ones would keep a new one from loading. */
  private visibility = (): void => {
    if (globalThis.document?.visibilityState === "hidden") {
      this.after("hidden", TIMING.hidden, () => {
        this.resting = true;
        this.drop();
        if (this.active().length === 0) return;
        this.set({ status: "reconnecting", error: null });
        this.startPolling();
      });
      return;
    }
    clearTimeout(this.timers["hidden"]);
    this.resting = false;
    this.wake();
  };

  private offline = (): void => {
    if (this.stopped || this.state.status === "closed") return;
    this.set({ status: "reconnecting", error: new TransportError("This device is offline.") });
  };

  // --- polling ----------------------------------------------------------------------------------------------------

  private startPolling(): void {
    if (this.polling || this.stopped || this.options.ticket) return;
    this.polling = true;
    this.set({ status: "polling" });
    this.poll();
  }

  private stopPolling(): void {
    this.polling = false;
    clearTimeout(this.timers["poll"]);
    this.checking?.abort();
    this.checking = null;
  }

  private poll = (): void => {
    if (!this.polling || this.stopped) return;
    void this.checkAll(this.active()).then((reached) => {
      this.pollFailures = reached ? 0 : this.pollFailures + 1;
      if (reached && this.polling) this.set({ status: "polling", error: null });
      const wait = this.resting ? TIMING.pollMost : Math.min(TIMING.pollMost, TIMING.poll * 2 ** Math.min(this.pollFailures, 5));
      if (this.polling) this.after("poll", jitter(wait), this.poll);
    });
  };

  /** Polls what the stream has no room for. */
  private pollSome(): void {
    const rest = this.active().filter((id) => !this.streamed.includes(id));
    if (rest.length === 0 || this.options.ticket) return;
    this.after("overflow", jitter(TIMING.pollMost), () => {
      if (!this.polling) void this.checkAll(rest);
      this.pollSome();
    });
  }

  /** Asks for documents, one after the other. Answers whether the server was reached. */
  private async checkAll(ids: readonly string[]): Promise<boolean> {
    this.checking?.abort();
    const round = new AbortController();
    this.checking = round;
    for (const id of ids) {
      const event = await lookUp(this.options, id, round.signal);
      if (round.signal.aborted) return true;
      if (!event) return false;
      this.take(event, isTerminal(event) ? `end of ${id}` : "");
    }
    return true;
  }
}
