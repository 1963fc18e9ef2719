import { useState, type ReactNode } from "react";

import { isFinal, useSSE, type DocumentInfo, type TimetableEvent } from "../lib";
import { imageUrl, size } from "./api";
import { timetableHref } from "./route";
import type { Documents, Sending } from "./useDocuments";

interface DocumentListProps {
  state: Documents;
  /** Documents whose widget is open. */
  watched: string[];
  onWatch: (documentId: string) => void;
}

/** Everything that was sent, newest first, each with its state live. */
export function DocumentList({ state, watched, onWatch }: DocumentListProps): ReactNode {
  const { documents, sending, error } = state;
  if (documents === null && error === null && sending.length === 0) return <Loading />;
  const empty = documents?.length === 0 && sending.length === 0;
  return (
    <section className="documents" aria-labelledby="documents-title">
      <h2 id="documents-title">Recent timetables</h2>
      {error && (
        <p className="banner" role="alert">
          {error}{" "}
          <button type="button" className="link" onClick={state.refresh}>
            Try again
          </button>
        </p>
      )}
      {empty && (
        <div className="empty" data-testid="empty">
          <p>Nothing here yet.</p>
          <p>Your first timetable takes a few seconds. You can stay on this page and watch.</p>
        </div>
      )}
      <ul className="rows">
        {sending.map((one) => (
          <SendingRow key={`s${one.key}`} one={one} dismiss={() => state.dismiss(one.key)} />
        ))}
        {documents?.map((document) => (
          <Row
            key={document.documentId}
            document={document}
            state={state}
            {...(watched.includes(document.documentId) ? {} : { onWatch })}
          />
        ))}
      </ul>
      {state.older && (
        <button type="button" className="button small older" onClick={state.older}>
          Show older ones
        </button>
      )}
    </section>
  );
}

function Loading(): ReactNode {
  return (
    <section className="documents" aria-busy="true" aria-label="Recent timetables are loading">
      <ul className="rows">
        {[0, 1, 2].map((index) => (
          <li key={index} className="row skeleton">
            <span className="thumb" />
            <span className="bone" />
          </li>
        ))}
      </ul>
    </section>
  );
}

function SendingRow({ one, dismiss }: { one: Sending; dismiss: () => void }): ReactNode {
  const percentage = Math.round(one.share * 100);
  return (
    <li className={`row${one.error ? " row-failed" : ""}`} data-testid="sending" data-state={one.error ? "failed" : "sending"}>
      <Thumb />
      <div className="row-words">
        <p className="row-name">{one.fileName || "Pasted picture"}</p>
        {one.error ? (
          <p className="row-state bad" role="alert">
            {one.error}
          </p>
        ) : (
          <p className="row-state">{percentage < 100 ? `Uploading, ${percentage}%` : "Almost there…"}</p>
        )}
        {!one.error && <Bar percentage={percentage} label={`Uploading ${one.fileName}`} />}
      </div>
      <div className="row-actions">
        {one.error && (
          <button type="button" className="button small" onClick={one.retry}>
            Try again
          </button>
        )}
        <button type="button" className="button quiet small" onClick={one.error ? dismiss : one.cancel}>
          {one.error ? "Dismiss" : "Cancel"}
        </button>
      </div>
    </li>
  );
}

interface RowProps {
  document: DocumentInfo;
  state: Documents;
  /** Opens the document's widget; unset while it is open. */
  onWatch?: (documentId: string) => void;
}

function Row(props: RowProps): ReactNode {
  const { document, state, onWatch } = props;
  const running = !isFinal(document.status);
  const { event } = useSSE(running ? document.documentId : null);
  const view = running && event ? told(document, event) : document;
  const readable = view.status === "completed" || view.status === "validation_failed";
  return (
    <li className={`row row-${view.status}`} data-testid="document" data-state={view.status}>
      <Thumb {...(readable ? { documentId: document.documentId } : {})} />
      <div className="row-words">
        <p className="row-name">
          {readable ? <a href={timetableHref(document.documentId)}>{document.fileName}</a> : document.fileName}
        </p>
        <RowState document={view} />
        {!isFinal(view.status) && <Bar percentage={view.percentage} label={`Reading ${document.fileName}`} />}
      </div>
      <div className="row-actions">
        {readable && (
          <a className="button small" href={timetableHref(document.documentId)}>
            View
          </a>
        )}
        {!isFinal(view.status) && onWatch && (
          <button type="button" className="button small" onClick={() => onWatch(document.documentId)}>
            Watch
          </button>
        )}
        <Delete name={document.fileName} remove={() => state.remove(document.documentId)} />
      </div>
    </li>
  );
}

