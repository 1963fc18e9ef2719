/**
 * What the gateway says: its events, and what its addresses answer. The answers' types are made from its OpenAPI document
 * (`schema.ts`); events have no schema there, so they stand here.
 */
import type { components } from "./schema.js";

type Schemas = components["schemas"];

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

export type Status = Schemas["Status"];

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
export type Box = Schemas["Box"];
/** Another reading of one field of a block, less likely than the one it has. */
export type Alternative = Schemas["Alternative"];
export type TimeBlock = Schemas["TimeBlock"];
export type TimetableWarning = Schemas["Warning"];
/** A request to Claude. */
export type ExtractionAttempt = Schemas["ExtractionAttempt"];
/** How a week was read, and at what cost. */
export type Extraction = Schemas["Extraction"];
export type Timetable = Schemas["Timetable"];
/** A document as `GET /api/v1/documents/{id}` tells it. */
export type DocumentInfo = Omit<Schemas["Document"], "stage"> & { stage: Phase | null };
export interface DocumentPage {
  documents: DocumentInfo[];
  /** What `after` has to be for the next page; null after the last one. */
  next: string | null;
}
/** A timetable as the lists tell it: without its blocks. */
export type SavedTimetable = Schemas["SavedTimetable"];
/** What an upload is answered; `sameAs` names a document of the same bytes that was read before. */
export type Uploaded = Pick<Schemas["Uploaded"], "documentId" | "status"> & { sameAs?: string | null };
/** Lets who has it follow one document, for five minutes. */
export type Ticket = Schemas["Ticket"];

/** RFC 9457 problem details. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail?: string | null;
  allowed?: Record<string, unknown> | null;
  field?: string | null;
  /** What an upload is (`odt`, `doc`), where it is of a format that is known and not read. */
  format?: string | null;
  documentId?: string | null;
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
  /** As long as nobody has begun with it: how many documents come first. */
  before?: number;
  /** Until the document's end, as far as can be told. */
  secondsLeft?: number;
  /** Which try of the stage it is, where it was tried before. */
  attempt?: number;
}

/** How far the document is. The server's sign of life has the same type and names no document. */
export interface ConnectedEvent extends EventBase {
  type: "connected";
  /** Of a stream of all documents: it cannot tell all that happened meanwhile. */
  missed?: boolean;
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
  /** Why it failed: with `unreadable` its file is at fault, and reading it again ends the same. */
  failure?: NonNullable<DocumentInfo["failure"]>;
}
/** One server-sent event's data. */
export type TimetableEvent = ConnectedEvent | ProgressEvent | CompleteEvent | ErrorEvent;
