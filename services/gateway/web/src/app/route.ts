export type Route =
  | { page: "home" }
  | { page: "timetable"; documentId: string }
  /** `documentId`: whose way is shown. */
  | { page: "operations"; documentId: string | null };

/** Reads `#/timetables/{id}`, `#/operations` and `#/operations/{id}`; everything else is the home page. */
export function parseRoute(hash: string): Route {
  const [, page, id] = /^#\/(timetables|operations)(?:\/([^/?]+))?$/.exec(hash) ?? [];
  try {
    const documentId = id === undefined ? null : decodeURIComponent(id);
    if (page === "operations") return { page, documentId };
    return page && documentId !== null ? { page: "timetable", documentId } : { page: "home" };
  } catch {
    return { page: "home" }; // a broken percent escape
  }
}

export function timetableHref(documentId: string): string {
  return `#/timetables/${encodeURIComponent(documentId)}`;
}

/** The operator's page, with one document's way. */
export function operationsHref(documentId?: string): string {
  return documentId === undefined ? "#/operations" : `#/operations/${encodeURIComponent(documentId)}`;
}
