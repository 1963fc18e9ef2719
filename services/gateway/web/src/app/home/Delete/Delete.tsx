import { useState, type ReactNode } from "react";

import { reasonOf } from "../../api";
import { words } from "../../words";
import "./Delete.css";

/** Asks once more before anything is gone. */
export function Delete({ name, remove }: { name: string; remove: () => Promise<void> }): ReactNode {
  const [asking, setAsking] = useState(false);
  const [error, setError] = useState<string | null>(null);
  if (!asking) {
    return (
      <button type="button" className="button quiet small icon" aria-label={words.home.deleteNamed(name)} title={words.lesson.remove} onClick={() => setAsking(true)}>
        <svg viewBox="0 0 16 16" aria-hidden="true">
          <path d="M3 4.5h10M6.5 4V2.5h3V4m2.5.5-.5 9h-7l-.5-9M6.75 7v4m2.5-4v4" />
        </svg>
      </button>
    );
  }
  const go = (): void => {
    remove().catch((reason: unknown) => setError(reasonOf(reason)));
  };
  return (
    <span className="confirm" role="group" aria-label={`${words.home.deleteNamed(name)}?`}>
      {error && <span className="bad">{error}</span>}
      <button type="button" className="button danger small" onClick={go} autoFocus>
        {words.lesson.remove}
      </button>
      <button type="button" className="button quiet small" onClick={() => setAsking(false)}>
        {words.home.keep}
      </button>
    </span>
  );
}
