import { useCallback, useEffect, useRef, useState, type ReactNode, type RefObject } from "react";

import { operationsHref } from "../../route";
import { words } from "../../words";
import { count, duration, moment } from "../../words/quantity";
import { getTimeline, type Timeline as Way } from "../api";
import { usePolled } from "../usePolled";
import "./Timeline.css";

/** Whether nothing more will come of a document. */
const ENDED = new Set(["completed", "validation_failed", "failed", "cancelled"]);
const PAUSE = 2000;

interface Bar {
  /** Shares of the whole, 0 to 1. */
  from: number;
  length: number;
}

/** Where each phase lies on the document's whole way. */
export function bars(way: Way): Bar[] {
  const begin = Date.parse(way.retriedAt ?? way.createdAt);
  const starts = way.phases.map((phase) => (Date.parse(phase.startedAt) - begin) / 1000);
  const whole = Math.max(way.seconds ?? 0, ...way.phases.map((phase, at) => (starts[at] ?? 0) + phase.seconds), 0.001);
  return way.phases.map((phase, at) => {
    const from = Math.min(1, Math.max(0, (starts[at] ?? 0) / whole));
    return { from, length: Math.min(1 - from, phase.seconds / whole) };
  });
}

/** One document's way: to ask for by its id, or chosen elsewhere on the page. */
export function Timeline({ documentId }: { documentId: string | null }): ReactNode {
  const said = words.operations;
  const section = useRef<HTMLElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const [typed, setTyped] = useState(documentId ?? "");
  useEffect(() => {
    if (documentId === null) return;
    setTyped(documentId);
    heading.current?.focus({ preventScroll: true });
  }, [documentId]);
  return (
    <section ref={section} className="ops-section" aria-labelledby="way-title" data-testid="timeline">
      <header className="ops-head">
        <h2 id="way-title" ref={heading} tabIndex={-1}>
          {said.way}
        </h2>
        <form
          className="way-form"
          onSubmit={(event) => {
            event.preventDefault();
            if (typed.trim()) window.location.hash = operationsHref(typed.trim());
          }}
        >
          <input className="find-field" aria-label={said.documentId} placeholder={said.documentId} value={typed} spellCheck={false} onChange={(event) => setTyped(event.currentTarget.value)} />
          <button type="submit" className="button small">
            {said.show}
          </button>
        </form>
      </header>
      {documentId === null ? <p className="ops-nothing">{said.wayHint}</p> : <Shown key={documentId} documentId={documentId} section={section} />}
    </section>
  );
}

function Shown({ documentId, section }: { documentId: string; section: RefObject<HTMLElement | null> }): ReactNode {
  const said = words.operations;
  const [ended, setEnded] = useState(false);
  const ask = useCallback((signal: AbortSignal) => getTimeline(documentId, signal).then((way) => ({ way })), [documentId]);
  const { value, error } = usePolled(ask, ended ? null : PAUSE);
  useEffect(() => {
    // One that ended may be put back to work: then it is asked for anew by the next look at it.
    if (value) setEnded(value.way === null || ENDED.has(value.way.status));
  }, [value]);
  const there = value !== null;
  // Only now it has its height: chosen at the top of the page, it would else begin below the window's edge.
  useEffect(() => {
    if (there) section.current?.scrollIntoView({ block: "nearest" });
  }, [there, section]);
  if (!value) return <p className="ops-nothing">{error ? error.message : said.loading}</p>;
  if (!value.way) return <p className="ops-nothing">{said.noDocument}</p>;
  return <WayOf way={value.way} />;
}

export function WayOf({ way }: { way: Way }): ReactNode {
  const said = words.operations;
  const drawn = bars(way);
  const facts = [
    said.status[way.status] ?? way.status,
    said.uploadedAt(moment(way.createdAt)),
    way.retriedAt && said.retriedAt(moment(way.retriedAt)),
    way.generation > 0 && said.forgotten(way.generation),
    way.seconds !== null && said.inAll(duration(way.seconds)),
  ].filter(Boolean);
  return (
    <div className="way" data-state={way.status}>
      <p className="way-facts">
        <code>{way.documentId}</code> {facts.join(" · ")}
      </p>
      <div className="ops-table" tabIndex={0} role="group" aria-label={said.way}>
        <table>
          <thead>
            <tr>
              <th scope="col">{said.step}</th>
              <th scope="col" className="way-plot" aria-hidden="true" />
              <th scope="col">{said.began}</th>
              <th scope="col">{said.took}</th>
              <th scope="col">{said.attempts}</th>
              <th scope="col">{said.events}</th>
            </tr>
          </thead>
          <tbody>
            {way.waitedSeconds !== null && (
              <tr>
                <th scope="row">{said.waitedFirst}</th>
                <td className="way-plot" aria-hidden="true" />
                <td>{moment(way.retriedAt ?? way.createdAt)}</td>
                <td>{duration(way.waitedSeconds)}</td>
                <td />
                <td />
              </tr>
            )}
            {way.phases.map((phase, at) => (
              <tr key={`${phase.stage} ${phase.startedAt}`} data-testid="phase" data-attempts={phase.attempts}>
                <th scope="row">{said.phase[phase.stage] ?? phase.stage}</th>
                <td className="way-plot" aria-hidden="true">
                  <span style={{ marginInlineStart: `${(drawn[at]?.from ?? 0) * 100}%`, width: `${(drawn[at]?.length ?? 0) * 100}%` }} />
                </td>
                <td>{moment(phase.startedAt)}</td>
                <td>{duration(phase.seconds)}</td>
                <td className={phase.attempts > 1 ? "way-again" : ""}>{count(phase.attempts)}</td>
                <td>{count(phase.events)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}
