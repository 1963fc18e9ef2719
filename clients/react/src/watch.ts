/** What one hook watches, and the feeds that all hooks of a page share. */
import type { JobError, TransportError } from "./errors.js";
import { Feed } from "./feed.js";
import { UNKNOWN, type DocumentState } from "./followed.js";
import { isTerminal } from "./progress.js";
import { CONNECTING, type AllFollower, type FeedOptions, type SSEStatus, type Transport } from "./transport.js";
import type { CompleteEvent, TimetableEvent } from "./types.js";

/** What a hook sees; for several documents, of all of them together. */
export interface SSESnapshot {
  /** The last event; of several documents, of the one that was heard of last. */
  readonly event: TimetableEvent | null;
  /** All events since the beginning, by time; without signs of life. */
  readonly events: readonly TimetableEvent[];
  readonly status: SSEStatus;
  /** Events come live. */
  readonly isConnected: boolean;
  /** 0 to 100, never falling; of several documents, their mean. */
  readonly progress: number;
  /** Of a document that was read; of several, of the one that ended last. */
  readonly result: NonNullable<CompleteEvent["result"]> | null;
  /** A document's own failure (`kind` "job"), or why no events come (`kind` "transport"). */
  readonly error: JobError | TransportError | null;
  /** Where the stream is to go on. */
  readonly lastEventId: string | null;
  /** Each document by its id. */
  readonly documents: Readonly<Record<string, DocumentState>>;
}

const CLOSED: Transport = { status: "closed", error: null, lastEventId: null };

/** How long, in ms, a document nobody watches is kept: moving a widget (or StrictMode) must not reconnect. */
const LINGER = 250;

interface Shared {
  feed: Feed;
  listeners: Set<() => void>;
}

const feeds = new Map<string, Shared>();

function shared(key: string, options: FeedOptions): Shared {
  let found = feeds.get(key);
  if (!found) {
    const listeners = new Set<() => void>();
    found = { feed: new Feed(options, () => [...listeners].forEach((tell) => tell())), listeners };
    feeds.set(key, found);
  }
  return found;
}

/** Follows a document that is read once more, wherever it is watched: else its first end would stay. */
export function followAnew(documentId: string): void {
  for (const { feed } of feeds.values()) feed.followAnew(documentId);
}

/** Leaves a feed a moment later. `last` answers whether nobody is left on it. */
function leave(key: string, feed: Feed, last: () => boolean): void {
  setTimeout(() => {
    if (!last()) return;
    feed.stop();
    if (feeds.get(key)?.feed === feed) feeds.delete(key);
  }, LINGER);
}

/** Follows all documents there are, over the page's connection. Answers what ends it. */
export function followAll(key: string, options: FeedOptions, follower: AllFollower): () => void {
  const { feed } = shared(key, options);
  feed.followAll(follower);
  return () => leave(key, feed, () => feed.unfollowAll(follower));
}

export class Watch {
  private readonly ids: readonly string[];
  private parts: readonly unknown[] = [];
  private readonly first: SSESnapshot;
  private snapshot: SSESnapshot;
  private closed = false;
  /** What undoes the following; empty while nothing is followed. */
  private leave: (() => void)[] = [];
  private listener: () => void = () => undefined;

  /** `key` names the connection; with tickets every document has its own. */
  constructor(
    ids: readonly string[],
    private readonly key: string,
    private options: FeedOptions,
  ) {
    this.ids = [...new Set(ids)];
    this.first = snapshotOf(ids.length ? [CONNECTING] : [CLOSED], this.ids, this.ids.map(() => UNKNOWN));
    this.snapshot = this.first;
  }

  private keyOf(id: string): string {
    return this.options.ticket ? `${this.key} ${id}` : this.key;
  }

