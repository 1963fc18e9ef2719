import type { TimeBlock, Timetable } from "timelift-react";

/** A lesson of which a test says only what it is about. */
export function block(more: Partial<TimeBlock> = {}): TimeBlock {
  const nothing = { notes: null, week: null, cycleDay: null, room: null, teacher: null, box: null };
  return { ...nothing, day: "monday", name: "Maths", startTime: "08:00", endTime: "08:45", confidence: 1, page: 0, timeSource: "printed", alternatives: [], ...more };
}

export function timetable(timeblocks: TimeBlock[], more: Partial<Timetable> = {}): Timetable {
  const nothing = { teacher: null, className: null, term: null, year: null, savedName: null, extraction: null };
  return { ...nothing, confidence: 0.9, validated: false, warnings: [], timeblocks, ...more };
}
