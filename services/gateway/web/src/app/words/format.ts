import { locale } from ".";

/** When something was: the time of today, else the day. */
export function when(stamp: string): string {
  const date = new Date(stamp);
  if (Number.isNaN(date.getTime())) return "";
  const today = date.toDateString() === new Date().toDateString();
  return today
    ? date.toLocaleTimeString(locale, { hour: "numeric", minute: "2-digit" })
    : date.toLocaleDateString(locale, { day: "numeric", month: "short", year: "numeric" });
}
