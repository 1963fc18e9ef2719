"use client";

import { useMemo } from "react";

import { createClient, type Client } from "./client.js";
import { keyOf, type ApiOptions } from "./options.js";
import { useLatest } from "./useLatest.js";

export interface ClientOptions extends ApiOptions {
  /** Reaches the API as this client does; the other options then do not count. */
  client?: Client | undefined;
}

/** The client that some options name: the same while they reach the same API. */
export function useClient(options: ClientOptions): Client {
  const { client, headers } = options;
  const fields = useLatest(() => (typeof headers === "function" ? headers() : (headers ?? {})));
  const key = keyOf(options);
  return useMemo(() => client ?? createClient({ ...options, headers: fields }), [client, key, fields]);
}
