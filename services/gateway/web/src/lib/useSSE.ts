import { useCallback, useSyncExternalStore } from "react";

import { DocumentStream, IDLE, type StreamOptions, type StreamState } from "./stream";

export type UseSSEOptions = StreamOptions;

interface Shared {
  stream: DocumentStream;
  listeners: Set<() => void>;
  closing: ReturnType<typeof setTimeout> | undefined;
}

/** Streams in use, so that every component that watches one document shares its connection. */
const streams = new Map<string, Shared>();

/** How long, in ms, a stream nobody watches is kept: moving a widget (or StrictMode) must not reconnect. */
const LINGER = 250;

function keyOf(documentId: string, options: StreamOptions): string {
  return JSON.stringify([options.baseUrl ?? "", options.withCredentials ?? false, options.accessToken ?? "", documentId]);
}

function subscribe(documentId: string, options: StreamOptions, listener: () => void): () => void {
  const key = keyOf(documentId, options);
  let shared = streams.get(key);
  if (!shared) {
    const listeners = new Set<() => void>();
    const stream = new DocumentStream(documentId, options, () => listeners.forEach((tell) => tell()));
    shared = { stream, listeners, closing: undefined };
    streams.set(key, shared);
    stream.start();
  }
  const mine = shared;
  clearTimeout(mine.closing);
  mine.listeners.add(listener);
  return () => {
    mine.listeners.delete(listener);
    if (mine.listeners.size > 0) return;
    mine.closing = setTimeout(() => {
      mine.stream.stop();
      streams.delete(key);
    }, LINGER);
  };
}

const CONNECTING: StreamState = { ...IDLE, connection: "connecting" };

/**
 * Follows a document while it is worked on.
 *
 * @param documentId The `documentId` the upload answered; null to follow nothing.
 * @returns `event`: the last event, whose `percentage` never falls; `isConnected`: whether events come live;
 *   `error`: why they do not (a document's own failure is an `event` of type `error`); `connection`: the same in one
 *   word. While the stream is away the document is polled, so `event` goes on changing.
 */
export function useSSE(documentId: string | null, options: UseSSEOptions = {}): StreamState {
  const { baseUrl, withCredentials, accessToken } = options;
  const settings: StreamOptions = {
    ...(baseUrl === undefined ? {} : { baseUrl }),
    ...(withCredentials === undefined ? {} : { withCredentials }),
    ...(accessToken === undefined ? {} : { accessToken }),
  };
  const key = documentId === null ? null : keyOf(documentId, settings);
  // `key` stands for the document and the settings, which are new objects at every render.
  const follow = useCallback(
    (listener: () => void) => (documentId === null ? () => undefined : subscribe(documentId, settings, listener)),
    [key],
  );
  const read = (): StreamState => (key === null ? IDLE : (streams.get(key)?.stream.snapshot ?? CONNECTING));
  return useSyncExternalStore(follow, read, () => (key === null ? IDLE : CONNECTING));
}
