/** The components' words, in English; each component takes others in `labels`. */
import { DAYS, PHASE_NAMES, type Day, type Phase, type TimetableEvent } from "./types.js";

export interface NotificationLabels {
  /** The heading of a card without a `title`. */
  title: string;
  /** The stack's name. */
  stack: string;
  steps: string;
  phases: Record<Phase, string>;
  /** Where the document is, in a few words. */
  step: (event: TimetableEvent | null) => string;
  /** The sentence below; null for none. */
  message: (event: TimetableEvent | null) => string | null;
  /** How long it takes on, or how many come first; null where nobody can say. */
  left: (event: TimetableEvent | null) => string | null;
  /** What a screen reader reads of the bar. */
  progress: (percentage: number, step: string) => string;
  reconnecting: string;
  polling: string;
  view: string;
  close: string;
  fold: string;
  unfold: string;
}

/** Seconds as a person says them: whole ones, and minutes from a minute and a half. */
export function shortTime(seconds: number): string {
  return seconds < 90 ? `${Math.max(1, Math.ceil(seconds))} s` : `${Math.round(seconds / 60)} min`;
}

export const NOTIFICATION_LABELS: NotificationLabels = {
  title: "Your timetable",
  stack: "Progress",
  steps: "Steps",
  phases: PHASE_NAMES,
  step: (event) => {
    if (event?.type === "complete") return "Timetable ready";
    if (event?.type === "error") return event.status === "cancelled" ? "Stopped" : "Could not be read";
    return event?.step ?? (event?.stage ? PHASE_NAMES[event.stage] : "Waiting to start");
  },
  message: (event) => {
    if (event?.type === "error") return event.error;
    if (event?.type === "complete") {
      const timetables = event.result?.timetableIds?.length ?? 0;
      const blocks = event.timetableData?.timeblocks.length;
      const read = blocks === undefined ? "The week has been read." : `${blocks} ${blocks === 1 ? "entry" : "entries"} found.`;
      const look = event.result && !event.result.validated ? " Some of it needs a look." : "";
      return (timetables > 1 ? `${timetables} timetables found.` : read) + look;
    }
    return event?.message ?? (event?.stage ? null : "Your place in the queue is kept.");
  },
  left: (event) => {
    const first = event?.before ? `${event.before} ${event.before === 1 ? "document comes" : "documents come"} first` : null;
    const time = event?.secondsLeft === undefined ? null : `about ${shortTime(event.secondsLeft)} left`;
    return first && time ? `${first}, ${time}` : (first ?? (time && time.charAt(0).toUpperCase() + time.slice(1)));
  },
  progress: (percentage, step) => `${percentage} percent, ${step}`,
  reconnecting: "Reconnecting…",
  polling: "Updated every few seconds.",
  view: "View Timetable",
  close: "Close",
  fold: "Hide details",
  unfold: "Show details",
};

export interface UploadLabels {
  /** What the zone is for, to a screen reader. */
  zone: string;
  lead: string;
  over: string;
  hint: string;
  choose: string;
  waiting: string;
  sending: (percentage: number) => string;
  sent: string;
  retry: string;
  cancel: string;
}

export const UPLOAD_LABELS: UploadLabels = {
  zone: "Upload timetables",
  lead: "Drop pictures of timetables here",
  over: "Let go to upload",
  hint: "Photo, scan, screenshot, PDF, Word or Excel file.",
  choose: "Choose files",
  waiting: "Waiting",
  sending: (percentage) => `Sending, ${percentage}%`,
  sent: "Sent",
  retry: "Try again",
  cancel: "Cancel",
};

export interface GridLabels {
  days: Record<Day, string>;
  /** A column that only a rotating timetable's count names. */
  cycleDay: (day: number) => string;
  /** The list of blocks without a time. */
  untimed: string;
  empty: string;
  /** A block that is below the confidence at which it counts as sure. */
  unsure: string;
}

export const GRID_LABELS: GridLabels = {
  days: Object.fromEntries(DAYS.map((day) => [day, day.charAt(0).toUpperCase() + day.slice(1)])) as Record<Day, string>,
  cycleDay: (day) => `Day ${day}`,
  untimed: "Without a time",
  empty: "Nothing on this day",
  unsure: "Needs a look",
};
