/** One request for an event stream, read to its end. */
import { createParser } from "eventsource-parser";

/** Who is told of a stream. */
export interface StreamReader {
  /** The answer has begun. */
  opened: () => void;
  /** Something came: an event or a part of one, or a comment, which is the server's sign of life. */
  alive: () => void;
  message: (data: string, id: string | undefined) => void;
  /** How long, in ms, the server wants its clients to wait before they come back. */
  retry: (milliseconds: number) => void;
}

/** How a stream ended: by the server, with "there is nothing more" (204), or before it began. */
export type StreamEnd = { how: "over" } | { how: "nothing" } | { how: "refused"; status: number; retryAfter: number };

/**
 * Reads the stream at `url` until it ends.
 *
 * @throws what `fetch` throws: the server was not reached, the connection broke, or `init.signal` was aborted.
 */
export async function readStream(url: string, init: RequestInit, reader: StreamReader): Promise<StreamEnd> {
  const answer = await fetch(url, { ...init, cache: "no-store" });
  if (answer.status === 204) return { how: "nothing" };
  const type = answer.headers.get("Content-Type") ?? "";
  if (!answer.ok || !answer.body || !type.startsWith("text/event-stream")) {
    await answer.body?.cancel().catch(() => undefined);
    return { how: "refused", status: answer.status, retryAfter: Number(answer.headers.get("Retry-After")) * 1000 || 0 };
  }
  reader.opened();
  const parser = createParser({
    onEvent: ({ data, id }) => reader.message(data, id),
    onRetry: reader.retry,
  });
  const body = answer.body.getReader();
  const decoder = new TextDecoder();
  for (;;) {
    const { done, value } = await body.read();
    if (init.signal?.aborted) throw init.signal.reason;
    if (done) return { how: "over" };
    reader.alive();
    parser.feed(decoder.decode(value, { stream: true }));
  }
}
