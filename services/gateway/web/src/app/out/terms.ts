/** When a week holds: the term's dates, as the server keeps them with the week. */
import type { Week } from "timelift-react";

export interface Holiday {
  firstDay: string;
  lastDay: string;
}

export interface TermDates {
  /** "2026-09-02". */
  firstDay: string;
  lastDay: string;
  holidays: Holiday[];
  timeZone: string | null;
  /** The week it is at the first day, where weeks take turns. */
  firstWeek: Week;
}

/** Half a year from a day on: what the dialog begins with where nobody has said when the term is. */
export function guess(today: Date): TermDates {
  const end = new Date(today);
  end.setMonth(end.getMonth() + 6);
  return { firstDay: iso(today), lastDay: iso(end), holidays: [], timeZone: here(), firstWeek: "A" };
}

/** The day as the person's own clock has it. */
export function iso(date: Date): string {
  const two = (value: number): string => String(value).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

function here(): string | null {
  return Intl.DateTimeFormat().resolvedOptions().timeZone || null;
}

/** What is wrong with dates while they are typed; null where nothing is. */
export function termFault(dates: TermDates): "term" | "holiday" | null {
  if (!dates.firstDay || !dates.lastDay || dates.lastDay < dates.firstDay) return "term";
  return dates.holidays.some(({ firstDay, lastDay }) => !firstDay || !lastDay || lastDay < firstDay) ? "holiday" : null;
}
