import { useCallback, useEffect, useMemo, useReducer, useRef, useState } from "react";

import { getTimetable, putTimetable, type Tagged } from "../api";
import { bodyOf, draftOf, type Draft } from "./draft";
import { begin, redo, step, undo, type History } from "./history";
import { compare, merged, type Merge } from "./merge";
import { Saver, type Saved } from "./Saver";

export interface Conflict {
  merge: Merge;
  /** Goes on with one side of every difference. */
  choose: (chosen: ("mine" | "theirs")[]) => void;
}

export interface Editing {
  draft: Draft;
  /** Makes the next draft of the present one; the change is saved by itself. */
  change: (make: (draft: Draft) => Draft) => void;
  undo: (() => void) | null;
  redo: (() => void) | null;
  saved: Saved;
  /** Resolves once the server has what is on the screen, or cannot have it now. */
  settled: () => Promise<void>;
  conflict: Conflict | null;
}

type Act = { kind: "change"; make: (draft: Draft) => Draft } | { kind: "undo" } | { kind: "redo" };

function reduce(history: History<Draft>, act: Act): History<Draft> {
  if (act.kind === "undo") return undo(history);
  if (act.kind === "redo") return redo(history);
  return step(history, act.make(history.present));
}

/** A week under correction: its draft with undo and redo, saved by itself. One per mounted week; `id` must not change. */
export function useDraft(id: string, loaded: Tagged): Editing {
  const [history, act] = useReducer(reduce, loaded.timetable, (timetable) => begin(draftOf(timetable)));
  const [saved, setSaved] = useState<Saved>({ state: "saved" });
  const [theirs, setTheirs] = useState<Tagged | null>(null);
  const [saver, setSaver] = useState<Saver<Draft> | null>(null);
  const draft = history.present;
  const sent = useRef(draft);

  useEffect(() => {
    const made = new Saver<Draft>(loaded.etag, { put: (draft, etag) => putTimetable(id, bodyOf(draft), etag), tell: setSaved });
    setSaver(made);
    const flush = (): void => made.flush();
    const leave = (event: BeforeUnloadEvent): void => {
      made.flush();
      if (made.dirty && !navigator.onLine) event.preventDefault(); // the browser asks whether to leave all the same
    };
    const hidden = (): void => {
      if (document.visibilityState === "hidden") made.flush();
    };
    window.addEventListener("online", flush);
    window.addEventListener("beforeunload", leave);
    document.addEventListener("visibilitychange", hidden);
    return () => {
      made.close();
      window.removeEventListener("online", flush);
      window.removeEventListener("beforeunload", leave);
      document.removeEventListener("visibilitychange", hidden);
    };
  }, [id, loaded.etag]);

  useEffect(() => {
    if (!saver || sent.current === draft) return;
    sent.current = draft;
    saver.save(draft);
  }, [saver, draft]);

  useEffect(() => {
    if (saved.state !== "conflict") return setTheirs(null);
    const stop = new AbortController();
    getTimetable(id, stop.signal).then(setTheirs, (reason: unknown) => {
      if (!stop.signal.aborted) setSaved({ state: "refused", reason: reason instanceof Error ? reason.message : "" });
    });
    return () => stop.abort();
  }, [id, saved.state]);

  const change = useCallback((make: (draft: Draft) => Draft) => act({ kind: "change", make }), []);
  const conflict = useMemo<Conflict | null>(() => {
    if (!theirs || !saver) return null;
    const merge = compare(
      draft.lessons.map(({ block }) => block),
      theirs.timetable.timeblocks,
    );
    const choose = (chosen: ("mine" | "theirs")[]): void => {
      const next = merged(draft, merge, chosen);
      sent.current = next;
      act({ kind: "change", make: () => next });
      saver.over(theirs.etag, next);
    };
    return { merge, choose };
  }, [theirs, saver, draft]);

  return {
    draft,
    change,
    undo: history.past.length > 0 ? () => act({ kind: "undo" }) : null,
    redo: history.future.length > 0 ? () => act({ kind: "redo" }) : null,
    saved,
    settled: () => saver?.settled() ?? Promise.resolve(),
    conflict,
  };
}
