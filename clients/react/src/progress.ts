import { isFinal, PHASES, type DocumentInfo, type Phase, type TimetableEvent } from "./types.js";

/** Where the five steps of the stepper stand. */
export type StepState = "done" | "current" | "waiting" | "failed";

/** Reads one message's data. Answers null for anything that is not an event, so that junk never breaks the page. */
export function parseEvent(data: unknown): TimetableEvent | null {
  if (typeof data !== "string") return null;
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch {
    return null;
  }
  if (typeof value !== "object" || value === null || !("type" in value)) return null;
  switch (value.type) {
    case "connected":
    case "progress":
    case "complete":
      return value as TimetableEvent;
    case "error":
      return { error: "The document could not be read.", ...value } as TimetableEvent;
    default:
      return null;
  }
}

export function isTerminal(event: TimetableEvent | null): boolean {
  return event?.type === "complete" || event?.type === "error";
}

function percent(value: unknown): number {
  return typeof value === "number" && Number.isFinite(value) ? Math.min(100, Math.max(0, value)) : 0;
}

/**
 * The event to show after `next` came in.
 *
 * A percentage never falls: a replay after a reconnect, or a poll that overtakes an event, would make the bar jump
 * back. `connected` (which is also the server's sign of life) never covers up progress. After the end nothing counts.
 */
export function advance(current: TimetableEvent | null, next: TimetableEvent): TimetableEvent {
  if (current && isTerminal(current)) return current;
  if (next.type === "complete") return { ...next, percentage: 100 };
  const before = percent(current?.percentage);
  const percentage = Math.max(before, percent(next.percentage));
  if (next.type === "error") return { ...next, percentage };
  if (current?.type === "progress") {
    if (next.type === "connected") {
      const left = leftOf(next);
      return Object.keys(left).length ? { ...current, ...left } : current;
    }
    // Of an earlier step: the replay of what was already shown.
    if (next.percentage !== undefined && next.percentage < before) return current;
  }
  // Someone who joins late is told the step first and then all that led to it: only the newest step is shown.
  const late = current?.type === "connected" && next.type === "progress" && percent(next.percentage) < before;
  const { step, stage } = late ? current : next;
  return { ...next, ...(step ? { step } : {}), ...(stage ? { stage } : {}), percentage };
}

/** What an event or a document says of the time that is left. */
function leftOf(told: { before?: number | null; secondsLeft?: number | null }): { before?: number; secondsLeft?: number } {
  return {
    ...(typeof told.before === "number" ? { before: told.before } : {}),
    ...(typeof told.secondsLeft === "number" ? { secondsLeft: told.secondsLeft } : {}),
  };
}

/** What a polled document says, in the form of an event. */
export function eventOf(document: DocumentInfo): TimetableEvent {
  const base = {
    documentId: document.documentId,
    status: document.status,
    percentage: document.percentage,
    ...(document.step ? { step: document.step } : {}),
    ...(document.stage ? { stage: document.stage } : {}),
    ...leftOf(document),
    ...(document.completedAt ? { at: document.completedAt } : {}),
  };
  switch (document.status) {
    case "completed":
    case "validation_failed":
      return {
        ...base,
        type: "complete",
        result: {
          documentId: document.documentId,
          timetableId: document.timetableId ?? document.documentId,
          ...(document.timetableIds ? { timetableIds: document.timetableIds } : {}),
          validated: document.status === "completed",
        },
      };
    case "failed":
      return { ...base, type: "error", error: document.error ?? "The document could not be read.", ...(document.failure ? { failure: document.failure } : {}) };
    case "cancelled":
      return { ...base, type: "error", error: document.error ?? "The document was cancelled." };
    default:
      return { ...base, type: "progress" };
  }
}

/** The state of every step, given the last event. */
export function stepStates(event: TimetableEvent | null): Record<Phase, StepState> {
  const at = event?.stage ? PHASES.indexOf(event.stage) : -1;
  const states = {} as Record<Phase, StepState>;
  PHASES.forEach((phase, index) => {
    if (event?.type === "complete" || index < at) states[phase] = "done";
    else if (index === at) states[phase] = event?.type === "error" ? "failed" : "current";
    else states[phase] = "waiting";
  });
  return states;
}

/** A document as its last event tells it. */
export function withEvent(document: DocumentInfo, event: TimetableEvent | null): DocumentInfo {
  if (!event || isFinal(document.status)) return document;
  const base = {
    ...document,
    step: event.step ?? document.step,
    stage: event.stage ?? document.stage,
    percentage: Math.max(document.percentage, event.percentage ?? 0),
  };
  if (event.type === "error") return { ...base, status: event.status ?? "failed", error: event.error, failure: event.failure ?? null };
  if (event.type === "complete") return { ...base, status: event.result?.validated === false ? "validation_failed" : "completed" };
  return { ...base, status: event.status ?? "processing" };
}
