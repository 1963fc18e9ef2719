/**
 * The tenant's documents as one question lists them, live.
 *
 * What the list shows of a document under way comes from its events. What an event does not say (the names of a document
 * that ended, one that is new, one that is gone) is asked for: the list's first page, at most every half second.
 */
import type { Client, DocumentQuery } from "./client.js";
import { ApiError } from "./errors.js";
import { isTerminal, withEvent } from "./progress.js";
import { isFinal, type DocumentInfo, type DocumentPage, type TimetableEvent } from "./types.js";

/** Ms between two questions that events are the reason of. */
export const PAUSE = 500;

export type ListQuery = Omit<DocumentQuery, "after">;

export interface DocumentsSnapshot {
  /** Each as its last event tells it; null until the first answer. */
  readonly documents: readonly DocumentInfo[] | null;
  readonly isLoading: boolean;
  readonly error: ApiError | null;
  /** Where the documents after the last one begin; null where there are none. */
  readonly next: string | null;
}

const NOTHING: DocumentsSnapshot = { documents: null, isLoading: true, error: null, next: null };

export class DocumentsList {
  private snapshot = NOTHING;
  private documents: readonly DocumentInfo[] | null = null;
  /** Undefined until the first answer. */
  private next: string | null | undefined;
  /** The last event of each document that one was told of. */
  private readonly told = new Map<string, TimetableEvent>();
  /** Documents that were told of and not listed, and asked for since. */
  private readonly strangers = new Set<string>();
  private query: ListQuery = {};
  private asked = 0;
  private answered = 0;
  private askedAt = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private listener: (() => void) | null = null;
  private begin!: (eventId: string | null) => void;
  /** Where a stream begins that tells what happened since the first answer; null where it has to be asked for again. */
  readonly begun = new Promise<string | null>((resolve) => (this.begin = resolve));

  constructor(private readonly client: Client) {}

  subscribe = (listener: () => void): (() => void) => {
    this.listener = listener;
    return () => {
      this.listener = null;
      clearTimeout(this.timer);
      this.timer = undefined;
    };
  };

  read = (): DocumentsSnapshot => this.snapshot;

  readOnServer = (): DocumentsSnapshot => NOTHING;

  /** Lists what another question finds. What is listed stays until the answer. */
  ask(query: ListQuery): void {
    this.query = query;
    this.next = undefined;
    this.strangers.clear();
    void this.refresh();
  }

  /** Asks for the first page anew. Answers whether the server was reached. */
  refresh = (): Promise<boolean> => this.load(null);

  more = (): Promise<boolean> => this.load(this.next ?? null);

  private async load(after: string | null): Promise<boolean> {
    const { query } = this;
    const number = (this.asked += 1);
    const ends = [...this.told].filter(([, event]) => isTerminal(event));
    this.askedAt = Date.now();
    this.publish({ isLoading: true });
    try {
      const page = await this.client.listDocuments({ ...query, after });
      if (this.query !== query || (after === null && number < this.answered)) return true; // an answer to an earlier question
      if (after === null) this.answered = number;
      this.begin(page.lastEventId ?? null);
      this.documents = merge(page, this.documents ?? [], after, query);
      // A refresh tells of the first page's end, which is known once older ones are shown.
      if (after !== null || this.next === undefined || page.next === null || !byDate(query)) this.next = page.next;
      // The record knows more of what had ended by then than the events say.
      for (const [id, event] of ends) if (this.told.get(id) === event) this.told.delete(id);
      this.publish({ error: null, isLoading: number < this.asked });
      return true;
    } catch (reason) {
      this.begin(null);
      if (this.query === query) this.publish({ error: reason instanceof ApiError ? reason : new ApiError(0), isLoading: number < this.asked });
      return reason instanceof ApiError && reason.status > 0;
    }
  }

  /** What the connection tells. */
  event = (event: TimetableEvent): void => {
    const id = event.documentId;
    this.told.set(id, event);
    const listed = this.documents?.find(({ documentId }) => documentId === id);
    const ended = isTerminal(event);
    const stranger = !listed && !this.strangers.has(id);
    if (stranger) this.strangers.add(id);
    if (ended || stranger || (listed && isFinal(listed.status))) this.soon();
    // What has ended cannot be stopped: it was deleted, from a page that is perhaps not asked for anew.
    if (listed && listed.status !== "cancelled" && isFinal(listed.status) && event.type === "error" && event.status === "cancelled") this.remove(id);
    else if (listed) this.publish({});
  };

  private soon(): void {
    if (this.timer !== undefined || !this.listener) return;
    this.timer = setTimeout(
      () => {
        this.timer = undefined;
        void this.refresh();
      },
      Math.max(0, this.askedAt + PAUSE - Date.now()),
    );
  }

  /** A document as the server answered it. */
  replace(one: DocumentInfo): void {
    this.told.delete(one.documentId);
    this.documents = (this.documents ?? []).map((each) => (each.documentId === one.documentId ? one : each));
    this.publish({});
  }

  remove(id: string): void {
    this.documents = (this.documents ?? []).filter(({ documentId }) => documentId !== id);
    this.publish({});
  }

  private publish(change: Partial<DocumentsSnapshot>): void {
    const documents = this.documents?.map((one) => withEvent(one, this.told.get(one.documentId) ?? null)) ?? null;
    this.snapshot = { ...this.snapshot, documents, next: this.next ?? null, ...change };
    this.listener?.();
  }
}

/** Whether the list's own order tells which documents a first page leaves out. */
function byDate({ q, needsLook, sort = "-created" }: ListQuery): boolean {
  return !q && !needsLook && sort === "-created";
}

/** The list after one more page: a refresh replaces its first page, `after` appends. */
function merge(page: DocumentPage, all: readonly DocumentInfo[], after: string | null, query: ListQuery): readonly DocumentInfo[] {
  const fresh = new Set(page.documents.map(({ documentId }) => documentId));
  const others = all.filter(({ documentId }) => !fresh.has(documentId));
  if (after !== null) return [...others, ...page.documents];
  const last = page.documents.at(-1)?.createdAt;
  if (last === undefined || page.next === null || !byDate(query)) return page.documents;
  return [...page.documents, ...others.filter(({ createdAt }) => createdAt < last)];
}
