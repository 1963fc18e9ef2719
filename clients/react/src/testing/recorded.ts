import { readFileSync } from "node:fs";
import { join } from "node:path";

import type { DocumentPage, TimetableEvent } from "../types.js";

const read = (name: string): string => readFileSync(join(import.meta.dirname, "recorded", name), "utf8");

/**
 * What a gateway sent over the same time, as `python -m tests.recording` keeps it: the stream of two documents, one that
 * is read and one that is refused, the stream of all, and the list. Tests of the gateway hold them against what one sends.
 */
export const NAMED = read("named.sse");
export const ALL = read("all.sse");
export const LIST = JSON.parse(read("list.json")) as DocumentPage;

/** What a stream tells. */
export const eventsOf = (stream: string): TimetableEvent[] => [...stream.matchAll(/^data: (.+)$/gm)].map(([, data = ""]) => JSON.parse(data) as TimetableEvent);

/** A stream in two: before the first event that is meant, and from it on. */
export function parted(stream: string, meant: (event: TimetableEvent) => boolean): [string, string] {
  const messages = stream.split(/(?<=\n\n)/);
  const at = messages.findIndex((message) => eventsOf(message).some(meant));
  if (at < 0) throw new Error("no such event was recorded");
  return [messages.slice(0, at).join(""), messages.slice(at).join("")];
}

function first<Type extends TimetableEvent["type"]>(stream: string, type: Type, meant: (event: TimetableEvent) => boolean = () => true): TimetableEvent & { type: Type } {
  const found = eventsOf(stream).find((event) => event.type === type && meant(event));
  if (!found) throw new Error(`no such ${type} was recorded`);
  return found as TimetableEvent & { type: Type };
}

export const COMPLETE = first(NAMED, "complete");
export const ERROR = first(NAMED, "error");
/** How far a document is, to who has just come. */
export const CONNECTED = first(ALL, "connected", ({ documentId }) => Boolean(documentId));
/** A sign of life of the stream of all, which it begins with, too. */
export const ALIVE = first(ALL, "connected", ({ documentId }) => !documentId);
export const PROGRESS = first(NAMED, "progress", ({ stage }) => stage === "ocr");
/** Of a document that had ended. */
export const DELETED = first(ALL, "error", ({ status }) => status === "cancelled");

/** The document that is read, and the one that is refused. */
export const [READ, REFUSED] = [COMPLETE.documentId, ERROR.documentId];
