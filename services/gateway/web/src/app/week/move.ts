/** Where a lesson goes when it is dragged. Pure: minutes since midnight, columns of the grid. */
import { DAYS, type Day, type TimeBlock } from "timelift-react";
import { clock, minutes } from "timelift-react/layout";

/** Minutes that a drag and an arrow key go by. */
export const STEP = 5;
const LAST = 1440 - STEP;

export function snapped(minute: number): number {
  return Math.round(minute / STEP) * STEP;
}

/** When and on which day a block is; what of it a move changes. */
export type Place = Pick<TimeBlock, "day" | "cycleDay" | "startTime" | "endTime">;

function column(day: string): Pick<Place, "day" | "cycleDay"> {
  return DAYS.includes(day as Day) ? { day: day as Day, cycleDay: null } : { day: null, cycleDay: Number(day.replace("day ", "")) };
}

/**
 * Where a block is after a move; the same where it cannot go.
 *
 * @param days The columns shown, as `dayOf` names them.
 * @param at The column it is in.
 * @param columns How many columns it goes to the right.
 * @param later By how many minutes.
 */
export function moved(block: TimeBlock, days: string[], at: number, columns: number, later: number): Place {
  const day = days[Math.max(0, Math.min(days.length - 1, at + columns))];
  const same = columns === 0 || day === days[at] || day === undefined;
  const to = same ? { day: block.day, cycleDay: block.cycleDay } : column(day);
  const start = minutes(block.startTime);
  if (start === null) return { ...to, startTime: block.startTime, endTime: block.endTime };
  const end = minutes(block.endTime);
  const length = end !== null && end > start ? end - start : null;
  const first = Math.max(0, Math.min(LAST - (length ?? 0), snapped(start + later)));
  const by = later === 0 ? start : first;
  return { ...to, startTime: clock(by), endTime: length === null ? block.endTime : clock(by + length) };
}

/** The block with its end pulled `later` minutes down; never shorter than one step. */
export function pulled(block: TimeBlock, shownEnd: number, later: number): Place {
  const { day, cycleDay, startTime } = block;
  const start = minutes(startTime) ?? 0;
  return { day, cycleDay, startTime, endTime: clock(Math.max(start + STEP, Math.min(LAST, snapped(shownEnd + later)))) };
}

/** The stretch that a drag over free time drew, at least a quarter of an hour. */
export function drawn(from: number, to: number): { startTime: string; endTime: string } {
  const start = Math.max(0, Math.min(LAST - 15, snapped(Math.min(from, to))));
  return { startTime: clock(start), endTime: clock(Math.min(LAST, Math.max(start + 15, snapped(Math.max(from, to))))) };
}
