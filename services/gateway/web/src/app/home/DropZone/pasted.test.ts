import { expect, it } from "vitest";

import { isWritten, pastedFiles } from "./pasted";

function clipboard(texts: Record<string, string>, files: File[] = []): DataTransfer {
  return { files, getData: (type: string) => texts[type] ?? "" } as unknown as DataTransfer;
}

const picture = new File(["x"], "image.png", { type: "image/png" });

it("takes a spreadsheet's table, not the picture of it", async () => {
  const html = "<html><body><table border=0><tr><td>Monday</td></tr></table></body></html>";
  const [file, more] = pastedFiles(clipboard({ "text/html": html, "text/plain": "Monday\tMaths\nTuesday\tArt" }, [picture]));
  expect(more).toBeUndefined();
  expect([file?.name, file?.type, await file?.text()]).toEqual(["pasted.html", "text/html", html]);
});

it("takes rows of cells where there is no markup", async () => {
  const text = "Time\tMonday\r\n8:00\tMaths\r\n";
  const [file] = pastedFiles(clipboard({ "text/plain": text }));
  expect([file?.name, file?.type, await file?.text()]).toEqual(["pasted.tsv", "text/tab-separated-values", text]);
});

it("takes pictures, those copied from a page too", () => {
  expect(pastedFiles(clipboard({}, [picture]))).toEqual([picture]);
  expect(pastedFiles(clipboard({ "text/html": "<img src='x.png'>" }, [picture]))).toEqual([picture]);
});

it("leaves other texts alone", () => {
  expect(pastedFiles(clipboard({ "text/plain": "one line\twith a tab" }))).toEqual([]);
  expect(pastedFiles(clipboard({ "text/html": "<p>Hello</p>", "text/plain": "Hello" }))).toEqual([]);
  expect(pastedFiles(null)).toEqual([]);
});

it("knows what is being written", () => {
  document.body.innerHTML = "<input><p>text</p>";
  expect(isWritten(document.querySelector("input"))).toBe(true);
  expect(isWritten(document.querySelector("p"))).toBe(false);
  expect(isWritten(document)).toBe(false);
});
