import { DAYS, type TimeBlock } from "timelift-react";
import { timesOf, weekday, words } from "../words";
import { dayOf } from "timelift-react/layout";

/** A column of the week, as `dayOf` names it, in the page's language. */
export function dayName(day: string, length: "long" | "short" = "long"): string {
  const index = DAYS.indexOf(day as (typeof DAYS)[number]);
  return index < 0 ? words.cycleDay(day.replace(/^day /, "")) : weekday(index, length);
}

/** "Monday, 8:00–8:45", with what there is of it. */
export function placeOf(block: TimeBlock): string {
  const day = dayName(dayOf(block));
  if (!block.startTime) return `${day}, ${words.withoutTime}`;
  return `${day}, ${timesOf(block.startTime, block.endTime)}`;
}
