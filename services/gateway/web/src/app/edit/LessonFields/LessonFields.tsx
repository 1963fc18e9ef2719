import type { ReactNode } from "react";
import { Button } from "react-aria-components/Button";
import { ComboBox } from "react-aria-components/ComboBox";
import { FieldError } from "react-aria-components/FieldError";
import { Input } from "react-aria-components/Input";
import { Label } from "react-aria-components/Label";
import { ListBox, ListBoxItem } from "react-aria-components/ListBox";
import { Popover } from "react-aria-components/Popover";
import { TextArea } from "react-aria-components/TextArea";
import { TextField } from "react-aria-components/TextField";

import { DAYS, WEEKS, type Day, type TimeBlock, type Week } from "timelift-react";
import { weekday, words } from "../../words";
import { faultOf, type Change } from "../draft";
import "../../options.css";

interface LessonFieldsProps {
  block: TimeBlock;
  /** What other lessons are called, to choose from. */
  names: string[];
  /** The cycle's days are asked for only where the timetable has them. */
  cycle: boolean;
  onChange: (change: Change) => void;
  autoFocus?: boolean;
}

const LONGEST_CYCLE = 10;

/** All that a person can say of a lesson. */
export function LessonFields({ block, names, cycle, onChange, autoFocus = false }: LessonFieldsProps): ReactNode {
  const fault = faultOf(block);
  const text = (value: string): string | null => value || null;
  return (
    <div className="fields">
      <ComboBox
        className="field field-whole"
        allowsCustomValue
        allowsEmptyCollection={false}
        inputValue={block.name}
        onInputChange={(name) => onChange({ name })}
        isInvalid={fault === "name"}
        defaultItems={names.map((name) => ({ id: name, name }))}
      >
        <Label>{words.lesson.name}</Label>
        <div className="field-combo">
          <Input maxLength={500} autoFocus={autoFocus} data-testid="field-name" onFocus={(event) => event.currentTarget.select()} />
          <Button className="button quiet small icon" aria-label={words.lesson.name}>
            <svg viewBox="0 0 16 16" aria-hidden="true">
              <path d="m4 6 4 4 4-4" />
            </svg>
          </Button>
        </div>
        <FieldError>{words.lesson.faults.name}</FieldError>
        <Popover className="options">
          <ListBox>{(one: { id: string; name: string }) => <ListBoxItem className="option">{one.name}</ListBoxItem>}</ListBox>
        </Popover>
      </ComboBox>
      <Choose
        label={words.lesson.day}
        value={block.day ?? ""}
        fault={fault === "day" ? words.lesson.faults.day : null}
        choices={[...(cycle ? [["", "–"] as const] : []), ...DAYS.map((day, index) => [day, weekday(index)] as const)]}
        onChange={(day) => onChange({ day: (day || null) as Day | null })}
      />
      <Time label={words.lesson.start} value={block.startTime} fault={null} onChange={(startTime) => onChange({ startTime })} />
      <Time
        label={words.lesson.end}
        value={block.endTime}
        fault={fault === "order" ? words.lesson.faults.order : null}
        onChange={(endTime) => onChange({ endTime })}
      />
      <TextField className="field" value={block.room ?? ""} maxLength={200} onChange={(room) => onChange({ room: text(room) })}>
        <Label>{words.lesson.room}</Label>
        <Input />
      </TextField>
      <TextField className="field" value={block.teacher ?? ""} maxLength={200} onChange={(teacher) => onChange({ teacher: text(teacher) })}>
        <Label>{words.lesson.teacher}</Label>
        <Input />
      </TextField>
      <Choose
        label={words.lesson.weekOf}
        value={block.week ?? ""}
        fault={null}
        choices={[["", words.lesson.everyWeek], ...WEEKS.map((week) => [week, words.week(week)] as const)]}
        onChange={(week) => onChange({ week: (week || null) as Week | null })}
      />
      {cycle && (
        <Choose
          label={words.lesson.cycle}
          value={String(block.cycleDay ?? "")}
          fault={null}
          choices={[["", words.lesson.noCycle], ...Array.from({ length: LONGEST_CYCLE }, (_, i) => [String(i + 1), words.cycleDay(i + 1)] as const)]}
          onChange={(day) => onChange({ cycleDay: day ? Number(day) : null })}
        />
      )}
      <TextField className="field field-whole" value={block.notes ?? ""} maxLength={4000} onChange={(notes) => onChange({ notes: text(notes) })}>
        <Label>{words.lesson.notes}</Label>
        <TextArea rows={2} />
      </TextField>
    </div>
  );
}

interface TimeProps {
  label: string;
  value: string | null;
  fault: string | null;
  onChange: (value: string | null) => void;
}

function Time({ label, value, fault, onChange }: TimeProps): ReactNode {
  return (
    <TextField className="field" type="text" value={value ?? ""} isInvalid={fault !== null} onChange={(text) => onChange(text || null)}>
      <Label>{label}</Label>
      <Input type="time" />
      <FieldError>{fault}</FieldError>
    </TextField>
  );
}

interface ChooseProps {
  label: string;
  value: string;
  fault: string | null;
  choices: (readonly [string, string])[];
  onChange: (value: string) => void;
}

/** The browser's own list: on a phone it is the one that people know. */
function Choose({ label, value, fault, choices, onChange }: ChooseProps): ReactNode {
  return (
    <label className="field">
      <span>{label}</span>
      <select value={value} aria-invalid={fault !== null || undefined} onChange={(event) => onChange(event.currentTarget.value)}>
        {choices.map(([key, name]) => (
          <option key={key} value={key}>
            {name}
          </option>
        ))}
      </select>
      {fault && <span className="field-error">{fault}</span>}
    </label>
  );
}
