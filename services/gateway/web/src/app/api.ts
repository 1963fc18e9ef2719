import { ApiError as RefusedError, type DocumentInfo, type Problem, type SavedTimetable, type TimeBlock, type Timetable, type TimetableWarning } from "timelift-react";
import { ROOT, takeEarly, TIMEOUT, weekPaths } from "./early";
import type { Answer } from "./edit/Saver";
import type { TermDates } from "./out/terms";
import { accepted, refused, type Me } from "./session";
import { words } from "./words";
import { fileSentence, written } from "./words/files";
import { size } from "./words/format";

/** Browsers send no larger body, in bytes, once its page is gone. */
const KEEPALIVE_MOST = 60_000;

/** A refusal or a missing answer. `message` is a sentence for people. */
export class ApiError extends Error {
  constructor(
    message: string,
    /** HTTP status; 0 where no answer came. */
    readonly status: number,
    /** The problem's slug: "too-large". */
    readonly slug = "",
  ) {
    super(message);
  }
}

export function imageUrl(documentId: string, page = 0): string {
  return `${ROOT}/documents/${encodeURIComponent(documentId)}/image${page > 0 ? `?page=${page}` : ""}`;
}

/** For lists: 192 pixels, a few kB. */
export function thumbnailUrl(documentId: string): string {
  return `${imageUrl(documentId)}?width=192`;
}

/** A limit as people know it: 20971520 bytes are "20 MB" to them. */
function limit(bytes: number): string {
  return size(bytes % 1_048_576 === 0 ? (bytes / 1_048_576) * 1_000_000 : bytes);
}

/** What was wrong, in words, with what would have been accepted. */
export function sentence(status: number, problem: Partial<Problem> | null): string {
  const known = problem?.format ? words.otherFormat[problem.format] : undefined;
  if (known) return known;
  if (!problem?.detail && !problem?.title) {
    if (status === 0) return words.refused.unreachable;
    if (status === 413) return words.refused.tooLarge;
    return status >= 500 ? words.refused.ourFault : words.refused.notAccepted;
  }
  const about = problem.detail || problem.title || "";
  const said = (fileSentence(about) ?? words.problems[slugOf(problem)] ?? about).trim();
  const text = /[.!?]$/.test(said) ? said : `${said}.`;
  if (slugOf(problem) === "unreadable-file") return text; // it says itself what helps
  const parts = allowances(problem.allowed).filter(([said]) => !text.includes(said)).map(([, part]) => part);
  return parts.length ? `${text} ${words.refused.accepted(parts.join("; "))}` : text;
}

/** The last part of a problem's type: "too-large". */
function slugOf(problem: Partial<Problem> | null): string {
  return problem?.type?.split("/").pop() ?? "";
}

/** What would have been accepted: the words by which the server may have said it, and those to say it with. */
function allowances(allowed: Problem["allowed"]): [string, string][] {
  const parts: [string, string][] = [];
  const formats = typeof allowed?.["formats"] === "string" ? written(allowed["formats"]) : null;
  if (formats) parts.push([formats, formats]);
  if (typeof allowed?.["maxBytes"] === "number") parts.push([limit(allowed["maxBytes"]), words.refused.upTo(limit(allowed["maxBytes"]))]);
  if (typeof allowed?.["maxPages"] === "number") parts.push([words.home.pages(allowed["maxPages"]), words.refused.upTo(words.home.pages(allowed["maxPages"]))]);
  return parts;
}

function failure(status: number, body: string): ApiError {
  let problem: Partial<Problem> | null = null;
  try {
    problem = JSON.parse(body) as Partial<Problem>;
  } catch {
    // A proxy's page instead of ours: the status alone has to do.
  }
  return new ApiError(sentence(status, problem), status, slugOf(problem));
}

/** Why a document failed, in words. */
export function failureOf({ error, failure }: Pick<DocumentInfo, "error" | "failure">): string {
  return (error && fileSentence(error)) || ((failure && words.failures[failure]) ?? error ?? words.home.notRead);
}

/** Why something failed, in words: what this page asked for, or what the hooks of `timelift-react` did. */
export function reasonOf(reason: unknown): string {
  if (reason instanceof RefusedError) return sentence(reason.status, reason.problem);
  return reason instanceof ApiError ? reason.message : words.home.failed;
}

