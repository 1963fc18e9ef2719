/** What the gateway says, as it was recorded, of another document and with what a test is about. */
import type { CompleteEvent, ConnectedEvent, DocumentInfo, ErrorEvent, ProgressEvent, TimetableEvent } from "../types.js";
import { COMPLETE, CONNECTED, DELETED, ERROR, LIST, PROGRESS, REFUSED } from "./recorded.js";

/** `undefined` leaves a field out, as JSON does. */
type More<Event extends TimetableEvent> = { [Field in keyof Event]?: Event[Field] | undefined };

export const progress = (documentId: string, percentage: number, more: More<ProgressEvent> = {}): object => ({ ...PROGRESS, documentId, percentage, ...more });

export const completed = (documentId: string, result: Partial<CompleteEvent["result"]> = {}): object => ({ ...COMPLETE, documentId, result: { ...COMPLETE.result, documentId, ...result } });

export const failed = (documentId: string, error: string, more: More<ErrorEvent> = {}): object => ({ ...ERROR, documentId, error, ...more });

/** Stopped before its end, or deleted after it. */
export const cancelled = (documentId: string, more: More<ErrorEvent> = {}): object => ({ ...DELETED, documentId, ...more });

export const connected = (documentId: string, percentage: number, more: More<ConnectedEvent> = {}): object => ({ ...CONNECTED, documentId, percentage, status: "processing", ...more });

const refused = LIST.documents.find(({ documentId }) => documentId === REFUSED);
if (!refused) throw new Error("the refused document is not in the list that was recorded");
const underWay: DocumentInfo = { ...refused, status: "processing", error: null, failure: null, percentage: 0, completedAt: null, step: null, stage: null };

/** A document's record. */
export const listed = (documentId: string, more: Partial<DocumentInfo> = {}): DocumentInfo => ({ ...underWay, documentId, ...more });

/** Which document a record's address is of. */
export const idOf = (path: string): string => decodeURIComponent(path.split("/").at(-1) ?? "");
