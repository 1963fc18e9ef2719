/** The API as functions: what the hooks use, and what an app may call itself, on a server too. */
import { ApiError, apiError } from "./errors.js";
import { credentialsOf, headersOf, urlOf, type ApiOptions } from "./options.js";
import type { components } from "./schema.js";
import type { DocumentInfo, DocumentPage, SavedTimetable, Ticket, Timetable, TimetableWarning, Uploaded } from "./types.js";

/** How long, in ms, an answer may take; uploads are bounded by the server. */
const PATIENCE = 20_000;

export interface DocumentQuery {
  /** Text in a name, a class or a teacher. */
  q?: string | undefined;
  /** Only what a person should look at. */
  needsLook?: boolean | undefined;
  /** Default "-created": newest first. */
  sort?: "-created" | "-updated" | "name" | undefined;
  limit?: number | undefined;
  /** The `next` of the page before. */
  after?: string | null | undefined;
}

export interface UploadOptions {
  /** Is told the share of the file that was sent, 0 to 1. */
  onProgress?: ((share: number) => void) | undefined;
  signal?: AbortSignal | undefined;
  /** Lets others go first. */
  priority?: "interactive" | "batch" | undefined;
  /** Answer with the document that was made of the same bytes before, if there is one. */
  reuse?: boolean | undefined;
  /** The same for each try of one upload: it then makes one document, whatever answer was lost. */
  idempotencyKey?: string | undefined;
}

/** A page of documents. */
export interface ListedDocuments extends DocumentPage {
  /** From here on a stream of all documents tells what the page does not know; null where the server does not say. */
  lastEventId?: string | null | undefined;
}

/** A week and the tag that names this state of it. */
export interface TaggedTimetable {
  timetable: Timetable;
  etag: string;
}

type Corrected = components["schemas"]["Correction"];

/** A week as a person corrected it; who looks through it step by step says what is still to be looked at. */
export type Correction = Omit<Corrected, "confidence" | "extraction" | "validated" | "warnings"> & {
  warnings?: TimetableWarning[] | undefined;
  validated?: boolean | undefined;
};

export interface Client {
  readonly options: ApiOptions;
  upload: (file: Blob, options?: UploadOptions) => Promise<Uploaded>;
  listDocuments: (query?: DocumentQuery, signal?: AbortSignal) => Promise<ListedDocuments>;
  getDocument: (documentId: string, signal?: AbortSignal) => Promise<DocumentInfo>;
  renameDocument: (documentId: string, savedName: string) => Promise<DocumentInfo>;
  /** Stops a document that is under way. */
  cancelDocument: (documentId: string) => Promise<DocumentInfo>;
  /** Reads one that failed or was stopped once more. */
  retryDocument: (documentId: string) => Promise<DocumentInfo>;
  deleteDocument: (documentId: string) => Promise<void>;
  /** A document's timetables in its order, without their blocks. */
  listTimetables: (documentId: string, signal?: AbortSignal) => Promise<SavedTimetable[]>;
  /** A timetable by its id, or a document's first. */
  getTimetable: (id: string, signal?: AbortSignal) => Promise<TaggedTimetable>;
  /** Saves a week over the state that `etag` names; an `ApiError` with `conflict` where it is no more. */
  saveTimetable: (id: string, week: Correction, etag: string) => Promise<TaggedTimetable>;
  /** Lets who has it follow this document and see its pictures, for five minutes. */
  getTicket: (documentId: string) => Promise<Ticket>;
  /** Where a page's picture is; `width` in pixels, of those that the API offers. */
  imageUrl: (documentId: string, picture?: { page?: number; width?: number; ticket?: string }) => string;
  /** Where a week is to be had as a file. */
  fileUrl: (id: string, suffix: "ics" | "xlsx" | "csv" | "json") => string;
}

const numbers = new WeakMap<Client, number>();
let last = 0;

/** The name of a client's connection: each has its own. */
export function clientKey(client: Client): string {
  let number = numbers.get(client);
  if (number === undefined) numbers.set(client, (number = last += 1));
  return `client ${number}`;
}