/** The document as its last event tells it. */
function told(document: DocumentInfo, event: TimetableEvent): DocumentInfo {
  const base = { ...document, step: event.step ?? document.step, percentage: event.percentage ?? document.percentage };
  if (event.type === "error") return { ...base, status: "failed", error: event.error };
  if (event.type !== "complete") return { ...base, status: "processing" };
  return { ...base, status: event.result?.validated === false ? "validation_failed" : "completed" };
}

function RowState({ document }: { document: DocumentInfo }): ReactNode {
  switch (document.status) {
    case "completed":
      return <p className="row-state">{facts(document)}</p>;
    case "validation_failed":
      return (
        <p className="row-state">
          <span className="tag warn">Needs a look</span> {facts(document)}
        </p>
      );
    case "failed":
      return <p className="row-state bad">{document.error ?? "It could not be read."}</p>;
    case "cancelled":
      return <p className="row-state">Cancelled</p>;
    default:
      return (
        <p className="row-state">
          {document.step ?? "Waiting to start"}, {Math.round(document.percentage)}%
        </p>
      );
  }
}

function facts(document: DocumentInfo): string {
  const parts = [when(document.completedAt ?? document.createdAt), size(document.size)];
  if (document.pages > 1) parts.push(`${document.pages} pages`);
  return parts.filter(Boolean).join(" · ");
}

function when(stamp: string): string {
  const date = new Date(stamp);
  if (Number.isNaN(date.getTime())) return "";
  const today = date.toDateString() === new Date().toDateString();
  return today
    ? date.toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit" })
    : date.toLocaleDateString(undefined, { day: "numeric", month: "short", year: "numeric" });
}

function Bar({ percentage, label }: { percentage: number; label: string }): ReactNode {
  return (
    <div className="bar" role="progressbar" aria-label={label} aria-valuemin={0} aria-valuemax={100} aria-valuenow={Math.round(percentage)}>
      <span style={{ transform: `scaleX(${percentage / 100})` }} />
    </div>
  );
}

function Thumb({ documentId }: { documentId?: string }): ReactNode {
  const [broken, setBroken] = useState(false);
  return (
    <span className="thumb" aria-hidden="true">
      {documentId && !broken ? (
        <img src={imageUrl(documentId)} alt="" loading="lazy" decoding="async" onError={() => setBroken(true)} />
      ) : (
        <svg viewBox="0 0 24 24">
          <rect x="4" y="5" width="16" height="14" rx="2" />
          <path d="M4 9.5h16M9.5 9.5V19M15 9.5V19" />
        </svg>
      )}
    </span>
  );
}

/** Asks once more before anything is gone. */
export function Delete({ name, remove }: { name: string; remove: () => Promise<void> }): ReactNode {
  const [asking, setAsking] = useState(false);
  const [error, setError] = useState<string | null>(null);
  if (!asking) {
    return (
      <button type="button" className="button quiet small icon" aria-label={`Delete ${name}`} title="Delete" onClick={() => setAsking(true)}>
        <svg viewBox="0 0 16 16" aria-hidden="true">
          <path d="M3 4.5h10M6.5 4V2.5h3V4m2.5.5-.5 9h-7l-.5-9M6.75 7v4m2.5-4v4" />
        </svg>
      </button>
    );
  }
  const go = (): void => {
    remove().catch((reason: unknown) => setError(reason instanceof Error ? reason.message : "It could not be deleted."));
  };
  return (
    <span className="confirm" role="group" aria-label={`Delete ${name}?`}>
      {error && <span className="bad">{error}</span>}
      <button type="button" className="button danger small" onClick={go} autoFocus>
        Delete
      </button>
      <button type="button" className="button quiet small" onClick={() => setAsking(false)}>
        Keep
      </button>
    </span>
  );
}
