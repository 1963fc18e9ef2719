/** Places time blocks in the week's grid. Pure: no DOM, minutes since midnight throughout. */
import { DAYS, WEEKS, type SavedTimetable, type TimeBlock, type Week } from "./types.js";

/** A block and its place: `column` of `columns` side by side, `span` of them wide. */
export interface Placed {
  block: TimeBlock;
  /** Index into `Timetable.timeblocks`. */
  index: number;
  start: number;
  end: number;
  /** No end was printed; `end` is a guess that only gives the block a height. */
  openEnd: boolean;
  column: number;
  columns: number;
  span: number;
}

/** One column of the grid. */
export interface DayPlan {
  /** "monday", or "day 3" where only the cycle's day is known. */
  day: string;
  placed: Placed[];
  /** Blocks without a start. */
  untimed: { block: TimeBlock; index: number }[];
}

export interface WeekPlan {
  days: DayPlan[];
  /** The grid's first and last minute, on full half hours. */
  from: number;
  to: number;
  /** The shortest block of ten minutes or more; decides how tall a minute is. */
  shortest: number;
}

/** Below this confidence a block is marked to be checked. */
export const SURE = 0.8;

/** How long a block without an end is drawn, in minutes, where no other block ends it. */
const OPEN_LENGTH = 45;

/** "HH:MM" as minutes since midnight, "24:00" included; null for anything else. */
export function minutes(time: string | null | undefined): number | null {
  const match = /^(\d{1,2}):([0-5]\d)$/.exec(time ?? "");
  if (!match) return null;
  const value = Number(match[1]) * 60 + Number(match[2]);
  return value <= 1440 ? value : null;
}

export function clock(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
}

/** What the column of a block is called, in lower case. */
export function dayOf(block: TimeBlock): string {
  return block.day ?? `day ${block.cycleDay ?? "?"}`;
}

/** The weeks a timetable tells apart; empty where every week is the same. */
export function weeksOf(blocks: TimeBlock[]): Week[] {
  return WEEKS.filter((week) => blocks.some((block) => block.week === week));
}

/**
 * Lays out one week.
 *
 * @param week Only its blocks and those of every week; null takes all.
 */
export function planWeek(blocks: TimeBlock[], week: Week | null = null): WeekPlan {
  const shown = blocks
    .map((block, index) => ({ block, index }))
    .filter(({ block }) => week === null || block.week === null || block.week === week);
  const days = columnsOf(shown.map(({ block }) => block)).map((day) =>
    planDay(
      day,
      shown.filter(({ block }) => dayOf(block) === day),
    ),
  );
  const placed = days.flatMap((day) => day.placed);
  if (placed.length === 0) return { days, from: 480, to: 960, shortest: 60 };
  const lengths = placed.filter((one) => !one.openEnd && one.end - one.start >= 10).map((one) => one.end - one.start);
  return {
    days,
    from: Math.floor(Math.min(...placed.map((one) => one.start)) / 30) * 30,
    to: Math.min(1440, Math.ceil(Math.max(...placed.map((one) => one.end)) / 30) * 30),
    shortest: lengths.length ? Math.min(...lengths) : OPEN_LENGTH,
  };
}

/** Monday to Friday, the weekend where it is used, and the days that only a cycle counts; nothing but these where all are. */
function columnsOf(blocks: TimeBlock[]): string[] {
  const used = new Set(blocks.map((block) => block.day));
  const rotating = blocks.filter((block) => block.day === null).sort((a, b) => (a.cycleDay ?? 0) - (b.cycleDay ?? 0));
  const weekdays = rotating.length > 0 && rotating.length === blocks.length ? [] : DAYS.filter((day, index) => index < 5 || used.has(day));
  return [...weekdays, ...new Set(rotating.map(dayOf))];
}

