import { lazy, Suspense, useEffect, useMemo, useState, type ReactNode } from "react";

import { DAYS, type Day, type DocumentInfo, type TimeBlock, type Week } from "timelift-react";
import { hues, planWeek, SURE, weeksOf } from "timelift-react/layout";
import type { Tagged } from "../../api";
import { Choice } from "../../Choice/Choice";
import { blank, changeAbout, changeLesson, doubts, faultOf, inOrder, removeLesson, type About, type Lesson } from "../../edit/draft";
import { SaveState } from "../../edit/SaveState/SaveState";
import { useDraft } from "../../edit/useDraft";
import { useUndoKeys } from "../../edit/useUndoKeys";
import { Picture } from "../../picture/Picture/Picture";
import { RenameField } from "../../RenameField/RenameField";
import { useMay } from "../../session";
import { WeekGrid } from "../WeekGrid/WeekGrid";
import { usePrinting } from "../../usePrinting";
import { words } from "../../words";
import "./TimetableView.css";

// What opens over the week comes after it.
const ExportMenu = lazy(() => idle().then(() => import("../../out/ExportMenu/ExportMenu")).then((file) => ({ default: file.ExportMenu })));
const LessonEditor = lazy(() => import("../../edit/LessonEditor/LessonEditor").then((file) => ({ default: file.LessonEditor })));
const Review = lazy(() => import("../../edit/Review/Review").then((file) => ({ default: file.Review })));
const ConflictSheet = lazy(() => import("../../edit/ConflictSheet/ConflictSheet").then((file) => ({ default: file.ConflictSheet })));

/** When the week is drawn and can be used: a menu's script would keep a phone from both. */
function idle(): Promise<void> {
  return new Promise((resolve) => ("requestIdleCallback" in window ? window.requestIdleCallback(() => resolve(), { timeout: 2000 }) : setTimeout(resolve, 200)));
}

type Open = Lesson | { key: null; block: TimeBlock } | "review" | null;
type View = "week" | "both" | "picture";

function titleOf(document: DocumentInfo, { savedName, className, teacher }: About): string {
  return savedName || className || teacher || document.fileName.replace(/\.[^.]+$/, "") || words.untitled;
}

interface TimetableViewProps {
  document: DocumentInfo;
  id: string;
  loaded: Tagged;
}

