/** A table, as programs put one on the clipboard. */
const TABLE = /<table[\s>]/i;
/** Two rows of cells side by side: what spreadsheets put there as plain text. */
const ROWS = /\t.*\r?\n.*\t/;

/**
 * What of a paste is uploaded: a table, else the files; nothing where neither is there.
 *
 * A spreadsheet also pastes a picture of its cells. The cells say more than it shows, so they go first.
 */
export function pastedFiles(data: DataTransfer | null): File[] {
  const html = data?.getData("text/html") ?? "";
  if (TABLE.test(html)) return [new File([html], "pasted.html", { type: "text/html" })];
  const files = [...(data?.files ?? [])];
  const text = data?.getData("text/plain") ?? "";
  if (files.length > 0 || !ROWS.test(text)) return files;
  return [new File([text], "pasted.tsv", { type: "text/tab-separated-values" })];
}

/** Whether what is pasted goes into something that is being written. */
export function isWritten(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || target.matches("input, textarea, select"));
}
