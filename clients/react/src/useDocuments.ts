"use client";

import { useCallback, useEffect, useMemo, useRef, useState } from "react";

import type { DocumentQuery } from "./client.js";
import { ApiError } from "./errors.js";
import { withEvent } from "./progress.js";
import { isFinal, type DocumentInfo } from "./types.js";
import { useClient, type ClientOptions } from "./useClient.js";
import { useSSE } from "./useSSE.js";
import { followAnew } from "./watch.js";

export interface UseDocumentsOptions extends ClientOptions, Omit<DocumentQuery, "after"> {
  /** Follow those under way. Default true. */
  live?: boolean | undefined;
}

export interface DocumentsState {
  /** Each as its last event tells it; null until the first answer. */
  readonly documents: readonly DocumentInfo[] | null;
  readonly isLoading: boolean;
  readonly error: ApiError | null;
  readonly refresh: () => void;
  /** Gets the next page; null where there is none. */
  readonly more: (() => void) | null;
  readonly rename: (documentId: string, savedName: string) => Promise<void>;
  readonly cancel: (documentId: string) => Promise<void>;
  readonly retry: (documentId: string) => Promise<void>;
  readonly remove: (documentId: string) => Promise<void>;
}

/** The tenant's documents, live: those under way are followed over the page's one connection. */
export function useDocuments(options: UseDocumentsOptions = {}): DocumentsState {
  const { q, needsLook, sort, limit, live = true } = options;
  const client = useClient(options);
  const [documents, setDocuments] = useState<readonly DocumentInfo[] | null>(null);
  const [next, setNext] = useState<string | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const [isLoading, setLoading] = useState(true);
  const query = useMemo(() => ({ q, needsLook, sort, limit }), [q, needsLook, sort, limit]);
  const asked = useRef<object | null>(null);

  const load = useCallback(
    (after: string | null) => {
      const question = {};
      asked.current = question;
      setLoading(true);
      client.listDocuments({ ...query, after }).then(
        (page) => {
          if (asked.current !== question) return; // an answer to an earlier question
          setDocuments((all) => (after === null ? page.documents : join(all ?? [], page.documents)));
          setNext(page.next);
          setError(null);
          setLoading(false);
        },
        (reason: unknown) => {
          if (asked.current !== question) return;
          setError(reason instanceof ApiError ? reason : new ApiError(0));
          setLoading(false);
        },
      );
    },
    [client, query],
  );
  const refresh = useCallback(() => load(null), [load]);
  useEffect(() => {
    refresh();
    return () => {
      asked.current = null;
    };
  }, [refresh]);

  const running = live ? (documents ?? []).filter(({ status }) => !isFinal(status)).map(({ documentId }) => documentId) : [];
  const { documents: told } = useSSE(running, options);
  // The record knows more of a document that ended than its event says: its names and its timetables.
  const ended = running.filter((id) => ["complete", "error"].includes(told[id]?.event?.type ?? "")).join(" ");
  useEffect(() => {
    if (ended) refresh();
  }, [ended, refresh]);

  const replace = useCallback((one: DocumentInfo) => {
    setDocuments((all) => (all ?? []).map((each) => (each.documentId === one.documentId ? one : each)));
  }, []);
  const shown = useMemo(
    () => documents?.map((one) => withEvent(one, told[one.documentId]?.event ?? null)) ?? null,
    [documents, told],
  );
  return {
    documents: shown,
    isLoading,
    error,
    refresh,
    more: next === null ? null : () => load(next),
    rename: async (id, savedName) => replace(await client.renameDocument(id, savedName)),
    cancel: async (id) => replace(await client.cancelDocument(id)),
    retry: async (id) => {
      replace(await client.retryDocument(id));
      followAnew(id);
    },
    remove: async (id) => {
      await client.deleteDocument(id);
      setDocuments((all) => (all ?? []).filter(({ documentId }) => documentId !== id));
    },
  };
}

function join(all: readonly DocumentInfo[], page: readonly DocumentInfo[]): DocumentInfo[] {
  const fresh = new Set(page.map(({ documentId }) => documentId));
  return [...all.filter(({ documentId }) => !fresh.has(documentId)), ...page];
}
