/** Two people corrected one week: what they agree on, and what is to be chosen. Pure. */
import type { TimeBlock } from "timelift-react";
import { addLesson, type Draft } from "./draft";

/** A lesson that the two weeks have otherwise; null where one has none. */
export interface Difference {
  mine: TimeBlock | null;
  theirs: TimeBlock | null;
}

export interface Merge {
  same: TimeBlock[];
  differences: Difference[];
}

/** What a person sees of a lesson; how sure the reading was is no difference. */
function seen(block: TimeBlock): string {
  const { name, day, cycleDay, startTime, endTime, notes, room, teacher, week } = block;
  return JSON.stringify([name, day, cycleDay, startTime, endTime, notes, room, teacher, week]);
}

/** How alike two lessons are: read from one place of the picture, else at one time, else of one name on one day. */
function alike(a: TimeBlock, b: TimeBlock): number {
  const box = (one: TimeBlock): string | null => one.box && JSON.stringify([one.page, one.box]);
  if (box(a) !== null && box(a) === box(b)) return 3;
  const day = a.day === b.day && a.cycleDay === b.cycleDay && a.week === b.week;
  if (day && a.startTime === b.startTime) return 2;
  return day && a.name === b.name ? 1 : 0;
}

export function compare(mine: TimeBlock[], theirs: TimeBlock[]): Merge {
  const left = [...theirs];
  const same: TimeBlock[] = [];
  const own: TimeBlock[] = [];
  for (const block of mine) {
    const at = left.findIndex((other) => seen(other) === seen(block));
    if (at < 0) own.push(block);
    else {
      left.splice(at, 1);
      same.push(block);
    }
  }
  const differences: Difference[] = own.map((block) => {
    const best = left.reduce((found, other, index) => (alike(block, other) > alike(block, left[found] ?? other) ? index : found), 0);
    const other = left[best];
    if (!other || alike(block, other) === 0) return { mine: block, theirs: null };
    left.splice(best, 1);
    return { mine: block, theirs: other };
  });
  return { same, differences: [...differences, ...left.map((theirs) => ({ mine: null, theirs }))] };
}

/** The week that the choices make: of every difference one side. What was warned of counts for those that agree. */
export function merged(mine: Draft, merge: Merge, chosen: ("mine" | "theirs")[]): Draft {
  const kept = new Set(merge.same);
  const start: Draft = { ...mine, lessons: mine.lessons.filter(({ block }) => kept.has(block)) };
  const known = new Set(start.lessons.map(({ key }) => key));
  const base = { ...start, warnings: mine.warnings.filter(({ key }) => key === null || known.has(key)) };
  return merge.differences.reduce((draft, difference, index) => {
    const block = difference[chosen[index] ?? "mine"];
    return block ? addLesson(draft, block).draft : draft;
  }, base);
}
