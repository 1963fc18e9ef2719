import { useCallback, useEffect, useRef, useState } from "react";

import { ApiError as RefusedError, useDocuments as useList, type DocumentsState } from "timelift-react";
import { reasonOf, upload } from "../api";
import { client } from "../client";
import { useMay } from "../session";

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

/** What of the documents is asked for. */
export interface Query {
  /** Text in a name, a class or a teacher; empty for all. */
  q: string;
  needsLook: boolean;
  sort: "-created" | "-updated" | "name";
}

export interface Documents extends Pick<DocumentsState, "documents" | "refresh" | "rename" | "cancel" | "retry" | "remove"> {
  /** Why the list could not be had. */
  error: string | null;
  query: Query;
  ask: (query: Query) => void;
  sending: Sending[];
  send: (files: File[]) => void;
  dismiss: (key: number) => void;
  /** Loads the documents before the last one shown; null where there are none. */
  older: (() => void) | null;
}

/** More uploads at a time would only slow each other down. */
const AT_ONCE = 2;

/** The documents of this server, live, and the files that are being sent to it. */
export function useDocuments(onUploaded: (documentId: string) => void): Documents {
  const [query, ask] = useState<Query>({ q: "", needsLook: false, sort: "-created" });
  const list = useList({ ...query, client, live: useMay("read") });
  const { documents, refresh, rename, cancel, retry } = list;
  const [sending, setSending] = useState<Sending[]>([]);
  const queue = useRef<(() => Promise<void>)[]>([]);
  const running = useRef(0);
  const nextKey = useRef(1);

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
            onUploaded(answer.documentId);
            await refresh(); // its row takes the place of this one
            dismiss(key);
          } catch (reason) {
            if (stop.signal.aborted) return;
            if (!navigator.onLine) start(); // the network went away under it
            else change(key, { error: reasonOf(reason) });
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
    [change, dismiss, onUploaded, pump, refresh],
  );

  const remove = useCallback(
    async (documentId: string) => {
      try {
        await list.remove(documentId);
      } catch (reason) {
        if (!(reason instanceof RefusedError && reason.status === 404)) throw reason;
        await refresh(); // gone already is gone
      }
    },
    [list.remove, refresh],
  );
  return {
    documents,
    error: list.error && reasonOf(list.error),
    query,
    ask,
    sending,
    send,
    dismiss,
    rename,
    cancel,
    retry,
    remove,
    refresh,
    older: list.more,
  };
}
