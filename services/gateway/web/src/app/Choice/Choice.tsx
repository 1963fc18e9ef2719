import type { ReactNode } from "react";
import "./Choice.css";

interface ChoiceProps {
  label: string;
  value: string;
  choices: [string, string][];
  onChange: (value: string) => void;
}

/** A row of buttons of which one is pressed. */
export function Choice({ label, value, choices, onChange }: ChoiceProps): ReactNode {
  return (
    <div className="choice" role="group" aria-label={label}>
      {choices.map(([key, name]) => (
        <button key={key} type="button" aria-pressed={key === value} onClick={() => onChange(key)}>
          {name}
        </button>
      ))}
    </div>
  );
}
