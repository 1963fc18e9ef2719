import { useState, type ReactNode } from "react";

import type { TimeBlock } from "timelift-react";
import { beneath } from "timelift-react/layout";
import { placeOf } from "../../week/dayName";
import { words } from "../../words";
import { Sheet } from "../Sheet/Sheet";
import type { Conflict } from "../useDraft";
import "./ConflictSheet.css";

type Side = "mine" | "theirs";

/** Two weeks side by side, lesson by lesson; one of each is chosen. */
export function ConflictSheet({ conflict }: { conflict: Conflict }): ReactNode {
  const { differences } = conflict.merge;
  const [chosen, setChosen] = useState<Side[]>(() => differences.map(() => "mine"));
  const choose = (index: number, side: Side): void => setChosen((all) => all.map((one, at) => (at === index ? side : one)));
  return (
    <Sheet title={words.conflict.title} testId="conflict" wide onClose={() => conflict.choose(chosen)}>
      <form
        className="sheet-body"
        onSubmit={(event) => {
          event.preventDefault();
          conflict.choose(chosen);
        }}
      >
        <p>{words.conflict.explain}</p>
        <div className="sides" aria-hidden="true">
          <strong>{words.conflict.mine}</strong>
          <strong>{words.conflict.theirs}</strong>
        </div>
        {differences.map((one, index) => (
          <fieldset key={index} className="sides" data-testid="difference">
            <legend className="visually-hidden">{(one.mine ?? one.theirs)?.name}</legend>
            {(["mine", "theirs"] as const).map((side) => (
              <label key={side} className="side" data-chosen={chosen[index] === side}>
                <input type="radio" name={`difference-${index}`} checked={chosen[index] === side} onChange={() => choose(index, side)} />
                <span className="visually-hidden">{words.conflict[side]}: </span>
                <Version block={one[side]} />
              </label>
            ))}
          </fieldset>
        ))}
        <footer className="sheet-foot">
          <span className="sheet-space" />
          <button type="submit" className="button primary">
            {words.conflict.keep}
          </button>
        </footer>
      </form>
    </Sheet>
  );
}

function Version({ block }: { block: TimeBlock | null }): ReactNode {
  if (!block) return <em>{words.conflict.none}</em>;
  return (
    <span>
      <strong>{block.name}</strong>
      <br />
      {placeOf(block)}
      <br />
      {beneath(block)}
    </span>
  );
}
