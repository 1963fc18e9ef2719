import { useState, type FormEvent, type ReactNode } from "react";

import type { TimeBlock } from "timelift-react";
import { placeOf } from "../../week/dayName";
import { words } from "../../words";
import { changeLesson, confirmLesson, dismissWarning, doubts, faultOf, removeLesson, type Draft, type Lesson, type Warning } from "../draft";
import { LessonFields } from "../LessonFields/LessonFields";
import { Clashes } from "../LessonEditor/LessonEditor";
import { Reading } from "../Reading/Reading";
import { Sheet } from "../Sheet/Sheet";
import "./Review.css";

interface ReviewProps {
  documentId: string;
  draft: Draft;
  change: (make: (draft: Draft) => Draft) => void;
  onClose: () => void;
}

/** All that is to be looked at, one after the other, the most doubtful first: Enter means right, Tab leads to the fields. */
export function Review({ documentId, draft, change, onClose }: ReviewProps): ReactNode {
  const [total] = useState(() => doubts(draft).length);
  const [later, setLater] = useState<ReadonlySet<unknown>>(new Set());
  const left = doubts(draft);
  const open = left.filter((one) => !later.has(idOf(one)));
  const next = open[0];
  const skip = (): void => {
    if (next) setLater(new Set([...later, idOf(next)]));
  };
  const at = Math.min(total, total - open.length + 1);
  return (
    <Sheet
      title={words.review.title}
      subtitle={next ? words.review.position(at, Math.max(total, at)) : undefined}
      testId="review"
      onClose={onClose}
    >
      {!next && (
        <div className="sheet-body">
          <p role="status">{left.length === 0 ? words.review.finished : words.unsure(left.length)}</p>
          <footer className="sheet-foot">
            <span className="sheet-space" />
            <button type="button" className="button primary" autoFocus onClick={onClose}>
              {words.lesson.done}
            </button>
          </footer>
        </div>
      )}
      {next?.lesson && (
        <ReviewLesson
          key={next.lesson.key}
          documentId={documentId}
          draft={draft}
          lesson={next.lesson}
          warnings={next.warnings}
          change={change}
          skip={skip}
        />
      )}
      {next && !next.lesson && next.warnings[0] && <ReviewWarning warning={next.warnings[0]} change={change} skip={skip} />}
    </Sheet>
  );
}

function idOf(doubt: { lesson: Lesson | null; warnings: Warning[] }): unknown {
  return doubt.lesson?.key ?? doubt.warnings[0];
}

interface ReviewLessonProps {
  documentId: string;
  draft: Draft;
  lesson: Lesson;
  warnings: Warning[];
  change: (make: (draft: Draft) => Draft) => void;
  skip: () => void;
}

function ReviewLesson({ documentId, draft, lesson, warnings, change, skip }: ReviewLessonProps): ReactNode {
  const [block, setBlock] = useState<TimeBlock>(lesson.block);
  const { key } = lesson;
  const changed = JSON.stringify(block) !== JSON.stringify(lesson.block);
  const right = (event: FormEvent): void => {
    event.preventDefault();
    if (faultOf(block)) return;
    change((before) => (changed ? changeLesson(before, key, block) : confirmLesson(before, key)));
  };
  return (
    <form className="sheet-body" onSubmit={right}>
      <p className="review-what">
        <strong>{block.name || words.withoutName}</strong> {placeOf(block)}
      </p>
      <Warnings warnings={warnings} />
      <Reading documentId={documentId} block={block} onTake={(one) => setBlock({ ...block, ...one })} />
      {/* First in the order of Tab and focused at once, so that Enter alone goes through what is right. */}
      <div className="review-answer">
        <button type="submit" className="button primary" autoFocus disabled={faultOf(block) !== null} data-testid="review-right">
          {changed ? words.review.next : words.review.right}
        </button>
        <button type="button" className="button" onClick={skip}>
          {words.review.skip}
        </button>
        <button type="button" className="button danger quiet" onClick={() => change((before) => removeLesson(before, key))}>
          {words.lesson.remove}
        </button>
      </div>
      <LessonFields
        block={block}
        names={[...new Set(draft.lessons.map((one) => one.block.name))].filter(Boolean).sort()}
        cycle={draft.lessons.some((one) => one.block.cycleDay !== null)}
        onChange={(one) => setBlock((before) => ({ ...before, ...one }))}
      />
      <Clashes draft={draft} at={key} block={block} />
    </form>
  );
}

/** In the page's language, with the words that the server cites. */
function said({ code, message }: Warning): string {
  const known = words.warnings[code];
  return known ? [known, ...(message.match(/“[^”]+”/g) ?? [])].join(" ") : message;
}

function Warnings({ warnings }: { warnings: Warning[] }): ReactNode {
  if (warnings.length === 0) return null;
  return (
    <ul className="review-warnings">
      {warnings.map((one, index) => (
        <li key={index}>{said(one)}</li>
      ))}
    </ul>
  );
}

interface ReviewWarningProps {
  warning: Warning;
  change: (make: (draft: Draft) => Draft) => void;
  skip: () => void;
}

function ReviewWarning({ warning, change, skip }: ReviewWarningProps): ReactNode {
  return (
    <form
      className="sheet-body"
      onSubmit={(event) => {
        event.preventDefault();
        change((before) => dismissWarning(before, warning));
      }}
    >
      <p className="review-what">
        <strong>{words.review.aboutTheWeek}</strong>
      </p>
      <Warnings warnings={[warning]} />
      <div className="review-answer">
        <button type="submit" className="button primary" autoFocus data-testid="review-right">
          {words.review.understood}
        </button>
        <button type="button" className="button" onClick={skip}>
          {words.review.skip}
        </button>
      </div>
    </form>
  );
}