export async function call(path: string, init: RequestInit = {}, signal?: AbortSignal): Promise<Response> {
  const signals = [AbortSignal.timeout(TIMEOUT), ...(signal ? [signal] : [])];
  let answer: Response;
  try {
    const early = init.method === undefined ? takeEarly(path) : undefined;
    answer = await (early ?? fetch(ROOT + path, { ...init, signal: AbortSignal.any(signals) }));
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError(sentence(0, null), 0);
  }
  if (answer.status === 401) refused(init.method !== undefined && init.method !== "GET");
  if (!answer.ok) throw failure(answer.status, await answer.text().catch(() => ""));
  accepted();
  return answer;
}

/** Who is at the page. */
export async function getMe(): Promise<Me> {
  return (await (await call("/me")).json()) as Me;
}

export async function getDocument(documentId: string, signal?: AbortSignal): Promise<DocumentInfo> {
  return (await (await call(weekPaths(documentId).document, {}, signal)).json()) as DocumentInfo;
}

/** A week and the tag that names this state of it. */
export interface Tagged {
  timetable: Timetable;
  etag: string;
}

/** A timetable by its id, or a document's first. */
export async function getTimetable(id: string, signal?: AbortSignal): Promise<Tagged> {
  const answer = await call(weekPaths(id).timetable, {}, signal);
  return { timetable: (await answer.json()) as Timetable, etag: answer.headers.get("ETag") ?? "*" };
}

export interface Correction extends Pick<Timetable, "teacher" | "className" | "term" | "year" | "savedName"> {
  timeblocks: TimeBlock[];
  /** What is still to be looked at. */
  warnings: TimetableWarning[];
  validated: boolean;
}

/** Saves a week over the state that `etag` names. Sent to its end though the page is left meanwhile. */
export async function putTimetable(id: string, week: Correction, etag: string): Promise<Answer> {
  const body = JSON.stringify(week);
  try {
    const answer = await call(`/timetables/${encodeURIComponent(id)}?review=true`, {
      method: "PUT",
      headers: { "Content-Type": "application/json", "If-Match": etag },
      body,
      keepalive: body.length < KEEPALIVE_MOST,
    });
    return { ok: true, etag: answer.headers.get("ETag") ?? "*" };
  } catch (reason) {
    if (!(reason instanceof ApiError)) throw reason;
    if (reason.status === 412) return { ok: false, conflict: true };
    // 401: the login has ended, and whoever logs in again wants it saved.
    const final = reason.status >= 400 && reason.status < 500 && ![401, 408, 429].includes(reason.status);
    return { ok: false, conflict: false, final, reason: reason.message };
  }
}

/** Where a week is to be had as a file: `suffix` "ics", "xlsx", "csv" or "json". */
export function fileUrl(id: string, suffix: string): string {
  return `${ROOT}/timetables/${encodeURIComponent(id)}.${suffix}`;
}

/** When a week holds; null where nobody has said so. */
export async function getTermDates(id: string, signal?: AbortSignal): Promise<TermDates | null> {
  try {
    return (await (await call(`/timetables/${encodeURIComponent(id)}/term-dates`, {}, signal)).json()) as TermDates;
  } catch (reason) {
    if (reason instanceof ApiError && reason.status === 404) return null;
    throw reason;
  }
}

export async function putTermDates(id: string, dates: TermDates): Promise<void> {
  const headers = { "Content-Type": "application/json" };
  await call(`/timetables/${encodeURIComponent(id)}/term-dates`, { method: "PUT", headers, body: JSON.stringify(dates) });
}

/** A secret link to a week, told once. */
export interface Subscription {
  calendarId: string;
  url: string;
  webcalUrl: string;
}

export async function subscribe(id: string): Promise<Subscription> {
  return (await (await call(`/timetables/${encodeURIComponent(id)}/calendars`, { method: "POST" })).json()) as Subscription;
}

/** A document's timetables in its order. */
export async function listTimetables(documentId: string, signal?: AbortSignal): Promise<SavedTimetable[]> {
  const answer = await call(weekPaths(documentId).timetables, {}, signal);
  return ((await answer.json()) as { timetables: SavedTimetable[] }).timetables;
}
