/**
 * The live events of the documents that somebody watches, or of all there are, over one connection or whichever way works.
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
 * nobody watches any more, stay in it until then. While somebody follows all documents (a list), the stream names none and
 * tells of each: how far it is when the stream begins, then its events. It has no end, and what it does not tell of a
 * watched document (one that ended before) is looked up once. It begins where the list's answer says that it ends.
 */
import { TransportError } from "./errors.js";
import { FollowedDocuments, type DocumentState } from "./followed.js";
import { isTerminal, parseEvent } from "./progress.js";
import { lookUp } from "./record.js";
import { readStream, type StreamReader } from "./sse.js";
import { addressOf, ALL, CONNECTING, STREAM_MOST, TIMING, type AllFollower, type FeedOptions, type Streamed, type Transport } from "./transport.js";
import type { TimetableEvent } from "./types.js";

const LOST = "The live connection was lost.";

const jitter = (milliseconds: number): number => milliseconds * (0.5 + Math.random() / 2);

export class Feed {
  private state: Transport = CONNECTING;
  private readonly documents = new FollowedDocuments();
  private readonly all = new Set<AllFollower>();
  private streamed: Streamed = [];
  private cursor = "";
  /** Nothing came yet of a stream that does not go on where another one was. */
  private begins = false;
  /** Where the first one who follows all documents wants the stream to begin. */
  private from = "";
  /** It begins where that one's list ends: nothing lies between. */
  private listed = false;
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
    return this.documents.state(id);
  }

  watch(id: string): void {
    this.documents.watch(id);
    this.sync();
  }

  /** Answers whether nobody watches anything any more. */
  unwatch(id: string): boolean {
    this.documents.unwatch(id, this.streamed === ALL);
    return this.left();
  }

  followAll(follower: AllFollower): void {
    this.all.add(follower);
    if (this.streamed === ALL) return this.sync();
    // A stream that begins at once would leave a gap behind the list, for which it would be asked again.
    void follower.begun.then((from) => {
      if (!this.all.has(follower)) return;
      this.from = from ?? "";
      this.sync();
    });
  }

  /** Answers whether nobody watches anything any more. */
  unfollowAll(follower: AllFollower): boolean {
    this.all.delete(follower);
    return this.left();
  }

  private left(): boolean {
    if (!this.wanted()) this.finish();
    return this.all.size === 0 && !this.documents.watched;
  }

  /** Forgets the end of a document that is read once more. Answers whether it had ended. */
  renew(id: string): boolean {
    if (!this.documents.renew(id)) return false;
    if (this.streamed !== ALL) this.cursor = "";
    return true;
  }

  /** Follows a document that is read once more. */
  followAnew(id: string): void {
    if (!this.renew(id)) return;
    if (this.streamed === ALL && this.request) this.lookUpUnheard();
    else this.reconnect();
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

  private wanted(): boolean {
    return this.all.size > 0 || this.documents.active().length > 0;
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
      if (!this.wanted()) return;
      if (this.request && this.covers()) return this.streamed === ALL ? this.lookUpUnheard() : this.pollSome();
      if (!this.request && this.timers["connect"] !== undefined) return; // it is being waited for
      this.drop();
      void this.connect();
    });
  }

  /** Whether the stream is of what is watched. */
  private covers(): boolean {
    if (this.streamed === ALL || this.all.size > 0) return this.streamed === ALL;
    const { streamed } = this;
    const active = this.documents.active();
    const named = active.filter((id) => streamed.includes(id)).length;
    // What does not fit into a full stream is polled, and gets its place when the stream is opened anew.
    return named === active.length || named >= STREAM_MOST;
  }

  /** What the next stream is of, and where it goes on. */
  private aim(): void {
    if (this.all.size > 0) {
      if (this.streamed !== ALL) {
        this.cursor = this.all.size === 1 ? this.from : "";
        this.listed = this.cursor !== "";
      }
      this.streamed = ALL;
      return;
    }
    const active = this.documents.active();
    const { streamed } = this;
    if (this.cursor && streamed !== ALL && active.every((id) => streamed.includes(id))) return;
    this.streamed = active.slice(0, STREAM_MOST);
    this.cursor = "";
  }

  private async connect(): Promise<void> {
    clearTimeout(this.timers["connect"]);
    this.timers["connect"] = undefined;
    if (this.stopped || this.request || !this.wanted()) return;
    if (this.resting) return this.startPolling();
    this.aim();
    this.begins = !this.cursor || this.listed;
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
      const { url, init } = await addressOf(this.options, this.streamed, this.cursor, request.signal);
      const end = await readStream(url, init, reader);
      if (!current()) return;
      if (end.how === "refused") return this.refused(end.status, end.retryAfter);
      // 204, or an end with documents left: the record tells of those whose end is not known here.
      if (end.how === "nothing") await this.checkAll(this.documents.active());
      if (current()) this.failed(new TransportError(LOST));
    } catch (reason) {
      if (current()) this.failed(new TransportError(reason instanceof Error && reason.name !== "TypeError" ? reason.message : LOST));
    }
  }

  private refused(status: number, retryAfter: number): void {
    // None of them is there, or one is no id at all: the record says so of each, and those are not asked for again.
    if (status === 404 || (status === 400 && !this.cursor)) void this.checkAll(this.documents.active());
    if (status === 400) [this.cursor, this.listed] = ["", false]; // perhaps it is that which it does not like: then all is told anew
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
    if (event?.documentId) return this.take(event, data);
    if (event?.type !== "connected" || this.streamed !== ALL || !(this.begins || event.missed)) return;
    const known = this.listed && !event.missed;
    this.begins = this.listed = false;
    this.documents.begin();
    if (!known) for (const follower of this.all) void follower.missed();
    // What is under way is told now; what is not has ended meanwhile.
    this.after("unheard", TIMING.gather, () => this.lookUpUnheard());
  }

  /** `data` is the message as it came; empty for what was only looked up. */
  private take(event: TimetableEvent, data: string): void {
    const shown = this.documents.take(event, data, this.streamed === ALL);
    if (!shown) return;
    for (const follower of this.all) follower.event(shown);
    this.notify();
    if (isTerminal(shown) && !this.wanted()) this.finish();
  }

  /** Nothing is left to follow: everything is let go, until something is watched again. */
  private finish(): void {
    this.drop();
    this.stopPolling();
    for (const name of ["connect", "gather", "overflow", "unheard"]) {
      clearTimeout(this.timers[name]);
      this.timers[name] = undefined;
    }
    this.failures = 0;
    this.cursor = this.from = "";
    this.streamed = [];
    this.set({ status: "closed", error: null, lastEventId: null });
  }

  private failed(error: TransportError, retryAfter = 0): void {
    this.drop();
    if (this.stopped || !this.wanted()) return;
    this.failures += 1;
    this.set({ status: this.polling ? "polling" : "reconnecting", error });
    if (this.failures >= TIMING.failures) this.startPolling();
    const wait = Math.min(TIMING.backoffMost, this.retryFirst * 2 ** Math.min(this.failures - 1, 10));
    this.after("connect", Math.max(retryAfter, jitter(wait)), () => void this.connect());
  }

  private wake = (): void => {
    if (this.stopped || this.resting || !this.wanted()) return;
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
        if (!this.wanted()) return;
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
    void this.askAgain().then((reached) => {
      this.pollFailures = reached ? 0 : this.pollFailures + 1;
      if (reached && this.polling) this.set({ status: "polling", error: null });
      const wait = this.resting ? TIMING.pollMost : Math.min(TIMING.pollMost, TIMING.poll * 2 ** Math.min(this.pollFailures, 5));
      if (this.polling) this.after("poll", jitter(wait), this.poll);
    });
  };

  /** Answers whether the server was reached. A list out of sight is not asked for: the stream tells all it missed. */
  private async askAgain(): Promise<boolean> {
    const lists = this.resting ? [] : [...this.all].map((follower) => follower.missed());
    const answers = await Promise.all([this.checkAll(this.documents.active()), ...lists]);
    return answers.every(Boolean);
  }

  /** Polls what the stream has no room for. */
  private pollSome(): void {
    const { streamed } = this;
    if (streamed === ALL || this.options.ticket) return;
    const rest = this.documents.active().filter((id) => !streamed.includes(id));
    if (rest.length === 0) return;
    this.after("overflow", jitter(TIMING.pollMost), () => {
      if (!this.polling) void this.checkAll(rest);
      this.pollSome();
    });
  }

  private lookUpUnheard(): void {
    if (!this.polling) void this.checkAll(this.documents.unheard());
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
