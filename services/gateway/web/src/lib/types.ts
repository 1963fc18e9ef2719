/** What the gateway says: the events of a document, the document itself and the timetable read from it. */

export const PHASES = ["compressing", "preprocessing", "ocr", "ai", "validation"] as const;
/** A step of the way; events name it in `stage`. */
export type Phase = (typeof PHASES)[number];

/** The steps' names for people, in order. */
export const PHASE_NAMES: Record<Phase, string> = {
  compressing: "Compressing",
  preprocessing: "Preprocessing",
  ocr: "OCR",
  ai: "Reading",
  validation: "Validation",
};

export type Status = "uploaded" | "processing" | "completed" | "validation_failed" | "failed" | "cancelled";

/** Whether a document with this status changes no more. */
export function isFinal(status: Status): boolean {
  return status !== "uploaded" && status !== "processing";
}

export const DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] as const;
export type Day = (typeof DAYS)[number];

export const WEEKS = ["A", "B", "C", "D"] as const;
/** A week of several that take turns. */
export type Week = (typeof WEEKS)[number];

/** A rectangle in pixels of the stored picture of the block's page. */
export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Another reading of one field of a block, less likely than the one it has. */
export interface Alternative {
  field: "name" | "startTime" | "endTime";
  value: string;
  /** 0 to 1. */
  confidence: number;
}

export interface TimeBlock {
  /** Null only where the page names nothing but the cycle's day; then `cycleDay` is set. */
  day: Day | null;
  /** As printed. */
  name: string;
  /** "HH:MM", 24-hour. */
  startTime: string | null;
  endTime: string | null;
  notes: string | null;
  week: Week | null;
  /** 1 to 10, in a timetable whose days rotate. */
  cycleDay: number | null;
  room: string | null;
  teacher: string | null;
  /** 0 to 1. */
  confidence: number;
  box: Box | null;
  /** From 0. */
  page: number;
  timeSource: "printed" | "header" | "legend" | "drawn" | "next" | null;
  /** At most three, the likeliest first. */
  alternatives: Alternative[];
}

export interface TimetableWarning {
  code: string;
  message: string;
  /** Index into `timeblocks`, if it is about one. */
  timeBlock: number | null;
}

/** A request to Claude. */
export interface ExtractionAttempt {
  /** When it was sent; RFC 3339, UTC. */
  at: string;
  model: string;
  /** "end_turn" is an answer; another stop reason, an HTTP status, "timeout" and so on are not. */
  outcome: string;
  inputTokens: number;
  outputTokens: number;
  costUsd: number;
  seconds: number;
}

/** How a week was read, and at what cost. */
export interface Extraction {
  reader: "local" | "claude";
  /** Every request to Claude about the document, oldest first; failed ones too. */
  attempts: ExtractionAttempt[];
  /** Of all of them. */
  costUsd: number;
}

export interface Timetable {
  teacher: string | null;
  className: string | null;
  term: string | null;
  year: number | null;
  savedName: string | null;
  confidence: number;
  validated: boolean;
  warnings: TimetableWarning[];
  timeblocks: TimeBlock[];
  /** Null where the week was read by a version that kept no record. */
  extraction: Extraction | null;
}

interface EventBase {
  documentId: string;
  /** Words for people: "Running OCR". */
  step?: string;
  stage?: Phase;
  /** 0 to 100; never falls between two events that the hook hands out. */
  percentage?: number;
  /** What just happened: "184 lines read". */
  message?: string;
  details?: Record<string, unknown>;
  status?: Status;
  /** RFC 3339, UTC. */
  at?: string;
}

export interface ConnectedEvent extends EventBase {
  type: "connected";
}
export interface ProgressEvent extends EventBase {
  type: "progress";
}
export interface CompleteEvent extends EventBase {
  type: "complete";
  /** `timetableId` is the first timetable's; `timetableIds` are all, absent where a gateway knows only one. `validated`
   * says whether all are. */
  result?: { documentId: string; timetableId: string; timetableIds?: string[]; validated: boolean };
  /** The first one. */
  timetableData?: Timetable;
}
export interface ErrorEvent extends EventBase {
  type: "error";
  /** A sentence for the person who uploaded the document. */
  error: string;
}
/** One server-sent event's data. */
export type TimetableEvent = ConnectedEvent | ProgressEvent | CompleteEvent | ErrorEvent;

/** A document as `GET /api/v1/documents/{id}` tells it. */
export interface DocumentInfo {
  documentId: string;
  status: Status;
  step: string | null;
  stage: Phase | null;
  percentage: number;
  error: string | null;
  /** What a person called it, else its first timetable's. */
  savedName?: string | null;
  /** The first timetable's, as `teacher`. */
  className?: string | null;
  teacher?: string | null;
  fileName: string;
  contentType: string;
  size: number;
  pages: number;
  /** The first one's. */
  timetableId: string | null;
  /** All, in the document's order; empty until it was read, absent where a gateway knows only one. */
  timetableIds?: string[];
  createdAt: string;
  updatedAt: string;
  completedAt: string | null;
}

/** A timetable as the lists tell it: without its blocks. */
export interface SavedTimetable {
  documentId: string;
  timetableId: string;
  savedName: string | null;
  className: string | null;
  teacher: string | null;
  term: string | null;
  year: number | null;
  confidence: number;
  validated: boolean;
  /** Whether a person has said what is right. */
  corrected: boolean;
  /** How many. */
  blocks: number;
  createdAt: string;
  updatedAt: string;
}

/** RFC 9457 problem details. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail?: string;
  allowed?: Record<string, unknown>;
  documentId?: string;
}
