import { useCallback, useEffect, useRef, useState, type ReactNode } from "react";

import { operationsHref } from "../../route";
import { words } from "../../words";
import { moment } from "../../words/quantity";
import { getEvents, type ToldEvent } from "../api";
import { usePolled } from "../usePolled";
import "./EventFeed.css";

/** How many are kept to look at. */
const SHOWN = 100;
/** ms between two looks. */
const PAUSE = 2000;

/** The moment, in ms, that an event's id begins with, behind its partition. */
export function momentOf(id: string): number {
  return Number(id.split("-")[1] ?? 0);
}

/** What is shown once more has come: the newest first, none twice. */
export function joined(before: ToldEvent[], fresh: ToldEvent[]): ToldEvent[] {
  const known = new Set(before.map((one) => one.id));
  const added = fresh.filter((one) => !known.has(one.id));
  return added.length === 0 ? before : [...added, ...before].sort((a, b) => momentOf(b.id) - momentOf(a.id)).slice(0, SHOWN);
}

/** What happens to all documents, as it happens. */
export function EventFeed(): ReactNode {
  const said = words.operations;
  const [events, setEvents] = useState<ToldEvent[]>([]);
  const [paused, setPaused] = useState(false);
  const newest = useRef(0);
  const ask = useCallback((signal: AbortSignal) => (paused ? Promise.resolve(null) : getEvents(newest.current, signal)), [paused]);
  const { value } = usePolled(ask, paused ? null : PAUSE);
  useEffect(() => {
    if (!value) return;
    newest.current = Math.max(newest.current, ...value.map((one) => momentOf(one.id)));
    setEvents((before) => joined(before, value));
  }, [value]);
  return (
    <section className="ops-section" aria-labelledby="feed-title">
      <header className="ops-head">
        <h2 id="feed-title">{said.feed}</h2>
        <button type="button" className="button small quiet" aria-pressed={paused} onClick={() => setPaused(!paused)}>
          {paused ? said.goOn : said.pause}
        </button>
      </header>
      {events.length === 0 ? (
        <p className="ops-nothing">{value ? said.noEvents : said.loading}</p>
      ) : (
        // Told to nobody by itself: a busy system would speak without an end.
        <ol className="feed" data-testid="feed" tabIndex={0} aria-label={said.feed}>
          {events.map((event) => (
            <li key={event.id} data-state={event.type}>
              <time dateTime={event.at}>{moment(event.at)}</time>
              <span>
                <a href={operationsHref(event.documentId)}>
                  <code>{event.documentId.slice(0, 8)}</code>
                </a>{" "}
                {event.tenant}
              </span>
              <span className="feed-what">{whatOf(event)}</span>
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}

function whatOf(event: ToldEvent): string {
  const said = words.operations;
  const ended = event.type === "error" ? (said.status[event.status ?? ""] ?? said.event.error) : said.event[event.type];
  const name = event.type === "progress" && event.stage ? (said.phase[event.stage] ?? event.step) : ended;
  const more = [
    event.type === "progress" && event.percentage !== null && `${event.percentage} %`,
    event.attempt !== null && event.attempt > 1 && said.attempt(event.attempt),
    event.error,
  ];
  return [name, ...more].filter(Boolean).join(", ");
}
