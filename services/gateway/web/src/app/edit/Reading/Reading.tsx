import type { ReactNode } from "react";

import type { Alternative, TimeBlock } from "timelift-react";
import { Crop } from "../../picture/Crop/Crop";
import { timeOf, words } from "../../words";
import { SURE } from "timelift-react/layout";
import type { Change } from "../draft";
import "./Reading.css";

interface ReadingProps {
  documentId: string;
  block: TimeBlock;
  /** null: it is only to be looked at. */
  onTake: ((change: Change) => void) | null;
}

/** How a lesson was read: its part of the picture, how sure that is, and what else it may say, one tap each. */
export function Reading({ documentId, block, onTake }: ReadingProps): ReactNode {
  const percent = Math.round(block.confidence * 100);
  const shown = (one: Alternative): string => (one.field === "name" ? one.value : timeOf(one.value));
  return (
    <div className="reading">
      {block.box && <Crop documentId={documentId} page={block.page} box={block.box} />}
      {block.alternatives.length > 0 && (
        <div className="reading-others" role="group" aria-label={words.lesson.orElse}>
          <span>{words.lesson.orElse}</span>
          {block.alternatives.map((one) => (
            <button
              key={`${one.field} ${one.value}`}
              type="button"
              className="button small"
              data-testid="alternative"
              disabled={!onTake}
              onClick={() => onTake?.({ [one.field]: one.value })}
            >
              {shown(one)}
            </button>
          ))}
        </div>
      )}
      {(block.confidence < 1 || block.timeSource) && (
        <p className="reading-facts">
          {block.confidence < 1 && (
            <>
              {words.lesson.certainty}{" "}
              <meter min={0} max={1} low={SURE} optimum={1} value={block.confidence} aria-label={words.lesson.certainty}>
                {percent}%
              </meter>{" "}
              {percent}%
            </>
          )}
          {block.timeSource && ` · ${words.lesson.timeFrom}: ${words.lesson.sources[block.timeSource]}`}
        </p>
      )}
    </div>
  );
}
