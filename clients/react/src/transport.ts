/** How a connection is asked for, how it is, and how long it takes for what. */
import type { TransportError } from "./errors.js";
import { credentialsOf, headersOf, urlOf, type ApiOptions } from "./options.js";
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

/** Who follows all documents. */
export interface AllFollower {
  /** The last event of a document, its percentage never falling. */
  event: (event: TimetableEvent) => void;
  /** Events may have been missed: asks for the documents anew. Answers whether the server was reached. */
  missed: () => Promise<boolean>;
  /** Where a stream begins that tells all the follower does not know; null where it would have to ask anew. */
  begun: Promise<string | null>;
}

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

/** What a stream is of that names no documents. */
export const ALL = "all";
export type Streamed = readonly string[] | typeof ALL;

/** How a stream is asked for. `lastEventId`: where it goes on; empty from its beginning. */
export async function addressOf(options: FeedOptions, streamed: Streamed, lastEventId: string, signal: AbortSignal): Promise<{ url: string; init: RequestInit }> {
  const { ticket } = options;
  const named = streamed === ALL ? [] : streamed;
  const [only = ""] = named;
  const query = new URLSearchParams(ticket ? [] : named.map((id) => ["documentId", id]));
  if (ticket) query.set("ticket", typeof ticket === "function" ? await ticket(only) : ticket);
  // In the address, as the field of the same name would cost pages of other origins a question beforehand.
  if (lastEventId) query.set("lastEventId", lastEventId);
  const headers = { Accept: "text/event-stream", ...(ticket ? {} : await headersOf(options)) };
  const path = ticket ? `events/${encodeURIComponent(only)}` : "events";
  const asked = query.size > 0 ? `?${query}` : "";
  return { url: urlOf(options, path) + asked, init: { headers, signal, credentials: credentialsOf(options) } };
}
