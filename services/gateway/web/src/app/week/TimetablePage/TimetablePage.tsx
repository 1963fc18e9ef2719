import { useCallback, useEffect, useState, type ReactNode } from "react";

import { isFinal, ProcessingNotification, type DocumentInfo, type SavedTimetable } from "timelift-react";
import { ApiError, failureOf, getDocument, getTimetable, listTimetables, reasonOf, type Tagged } from "../../api";
import { Choice } from "../../Choice/Choice";
import { client } from "../../client";
import { Delete } from "../../home/Delete/Delete";
import type { Documents } from "../../home/useDocuments";
import { mayBeReadYet, titleOf } from "../../home/DocumentRow/DocumentRow";
import { namesOf } from "timelift-react/layout";
import { useMay } from "../../session";
import { words } from "../../words";
import { TimetableView } from "../TimetableView/TimetableView";
import "./TimetablePage.css";

type Load =
  | { state: "loading" }
  | { state: "running"; document: DocumentInfo }
  | { state: "failed"; title: string; message: string; again: "load" | "read" | null }
  | { state: "ready"; document: DocumentInfo; all: SavedTimetable[]; id: string; loaded: Tagged };

/** A document with its timetables and one of these whole: the chosen one, else the first. */
async function load(documentId: string, chosen: string | null, signal: AbortSignal): Promise<Load> {
  // All at once, not one after the other: a phone waits for each answer.
  const ask = (): Promise<[SavedTimetable[], Tagged]> => Promise.all([listTimetables(documentId, signal), getTimetable(chosen ?? documentId, signal)]);
  const weeks = ask();
  weeks.catch(() => undefined); // of a document under way there are none
  try {
    const document = await getDocument(documentId, signal);
    if (!isFinal(document.status)) return { state: "running", document };
    if (document.status === "failed" || document.status === "cancelled") {
      const stopped = document.status === "cancelled";
      const message = stopped ? words.home.nothingToShow : failureOf(document);
      return { state: "failed", title: stopped ? words.home.stopped : words.home.cannotRead, message, again: mayBeReadYet(document) ? "read" : null };
    }
    const [all, loaded] = await weeks.catch(ask); // perhaps it was read just now
    return { state: "ready", document, all, id: chosen ?? document.timetableId ?? documentId, loaded };
  } catch (reason) {
    if (reason instanceof ApiError && reason.status === 404) {
      return { state: "failed", title: words.home.noSuch, message: words.home.noSuchWhy, again: null };
    }
    const message = reason instanceof ApiError ? reason.message : words.home.tryAgainSoon;
    return { state: "failed", title: words.home.notLoaded, message, again: "load" };
  }
}

interface TimetablePageProps {
  documentId: string;
  list: Pick<Documents, "cancel" | "retry" | "remove">;
}

/** One document's weeks, one at a time, or why there is none yet. */
export function TimetablePage({ documentId, list }: TimetablePageProps): ReactNode {
  const [loaded, setLoaded] = useState<Load>({ state: "loading" });
  const [chosen, setChosen] = useState<string | null>(null);
  const [tries, setTries] = useState(0);
  const [fault, setFault] = useState<string | null>(null);
  const mayWrite = useMay("write");
  const again = useCallback(() => setTries((count) => count + 1), []);

  useEffect(() => {
    const stop = new AbortController();
    void load(documentId, chosen, stop.signal).then((result) => {
      if (!stop.signal.aborted) setLoaded(result);
    });
    return () => stop.abort();
  }, [documentId, chosen, tries]);

  /** Does something to the document and shows what has become of it. */
  const act = (what: Promise<void>): void => {
    setFault(null);
    what.then(again, (reason: unknown) => setFault(reasonOf(reason)));
  };
  const leave = async (): Promise<void> => {
    await list.remove(documentId);
    window.location.hash = "#/";
  };
  return (
    <div className="timetable">
      <nav className="crumbs" aria-label={words.home.back}>
        <a href="#/">
          <svg viewBox="0 0 16 16" aria-hidden="true">
            <path d="M9.5 3.5 5 8l4.5 4.5" />
          </svg>
          {words.home.allTimetables}
        </a>
        {mayWrite && loaded.state === "ready" && <Delete name={titleOf(loaded.document)} remove={leave} />}
      </nav>
      {loaded.state === "loading" && (
        <div className="week-skeleton" aria-busy="true" aria-label={words.home.loading}>
          <span className="bone bone-title" />
          <span className="bone bone-grid" />
        </div>
      )}
      {loaded.state === "running" && (
        <div className="waiting">
          <h1>{words.home.stillReading(titleOf(loaded.document))}</h1>
          <ProcessingNotification documentId={documentId} client={client} placement="inline" labels={words.card} title={words.home.progress} onView={again} onEnd={again} />
          {mayWrite && (
            <button type="button" className="button" onClick={() => act(list.cancel(documentId))}>
              {words.cancel}
            </button>
          )}
          {fault && <p className="bad">{fault}</p>}
        </div>
      )}
      {loaded.state === "failed" && (
        <div className="nothing" role="alert">
          <h1>{loaded.title}</h1>
          <p>{fault ?? loaded.message}</p>
          <p>
            {(loaded.again === "load" || (loaded.again === "read" && mayWrite)) && (
              <button type="button" className="button primary" onClick={loaded.again === "load" ? again : () => act(list.retry(documentId))}>
                {words.home.again}
              </button>
            )}
            <a className="button" href="#/">
              {words.home.another}
            </a>
          </p>
        </div>
      )}
      {loaded.state === "ready" && loaded.all.length > 1 && (
        <Choice
          label={words.home.timetable}
          value={loaded.id}
          onChange={setChosen}
          choices={namesOf(loaded.all).map((name, index) => [loaded.all[index]?.timetableId ?? "", name])}
        />
      )}
      {loaded.state === "ready" && <TimetableView key={loaded.id} document={loaded.document} id={loaded.id} loaded={loaded.loaded} />}
    </div>
  );
}
