/**
 * The live events of one document, over whichever way works.
 *
 *     connecting ──open──▶ live ──terminal event──▶ closed
 *         ▲                  │ error or 45 s of silence
 *         └──── back-off ◀───┘
 *                  │ three failures in a row, or no connection to spare
 *                  ▼
 *               polling (the stream goes on being tried; its first message ends the polling)
 *
 * Three things the browser's EventSource leaves to the page: it gives up for good on any answer but a 200, it cannot
 * see comment heartbeats and so never notices a dead connection, and a new one cannot send `Last-Event-ID`.
 */
import { advance, compareIds, eventOf, isTerminal, parseEvent } from "./progress";
import type { DocumentInfo, TimetableEvent } from "./types";

export interface StreamOptions {
  /** Where the API is, without a slash at the end: "https://timetables.example". Default: this page's own host. */
  baseUrl?: string;
  /** Send cookies to another origin. Default false. */
  withCredentials?: boolean;
  /** The tenant's API key, where the gateway asks for one. It travels in the stream's address: EventSource cannot send a header. */
  accessToken?: string;
}

export type Connection = "idle" | "connecting" | "live" | "polling" | "closed";

export interface StreamState {
  event: TimetableEvent | null;
  isConnected: boolean;
  /** Why there is no live connection. The document's own failure is an event of type `error`, not this. */
  error: Error | null;
  connection: Connection;
}

export const IDLE: StreamState = { event: null, isConnected: false, error: null, connection: "idle" };

/** All times in milliseconds. */
export const TIMING = {
  /** Nothing for so long: the connection is dead. The server gives a sign of life every 15 s. */
  silence: 45_000,
  /** An answer must begin within this time, else we poll meanwhile: the browser may be out of connections. */
  open: 8_000,
  backoffFirst: 1_000,
  backoffMost: 30_000,
  poll: 2_000,
  pollMost: 15_000,
  request: 10_000,
  /** Failures in a row before polling begins. */
  failures: 3,
  /** A page out of sight for so long gives its connection up, and polls. */
  hidden: 20_000,
} as const;

/** A browser opens at most six HTTP/1.1 connections to a host: leave some for uploads and pictures. */
export const MAX_CONNECTIONS = 3;
const open = new Set<DocumentStream>();

const jitter = (milliseconds: number): number => milliseconds * (0.5 + Math.random() / 2);

export class DocumentStream {
  private state: StreamState = { ...IDLE, connection: "connecting" };
  private source: EventSource | null = null;
  private lastId = "";
  private failures = 0;
  private pollFailures = 0;
  private stopped = false;
  private polling = false;
  private resting = false;
  private checking: AbortController | null = null;
  private timers: { [name: string]: ReturnType<typeof setTimeout> | undefined } = {};

  constructor(
    private readonly documentId: string,
    private readonly options: StreamOptions,
    private readonly notify: () => void,
  ) {}

  get snapshot(): StreamState {
    return this.state;
  }

  start(): void {
    globalThis.addEventListener?.("online", this.wake);
    globalThis.addEventListener?.("offline", this.offline);
    globalThis.document?.addEventListener("visibilitychange", this.visibility);
    this.connect();
  }

  stop(): void {
    this.stopped = true;
    globalThis.removeEventListener?.("online", this.wake);
    globalThis.removeEventListener?.("offline", this.offline);
    globalThis.document?.removeEventListener("visibilitychange", this.visibility);
    this.drop();
    this.stopPolling();
    for (const timer of Object.values(this.timers)) clearTimeout(timer);
  }

  private url(path: string): string {
    return `${this.options.baseUrl ?? ""}/api/v1/${path}/${encodeURIComponent(this.documentId)}`;
  }

  private set(change: Partial<StreamState>): void {
    if (this.stopped) return;
    this.state = { ...this.state, ...change };
    this.notify();
  }

  private after(name: string, milliseconds: number, run: () => void): void {
    clearTimeout(this.timers[name]);
    this.timers[name] = setTimeout(run, milliseconds);
  }

  // --- the stream -------------------------------------------------------------------------------------------------

  private connect = (): void => {
    if (this.stopped || this.source) return;
    if (this.resting || typeof EventSource === "undefined" || open.size >= MAX_CONNECTIONS) {
      this.startPolling();
      this.after("connect", TIMING.pollMost, this.connect);
      return;
    }
    // A server that keeps refusing may refuse the id (after it lost its history): then all is told anew.
    const resumes = this.lastId && this.failures < TIMING.failures;
    const query = new URLSearchParams({
      ...(resumes ? { lastEventId: this.lastId } : {}),
      ...(this.options.accessToken ? { access_token: this.options.accessToken } : {}),
    }).toString();
    const source = new EventSource(this.url("events") + (query && `?${query}`), {
      withCredentials: this.options.withCredentials ?? false,
    });
    this.source = source;
    open.add(this);
    source.onopen = () => this.alive();
    source.onmessage = (message) => this.receive(message);
    source.onerror = () => this.failed(source.readyState === EventSource.CLOSED);
    this.after("open", TIMING.open, () => this.startPolling());
    this.after("silence", TIMING.silence, () => this.failed(true));
  };

