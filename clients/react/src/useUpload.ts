"use client";

import { useCallback, useEffect, useRef, useState } from "react";

import type { UploadOptions } from "./client.js";
import { ApiError } from "./errors.js";
import { useClient, type ClientOptions } from "./useClient.js";
import { useLatest } from "./useLatest.js";

export interface Upload {
  readonly key: number;
  readonly file: File;
  /** `waiting` for its turn or for the network. */
  readonly state: "waiting" | "sending" | "sent" | "failed";
  /** 0 to 1. */
  readonly share: number;
  /** Once it is sent. */
  readonly documentId: string | null;
  readonly error: ApiError | null;
  /** Stops it, and takes it out of the list. */
  readonly cancel: () => void;
  /** Sends one that failed again; if only the answer was lost, no second document is made of it. */
  readonly retry: () => void;
}

export interface UseUploadOptions extends ClientOptions, Pick<UploadOptions, "priority" | "reuse"> {
  /** How many are sent at a time. Default 2: more would only slow each other down. */
  atOnce?: number | undefined;
  onUploaded?: ((documentId: string, file: File) => void) | undefined;
  onError?: ((error: ApiError, file: File) => void) | undefined;
}

export interface UploadState {
  /** Newest first. */
  readonly uploads: readonly Upload[];
  /** Ids of what was sent, newest first: for `useSSE`. */
  readonly documentIds: readonly string[];
  readonly upload: (files: Iterable<File>) => void;
  /** Takes what was sent or failed out of the list. */
  readonly clear: () => void;
}

const online = (): boolean => globalThis.navigator?.onLine ?? true;

/** Sends files, a few at a time, when there is a network. Ends what is under way when its component goes. */
export function useUpload(options: UseUploadOptions = {}): UploadState {
  const { atOnce = 2, onUploaded, onError, priority, reuse } = options;
  const client = useClient(options);
  const [uploads, setUploads] = useState<readonly Upload[]>([]);
  const state = useRef({ queue: [] as (() => Promise<void>)[], running: 0, key: 0, stops: new Set<AbortController>() });
  const change = useCallback((key: number, patch: Partial<Upload>) => {
    setUploads((all) => all.map((one) => (one.key === key ? { ...one, ...patch } : one)));
  }, []);

  const pump = useLatest((): void => {
    const { current } = state;
    while (current.running < atOnce && online()) {
      const next = current.queue.shift();
      if (!next) return;
      current.running += 1;
      void next().finally(() => {
        current.running -= 1;
        pump();
      });
    }
  });
  useEffect(() => {
    const { stops } = state.current;
    globalThis.addEventListener("online", pump);
    return () => {
      globalThis.removeEventListener("online", pump);
      stops.forEach((stop) => stop.abort());
    };
  }, [pump]);

  const send = useLatest(async (key: number, file: File, stop: AbortController, idempotencyKey: string): Promise<boolean> => {
    if (stop.signal.aborted) return true;
    change(key, { state: "sending", share: 0, error: null });
    const onProgress = (share: number): void => change(key, { share });
    try {
      const { documentId } = await client.upload(file, { onProgress, signal: stop.signal, priority, reuse, idempotencyKey });
      change(key, { state: "sent", share: 1, documentId });
      onUploaded?.(documentId, file);
    } catch (reason) {
      if (stop.signal.aborted) return true;
      const error = reason instanceof ApiError ? reason : new ApiError(0);
      if (error.status === 0 && !online()) return false; // the network went away under it
      change(key, { state: "failed", error });
      onError?.(error, file);
    }
    return true;
  });

  const upload = useCallback(
    (files: Iterable<File>) => {
      for (const file of files) {
        const key = (state.current.key += 1);
        const stop = new AbortController();
        state.current.stops.add(stop);
        // The same for each try, so that a lost answer makes no second document.
        const idempotencyKey = uniqueKey();
        const start = (): void => {
          change(key, { state: "waiting", error: null });
          state.current.queue.push(async () => {
            if (!(await send(key, file, stop, idempotencyKey))) start();
          });
          pump();
        };
        const cancel = (): void => {
          stop.abort();
          state.current.stops.delete(stop);
          setUploads((all) => all.filter((one) => one.key !== key));
        };
        const one: Upload = { key, file, state: "waiting", share: 0, documentId: null, error: null, cancel, retry: start };
        setUploads((all) => [one, ...all]);
        start();
      }
    },
    [change, pump, send],
  );
  const clear = useCallback(() => setUploads((all) => all.filter(({ state }) => state === "waiting" || state === "sending")), []);
  const documentIds = uploads.flatMap(({ documentId }) => documentId ?? []);
  return { uploads, documentIds, upload, clear };
}

/** `crypto.randomUUID` is only there on https and localhost. */
function uniqueKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
