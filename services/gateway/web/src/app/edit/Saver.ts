/** Keeps a week on the server the way a person left it: one request at a time, the newest draft last. No DOM. */

/** What became of the last change. */
export type Saved =
  | { state: "saved" }
  | { state: "waiting" }
  | { state: "saving" }
  /** Tried again by itself. */
  | { state: "failed"; reason: string }
  /** Refused for good: another try would be refused as well. */
  | { state: "refused"; reason: string }
  /** Somebody else saved another week meanwhile. */
  | { state: "conflict" };

/** How a request ended: the new tag, a conflict, a refusal, or an error that may pass. */
export type Answer =
  | { ok: true; etag: string }
  | { ok: false; conflict: true }
  | { ok: false; conflict: false; final: boolean; reason: string };

export interface SaverOptions<T> {
  put: (draft: T, etag: string) => Promise<Answer>;
  tell: (saved: Saved) => void;
  /** ms without a change before it is sent: typing is one request, not ten. */
  quiet?: number;
}

const RETRY_LEAST = 1000;
const RETRY_MOST = 30_000;

export class Saver<T> {
  private pending: { draft: T } | null = null;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private busy = false;
  private failures = 0;
  /** A person has to choose first. */
  private stopped = false;
  private closed = false;
  private waiting: (() => void)[] = [];

  constructor(
    private etag: string,
    private readonly options: SaverOptions<T>,
  ) {}

  /** Whether the server has not got the last change yet. */
  get dirty(): boolean {
    return this.pending !== null || this.busy;
  }

  save(draft: T): void {
    if (this.stopped) return;
    this.pending = { draft };
    this.options.tell({ state: "waiting" });
    this.later(this.options.quiet ?? 600);
  }

  /** Now instead of later: the page goes out of sight, or the network is back. */
  flush(): void {
    if (this.pending && !this.busy) void this.send();
  }

  /** Resolves once the server has the last change, or cannot have it now: what leaves the page shall hold it. */
  settled(): Promise<void> {
    if (!this.dirty || this.stopped) return Promise.resolve();
    this.flush();
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  /** Goes on after a conflict, over the week with this tag. */
  over(etag: string, draft: T): void {
    this.etag = etag;
    this.stopped = false;
    this.pending = { draft };
    void this.send();
  }

  /** Nobody looks any more: what was changed last is sent all the same, now or after the request that is under way. */
  close(): void {
    this.closed = true;
    if (this.timer) clearTimeout(this.timer);
    this.flush();
  }

  private later(ms: number): void {
    if (this.timer) clearTimeout(this.timer);
    if (this.closed) return; // a page that is gone does not try again
    this.timer = setTimeout(() => this.flush(), ms);
  }

  private async send(): Promise<void> {
    if (this.stopped || !this.pending) return;
    if (this.timer) clearTimeout(this.timer);
    const { draft } = this.pending;
    this.pending = null;
    this.busy = true;
    this.options.tell({ state: "saving" });
    const answer = await this.options.put(draft, this.etag).catch(failed);
    this.busy = false;
    if (answer.ok) {
      this.etag = answer.etag;
      this.failures = 0;
      if (this.pending) {
        void this.send();
        return;
      }
      this.options.tell({ state: "saved" });
    } else if (answer.conflict) {
      // Nothing more is sent until a person has chosen.
      this.stopped = true;
      this.options.tell({ state: "conflict" });
    } else {
      this.pending ??= { draft };
      if (answer.final) {
        this.pending = null;
        this.options.tell({ state: "refused", reason: answer.reason });
      } else {
        this.options.tell({ state: "failed", reason: answer.reason });
        this.failures += 1;
        this.later(Math.min(RETRY_MOST, RETRY_LEAST * 2 ** (this.failures - 1)));
      }
    }
    for (const resolve of this.waiting.splice(0)) resolve();
  }
}

/** An error that nobody thought of is one that may pass: a saver that waits for ever would lose all that comes after. */
function failed(reason: unknown): Answer {
  return { ok: false, conflict: false, final: false, reason: reason instanceof Error ? reason.message : "" };
}
