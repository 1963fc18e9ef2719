/** What can go wrong, told apart: the way to the server, its answer, and the document itself. */
import type { ErrorEvent, Problem } from "./types.js";

/** The live events do not come. They are tried again; nothing has to be done about it. */
export class TransportError extends Error {
  readonly kind = "transport";
  constructor(
    message: string,
    /** HTTP status of the refusal; 0 where no answer came. */
    readonly status = 0,
  ) {
    super(message);
    this.name = "TransportError";
  }
}

/** The document could not be read, or is not there. `message` is a sentence for the person who uploaded it. */
export class JobError extends Error {
  readonly kind = "job";
  readonly documentId: string;
  constructor(readonly event: ErrorEvent) {
    super(event.error);
    this.name = "JobError";
    this.documentId = event.documentId;
  }
}

/** A request that was refused, or not answered. `message` is a sentence of the server's, where it has one. */
export class ApiError extends Error {
  readonly kind = "api";
  /** The problem's last part: "file-too-large". Empty where there is none. */
  readonly code: string;
  constructor(
    /** HTTP status; 0 where no answer came. */
    readonly status: number,
    readonly problem: Partial<Problem> | null = null,
  ) {
    super(problem?.detail || problem?.title || (status ? `The server answered ${status}.` : "The server could not be reached."));
    this.name = "ApiError";
    this.code = problem?.type?.split("/").pop() ?? "";
  }

  /** Somebody else changed it meanwhile: `If-Match` did not hold. */
  get conflict(): boolean {
    return this.status === 412;
  }
}

/** The error for a refusal's body; a proxy's page in place of ours leaves the status alone. */
export function apiError(status: number, body: string): ApiError {
  try {
    return new ApiError(status, JSON.parse(body) as Partial<Problem>);
  } catch {
    return new ApiError(status);
  }
}