  /** Options whose functions are new ones, for the next request. */
  refresh(options: FeedOptions): void {
    this.options = options;
    for (const id of this.ids) {
      const found = feeds.get(this.keyOf(id));
      if (found) found.feed.options = options;
    }
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listener = listener;
    if (!this.closed) this.follow();
    return () => {
      this.listener = () => undefined;
      this.unfollow();
    };
  };

  private follow(): void {
    if (this.leave.length > 0) return;
    const tell = (): void => this.listener();
    this.leave = this.ids.map((id) => {
      const key = this.keyOf(id);
      const { feed, listeners } = shared(key, this.options);
      listeners.add(tell);
      feed.watch(id);
      return () => {
        listeners.delete(tell);
        leave(key, feed, () => feed.unwatch(id));
      };
    });
  }

  private unfollow(): void {
    this.leave.forEach((leave) => leave());
    this.leave = [];
  }

  /** The same object until something changed. */
  read = (): SSESnapshot => {
    if (this.closed || this.ids.length === 0) return this.snapshot;
    const found = this.ids.map((id) => feeds.get(this.keyOf(id))?.feed);
    const transports = [...new Set(found)].map((feed) => feed?.transport ?? CONNECTING);
    const documents = this.ids.map((id, index) => found[index]?.document(id) ?? UNKNOWN);
    const parts = [...transports, ...documents];
    if (parts.length !== this.parts.length || parts.some((part, index) => part !== this.parts[index])) {
      this.parts = parts;
      this.snapshot = snapshotOf(transports, this.ids, documents);
    }
    return this.snapshot;
  };

  /** What the server renders: it follows nothing. */
  readOnServer = (): SSESnapshot => this.first;

  /** Tries at once; documents that ended are followed anew. */
  reconnect = (): void => {
    this.closed = false;
    this.follow();
    for (const feed of new Set(this.ids.map((id) => feeds.get(this.keyOf(id))?.feed))) {
      this.ids.forEach((id) => feed?.renew(id));
      feed?.reconnect();
    }
    this.listener();
  };

  /** Follows nothing more; what was seen stays. */
  close = (): void => {
    if (this.closed) return;
    this.snapshot = { ...this.read(), status: "closed", isConnected: false };
    this.closed = true;
    this.unfollow();
    this.listener();
  };
}

function snapshotOf(transports: readonly Transport[], ids: readonly string[], documents: readonly DocumentState[]): SSESnapshot {
  const over = documents.length > 0 && documents.every(({ event }) => isTerminal(event));
  const waiting = transports.find(({ status }) => status !== "open" && status !== "closed");
  const transport = over ? CLOSED : (waiting ?? transports.find(({ status }) => status === "open") ?? CLOSED);
  const events = documents.length === 1 ? (documents[0]?.events ?? []) : byTime(documents.flatMap((one) => one.events));
  const known = documents.map(({ event }) => event);
  const completed = events.filter((event) => event.type === "complete").at(-1);
  const sum = known.reduce((total, event) => total + (event?.percentage ?? 0), 0);
  return {
    event: known.length === 1 ? (known[0] ?? null) : latest(known, events),
    events,
    status: transport.status,
    isConnected: transport.status === "open",
    progress: known.length ? sum / known.length : 0,
    result: completed?.result ?? null,
    error: documents.find((one) => one.error)?.error ?? transport.error,
    lastEventId: transport.lastEventId,
    documents: Object.fromEntries(ids.map((id, index) => [id, documents[index] ?? UNKNOWN])),
  };
}

function byTime(events: readonly TimetableEvent[]): TimetableEvent[] {
  const at = (event: TimetableEvent): string => event.at ?? "";
  return [...events].sort((a, b) => (at(a) < at(b) ? -1 : at(a) > at(b) ? 1 : 0));
}

/** The state of the document that the last event was of. */
function latest(known: readonly (TimetableEvent | null)[], events: readonly TimetableEvent[]): TimetableEvent | null {
  const of = events.at(-1)?.documentId;
  return known.find((event) => event && event.documentId === of) ?? known.find(Boolean) ?? null;
}
