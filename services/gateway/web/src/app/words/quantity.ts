import { locale } from ".";

/** Milliseconds, then seconds to a minute, minutes, hours, days: "26 ms", "4.7 sec", "12 min". */
export function duration(seconds: number): string {
  const [value, unit] = seconds < 0.1 ? [seconds * 1000, "millisecond"] : seconds < 90 ? [seconds, "second"] : seconds < 5400 ? [seconds / 60, "minute"] : seconds < 172_800 ? [seconds / 3600, "hour"] : [seconds / 86_400, "day"];
  const digits = unit === "second" ? (value < 9.95 ? 1 : 0) : value < 9.95 && unit !== "minute" ? 1 : 0;
  return new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: digits }).format(value);
}

export function count(value: number): string {
  return new Intl.NumberFormat(locale).format(value);
}

/** To the second; the day where it is not today's. Empty for what is no time. */
export function moment(stamp: string): string {
  const date = new Date(stamp);
  if (Number.isNaN(date.getTime())) return "";
  const time = { hour: "numeric", minute: "2-digit", second: "2-digit" } as const;
  const today = date.toDateString() === new Date().toDateString();
  return new Intl.DateTimeFormat(locale, today ? time : { ...time, day: "numeric", month: "short" }).format(date);
}
