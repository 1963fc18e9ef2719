import { vi } from "vitest";

/** An EventSource whose server is the test. */
export class FakeEventSource {
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  static readonly CLOSED = 2;
  static all: FakeEventSource[] = [];

  readyState = FakeEventSource.CONNECTING;
  onopen: (() => void) | null = null;
  onmessage: ((message: MessageEvent) => void) | null = null;
  onerror: (() => void) | null = null;

  constructor(readonly url: string) {
    FakeEventSource.all.push(this);
  }

  static get last(): FakeEventSource {
    const source = FakeEventSource.all.at(-1);
    if (!source) throw new Error("no EventSource was made");
    return source;
  }

  close(): void {
    this.readyState = FakeEventSource.CLOSED;
  }

  open(): void {
    this.readyState = FakeEventSource.OPEN;
    this.onopen?.();
  }

  send(data: object | string, lastEventId = ""): void {
    const text = typeof data === "string" ? data : JSON.stringify(data);
    this.onmessage?.({ data: text, lastEventId } as MessageEvent);
  }

  /** `final`: an answer other than 200, after which the browser gives up; else it tries again by itself. */
  fail(final: boolean): void {
    this.readyState = final ? FakeEventSource.CLOSED : FakeEventSource.CONNECTING;
    this.onerror?.();
  }
}

/** Puts the fakes in place. Answers the requests made so far; `answer` gives the body of the next ones, or a status. */
export function install(answer: () => object | number = () => 503): string[] {
  FakeEventSource.all = [];
  const requests: string[] = [];
  vi.stubGlobal("EventSource", FakeEventSource);
  vi.stubGlobal("fetch", (url: string) => {
    requests.push(url);
    const body = answer();
    const response =
      typeof body === "number" ? new Response("", { status: body }) : new Response(JSON.stringify(body), { status: 200 });
    return Promise.resolve(response);
  });
  return requests;
}
