import type { ReactNode } from "react";

import { words } from "../../words";
import type { Saved } from "../Saver";
import "./SaveState.css";

/** Whether the server has what is on the screen. Quiet until something was changed. */
export function SaveState({ saved }: { saved: Saved }): ReactNode {
  const bad = saved.state === "failed" || saved.state === "refused";
  return (
    <p className={`save-state${bad ? " bad" : ""}`} role="status" data-testid="save-state" data-state={saved.state}>
      {saved.state === "refused" ? words.saved.refused(saved.reason) : words.saved[saved.state]}
    </p>
  );
}
