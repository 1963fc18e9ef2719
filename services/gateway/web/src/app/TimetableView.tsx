import { useEffect, useMemo, useState, type ReactNode } from "react";

import type { DocumentInfo, Timetable, TimetableWarning, Week } from "../lib";
import { BlockDetails } from "./BlockDetails";
import { Choice } from "./Choice";
import { hues, planWeek, SURE, weeksOf } from "./layout";
import { Picture } from "./Picture";
import { WeekGrid } from "./WeekGrid";

function titleOf(document: DocumentInfo, timetable: Timetable): string {
  const { savedName, className, teacher } = timetable;
  return savedName || className || teacher || document.fileName.replace(/\.[^.]+$/, "") || "Timetable";
}

/** The week that was read: heading, warnings, grid or picture, and one block's details. */
export function TimetableView({ document: source, timetable }: { document: DocumentInfo; timetable: Timetable }): ReactNode {
  const blocks = timetable.timeblocks;
  const weeks = useMemo(() => weeksOf(blocks), [blocks]);
  const [week, setWeek] = useState<Week | null>(weeks[0] ?? null);
  const [view, setView] = useState<"week" | "picture">("week");
  const [page, setPage] = useState(0);
  const [open, setOpen] = useState<number | null>(null);
  const plan = useMemo(() => planWeek(blocks, week), [blocks, week]);
  const hue = useMemo(() => hues(blocks), [blocks]);
  const title = titleOf(source, timetable);
  const unsure = blocks.filter((block) => block.confidence < SURE).length;

  useEffect(() => {
    const before = document.title;
    document.title = `${title} · Timelift`;
    return () => {
      document.title = before;
    };
  }, [title]);

  const facts = [timetable.className, timetable.teacher, timetable.term, timetable.year?.toString()].filter(
    (fact): fact is string => Boolean(fact) && fact !== title,
  );
  const shown = open === null ? undefined : blocks[open];
  return (
    <>
      <header className="week-head">
        <div className="week-title">
          <h1>{title}</h1>
          <p>
            {[...facts, `${blocks.length} ${blocks.length === 1 ? "entry" : "entries"}`].join(" · ")}
            {!timetable.validated && <span className="tag warn">Needs a look</span>}
          </p>
        </div>
        <div className="week-tools">
          {weeks.length > 0 && view === "week" && (
            <Choice label="Week" value={week ?? ""} onChange={(value) => setWeek(value as Week)} choices={weeks.map((one) => [one, `Week ${one}`])} />
          )}
          <Choice
            label="View"
            value={view}
            onChange={(value) => setView(value as "week" | "picture")}
            choices={[
              ["week", "Week"],
              ["picture", "Picture"],
            ]}
          />
          <button type="button" className="button small" onClick={() => window.print()}>
            Print
          </button>
        </div>
      </header>
      <Warnings warnings={timetable.warnings} onOpen={setOpen} />
      {view === "picture" ? (
        <section className="picture-view" aria-label="The uploaded picture">
          {source.pages > 1 && (
            <Choice
              label="Page"
              value={String(page)}
              onChange={(value) => setPage(Number(value))}
              choices={Array.from({ length: source.pages }, (_, index) => [String(index), `Page ${index + 1}`])}
            />
          )}
          <Picture documentId={source.documentId} page={page} blocks={blocks} onOpen={setOpen} />
        </section>
      ) : blocks.length === 0 ? (
        <div className="nothing">
          <h2>No lessons were found in this picture</h2>
          <p>A sharper, straighter photo in good light often helps.</p>
          <p>
            <a className="button" href="#/">
              Upload another picture
            </a>
          </p>
        </div>
      ) : (
        <>
          <WeekGrid plan={plan} hue={hue} onOpen={setOpen} />
          {unsure > 0 && (
            <p className="legend">
              <span className="legend-mark" aria-hidden="true" />
              {unsure === 1 ? "One entry was hard to read" : `${unsure} entries were hard to read`} and should be checked.
            </p>
          )}
        </>
      )}
      {shown && <BlockDetails documentId={source.documentId} block={shown} onClose={() => setOpen(null)} />}
    </>
  );
}

function Warnings({ warnings, onOpen }: { warnings: TimetableWarning[]; onOpen: (index: number) => void }): ReactNode {
  if (warnings.length === 0) return null;
  return (
    <details className="warnings" data-testid="warnings">
      <summary>{warnings.length === 1 ? "One thing to check" : `${warnings.length} things to check`}</summary>
      <ul>
        {warnings.map((warning, index) => {
          const block = warning.timeBlock;
          return (
            <li key={index}>
              {warning.message}{" "}
              {block !== null && block !== undefined && (
                <button type="button" className="link" onClick={() => onOpen(block)}>
                  Show it
                </button>
              )}
            </li>
          );
        })}
      </ul>
    </details>
  );
}
