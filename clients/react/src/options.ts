/** How the API is reached: the same for requests and for streams. */

type Fields = Readonly<Record<string, string>>;

export interface ApiOptions {
  /** Where the API is, without a slash at the end: "https://timetables.example". Default: this page's own host. */
  baseUrl?: string | undefined;
  /** Sent with every request, streams included; a function is asked anew each time, for a key that changes. */
  headers?: Fields | (() => Fields | Promise<Fields>) | undefined;
  /** The tenant's API key, short for `headers: { Authorization: "Bearer …" }`. */
  accessToken?: string | undefined;
  /** Send cookies to another origin. Default false: to the page's own only. */
  withCredentials?: boolean | undefined;
}

/**
 * The same text for options that reach the same API. Functions count as one: written inline they are others at each
 * render, and must not mean another connection. Who needs two callers at a time makes a client for each.
 */
export function keyOf(options: ApiOptions): string {
  const { baseUrl, headers, accessToken, withCredentials } = options;
  return JSON.stringify([baseUrl ?? "", typeof headers === "function" ? "function" : (headers ?? null), accessToken ?? "", withCredentials ?? false]);
}

export function urlOf(options: ApiOptions, path: string): string {
  return `${options.baseUrl ?? ""}/api/v1/${path}`;
}

/** What every request carries. */
export async function headersOf(options: ApiOptions): Promise<Record<string, string>> {
  const own = typeof options.headers === "function" ? await options.headers() : options.headers;
  return { ...(options.accessToken ? { Authorization: `Bearer ${options.accessToken}` } : {}), ...own };
}

export function credentialsOf(options: ApiOptions): RequestCredentials {
  return options.withCredentials ? "include" : "same-origin";
}