/** @throws {ApiError} Every function does, where it is refused or not answered. */
export function createClient(options: ApiOptions = {}): Client {
  const call = async (path: string, init: RequestInit = {}, signal?: AbortSignal): Promise<Response> => {
    const request = new AbortController();
    const abort = (): void => request.abort();
    signal?.addEventListener("abort", abort, { once: true });
    if (signal?.aborted) abort();
    const timer = setTimeout(abort, PATIENCE);
    try {
      const headers = { Accept: "application/json", ...(await headersOf(options)), ...init.headers };
      const answer = await fetch(urlOf(options, path), { ...init, headers, signal: request.signal, credentials: credentialsOf(options) });
      const text = await answer.text();
      if (!answer.ok) throw apiError(answer.status, text);
      return new Response(text || null, { status: answer.status, headers: answer.headers });
    } catch (reason) {
      if (reason instanceof ApiError || signal?.aborted) throw reason;
      throw new ApiError(0);
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
    }
  };
  const json = async <Answer>(path: string, init?: RequestInit, signal?: AbortSignal): Promise<Answer> =>
    (await (await call(path, init, signal)).json()) as Answer;
  const sends = (method: string, body: unknown, headers: Record<string, string> = {}): RequestInit => ({
    method,
    headers: { "Content-Type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
  const tagged = async (answer: Response): Promise<TaggedTimetable> => ({
    timetable: (await answer.json()) as Timetable,
    etag: answer.headers.get("ETag") ?? "*",
  });
  const of = (id: string): string => encodeURIComponent(id);
  return {
    options,
    upload: (file, settings = {}) => upload(options, file, settings),
    listDocuments: async (query = {}, signal) => {
      const answer = await call(`documents${queryOf({ ...query })}`, {}, signal);
      return { ...((await answer.json()) as DocumentPage), lastEventId: answer.headers.get("Last-Event-ID") };
    },
    getDocument: (id, signal) => json(`documents/${of(id)}`, {}, signal),
    renameDocument: (id, savedName) => json(`documents/${of(id)}`, sends("PATCH", { savedName })),
    cancelDocument: (id) => json(`documents/${of(id)}/cancel`, { method: "POST" }),
    retryDocument: (id) => json(`documents/${of(id)}/retry`, { method: "POST" }),
    deleteDocument: async (id) => void (await call(`documents/${of(id)}`, { method: "DELETE" })),
    listTimetables: async (id, signal) => (await json<{ timetables: SavedTimetable[] }>(`documents/${of(id)}/timetables`, {}, signal)).timetables,
    getTimetable: async (id, signal) => tagged(await call(`timetables/${of(id)}`, {}, signal)),
    saveTimetable: async (id, week, etag) => {
      const review = week.warnings !== undefined || week.validated !== undefined;
      return tagged(await call(`timetables/${of(id)}${queryOf({ review })}`, sends("PUT", week, { "If-Match": etag })));
    },
    getTicket: (id) => json(`documents/${of(id)}/ticket`, { method: "POST" }),
    imageUrl: (id, picture = {}) => urlOf(options, `documents/${of(id)}/image${queryOf({ ...picture })}`),
    fileUrl: (id, suffix) => urlOf(options, `timetables/${of(id)}.${suffix}`),
  };
}

function queryOf(query: Record<string, unknown>): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== null && value !== "" && value !== false);
  const text = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return text && `?${text}`;
}

/** By XMLHttpRequest, because fetch cannot tell how much of a body was sent. */
async function upload(options: ApiOptions, file: Blob, settings: UploadOptions): Promise<Uploaded> {
  const { onProgress, signal, priority, reuse, idempotencyKey } = settings;
  const headers = await headersOf(options);
  const form = new FormData();
  form.append("file", file, "name" in file && typeof file.name === "string" && file.name ? file.name : "timetable");
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", urlOf(options, `documents/upload${queryOf({ priority, reuse })}`));
    request.withCredentials = options.withCredentials ?? false;
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    if (idempotencyKey) request.setRequestHeader("Idempotency-Key", `"${idempotencyKey}"`);
    request.upload.onprogress = (event) => {
      if (event.lengthComputable) onProgress?.(event.loaded / event.total);
    };
    request.onerror = () => reject(new ApiError(0));
    request.onabort = () => reject(cancelled());
    request.onload = () => {
      if (request.status < 200 || request.status >= 300) return reject(apiError(request.status, request.responseText));
      try {
        resolve(JSON.parse(request.responseText) as Uploaded);
      } catch {
        reject(new ApiError(request.status));
      }
    };
    if (signal?.aborted) return reject(cancelled());
    signal?.addEventListener("abort", () => request.abort(), { once: true });
    request.send(form);
  });
}

function cancelled(): ApiError {
  return new ApiError(0, { type: "cancelled", title: "The upload was cancelled." });
}