function planDay(day: string, blocks: { block: TimeBlock; index: number }[]): DayPlan {
  const untimed: DayPlan["untimed"] = [];
  const placed: Placed[] = [];
  for (const { block, index } of blocks) {
    const start = minutes(block.startTime);
    if (start === null || start >= 1440) {
      untimed.push({ block, index });
      continue;
    }
    const end = minutes(block.endTime);
    const openEnd = end === null || end <= start; // an end before the start is a misreading: never a negative height
    placed.push({ block, index, start, end: openEnd ? 0 : end, openEnd, column: 0, columns: 1, span: 1 });
  }
  placed.sort((a, b) => a.start - b.start || b.end - a.end || a.index - b.index);
  for (const one of placed) {
    if (!one.openEnd) continue;
    const next = placed.find((other) => other.start > one.start)?.start ?? Infinity;
    one.end = Math.min(next, one.start + OPEN_LENGTH, 1440);
  }
  sideBySide(placed);
  return { day, placed, untimed };
}

/** Gives blocks that overlap a column each: sweep by start, a cluster ends where nothing runs on. */
function sideBySide(placed: Placed[]): void {
  let cluster: Placed[] = [];
  let clusterEnd = -1;
  const settle = (): void => {
    const columns = Math.max(0, ...cluster.map((one) => one.column)) + 1;
    for (const one of cluster) {
      one.columns = columns;
      const right = cluster.filter((other) => other.column > one.column && other.start < one.end && one.start < other.end);
      one.span = Math.min(columns, ...right.map((other) => other.column)) - one.column;
    }
  };
  for (const one of placed) {
    if (one.start >= clusterEnd) {
      settle();
      cluster = [];
    }
    const taken = new Set(cluster.filter((other) => other.end > one.start).map((other) => other.column));
    while (taken.has(one.column)) one.column += 1;
    cluster.push(one);
    clusterEnd = Math.max(clusterEnd, one.end);
  }
  settle();
}

const BREAK =
  /\b(break|lunch|recess|dinner|snack|play ?time|registration|pause|mittag\w*|hofpause|récré\w*|déjeuner|recreo|almuerzo|pauze|intervallo|pranzo)\b/i;

/** Whether a block is a rest between lessons, which the grid draws calmer. */
export function isBreak(block: TimeBlock): boolean {
  return BREAK.test(block.name);
}

const plain = (text: string): string => text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "");

/** The notes, unless they only repeat the room and the teacher. */
export function ownNotes(block: TimeBlock): string | null {
  const repeated = [block.room, block.teacher].map((text) => plain(text ?? "")).filter(Boolean);
  const rest = repeated.reduce((text, known) => text.replace(known, ""), plain(block.notes ?? ""));
  return rest ? block.notes : null;
}

/** The line under a block's name: room, teacher and notes, nothing twice. */
export function beneath(block: TimeBlock): string {
  const notes = ownNotes(block);
  const said = plain(notes ?? "");
  const own = [block.room, block.teacher].filter((text) => text && !said.includes(plain(text)));
  return [...own, notes].filter(Boolean).join(" · ");
}

/** What each of a document's timetables is called, no two the same. */
export function namesOf(timetables: SavedTimetable[]): string[] {
  const names = timetables.map((one) => one.savedName || one.className || one.teacher || "Timetable");
  return names.map((name, index) => (names.filter((other) => other === name).length > 1 ? `${name} (${index + 1})` : name));
}

/** A hue in degrees for every name, the same for "Maths" and "maths 2", far apart for neighbours. */
export function hues(blocks: TimeBlock[]): (name: string) => number {
  const key = (name: string): string => name.toLowerCase().replace(/[\d().:,/-]+/g, " ").trim().split(/\s+/).slice(0, 2).join(" ");
  const keys = [...new Set(blocks.filter((block) => !isBreak(block)).map((block) => key(block.name)))];
  // The golden angle keeps any number of hues apart.
  return (name) => (175 + Math.max(0, keys.indexOf(key(name))) * 137.508) % 360;
}
