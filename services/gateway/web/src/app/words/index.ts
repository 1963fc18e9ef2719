/** The page's language: chosen by the person, else the browser's first that there is a file for. */
import { en, type Words } from "./en";
import { chosenLanguage, loadLanguage, wantedTags } from "./languages";

export type { Words };

export let words: Words = en;
/** Of times, dates and weekdays. */
export let locale = "en";

/** Called once, before anything is drawn. */
export async function loadWords(wanted?: readonly string[]): Promise<void> {
  const tags = wantedTags(wanted);
  const language = chosenLanguage(tags);
  words = (await loadLanguage(language)) ?? en;
  locale = tags.find((tag) => tag.split("-")[0] === language) ?? language;
  document.documentElement.lang = language;
}

const MONDAY = new Date(2024, 0, 1);

/** "Monday" in the page's language; `index` from 0. */
export function weekday(index: number, length: "long" | "short" = "long"): string {
  const date = new Date(MONDAY);
  date.setDate(date.getDate() + index);
  return new Intl.DateTimeFormat(locale, { weekday: length }).format(date);
}

function dateOf(clock: string): Date {
  const [hour = 0, minute = 0] = clock.split(":").map(Number);
  return new Date(2024, 0, 1, hour, minute);
}

function clockFormat(): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat(locale, { hour: "numeric", minute: "2-digit" });
}

/** "08:45" as the language writes a time. */
export function timeOf(clock: string): string {
  return clockFormat().format(dateOf(clock));
}

/** From one time to another, or from one on where the end is not known: what both have in common is said once. */
export function timesOf(start: string, end: string | null): string {
  if (!end || end <= start) return timeOf(start);
  // With 24 hours there is nothing in common; a range would then say "Uhr" in each lesson.
  return clockFormat().resolvedOptions().hour12 ? clockFormat().formatRange(dateOf(start), dateOf(end)) : `${timeOf(start)}–${timeOf(end)}`;
}

/** A full hour at the side of the week: "9 AM" where the clock has twelve, "9:00" where it has more. */
export function hourOf(clock: string): string {
  const { hour12 } = clockFormat().resolvedOptions();
  return hour12 ? new Intl.DateTimeFormat(locale, { hour: "numeric" }).format(dateOf(clock)) : timeOf(clock);
}
