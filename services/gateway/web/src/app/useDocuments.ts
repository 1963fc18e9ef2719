import { useCallback, useEffect, useRef, useState } from "react";

import type { DocumentInfo } from "../lib";
import { ApiError, deleteDocument, listDocuments, upload } from "./api";

/** A file on its way to the server, or one that was refused. */
export interface Sending {
  key: number;
  fileName: string;
  /** 0 to 1. */
  share: number;
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
  const [documents, setDocuments] = useState<DocumentInfo[] | null>(null);
  const [next, setNext] = useState<string | null>();
  const [error, setError] = useState<string | null>(null);
  const [sending, setSending] = useState<Sending[]>([]);
  const queue = useRef<(() => Promise<void>)[]>([]);
  const running = useRef(0);
  const nextKey = useRef(1);

  const load = useCallback((after: string | null) => {
    listDocuments(after).then(
      (page) => {
        setError(null);
        setDocuments((all) => merge(page.documents, all ?? [], after));
        // A refresh tells of the first page's end, which is known once older ones are shown.
        setNext((known) => (after === null && known !== undefined ? known : page.next));
      },
      (reason: unknown) => setError(reason instanceof ApiError ? reason.message : "The list could not be read."),
    );
  }, []);
  const refresh = useCallback(() => load(null), [load]);

  useEffect(() => {
    refresh();
    window.addEventListener("online", refresh);
    return () => window.removeEventListener("online", refresh);
  }, [refresh]);

  const change = useCallback((key: number, patch: Partial<Sending>) => {
    setSending((all) => all.map((one) => (one.key === key ? { ...one, ...patch } : one)));
  }, []);
  const dismiss = useCallback((key: number) => setSending((all) => all.filter((one) => one.key !== key)), []);

  const pump = useCallback(() => {
    while (running.current < AT_ONCE) {
      const next = queue.current.shift();
      if (!next) return;
      running.current += 1;
      void next().finally(() => {
        running.current -= 1;
        pump();
      });
    }
  }, []);

  const send = useCallback(
    (files: File[]) => {
      for (const file of files) {
        const key = nextKey.current++;
        const stop = new AbortController();
        const run = async (): Promise<void> => {
          if (stop.signal.aborted) return;
          try {
            const answer = await upload(file, (share) => change(key, { share }), stop.signal);
            // Shown at once; the server's own words follow with the refresh.
            setDocuments((all) => [placeholder(answer.documentId, file), ...(all ?? [])]);
            dismiss(key);
            onUploaded(answer.documentId);
            refresh();
          } catch (reason) {
            if (stop.signal.aborted) return;
            change(key, { error: reason instanceof ApiError ? reason.message : "The upload failed." });
          }
        };
        const start = (): void => {
          queue.current.push(run);
          pump();
        };
        const retry = (): void => {
          change(key, { error: null, share: 0 });
          start();
        };
        const cancel = (): void => {
          stop.abort();
          dismiss(key);
        };
        setSending((all) => [{ key, fileName: file.name, share: 0, error: null, cancel, retry }, ...all]);
        start();
      }
    },
    [change, dismiss, onUploaded, pump, refresh],
  );

  const remove = useCallback(async (documentId: string) => {
    try {
      await deleteDocument(documentId);
    } catch (reason) {
      if (!(reason instanceof ApiError && reason.status === 404)) throw reason; // gone already is gone
    }
    setDocuments((all) => all?.filter((one) => one.documentId !== documentId) ?? null);
  }, []);

  const older = next ? () => load(next) : null;
  return { documents, error, sending, send, dismiss, remove, refresh, older };
}

/** The list after one more page: a refresh replaces its first page, `after` appends. */
function merge(page: DocumentInfo[], all: DocumentInfo[], after: string | null): DocumentInfo[] {
  const fresh = new Set(page.map((one) => one.documentId));
  const others = all.filter((one) => !fresh.has(one.documentId));
  if (after !== null) return [...others, ...page];
  const last = page.at(-1)?.createdAt;
  return last === undefined ? [] : [...page, ...others.filter((one) => one.createdAt < last)];
}

function placeholder(documentId: string, file: File): DocumentInfo {
  const now = new Date().toISOString();
  return {
    documentId,
    status: "uploaded",
    step: null,
    stage: null,
    percentage: 0,
    error: null,
    fileName: file.name,
    contentType: file.type,
    size: file.size,
    pages: 1,
    timetableId: null,
    timetableIds: [],
    createdAt: now,
    updatedAt: now,
    completedAt: null,
  };
}
