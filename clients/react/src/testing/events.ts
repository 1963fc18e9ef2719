export const progress = (documentId: string, percentage: number, more: object = {}) => ({ type: "progress", documentId, step: "Running OCR", stage: "ocr", percentage, ...more });
export const completed = (documentId: string) => ({ type: "complete", documentId, percentage: 100 });
export const polled = (documentId: string, percentage: number, status = "processing") => ({ documentId, status, percentage, step: "Running OCR", stage: "ocr", error: null, timetableId: null, timetableIds: [] });
/** Which document a record's address is of. */
export const idOf = (path: string): string => decodeURIComponent(path.split("/").at(-1) ?? "");
