"use client";

import { useCallback, useEffect, useState } from "react";

import type { Correction } from "./client.js";
import { ApiError } from "./errors.js";
import type { Timetable } from "./types.js";
import { useClient, type ClientOptions } from "./useClient.js";

export interface TimetableState {
  readonly timetable: Timetable | null;
  /** Names this state of the week. */
  readonly etag: string | null;
  readonly isLoading: boolean;
  /** Why it could not be had or saved; `conflict` where somebody else saved meanwhile. */
  readonly error: ApiError | null;
  readonly reload: () => void;
  /** Saves a corrected week over the one that was loaded. Answers whether it is saved. */
  readonly save: (week: Correction) => Promise<boolean>;
}

interface Loaded {
  id: string | null;
  timetable: Timetable | null;
  etag: string | null;
  error: ApiError | null;
  isLoading: boolean;
}

/**
 * A week whole.
 *
 * @param id A timetable's id, or a document's for its first; null for none.
 */
export function useTimetable(id: string | null, options: ClientOptions = {}): TimetableState {
  const client = useClient(options);
  const [loaded, setLoaded] = useState<Loaded>({ id: null, timetable: null, etag: null, error: null, isLoading: false });
  const [tries, setTries] = useState(0);
  useEffect(() => {
    if (id === null) return;
    const stop = new AbortController();
    setLoaded((before) => ({ ...(before.id === id ? before : { timetable: null, etag: null }), id, error: null, isLoading: true }));
    client.getTimetable(id, stop.signal).then(
      (found) => setLoaded({ ...found, id, error: null, isLoading: false }),
      (reason: unknown) => {
        if (!stop.signal.aborted) setLoaded((before) => ({ ...before, error: asError(reason), isLoading: false }));
      },
    );
    return () => stop.abort();
  }, [client, id, tries]);

  const reload = useCallback(() => setTries((count) => count + 1), []);
  const etag = loaded.id === id ? loaded.etag : null;
  const save = useCallback(
    async (week: Correction): Promise<boolean> => {
      if (id === null || etag === null) return false;
      try {
        const saved = await client.saveTimetable(id, week, etag);
        setLoaded((before) => (before.id === id ? { ...before, ...saved, error: null } : before));
        return true;
      } catch (reason) {
        setLoaded((before) => (before.id === id ? { ...before, error: asError(reason) } : before));
        return false;
      }
    },
    [client, id, etag],
  );
  // Until the effect has run, what is known is of another week.
  const current = loaded.id === id ? loaded : { timetable: null, error: null, isLoading: id !== null };
  return { timetable: current.timetable, etag, isLoading: current.isLoading, error: current.error, reload, save };
}

function asError(reason: unknown): ApiError {
  return reason instanceof ApiError ? reason : new ApiError(0);
}
