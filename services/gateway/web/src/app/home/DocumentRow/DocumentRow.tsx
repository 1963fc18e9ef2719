import { useState, type ReactNode } from "react";

import { isFinal, type DocumentInfo } from "timelift-react";
import { failureOf, reasonOf, thumbnailUrl } from "../../api";
import { RenameField } from "../../RenameField/RenameField";
import { timetableHref } from "../../route";
import { useMay } from "../../session";
import { words } from "../../words";
import { size, when } from "../../words/format";
import { Delete } from "../Delete/Delete";
import type { Documents } from "../useDocuments";
import "./DocumentRow.css";

interface DocumentRowProps {
  document: DocumentInfo;
  list: Pick<Documents, "rename" | "cancel" | "retry" | "remove">;
}

export function titleOf({ savedName, className, fileName }: DocumentInfo): string {
  return savedName || className || fileName.replace(/\.[^.]+$/, "") || words.untitled;
}

/** Whether reading it once more is worth a try: not where its file is at fault. */
export function mayBeReadYet({ status, failure }: DocumentInfo): boolean {
  return status === "cancelled" || (status === "failed" && failure !== "unreadable");
}

/** One document as it is now. */
export function DocumentRow({ document, list }: DocumentRowProps): ReactNode {
  const { documentId, status } = document;
  const readable = status === "completed" || status === "validation_failed";
  const again = mayBeReadYet(document);
  const mayWrite = useMay("write");
  const [error, setError] = useState<string | null>(null);
  const act = (what: Promise<void>): void => {
    setError(null);
    what.catch((reason: unknown) => setError(reasonOf(reason)));
  };
  return (
    <li className={`row row-${status}`} data-testid="document" data-state={status}>
      <Thumb {...(readable ? { documentId } : {})} />
      <div className="row-words">
        <Name document={document} readable={readable} rename={mayWrite ? (name) => act(list.rename(documentId, name)) : null} />
        <RowState document={document} />
        {error && <p className="row-state row-reason">{error}</p>}
        {!isFinal(status) && <Bar percentage={document.percentage} label={words.home.reading(titleOf(document))} />}
      </div>
      <div className="row-actions">
        {readable && (
          <a className="button small" href={timetableHref(documentId)}>
            {words.home.view}
          </a>
        )}
        {mayWrite && !isFinal(status) && (
          <button type="button" className="button small" onClick={() => act(list.cancel(documentId))}>
            {words.cancel}
          </button>
        )}
        {mayWrite && again && (
          <button type="button" className="button small" onClick={() => act(list.retry(documentId))}>
            {words.home.again}
          </button>
        )}
        {mayWrite && <Delete name={titleOf(document)} remove={() => list.remove(documentId)} />}
      </div>
    </li>
  );
}

interface NameProps {
  document: DocumentInfo;
  readable: boolean;
  /** null: it is not for who looks to say. */
  rename: ((name: string) => void) | null;
}

function Name({ document, readable, rename }: NameProps): ReactNode {
  const title = titleOf(document);
  const [typing, setTyping] = useState(false);
  if (typing && rename) return <RenameField className="row-field" name={title} rename={rename} onEnd={() => setTyping(false)} />;
  return (
    <p className="row-name">
      <span>{readable ? <a href={timetableHref(document.documentId)}>{title}</a> : title}</span>
      {rename && isFinal(document.status) && (
        <button type="button" className="row-rename" aria-label={`${words.tools.rename}: ${title}`} title={words.tools.rename} onClick={() => setTyping(true)}>
          <svg viewBox="0 0 16 16" aria-hidden="true">
            <path d="m3 13 .6-2.6L10.800 3.200l2 2L5.600 12.400z" />
          </svg>
        </button>
      )}
    </p>
  );
}

function RowState({ document }: { document: DocumentInfo }): ReactNode {
  switch (document.status) {
    case "completed":
      return <p className="row-state">{facts(document)}</p>;
    case "validation_failed":
      return (
        <p className="row-state">
          <span className="tag warn">{words.needsALook}</span> {facts(document)}
        </p>
      );
    case "failed":
      return <p className="row-state row-reason">{failureOf(document)}</p>;
    case "cancelled":
      return <p className="row-state">{words.home.cancelled}</p>;
    default:
      return (
        <p className="row-state">
          {stepOf(document)}, {Math.round(document.percentage)}%
        </p>
      );
  }
}

function stepOf({ stage, step }: DocumentInfo): string {
  return (stage && words.steps[stage]) ?? step ?? words.home.waiting;
}

function facts(document: DocumentInfo): string {
  const parts = [document.teacher, document.fileName, when(document.completedAt ?? document.createdAt), size(document.size)];
  if (document.pages > 1) parts.push(words.home.pages(document.pages));
  return parts.filter((part) => part && part !== titleOf(document)).join(" · ");
}

export function Bar({ percentage, label }: { percentage: number; label: string }): ReactNode {
  return (
    <div className="bar" role="progressbar" aria-label={label} aria-valuemin={0} aria-valuemax={100} aria-valuenow={Math.round(percentage)}>
      <span style={{ transform: `scaleX(${percentage / 100})` }} />
    </div>
  );
}

export function Thumb({ documentId }: { documentId?: string }): ReactNode {
  const [broken, setBroken] = useState(false);
  return (
    <span className="thumb" aria-hidden="true">
      {documentId && !broken ? (
        <img src={thumbnailUrl(documentId)} alt="" width="64" height="48" loading="lazy" decoding="async" onError={() => setBroken(true)} />
      ) : (
        <svg viewBox="0 0 24 24">
          <rect x="4" y="5" width="16" height="14" rx="2" />
          <path d="M4 9.5h16M9.5 9.5V19M15 9.5V19" />
        </svg>
      )}
    </span>
  );
}