  private drop(): void {
    open.delete(this);
    clearTimeout(this.timers["open"]);
    clearTimeout(this.timers["silence"]);
    const source = this.source;
    if (!source) return;
    this.source = null;
    source.onopen = source.onmessage = source.onerror = null;
    source.close();
  }

  /** Any message, and the opening itself, is a sign of life. */
  private alive(): void {
    clearTimeout(this.timers["open"]);
    this.after("silence", TIMING.silence, () => this.failed(true));
    if (this.state.connection !== "live") this.set({ connection: "live", isConnected: true, error: null });
  }

  private receive(message: MessageEvent): void {
    this.failures = 0;
    this.stopPolling();
    this.alive();
    const event = parseEvent(message.data);
    if (!event) return;
    if (message.lastEventId) {
      const order = this.lastId ? compareIds(message.lastEventId, this.lastId) : null;
      if (order !== null && order < 0 && !isTerminal(event)) return; // a replay of what was shown
      this.lastId = message.lastEventId;
    }
    this.take(event);
    // The document ended, but its events are no longer kept: the record has the end.
    const over = event.type === "connected" && event.status && !["uploaded", "processing"].includes(event.status);
    if (over) void this.check();
  }

  private take(event: TimetableEvent): void {
    const shown = advance(this.state.event, event);
    if (isTerminal(shown)) {
      this.set({ event: shown, connection: "closed", isConnected: false, error: null });
      this.stop();
    } else if (shown !== this.state.event) {
      this.set({ event: shown });
    }
  }

  /** `gone`: this EventSource will not come back by itself. */
  private failed(gone: boolean): void {
    this.failures += 1;
    this.set({
      connection: this.polling ? "polling" : "connecting",
      isConnected: false,
      error: new Error("The live connection was lost."),
    });
    if (this.failures >= TIMING.failures) this.startPolling();
    if (!gone) return;
    this.drop();
    // EventSource hides the status. The record tells whether the document ended or is unknown: then trying is over.
    if (!this.polling) void this.check();
    const wait = Math.min(TIMING.backoffMost, TIMING.backoffFirst * 2 ** Math.min(this.failures - 1, 10));
    this.after("connect", jitter(wait), this.connect);
  }

  private wake = (): void => {
    if (this.stopped || this.state.isConnected) return;
    this.drop();
    this.connect();
    if (this.polling) this.after("poll", 0, this.poll);
  };

  /** All tabs of a browser share its six connections: a few forgotten ones would keep a new one from loading. */
  private visibility = (): void => {
    if (document.visibilityState === "hidden") {
      this.after("hidden", TIMING.hidden, () => {
        this.resting = true;
        this.drop();
        this.set({ isConnected: false, error: null });
        this.connect();
      });
      return;
    }
    clearTimeout(this.timers["hidden"]);
    this.resting = false;
    this.wake();
  };

  private offline = (): void => {
    if (this.stopped) return;
    this.set({ connection: "connecting", isConnected: false, error: new Error("This device is offline.") });
  };

  // --- polling ----------------------------------------------------------------------------------------------------

  private startPolling(): void {
    if (this.polling || this.stopped) return;
    this.polling = true;
    this.set({ connection: "polling", isConnected: false });
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
    void this.check().then((reached) => {
      this.pollFailures = reached ? 0 : this.pollFailures + 1;
      const wait = this.resting ? TIMING.pollMost : Math.min(TIMING.pollMost, TIMING.poll * 2 ** Math.min(this.pollFailures, 5));
      if (this.polling) this.after("poll", jitter(wait), this.poll);
    });
  };

  /** Asks for the document once. Answers whether the server was reached. */
  private async check(): Promise<boolean> {
    this.checking?.abort();
    const controller = new AbortController();
    this.checking = controller;
    const timer = setTimeout(() => controller.abort(), TIMING.request);
    const { accessToken } = this.options;
    try {
      const answer = await fetch(this.url("documents"), {
        signal: controller.signal,
        headers: { Accept: "application/json", ...(accessToken ? { Authorization: `Bearer ${accessToken}` } : {}) },
        credentials: this.options.withCredentials ? "include" : "same-origin",
      });
      if (answer.status === 404 || answer.status === 410) {
        this.take({ type: "error", documentId: this.documentId, error: "This document does not exist any more." });
        return true;
      }
      if (!answer.ok) return false;
      const document = (await answer.json()) as DocumentInfo;
      if (controller.signal.aborted) return true;
      if (this.polling) this.set({ error: null });
      this.take(eventOf(document));
      return true;
    } catch {
      return false; // not reached, or not JSON; the next try is already planned
    } finally {
      clearTimeout(timer);
    }
  }
}
