import { ApiError, createClient, type Client } from "timelift-react";

import { parseRoute } from "./route";
import { accepted, refused } from "./session";

const api = createClient();

/** Beside a week the list is nobody's first concern: to leave for the login would lose what is not saved of the week. */
const listRefused = (): void => {
  if (parseRoute(window.location.hash).page !== "timetable") refused(false);
};
const writeRefused = (): void => refused(true);

function minding<Args extends unknown[], Answer>(ended: () => void, ask: (...args: Args) => Promise<Answer>): (...args: Args) => Promise<Answer> {
  return async (...args) => {
    try {
      const answer = await ask(...args);
      accepted();
      return answer;
    } catch (reason) {
      if (reason instanceof ApiError && reason.status === 401) ended();
      throw reason;
    }
  };
}

/** What the hooks of `timelift-react` ask with on this page: a login that has ended is noticed. */
export const client: Client = {
  ...api,
  upload: minding(writeRefused, api.upload),
  listDocuments: minding(listRefused, api.listDocuments),
  renameDocument: minding(writeRefused, api.renameDocument),
  cancelDocument: minding(writeRefused, api.cancelDocument),
  retryDocument: minding(writeRefused, api.retryDocument),
  deleteDocument: minding(writeRefused, api.deleteDocument),
};
