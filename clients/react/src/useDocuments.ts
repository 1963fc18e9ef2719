"use client";

import { useEffect, useMemo, useSyncExternalStore } from "react";

import { clientKey, type DocumentQuery } from "./client.js";
import { DocumentsList } from "./documents.js";
import type { ApiError } from "./errors.js";
import { keyOf } from "./options.js";
import type { DocumentInfo } from "./types.js";
import { useClient, type ClientOptions } from "./useClient.js";
import { followAll, followAnew } from "./watch.js";

export interface UseDocumentsOptions extends ClientOptions, Omit<DocumentQuery, "after"> {
  /** Follow all documents there are. Default true. */
  live?: boolean | undefined;
}

export interface DocumentsState {
  /** Each as its last event tells it; null until the first answer. */
  readonly documents: readonly DocumentInfo[] | null;
  readonly isLoading: boolean;
  readonly error: ApiError | null;
  /** Asks anew. Answers whether the server was reached. */
  readonly refresh: () => Promise<boolean>;
  /** Gets the next page; null where there is none. */
  readonly more: (() => void) | null;
  readonly rename: (documentId: string, savedName: string) => Promise<void>;
  readonly cancel: (documentId: string) => Promise<void>;
  readonly retry: (documentId: string) => Promise<void>;
  readonly remove: (documentId: string) => Promise<void>;
}

/**
 * The tenant's documents, live: those that others send or delete, too. The page's one connection is then of all documents,
 * and serves `useSSE` as well.
 */
export function useDocuments(options: UseDocumentsOptions = {}): DocumentsState {
  const { q, needsLook, sort, limit, live = true } = options;
  const client = useClient(options);
  const list = useMemo(() => new DocumentsList(client), [client]);
  const seen = useSyncExternalStore(list.subscribe, list.read, list.readOnServer);
  useEffect(() => list.ask({ q, needsLook, sort, limit }), [list, q, needsLook, sort, limit]);

  const key = options.client ? clientKey(options.client) : keyOf(options);
  useEffect(() => {
    if (live) return followAll(key, client.options, { event: list.event, missed: list.refresh, begun: list.begun });
    return undefined;
  }, [client, list, key, live]);

  // What is no event (a name, a correction) may have come from another tab.
  useEffect(() => {
    const again = (): void => {
      if (document.visibilityState === "visible") void list.refresh();
    };
    document.addEventListener("visibilitychange", again);
    return () => document.removeEventListener("visibilitychange", again);
  }, [list]);

  const { documents, isLoading, error, next } = seen;
  const acts = useMemo(
    () => ({
      rename: async (id: string, savedName: string) => list.replace(await client.renameDocument(id, savedName)),
      cancel: async (id: string) => list.replace(await client.cancelDocument(id)),
      retry: async (id: string) => {
        list.replace(await client.retryDocument(id));
        followAnew(id);
      },
      remove: async (id: string) => {
        await client.deleteDocument(id);
        list.remove(id);
      },
    }),
    [client, list],
  );
  return { documents, isLoading, error, refresh: list.refresh, more: next === null ? null : () => void list.more(), ...acts };
}
