import { useEffect, useState, type ReactNode } from "react";

import { ProcessingNotification, type DocumentInfo, type TimetableEvent } from "timelift-react";
import { client } from "../../client";
import { timetableHref } from "../../route";
import { useMedia } from "../../useMedia";
import { words } from "../../words";
import { titleOf } from "../DocumentRow/DocumentRow";
import "./ProgressStack.css";

/** How long, in ms, a card that is ready stays before it is only in the list. */
const STAYS = 8000;

interface ProgressStackProps {
  /** Documents that this browser sent, newest first. */
  watched: string[];
  documents: readonly DocumentInfo[] | null;
  /** The document whose own page is open: it is told there. */
  onPage: string | null;
  close: (documentId: string) => void;
}

/** What this browser sent, live: one card, or several under one that counts them. */
export function ProgressStack({ watched, documents, onPage, close }: ProgressStackProps): ReactNode {
  const [ended, setEnded] = useState<Record<string, "ready" | "failed">>({});
  const [unfolded, setUnfolded] = useState(false);
  const shown = watched.filter((id) => id !== onPage);
  const several = shown.length > 1;
  const narrow = useMedia("(max-width: 640px)");
  const count = (what: "ready" | "failed"): number => shown.filter((id) => ended[id] === what).length;
  const [ready, failed] = [count("ready"), count("failed")];
  const end = (documentId: string, event: TimetableEvent): void => {
    setEnded((all) => ({ ...all, [documentId]: event.type === "complete" ? "ready" : "failed" }));
  };
  return (
    <div className="stack" aria-label={words.home.progress} role="region" hidden={shown.length === 0}>
      {several && (
        <section className="stack-sum" data-testid="stack-sum">
          <p role="status">{words.home.sum(shown.length - ready - failed, ready, failed)}</p>
          <button type="button" className="button quiet small" aria-expanded={unfolded} onClick={() => setUnfolded(!unfolded)}>
            {unfolded ? words.home.fold : words.home.unfold}
          </button>
          <button type="button" className="button quiet small icon" aria-label={words.close} onClick={() => shown.forEach(close)}>
            <svg viewBox="0 0 16 16" aria-hidden="true">
              <path d="M4 4l8 8m0-8-8 8" />
            </svg>
          </button>
        </section>
      )}
      <div className="stack-cards" hidden={several && !unfolded}>
        {shown.map((documentId) => {
          const document = documents?.find((one) => one.documentId === documentId);
          return (
            <Card key={documentId} ready={ended[documentId] === "ready"} gone={() => close(documentId)}>
              <ProcessingNotification
                documentId={documentId}
                client={client}
                placement="inline"
                labels={words.card}
                collapsed={several || narrow}
                title={document ? titleOf(document) : words.untitled}
                onClose={() => close(documentId)}
                onEnd={(event) => end(documentId, event)}
                onView={(id) => {
                  close(id);
                  window.location.hash = timetableHref(id);
                }}
              />
            </Card>
          );
        })}
      </div>
    </div>
  );
}

/** Goes by itself once it is ready, unless somebody is just at it. */
function Card({ ready, gone, children }: { ready: boolean; gone: () => void; children: ReactNode }): ReactNode {
  const [held, setHeld] = useState(false);
  useEffect(() => {
    if (!ready || held) return;
    const timer = setTimeout(gone, STAYS);
    return () => clearTimeout(timer);
  });
  return (
    <div onPointerEnter={() => setHeld(true)} onPointerLeave={() => setHeld(false)} onFocus={() => setHeld(true)} onBlur={() => setHeld(false)}>
      {children}
    </div>
  );
}
