import { vi } from "vitest";

/** One request for events, whose server is the test. */
export class FakeStream {
  readonly url: URL;
  private answer!: (reply: unknown) => void;
  private breaks!: (reason: unknown) => void;
  readonly reply: Promise<unknown>;
  private waiting: ((chunk: { done: boolean; value?: Uint8Array }) => void) | null = null;
  private fails: ((reason: unknown) => void) | null = null;
  private chunks: { done: boolean; value?: Uint8Array }[] = [];
  closed = false;

  constructor(
    address: string,
    readonly init: RequestInit,
  ) {
    this.url = new URL(address, "http://page.example");
    this.reply = new Promise((resolve, reject) => {
      this.answer = resolve;
      this.breaks = reject;
    });
    init.signal?.addEventListener("abort", () => this.fail("aborted"));
  }

  get ids(): string[] {
    return this.url.searchParams.getAll("documentId");
  }

  open(): this {
    const read = (): Promise<unknown> =>
      new Promise((resolve, reject) => {
        const chunk = this.chunks.shift();
        if (chunk) return resolve(chunk);
        if (this.closed) return reject(new TypeError("network error"));
        [this.waiting, this.fails] = [resolve, reject];
      });
    const headers = new Headers({ "Content-Type": "text/event-stream; charset=utf-8" });
    this.answer({ status: 200, ok: true, headers, body: { getReader: () => ({ read }), cancel: () => Promise.resolve() } });
    return this;
  }

  /** Bytes as they come, wherever they are cut. */
  raw(text: string): void {
    this.push({ done: false, value: new TextEncoder().encode(text) });
  }

  send(event: object, id?: string): void {
    this.raw(`${id ? `id: ${id}\n` : ""}data: ${JSON.stringify(event)}\n\n`);
  }

  /** The server ends the stream. */
  end(): void {
    this.push({ done: true });
  }

  refuse(status: number, headers: Record<string, string> = {}): void {
    this.closed = true;
    this.answer({ status, ok: status === 204, headers: new Headers(headers), body: null });
  }

  /** The connection breaks. */
  fail(why = "network error"): void {
    this.closed = true;
    this.breaks(new TypeError(why));
    this.fails?.(new TypeError(why));
  }

  private push(chunk: { done: boolean; value?: Uint8Array }): void {
    if (this.waiting) {
      const waiting = this.waiting;
      this.waiting = null;
      waiting(chunk);
    } else this.chunks.push(chunk);
  }
}

/** A server that streams as the test says and answers other requests with `record`: a body, or a status. */
export class FakeServer {
  readonly streams: FakeStream[] = [];
  readonly requests: { method: string; path: string; headers: Record<string, string>; body: unknown }[] = [];

  /** Fields of all its answers. */
  readonly fields: Record<string, string> = { ETag: '"1"' };

  constructor(public record: (path: string, init: RequestInit) => object | number = () => 503) {
    vi.stubGlobal("fetch", (address: string, init: RequestInit = {}): Promise<unknown> => {
      if (/\/api\/v1\/events\b/.test(address)) {
        this.streams.push(new FakeStream(address, init));
        return this.last.reply;
      }
      this.requests.push({ method: init.method ?? "GET", path: address, headers: { ...(init.headers as Record<string, string>) }, body: init.body });
      const body = this.record(address, init);
      const status = typeof body === "number" ? body : 200;
      const text = typeof body === "number" ? "" : JSON.stringify(body);
      const headers = new Headers(this.fields);
      return Promise.resolve({ status, ok: status < 300, headers, text: () => Promise.resolve(text), json: () => Promise.resolve(JSON.parse(text)) });
    });
  }

  get last(): FakeStream {
    const stream = this.streams.at(-1);
    if (!stream) throw new Error("no stream was asked for");
    return stream;
  }

  get open(): FakeStream[] {
    return this.streams.filter(({ closed }) => !closed);
  }
}
