import { useEffect, useId, useRef, useState, type ReactNode } from "react";

import { isTerminal, stepStates } from "./progress";
import type { StreamState } from "./stream";
import { PHASE_NAMES, PHASES, type CompleteEvent, type TimetableEvent } from "./types";
import { useSSE, type UseSSEOptions } from "./useSSE";

export interface ProcessingNotificationProps extends UseSSEOptions {
  documentId: string;
  /** Called when the person closes the widget. Without it there is no close button. */
  onClose?: () => void;
  /** Called by "View Timetable". Without it the button is a link to `href`. */
  onView?: (documentId: string) => void;
  /** Where "View Timetable" leads. Default: `#/timetables/{documentId}`. */
  href?: string;
  /** Named in the heading: usually the file's name. */
  title?: string;
  /** `corner` fixes it to the window's corner, `inline` leaves its place to the page. Default `corner`. */
  placement?: "corner" | "inline";
  /** Folded to one line; the person can unfold it, and the document's end does. */
  collapsed?: boolean;
  /** Called once, with the document's last event. */
  onEnd?: (event: TimetableEvent) => void;
}

/** A widget that shows a document's way live: step, percentage, message, the connection, and its end. */
export function ProcessingNotification(props: ProcessingNotificationProps): ReactNode {
  const { documentId, onClose, onEnd, title, placement = "corner" } = props;
  const stream = useSSE(documentId, props);
  const { event } = stream;
  const ended = isTerminal(event);
  const asked = props.collapsed ?? false;
  const [collapsed, setCollapsed] = useState(asked);
  const id = useId();
  useEffect(() => setCollapsed(asked && !ended), [asked, ended]);

  const told = useRef<string | null>(null);
  useEffect(() => {
    if (!event || !isTerminal(event) || told.current === documentId) return;
    told.current = documentId;
    onEnd?.(event);
  }, [event, documentId, onEnd]);

  const outcome = event?.type === "complete" ? "complete" : event?.type === "error" ? "failed" : "running";
  const percentage = Math.round(event?.percentage ?? 0);
  const step = stepText(event);
  return (
    <section
      className={`tl-note tl-note-${placement} tl-note-${outcome}`}
      aria-labelledby={`${id}-title`}
      data-testid="notification"
      data-state={outcome}
      data-connection={stream.connection}
    >
      <header className="tl-note-head">
        <Mark outcome={outcome} percentage={percentage} />
        <div className="tl-note-heading">
          <h2 id={`${id}-title`} className="tl-note-title">
            {title ?? "Your timetable"}
          </h2>
          <p className="tl-note-step" data-testid="notification-step">
            {step}
          </p>
        </div>
        <span className="tl-note-percentage" data-testid="notification-percentage" aria-hidden="true">
          {outcome === "failed" ? "" : `${percentage}%`}
        </span>
        <button
          type="button"
          className="tl-note-button"
          aria-expanded={!collapsed}
          aria-controls={`${id}-body`}
          aria-label={collapsed ? "Show details" : "Hide details"}
          onClick={() => setCollapsed(!collapsed)}
        >
          <svg viewBox="0 0 16 16" aria-hidden="true">
            <path d={collapsed ? "M4 10l4-4 4 4" : "M4 6l4 4 4-4"} />
          </svg>
        </button>
        {onClose && (
          <button type="button" className="tl-note-button" aria-label="Close" onClick={onClose}>
            <svg viewBox="0 0 16 16" aria-hidden="true">
              <path d="M4.5 4.5l7 7m0-7l-7 7" />
            </svg>
          </button>
        )}
      </header>
      <div
        className="tl-note-bar"
        role="progressbar"
        aria-labelledby={`${id}-title`}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={percentage}
        aria-valuetext={`${percentage} percent, ${step}`}
      >
        <span style={{ transform: `scaleX(${percentage / 100})` }} />
      </div>
      <div id={`${id}-body`} className="tl-note-body" hidden={collapsed}>
        {outcome !== "complete" && <Steps event={event} />}
        {/* Only sentences are announced: a screen reader that reads every percentage is no help. */}
        <div role="status" aria-live="polite" className="tl-note-live">
          <Sentence event={event} />
          <ConnectionState stream={stream} />
        </div>
        {event?.type === "complete" && <View {...props} />}
      </div>
    </section>
  );
}

function stepText(event: TimetableEvent | null): string {
  if (!event) return "Waiting to start";
  if (event.type === "complete") return "Timetable ready";
  if (event.type === "error") return "Could not be read";
  return event.step ?? (event.stage ? PHASE_NAMES[event.stage] : "Waiting to start");
}

function Mark({ outcome, percentage }: { outcome: string; percentage: number }): ReactNode {
  const paths: Record<string, string> = { complete: "M7.5 12.5l3 3 6-6.5", failed: "M12 7.5v5.5m0 3v.01" };
  return (
    <svg className="tl-note-mark" viewBox="0 0 24 24" aria-hidden="true">
      <circle cx="12" cy="12" r="10" className="tl-note-ring" />
      {outcome === "running" ? (
        <circle cx="12" cy="12" r="10" className="tl-note-arc" pathLength={100} strokeDasharray={`${percentage} 100`} />
      ) : (
        <path d={paths[outcome]} />
      )}
    </svg>
  );
}

function Steps({ event }: { event: TimetableEvent | null }): ReactNode {
  const states = stepStates(event);
  return (
    <ol className="tl-note-steps" aria-label="Steps">
      {PHASES.map((phase) => (
        <li key={phase} data-state={states[phase]} aria-current={states[phase] === "current" ? "step" : undefined}>
          {PHASE_NAMES[phase]}
        </li>
      ))}
    </ol>
  );
}

function Sentence({ event }: { event: TimetableEvent | null }): ReactNode {
  if (event?.type === "error") return <p className="tl-note-message">{event.error}</p>;
  if (event?.type === "complete") {
    const unsure = event.result && !event.result.validated ? " Some of it needs a look." : "";
    return <p className="tl-note-message">{found(event) + unsure}</p>;
  }
  const text = event?.message ?? (event?.stage ? null : "Your place in the queue is kept.");
  return text && <p className="tl-note-message">{text}</p>;
}

function found(event: CompleteEvent): string {
  const timetables = event.result?.timetableIds?.length ?? 0;
  if (timetables > 1) return `${timetables} timetables found.`;
  const blocks = event.timetableData?.timeblocks.length;
  return blocks === undefined ? "The week has been read." : `${blocks} ${blocks === 1 ? "entry" : "entries"} found.`;
}

function ConnectionState({ stream }: { stream: StreamState }): ReactNode {
  const { connection, error } = stream;
  if (connection !== "polling" && (connection !== "connecting" || !error)) return null;
  return (
    <p className={`tl-note-connection${error ? " tl-note-away" : ""}`} data-testid="notification-connection">
      {error ? "Reconnecting…" : "Updated every few seconds."}
    </p>
  );
}

function View({ documentId, onView, href }: ProcessingNotificationProps): ReactNode {
  const shared = { className: "tl-note-view", "data-testid": "view-timetable" };
  if (!onView) {
    return (
      <a {...shared} href={href ?? `#/timetables/${encodeURIComponent(documentId)}`}>
        View Timetable
      </a>
    );
  }
  return (
    <button {...shared} type="button" onClick={() => onView(documentId)}>
      View Timetable
    </button>
  );
}
