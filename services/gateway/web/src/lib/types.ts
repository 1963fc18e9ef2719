/** What the gateway says: the events of a document, the document itself and the timetable read from it. */

export const PHASES = ["compressing", "preprocessing", "ocr", "ai", "validation"] as const;
/** A step of the way; events name it in `stage`. */
export type Phase = (typeof PHASES)[number];

/** The steps' names for people, in order. */
export const PHASE_NAMES: Record<Phase, string> = {
  compressing: "Compressing",
  preprocessing: "Preprocessing",
  ocr: "OCR",
  ai: "AI",
  validation: "Validation",
};

export type Status = "uploaded" | "processing" | "completed" | "validation_failed" | "failed" | "cancelled";

/** Whether a document with this status changes no more. */
export function isFinal(status: Status): boolean {
  return status !== "uploaded" && status !== "processing";
}

export const DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] as const;
export type Day = (typeof DAYS)[number];

/** A rectangle in pixels of the stored picture of the block's page. */
export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface TimeBlock {
  day: Day;
  /** As printed. */
  name: string;
  /** "HH:MM", 24-hour. */
  startTime: string | null;
  endTime: string | null;
  notes: string | null;
  week: "A" | "B" | null;
  room: string | null;
  teacher: string | null;
  /** 0 to 1. */
  confidence: number;
  box: Box | null;
  /** From 0. */
  page: number;
  timeSource: "printed" | "header" | "legend" | "drawn" | "next" | null;
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
  result?: { documentId: string; timetableId: string; validated: boolean };
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
  fileName: string;
  contentType: string;
  size: number;
  pages: number;
  timetableId: string | null;
  createdAt: string;
  updatedAt: string;
  completedAt: string | null;
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