/** The week that was read, to look at and to correct: heading, grid beside picture, and what opens over them. */
export function TimetableView({ document: source, id, loaded }: TimetableViewProps): ReactNode {
  const editing = useDraft(id, loaded);
  const { draft, change } = editing;
  useUndoKeys(editing);
  const mayWrite = useMay("write");
  const blocks = useMemo(() => draft.lessons.map(({ block }) => block), [draft.lessons]);
  const weeks = useMemo(() => weeksOf(blocks), [blocks]);
  const [chosen, setWeek] = useState<Week | null>(null);
  const week = chosen && weeks.includes(chosen) ? chosen : (weeks[0] ?? null);
  const [chosenView, setView] = useState<View>("week");
  const printing = usePrinting();
  const view = printing ? "week" : chosenView; // a picture is no week on paper
  const [page, setPage] = useState(0);
  const [open, setOpen] = useState<Open>(null);
  const [pointed, setPointed] = useState<number | null>(null);
  const plan = useMemo(() => planWeek(blocks, week), [blocks, week]);
  const hue = useMemo(() => hues(blocks), [blocks]);
  const title = titleOf(source, draft.about);
  const left = doubts(draft).length;
  const unsure = blocks.filter((block) => block.confidence < SURE).length;

  useEffect(() => {
    const before = document.title;
    document.title = `${title} · Timelift`;
    return () => {
      document.title = before;
    };
  }, [title]);

  const openLesson = (index: number): void => setOpen(draft.lessons[index] ?? null);
  const add = (day: string, startTime: string | null, endTime: string | null): void => {
    const weekday = DAYS.includes(day as Day) ? (day as Day) : null;
    const made = { ...blank(weekday ?? "monday", startTime, endTime), week };
    setOpen({ key: null, block: weekday ? made : { ...made, day: null, cycleDay: Number(day.replace("day ", "")) } });
  };
  const facts = [draft.about.className, draft.about.teacher, draft.about.term, draft.about.year?.toString()].filter(
    (fact): fact is string => Boolean(fact) && fact !== title,
  );
  const views: [View, string][] = [["week", words.view.week], ["both", words.view.both], ["picture", words.view.picture]];
  return (
    <>
      <header className="week-head">
        <div className="week-title">
          {mayWrite ? <Title title={title} rename={(savedName) => change((before) => changeAbout(before, { savedName }))} /> : <h1>{title}</h1>}
          <p>
            {[...facts, words.lessons(blocks.length)].join(" · ")}
            {week && <span className="print-only"> · {words.week(week)}</span>}
            {!inOrder(draft) && <span className="tag warn">{words.needsALook}</span>}
          </p>
        </div>
        <div className="week-tools">
          {mayWrite && left > 0 && (
            <button type="button" className="button primary" data-testid="open-review" onClick={() => setOpen("review")}>
              {words.tools.review(left)}
            </button>
          )}
          <Choice label={words.view.label} value={view} onChange={(value) => setView(value as View)} choices={views} />
          {weeks.length > 0 && view !== "picture" && (
            <Choice label={words.view.weeks} value={week ?? ""} onChange={(value) => setWeek(value as Week)} choices={weeks.map((one) => [one, words.week(one)])} />
          )}
          <div className="week-buttons">
            {mayWrite && (
              <>
                <Tool label={words.tools.undo} path="M6 4 3 7l3 3M3.5 7H10a3 3 0 0 1 0 6H7" onPress={editing.undo} />
                <Tool label={words.tools.redo} path="m10 4 3 3-3 3m2.500-3H6a3 3 0 0 0 0 6h3" onPress={editing.redo} />
                <button type="button" className="button small" onClick={() => add(plan.days[0]?.day ?? "monday", null, null)}>
                  {words.tools.add}
                </button>
              </>
            )}
            <Suspense fallback={<button type="button" className="button small" disabled>{words.tools.export}</button>}>
              <ExportMenu id={id} settled={editing.settled} />
            </Suspense>
          </div>
        </div>
      </header>
      {mayWrite && <SaveState saved={editing.saved} />}
      {blocks.length === 0 && view !== "picture" ? (
        <Empty />
      ) : (
        <div className={`week-views week-views-${view}`}>
          {view !== "picture" && (
            <div>
              <WeekGrid
                plan={plan}
                hue={hue}
                fixed={!mayWrite}
                pointed={pointed}
                onPoint={setPointed}
                onOpen={openLesson}
                onRemove={(index) => change((before) => removeLesson(before, draft.lessons[index]?.key ?? -1))}
                onMove={(index, place) => {
                  const one = draft.lessons[index];
                  if (one && !faultOf({ ...one.block, ...place })) change((before) => changeLesson(before, one.key, place));
                }}
                onDraw={add}
              />
              {unsure > 0 && (
                <p className="legend">
                  <span className="legend-mark" aria-hidden="true" />
                  {words.unsure(unsure)}
                </p>
              )}
            </div>
          )}
          {view !== "week" && (
            <div className="picture-view">
              {source.pages > 1 && (
                <Choice
                  label={words.view.picture}
                  value={String(page)}
                  onChange={(value) => setPage(Number(value))}
                  choices={Array.from({ length: source.pages }, (_, index) => [String(index), words.view.page(index + 1)])}
                />
              )}
              <Picture documentId={source.documentId} page={page} blocks={blocks} pointed={pointed} onPoint={setPointed} onOpen={openLesson} />
            </div>
          )}
        </div>
      )}
      {printing && weeks.filter((one) => one !== week).map((one) => (
        <section key={one} className="print-page">
          <h2>
            {title} · {words.week(one)}
          </h2>
          <WeekGrid plan={planWeek(blocks, one)} hue={hue} fixed pointed={null} onPoint={nothing} onOpen={nothing} onRemove={nothing} onMove={nothing} onDraw={nothing} />
        </section>
      ))}
      <Suspense>
        {open === "review" && <Review documentId={source.documentId} draft={draft} change={change} onClose={() => setOpen(null)} />}
        {open !== null && open !== "review" && (
          <LessonEditor key={open.key} documentId={source.documentId} draft={draft} lesson={open} change={change} onClose={() => setOpen(null)} />
        )}
        {editing.conflict && <ConflictSheet key={editing.conflict.merge.differences.length} conflict={editing.conflict} />}
      </Suspense>
    </>
  );
}

const nothing = (): void => undefined;

/** The week's name; a click, or Enter on it, and it can be typed over. */
function Title({ title, rename }: { title: string; rename: (name: string) => void }): ReactNode {
  const [typing, setTyping] = useState(false);
  if (typing) return <RenameField className="title-field" name={title} rename={rename} onEnd={() => setTyping(false)} />;
  return (
    <h1>
      <button type="button" className="title-button" title={words.tools.rename} onClick={() => setTyping(true)}>
        {title}
      </button>
    </h1>
  );
}

function Tool({ label, path, onPress }: { label: string; path: string; onPress: (() => void) | null }): ReactNode {
  return (
    // `disabled` would lose the focus with the last step that is undone.
    <button type="button" className="button quiet small icon" aria-label={label} title={label} aria-disabled={!onPress} onClick={() => onPress?.()}>
      <svg viewBox="0 0 16 16" aria-hidden="true">
        <path d={path} />
      </svg>
    </button>
  );
}

function Empty(): ReactNode {
  return (
    <div className="nothing">
      <h2>{words.empty.title}</h2>
      <p>{words.empty.hint}</p>
      <p>
        <a className="button" href="#/">
          {words.empty.another}
        </a>
      </p>
    </div>
  );
}
