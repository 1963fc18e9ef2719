import { useCallback, useState } from "react";

import { ApiError, useDocuments as useList, useUpload, type DocumentsState, type Upload } from "timelift-react";
import { reasonOf } from "../api";
import { client } from "../client";
import { useMay } from "../session";

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
  /** Files on their way to the server, or that it refused. */
  sending: readonly Upload[];
  send: (files: File[]) => void;
  /** Loads the documents before the last one shown; null where there are none. */
  older: (() => void) | null;
}

/** The documents of this server, live, and the files that are being sent to it. */
export function useDocuments(onUploaded: (documentId: string) => void): Documents {
  const [query, ask] = useState<Query>({ q: "", needsLook: false, sort: "-created" });
  const list = useList({ ...query, client, live: useMay("read") });
  const { documents, refresh, rename, cancel, retry } = list;
  /** What was sent and has its own row by now, or none where it is not what is asked for. */
  const [arrived, setArrived] = useState<ReadonlySet<string>>(new Set());
  const { uploads, upload: send } = useUpload({
    client,
    onUploaded: (documentId) => {
      onUploaded(documentId);
      void refresh().then(() => setArrived((before) => new Set(before).add(documentId)));
    },
  });

  const remove = useCallback(
    async (documentId: string) => {
      try {
        await list.remove(documentId);
      } catch (reason) {
        if (!(reason instanceof ApiError && reason.status === 404)) throw reason;
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
    // The stream may have brought a document's row before the list was asked again: two of one file would move all others.
    sending: uploads.filter(({ documentId: id }) => id === null || !(arrived.has(id) || documents?.some((one) => one.documentId === id))),
    send,
    rename,
    cancel,
    retry,
    remove,
    refresh,
    older: list.more,
  };
}
