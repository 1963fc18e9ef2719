import { useEffect, useRef, type ReactNode } from "react";

import type { TimeBlock } from "../lib";
import { dayOf, ownNotes, SURE } from "./layout";
import { Crop } from "./Picture";

const SOURCES: Record<NonNullable<TimeBlock["timeSource"]>, string> = {
  printed: "printed beside the name",
  header: "from the table's header",
  legend: "from a legend on the page",
  drawn: "from its place in the drawing",
  next: "ends where the next one starts",
};

const FIELDS = { name: "", startTime: "starts ", endTime: "ends " };

interface BlockDetailsProps {
  documentId: string;
  block: TimeBlock;
  onClose: () => void;
}

/** Everything that is known of a block, beside the part of the picture it was read from. */
export function BlockDetails({ documentId, block, onClose }: BlockDetailsProps): ReactNode {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const element = dialog.current;
    element?.showModal();
    return () => element?.close();
  }, []);

  const rows: [string, ReactNode][] = [
    ["Room", block.room],
    ["Teacher", block.teacher],
    ["Notes", ownNotes(block)],
    ["Week", block.week && `Only in week ${block.week}`],
    ["Cycle", block.day && block.cycleDay && `Only on day ${block.cycleDay}`],
    ["Time", block.timeSource && SOURCES[block.timeSource]],
  ];
  const others = block.alternatives.map((one) => `${FIELDS[one.field]}${one.value} (${Math.round(one.confidence * 100)}%)`);
  if (others.length > 0) rows.push(["Or else", others.join(", ")]);
  const percent = Math.round(block.confidence * 100);
  return (
    <dialog
      ref={dialog}
      className="details"
      aria-labelledby="details-title"
      data-testid="block-details"
      onClose={onClose}
      onClick={(event) => event.target === dialog.current && onClose()} // the backdrop
    >
      <div className="details-inner">
        <header>
          <div>
            <h2 id="details-title">{block.name || "Without a name"}</h2>
            <p>
              <span className="details-day">{dayOf(block)}</span>
              {block.startTime ? `, ${block.startTime}${block.endTime ? `–${block.endTime}` : ""}` : ", no time found"}
            </p>
          </div>
          <button type="button" className="button quiet small icon" aria-label="Close" onClick={onClose}>
            <svg viewBox="0 0 16 16" aria-hidden="true">
              <path d="M4 4l8 8m0-8-8 8" />
            </svg>
          </button>
        </header>
        {block.box && <Crop documentId={documentId} page={block.page} box={block.box} />}
        <dl>
          {rows.map(
            ([name, value]) =>
              value && (
                <div key={name}>
                  <dt>{name}</dt>
                  <dd>{value}</dd>
                </div>
              ),
          )}
          <div>
            <dt>Certainty</dt>
            <dd>
              <meter min={0} max={1} low={SURE} optimum={1} value={block.confidence} aria-label="Certainty">
                {percent}%
              </meter>{" "}
              {percent}%{block.confidence < SURE && <span className="tag warn">Please check</span>}
            </dd>
          </div>
        </dl>
      </div>
    </dialog>
  );
}
