"use client";

import { useEffect, useMemo, useSyncExternalStore } from "react";

import { clientKey, type Client } from "./client.js";
import { keyOf } from "./options.js";
import type { FeedOptions, SSEStatus } from "./transport.js";
import { Watch, type SSESnapshot } from "./watch.js";

export interface UseSSEOptions extends FeedOptions {
  /** Reaches the API as this client does; the other options then do not count, but for `ticket`. */
  client?: Client | undefined;
}

/** @deprecated The words of the version before: see `SSEStatus`. */
export type Connection = "idle" | "connecting" | "live" | "polling" | "closed";

export interface SSEState extends SSESnapshot {
  /** Tries at once, whatever the back-off says; documents that ended are followed anew. */
  readonly reconnect: () => void;
  /** Follows nothing more; what was seen stays. */
  readonly close: () => void;
  /** @deprecated `status` in the words of the version before. */
  readonly connection: Connection;
}

const FORMER: Record<SSEStatus, Connection> = { open: "live", reconnecting: "connecting", connecting: "connecting", polling: "polling", closed: "closed" };

/**
 * Follows documents while they are worked on. All documents of a page that are reached with the same options share one
 * connection.
 *
 * @param documents The `documentId` that the upload answered, several, or null to follow nothing.
 * @returns What is known of them, and how the connection is. While the stream is away they are polled, so events go on
 *   coming.
 */
export function useSSE(documents: string | readonly string[] | null, options: UseSSEOptions = {}): SSEState {
  const ids = documents === null ? [] : typeof documents === "string" ? [documents] : documents;
  const settings: FeedOptions = options.client ? { ...options.client.options, ticket: options.ticket } : options;
  const key = options.client ? clientKey(options.client) : keyOf(options);
  const ticket = typeof options.ticket === "function" ? "function" : (options.ticket ?? "");
  const named = JSON.stringify([key, ticket, ids]);
  // `named` stands for documents and settings, which are new objects at every render.
  const watch = useMemo(() => new Watch(ids, `${key}${ticket}`, settings), [named]);
  useEffect(() => watch.refresh(settings));
  const seen = useSyncExternalStore(watch.subscribe, watch.read, watch.readOnServer);
  const idle = ids.length === 0;
  return useMemo(
    () => ({ ...seen, reconnect: watch.reconnect, close: watch.close, connection: idle ? "idle" : FORMER[seen.status] }),
    [seen, watch, idle],
  );
}
