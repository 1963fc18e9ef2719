/** A week while a person corrects it. Pure: every change makes a new draft of the one before. */
import { DAYS, type Day, type TimeBlock, type Timetable, type TimetableWarning } from "timelift-react";
import { SURE } from "timelift-react/layout";

/** A lesson under a key of its own: its index changes when another is deleted. */
export interface Lesson {
  key: number;
  block: TimeBlock;
}

/** Something the reading warned of, about one lesson or (`key` null) about the week. */
export interface Warning {
  code: string;
  message: string;
  key: number | null;
}

/** What a timetable says beside its lessons. */
export type About = Pick<Timetable, "teacher" | "className" | "term" | "year" | "savedName">;

export interface Draft {
  /** Whether the week was in order when it was opened: a correction never takes that away. */
  validated: boolean;
  about: About;
  lessons: Lesson[];
  warnings: Warning[];
  nextKey: number;
}

/** What a person may say of a lesson. */
export type Change = Partial<
  Pick<TimeBlock, "name" | "day" | "startTime" | "endTime" | "notes" | "room" | "teacher" | "week" | "cycleDay">
>;

export function draftOf(timetable: Timetable): Draft {
  const { teacher, className, term, year, savedName, validated } = timetable;
  return {
    validated,
    about: { teacher, className, term, year, savedName },
    lessons: timetable.timeblocks.map((block, key) => ({ key, block })),
    warnings: timetable.warnings.map(({ code, message, timeBlock }) => ({ code, message, key: timeBlock })),
    nextKey: timetable.timeblocks.length,
  };
}

/** What `PUT …?review=true` takes: warnings that are left count, and the week is done when nothing is. */
export function bodyOf(draft: Draft): About & { timeblocks: TimeBlock[]; warnings: TimetableWarning[]; validated: boolean } {
  const indexes = new Map(draft.lessons.map(({ key }, index) => [key, index]));
  return {
    ...draft.about,
    timeblocks: draft.lessons.map(({ block }) => block),
    warnings: draft.warnings.map(({ code, message, key }) => ({
      code,
      message,
      timeBlock: key === null ? null : (indexes.get(key) ?? null),
    })),
    validated: inOrder(draft),
  };
}

/** Whether nobody has to look at the week: the lists say the same of it. */
export function inOrder(draft: Draft): boolean {
  return draft.validated || doubts(draft).length === 0;
}

/** As a person has said it: certain, and nothing left to ask about. */
function sure(block: TimeBlock): TimeBlock {
  return { ...block, confidence: 1, alternatives: [] };
}

function settle(draft: Draft, keys: Set<number>, change: (block: TimeBlock) => TimeBlock): Draft {
  return {
    ...draft,
    lessons: draft.lessons.map((one) => (keys.has(one.key) ? { ...one, block: sure(change(one.block)) } : one)),
    warnings: draft.warnings.filter(({ key }) => key === null || !keys.has(key)),
  };
}

export function changeLesson(draft: Draft, key: number, change: Change): Draft {
  return settle(draft, new Set([key]), (block) => applied(block, change));
}

/** A time that a person gives was not read from anywhere. */
function applied(block: TimeBlock, change: Change): TimeBlock {
  const timed = "startTime" in change || "endTime" in change;
  return { ...block, ...change, ...(timed ? { timeSource: null } : {}) };
}

export function confirmLesson(draft: Draft, key: number): Draft {
  return settle(draft, new Set([key]), (block) => block);
}

/** The same name for every lesson that has it now. */
export function renameAll(draft: Draft, from: string, to: string): Draft {
  const keys = new Set(draft.lessons.filter(({ block }) => block.name === from).map(({ key }) => key));
  return settle(draft, keys, (block) => ({ ...block, name: to }));
}

/** How many lessons are called so. */
export function named(draft: Draft, name: string): number {
  return draft.lessons.filter(({ block }) => block.name === name).length;
}

