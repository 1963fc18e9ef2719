"use client";

import { forwardRef, useEffect, useId, useRef, useState, type ForwardedRef, type HTMLAttributes, type ReactNode } from "react";

import { NOTIFICATION_LABELS, type NotificationLabels } from "./labels.js";
import { isTerminal, stepStates } from "./progress.js";
import { PHASES, type TimetableEvent } from "./types.js";
import { useSSE, type SSEState, type UseSSEOptions } from "./useSSE.js";

/** Parts of the widget that can be left out. */
export type NotificationPart = "steps" | "percentage" | "message" | "connection" | "fold" | "view";

type Passed = Omit<HTMLAttributes<HTMLElement>, "title" | "onEnded" | "children">;

export interface ProcessingNotificationProps extends UseSSEOptions, Passed {
  /** A document, or several: then it is a stack with a card for each. */
  documentId: string | readonly string[];
  /** Called when the person closes a card. Without it there is no close button. */
  onClose?: ((documentId: string) => void) | undefined;
  /** Called by "View Timetable". Without it the button is a link to `href`. */
  onView?: ((documentId: string) => void) | undefined;
  /** Where "View Timetable" leads. Default: `#/timetables/{documentId}`. */
  href?: string | ((documentId: string) => string) | undefined;
  /** Named in the heading: usually the file's name. */
  title?: string | ((documentId: string) => string) | undefined;
  /** `corner` fixes it to the window's corner, `inline` leaves its place to the page. Default `corner`. */
  placement?: "corner" | "inline" | undefined;
  /** Folded to one line; the person can unfold it, and the document's end does. */
  collapsed?: boolean | undefined;
  /** Called with a document's last event. */
  onEnd?: ((event: TimetableEvent) => void) | undefined;
  /** What is not shown. */
  hide?: readonly NotificationPart[] | undefined;
  /** How long, in ms, a card stays once its document was read. Default: until it is closed. */
  hideAfter?: number | undefined;
  /** Words in place of the English ones. */
  labels?: Partial<NotificationLabels> | undefined;
}

interface CardProps extends Omit<ProcessingNotificationProps, "documentId"> {
  documentId: string;
}

/** A widget that shows a document's way live: step, percentage, message, the connection, and its end. */
export const ProcessingNotification = forwardRef<HTMLElement, ProcessingNotificationProps>(function ProcessingNotification(props, ref) {
  const { documentId, ...rest } = props;
  if (typeof documentId === "string") return <Card key={documentId} {...rest} documentId={documentId} forwarded={ref} />;
  const { placement = "corner", className, style, id, ...each } = rest;
  return (
    <section
      ref={ref}
      id={id}
      style={style}
      className={classes(`tl-stack tl-stack-${placement}`, className)}
      aria-label={rest["aria-label"] ?? (rest.labels?.stack ?? NOTIFICATION_LABELS.stack)}
      hidden={documentId.length === 0}
      data-count={documentId.length}
    >
      {documentId.map((one) => (
        <Card key={one} {...each} aria-label={undefined} documentId={one} placement="inline" forwarded={null} />
      ))}
    </section>
  );
});

function classes(own: string, given: string | undefined): string {
  return given ? `${own} ${given}` : own;
}

