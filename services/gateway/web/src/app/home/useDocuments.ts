import { useCallback, useEffect, useRef, useState } from "react";

import type { DocumentInfo } from "timelift-react";
import { ApiError, deleteDocument, listDocuments, upload, type DocumentQuery } from "../api";
import { words } from "../words";

/** A file on its way to the server, or one that was refused. */
export interface Sending {
  key: number;
  fileName: string;
  /** 0 to 1. */
  share: number;
  /** There is no network: it is sent when there is one. */
  waiting: boolean;
  error: string | null;
  cancel: () => void;
  /** Sends it again. */
  retry: () => void;
}

export interface Documents {
  /** null until the first answer. */
  documents: DocumentInfo[] | null;
  /** Why the list could not be had. */
  error: string | null;
  query: DocumentQuery;
  ask: (query: DocumentQuery) => void;
  sending: Sending[];
  send: (files: File[]) => void;
  dismiss: (key: number) => void;
  remove: (documentId: string) => Promise<void>;
  refresh: () => void;
  /** Loads the documents before the last one shown; null where there are none. */
  older: (() => void) | null;
}

/** More uploads at a time would only slow each other down. */
const AT_ONCE = 2;

/** The documents of this server and the files that are being sent to it. */
export function useDocuments(onUploaded: (documentId: string) => void): Documents {
  const { documents, error, query, ask, load, next, change: changeAll } = useList();
  const [sending, setSending] = useState<Sending[]>([]);
  const queue = useRef<(() => Promise<void>)[]>([]);
  const running = useRef(0);
  const nextKey = useRef(1);
  const refresh = useCallback(() => load(null), [load]);

  const change = useCallback((key: number, patch: Partial<Sending>) => {
    setSending((all) => all.map((one) => (one.key === key ? { ...one, ...patch } : one)));
  }, []);
  const dismiss = useCallback((key: number) => setSending((all) => all.filter((one) => one.key !== key)), []);

  const pump = useCallback(() => {
    while (running.current < AT_ONCE && navigator.onLine) {
      const next = queue.current.shift();
      if (!next) return;
      running.current += 1;
      void next().finally(() => {
        running.current -= 1;
        pump();
      });
    }
  }, []);
  useEffect(() => {
    window.addEventListener("online", pump);
    return () => window.removeEventListener("online", pump);
  }, [pump]);

  const send = useCallback(
    (files: File[]) => {
      for (const file of files) {
        const key = nextKey.current++;
        const stop = new AbortController();
        const run = async (): Promise<void> => {
          if (stop.signal.aborted) return;
          change(key, { waiting: false });
          try {
            const answer = await upload(file, (share) => change(key, { share }), stop.signal);
            // Shown at once; the server's own words follow with the refresh.
            changeAll((all) => [placeholder(answer.documentId, file), ...all]);
            dismiss(key);
            onUploaded(answer.documentId);
            refresh();
          } catch (reason) {
            if (stop.signal.aborted) return;
            if (!navigator.onLine) start(); // the network went away under it
            else change(key, { error: reason instanceof ApiError ? reason.message : words.home.failed });
          }
        };
        const start = (): void => {
          change(key, { error: null, share: 0, waiting: !navigator.onLine });
          queue.current.push(run);
          pump();
        };
        const cancel = (): void => {
          stop.abort();
          dismiss(key);
        };
        setSending((all) => [{ key, fileName: file.name, share: 0, waiting: false, error: null, cancel, retry: start }, ...all]);
        start();
      }
    },
    [change, changeAll, dismiss, onUploaded, pump, refresh],
  );

  const remove = useCallback(
    async (documentId: string) => {
      try {
        await deleteDocument(documentId);
      } catch (reason) {
        if (!(reason instanceof ApiError && reason.status === 404)) throw reason; // gone already is gone
      }
      changeAll((all) => all.filter((one) => one.documentId !== documentId));
    },
    [changeAll],
  );

  const older = next ? () => load(next) : null;
  return { documents, error, query, ask, sending, send, dismiss, remove, refresh, older };
}

interface List {
  documents: DocumentInfo[] | null;
  error: string | null;
  query: DocumentQuery;
  ask: (query: DocumentQuery) => void;
  /** From the beginning, or what comes after a page's `next`. */
  load: (after: string | null) => void;
  next: string | null | undefined;
  change: (make: (all: DocumentInfo[]) => DocumentInfo[]) => void;
}

/** The list that was asked for, page by page. */
function useList(): List {
  const [query, setQuery] = useState<DocumentQuery>({ q: "", needsLook: false, sort: "-created" });
  const [documents, setDocuments] = useState<DocumentInfo[] | null>(null);
  const [next, setNext] = useState<string | null>();
  const [error, setError] = useState<string | null>(null);
  const asked = useRef(query);

  const load = useCallback((after: string | null) => {
    const wanted = asked.current;
    listDocuments(wanted, after).then(
      (page) => {
        if (asked.current !== wanted) return; // an answer to an earlier question
        setError(null);
        setDocuments((all) => merge(page.documents, all ?? [], after, wanted));
        // A refresh tells of the first page's end, which is known once older ones are shown.
        setNext((known) => (after === null && known !== undefined && byDate(wanted) ? known : page.next));
      },
      (reason: unknown) => {
        if (asked.current === wanted) setError(reason instanceof ApiError ? reason.message : words.home.noList);
      },
    );
  }, []);
  const ask = useCallback(
    (wanted: DocumentQuery) => {
      asked.current = wanted;
      setQuery(wanted);
      setNext(undefined);
      load(null);
    },
    [load],
  );

  useEffect(() => {
    const again = (): void => {
      if (document.visibilityState === "visible") load(null);
    };
    again();
    window.addEventListener("online", again);
    document.addEventListener("visibilitychange", again);
    return () => {
      window.removeEventListener("online", again);
      document.removeEventListener("visibilitychange", again);
    };
  }, [load]);

  const change = useCallback((make: (all: DocumentInfo[]) => DocumentInfo[]) => setDocuments((all) => make(all ?? [])), []);
  return { documents, error, query, ask, load, next, change };
}

/** Whether the list's own order tells which documents a first page leaves out. */
function byDate({ q, needsLook, sort }: DocumentQuery): boolean {
  return !q && !needsLook && sort === "-created";
}

/** The list after one more page: a refresh replaces its first page, `after` appends. */
function merge(page: DocumentInfo[], all: DocumentInfo[], after: string | null, query: DocumentQuery): DocumentInfo[] {
  const fresh = new Set(page.map((one) => one.documentId));
  const others = all.filter((one) => !fresh.has(one.documentId));
  if (after !== null) return [...others, ...page];
  const last = page.at(-1)?.createdAt;
  if (last === undefined || !byDate(query)) return page;
  return [...page, ...others.filter((one) => one.createdAt < last)];
}

function placeholder(documentId: string, file: File): DocumentInfo {
  const now = new Date().toISOString();
  const nothing = { step: null, stage: null, error: null, savedName: null, className: null, teacher: null, timetableId: null, completedAt: null };
  return {
    ...nothing,
    documentId,
    status: "uploaded",
    percentage: 0,
    secondsLeft: null,
    before: null,
    fileName: file.name,
    contentType: file.type,
    size: file.size,
    pages: 1,
    timetableIds: [],
    createdAt: now,
    updatedAt: now,
  };
}