export function addLesson(draft: Draft, block: TimeBlock): { draft: Draft; key: number } {
  const key = draft.nextKey;
  return { draft: { ...draft, lessons: [...draft.lessons, { key, block: sure(block) }], nextKey: key + 1 }, key };
}

export function removeLesson(draft: Draft, key: number): Draft {
  return {
    ...draft,
    lessons: draft.lessons.filter((one) => one.key !== key),
    warnings: draft.warnings.filter((one) => one.key !== key),
  };
}

/** The lesson from Monday to Friday at its time: what another day has of the same time and week gives way to it. */
export function everyDay(draft: Draft, key: number): Draft {
  const source = draft.lessons.find((one) => one.key === key)?.block;
  if (!source?.day) return draft;
  const others = DAYS.slice(0, 5).filter((day) => day !== source.day);
  const gives = (block: TimeBlock): boolean =>
    others.includes(block.day as Day) && block.startTime === source.startTime && block.week === source.week;
  let after: Draft = confirmLesson(draft, key);
  for (const one of draft.lessons) if (gives(one.block)) after = removeLesson(after, one.key);
  for (const day of others) after = addLesson(after, { ...source, day, box: null }).draft;
  return after;
}

export function dismissWarning(draft: Draft, warning: Warning): Draft {
  return { ...draft, warnings: draft.warnings.filter((one) => one !== warning) };
}

export function changeAbout(draft: Draft, change: Partial<About>): Draft {
  return { ...draft, about: { ...draft.about, ...change } };
}

/** A lesson without anything but its place; what "Add" begins with. */
export function blank(day: Day, startTime: string | null, endTime: string | null): TimeBlock {
  const nothing = { notes: null, week: null, cycleDay: null, room: null, teacher: null, box: null, timeSource: null };
  return { ...nothing, day, name: "", startTime, endTime, confidence: 1, page: 0, alternatives: [] };
}

/** One thing to look at: a lesson that was hard to read or is warned of, or a warning about the week. */
export interface Doubt {
  lesson: Lesson | null;
  warnings: Warning[];
}

/** All that is left to look at, the most doubtful lesson first, what concerns the whole week last. */
export function doubts(draft: Draft): Doubt[] {
  const of = (key: number): Warning[] => draft.warnings.filter((one) => one.key === key);
  const lessons = draft.lessons
    .map((lesson) => ({ lesson, warnings: of(lesson.key) }))
    .filter(({ lesson, warnings }) => lesson.block.confidence < SURE || warnings.length > 0)
    .sort((a, b) => a.lesson.block.confidence - b.lesson.block.confidence || a.lesson.key - b.lesson.key);
  const known = new Set(draft.lessons.map(({ key }) => key));
  const week = draft.warnings.filter(({ key }) => key === null || !known.has(key));
  return [...lessons, ...week.map((one) => ({ lesson: null, warnings: [one] }))];
}

/** Why a lesson cannot be as it is; null where it can. The server's own rules, told while a person types. */
export type Fault = "name" | "order" | "day";
export function faultOf(block: TimeBlock): Fault | null {
  if (!block.name.trim()) return "name";
  if (block.day === null && block.cycleDay === null) return "day";
  if (block.startTime && block.endTime && block.endTime <= block.startTime) return "order";
  return null;
}

/** Lessons at the same time of the same day and week. */
export function clashes(draft: Draft, key: number | null, block: TimeBlock): Lesson[] {
  const { startTime, endTime } = block;
  if (!startTime || !endTime) return [];
  return draft.lessons.filter(
    ({ key: other, block: { day, cycleDay, week, startTime: from, endTime: to } }) =>
      other !== key &&
      day === block.day &&
      cycleDay === block.cycleDay &&
      (week === null || block.week === null || week === block.week) &&
      from !== null &&
      to !== null &&
      from < endTime &&
      startTime < to,
  );
}
