import { useState, type FormEvent, type ReactNode } from "react";

import type { TimeBlock } from "timelift-react";
import { useMay } from "../../session";
import { placeOf } from "../../week/dayName";
import { timesOf, words } from "../../words";
import { addLesson, changeLesson, clashes, everyDay, faultOf, named, removeLesson, renameAll, type Draft, type Lesson } from "../draft";
import { LessonFields } from "../LessonFields/LessonFields";
import { Reading } from "../Reading/Reading";
import { Sheet } from "../Sheet/Sheet";
import "./LessonEditor.css";

interface LessonEditorProps {
  documentId: string;
  draft: Draft;
  /** `key` null: a lesson that is not there yet. */
  lesson: Lesson | { key: null; block: TimeBlock };
  change: (make: (draft: Draft) => Draft) => void;
  onClose: () => void;
}

/** One lesson, beside the part of the picture it was read from. Closing keeps what was said, where it can be kept. */
export function LessonEditor({ documentId, draft, lesson, change, onClose }: LessonEditorProps): ReactNode {
  const [block, setBlock] = useState(lesson.block);
  const { key } = lesson;
  const mayWrite = useMay("write");
  const fault = faultOf(block);
  const changed = JSON.stringify(block) !== JSON.stringify(lesson.block);
  const others = key !== null && block.name !== lesson.block.name ? named(draft, lesson.block.name) : 0;
  const names = [...new Set(draft.lessons.map((one) => one.block.name))].filter(Boolean).sort();

  const keep = (more: (draft: Draft) => Draft = (same) => same): void => {
    if (fault) return;
    change((before) => {
      if (key === null) return more(addLesson(before, block).draft);
      return more(changed ? changeLesson(before, key, block) : before);
    });
    onClose();
  };
  const close = (): void => (changed && !fault ? keep() : onClose());
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!mayWrite) return onClose();
    keep(key === null || changed ? undefined : (before) => changeLesson(before, key, {}));
  };
  return (
    <Sheet title={block.name || words.lesson.new} subtitle={placeOf(block)} testId="block-details" onClose={close}>
      <form className="sheet-body" onSubmit={submit}>
        {key !== null && <Reading documentId={documentId} block={block} onTake={mayWrite ? (one) => setBlock({ ...block, ...one }) : null} />}
        <fieldset className="sheet-fields" disabled={!mayWrite}>
          <LessonFields
            block={block}
            names={names}
            cycle={draft.lessons.some((one) => one.block.cycleDay !== null)}
            autoFocus={key === null}
            onChange={(one) => setBlock((before) => ({ ...before, ...one }))}
          />
        </fieldset>
        <Clashes draft={draft} at={key} block={block} />
        {mayWrite && key !== null && (
          <div className="sheet-foot">
            {block.day && (
              <button type="button" className="button small" disabled={fault !== null} onClick={() => keep((after) => everyDay(after, key))}>
                {words.lesson.everyDay}
              </button>
            )}
            {others > 1 && (
              <button type="button" className="button small" disabled={fault !== null} onClick={() => keep((after) => renameAll(after, lesson.block.name, block.name))}>
                {words.lesson.renameAll(others, lesson.block.name)}
              </button>
            )}
          </div>
        )}
        <footer className="sheet-foot">
          {mayWrite && key !== null && (
            <button
              type="button"
              className="button danger quiet"
              data-testid="delete-lesson"
              onClick={() => {
                change((before) => removeLesson(before, key));
                onClose();
              }}
            >
              {words.lesson.remove}
            </button>
          )}
          <span className="sheet-space" />
          <button type="submit" className="button primary" disabled={mayWrite && fault !== null}>
            {mayWrite ? words.lesson.done : words.close}
          </button>
        </footer>
      </form>
    </Sheet>
  );
}

/** What else is at that time, told while a person types. */
export function Clashes({ draft, at, block }: { draft: Draft; at: number | null; block: TimeBlock }): ReactNode {
  const found = clashes(draft, at, block);
  return (
    <ul className="clashes" role="status">
      {found.map(({ key, block: other }) => (
        <li key={key}>{words.lesson.clash(other.name, timesOf(other.startTime ?? "", other.endTime))}</li>
      ))}
    </ul>
  );
}