function Card({ forwarded, ...props }: CardProps & { forwarded: ForwardedRef<HTMLElement> }): ReactNode {
  const { documentId, onClose, onView, href, onEnd, title, placement = "corner", collapsed: asked = false, hide = [], hideAfter, labels: given, className, baseUrl, headers, accessToken, withCredentials, ticket, client, ...rest } = props;
  const stream = useSSE(documentId, { baseUrl, headers, accessToken, withCredentials, ticket, client });
  const { event } = stream;
  const labels = { ...NOTIFICATION_LABELS, ...given };
  const shows = (part: NotificationPart): boolean => !hide.includes(part);
  const ended = isTerminal(event);
  const [collapsed, setCollapsed] = useState(asked);
  const [gone, setGone] = useState(false);
  const id = useId();
  useEffect(() => setCollapsed(asked && !ended), [asked, ended]);

  const told = useRef(false);
  useEffect(() => {
    const end = event && isTerminal(event) ? event : null;
    if (end && !told.current) onEnd?.(end);
    told.current = end !== null; // one that is read once more ends once more
  }, [event, onEnd]);
  const outcome = outcomeOf(event);
  useEffect(() => {
    if (outcome !== "complete" || hideAfter === undefined) return;
    const timer = setTimeout(() => setGone(true), hideAfter);
    return () => clearTimeout(timer);
  }, [outcome, hideAfter]);
  if (gone) return null;

  const percentage = Math.round(event?.percentage ?? 0);
  const step = labels.step(event);
  return (
    <section
      aria-labelledby={`${id}-title`}
      data-testid="notification"
      {...rest}
      ref={forwarded}
      className={classes(`tl-note tl-note-${placement} tl-note-${outcome}`, className)}
      data-state={outcome}
      data-status={stream.status}
      data-connection={stream.connection}
    >
      <header className="tl-note-head">
        <Mark outcome={outcome} percentage={percentage} />
        <div className="tl-note-heading">
          <h2 id={`${id}-title`} className="tl-note-title">
            {(typeof title === "function" ? title(documentId) : title) ?? labels.title}
          </h2>
          <p className="tl-note-step" data-testid="notification-step">
            {step}
          </p>
        </div>
        {shows("percentage") && (
          <span className="tl-note-percentage" data-testid="notification-percentage" aria-hidden="true">
            {outcome === "running" || outcome === "complete" ? `${percentage}%` : ""}
          </span>
        )}
        {shows("fold") && (
          <button
            type="button"
            className="tl-note-button"
            aria-expanded={!collapsed}
            aria-controls={`${id}-body`}
            aria-label={collapsed ? labels.unfold : labels.fold}
            onClick={() => setCollapsed(!collapsed)}
          >
            <svg viewBox="0 0 16 16" aria-hidden="true">
              <path d={collapsed ? "M4 10l4-4 4 4" : "M4 6l4 4 4-4"} />
            </svg>
          </button>
        )}
        {onClose && (
          <button type="button" className="tl-note-button" aria-label={labels.close} onClick={() => onClose(documentId)}>
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
        aria-valuetext={labels.progress(percentage, step)}
      >
        <span style={{ transform: `scaleX(${percentage / 100})` }} />
      </div>
      <div id={`${id}-body`} className="tl-note-body" hidden={collapsed}>
        {outcome !== "complete" && shows("steps") && <Steps event={event} labels={labels} />}
        {shows("message") && <Message event={event} labels={labels} />}
        {shows("connection") && <ConnectionLine stream={stream} labels={labels} />}
        {event?.type === "complete" && shows("view") && <View documentId={documentId} onView={onView} href={href} text={labels.view} />}
      </div>
      {/* Steps and ends are announced: a screen reader that reads every percentage is no help. */}
      <p role="status" aria-live="polite" className="tl-note-hidden">
        {ended ? `${step}. ${labels.message(event) ?? ""}` : step}
      </p>
    </section>
  );
}

type Outcome = "running" | "complete" | "failed" | "cancelled";

function outcomeOf(event: TimetableEvent | null): Outcome {
  if (event?.type === "complete") return "complete";
  if (event?.type === "error") return event.status === "cancelled" ? "cancelled" : "failed";
  return "running";
}

function Mark({ outcome, percentage }: { outcome: Outcome; percentage: number }): ReactNode {
  const paths: Record<Outcome, string> = { running: "", complete: "M7.5 12.5l3 3 6-6.5", failed: "M12 7.5v5.5m0 3v.01", cancelled: "M8 12h8" };
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

function Steps({ event, labels }: { event: TimetableEvent | null; labels: NotificationLabels }): ReactNode {
  const states = stepStates(event);
  return (
    <ol className="tl-note-steps" aria-label={labels.steps}>
      {PHASES.map((phase) => (
        <li key={phase} data-state={states[phase]} aria-current={states[phase] === "current" ? "step" : undefined}>
          {labels.phases[phase]}
        </li>
      ))}
    </ol>
  );
}

function Message({ event, labels }: { event: TimetableEvent | null; labels: NotificationLabels }): ReactNode {
  const text = labels.message(event);
  const left = isTerminal(event) ? null : labels.left(event);
  return (
    <>
      {text && <p className="tl-note-message" data-testid="notification-message">{text}</p>}
      {left && <p className="tl-note-message" data-testid="notification-left">{left}</p>}
    </>
  );
}

function ConnectionLine({ stream, labels }: { stream: SSEState; labels: NotificationLabels }): ReactNode {
  const away = stream.status === "reconnecting" || (stream.status === "polling" && stream.error?.kind === "transport");
  if (!away && stream.status !== "polling") return null;
  return (
    <p className={`tl-note-connection${away ? " tl-note-away" : ""}`} data-testid="notification-connection">
      {away ? labels.reconnecting : labels.polling}
    </p>
  );
}

function View({ documentId, onView, href, text }: Pick<CardProps, "documentId" | "onView" | "href"> & { text: string }): ReactNode {
  const shared = { className: "tl-note-view", "data-testid": "view-timetable" };
  if (!onView) {
    const target = typeof href === "function" ? href(documentId) : href;
    return (
      <a {...shared} href={target ?? `#/timetables/${encodeURIComponent(documentId)}`}>
        {text}
      </a>
    );
  }
  return (
    <button {...shared} type="button" onClick={() => onView(documentId)}>
      {text}
    </button>
  );
}
