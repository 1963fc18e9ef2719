import { ApiError, createClient, type Client } from "timelift-react";

import { accepted, refused } from "./session";

const api = createClient();

function minding<Args extends unknown[], Answer>(writing: boolean, ask: (...args: Args) => Promise<Answer>): (...args: Args) => Promise<Answer> {
  return async (...args) => {
    try {
      const answer = await ask(...args);
      accepted();
      return answer;
    } catch (reason) {
      if (reason instanceof ApiError && reason.status === 401) refused(writing);
      throw reason;
    }
  };
}

/** What the hooks of `timelift-react` ask with on this page: a login that has ended is noticed. */
export const client: Client = {
  ...api,
  listDocuments: minding(false, api.listDocuments),
  renameDocument: minding(true, api.renameDocument),
  cancelDocument: minding(true, api.cancelDocument),
  retryDocument: minding(true, api.retryDocument),
  deleteDocument: minding(true, api.deleteDocument),
};
