import type { ReactNode } from "react";
import { expect, it } from "vitest";

import { PAUSE } from "./documents.js";
import { ProcessingNotification } from "./ProcessingNotification.js";
import { READ, RECORDED, REFUSED } from "./testing/fakes.js";
import { page, server, testOnPage } from "./testing/page.js";
import type { DocumentInfo, Timetable } from "./types.js";
import { useDocuments, type DocumentsState, type UseDocumentsOptions } from "./useDocuments.js";
import { useTimetable, type TimetableState } from "./useTimetable.js";

let list: DocumentsState;
let week: TimetableState;

const document_ = (documentId: string, more: Partial<DocumentInfo> = {}): DocumentInfo => ({
  documentId,
  status: "processing",
  step: null,
  stage: null,
  percentage: 0,
  secondsLeft: null,
  before: null,
  error: null,
  savedName: null,
  className: null,
  teacher: null,
  fileName: "week.png",
  contentType: "image/png",
  size: 1,
  pages: 1,
  timetableId: null,
  timetableIds: [],
  createdAt: "2026-11-30T11:00:00Z",
  updatedAt: "2026-11-30T11:00:00Z",
  completedAt: null,
  ...more,
});
const timetable = (className: string): Timetable => ({ teacher: null, className, term: null, year: null, savedName: null, confidence: 1, validated: true, warnings: [], timeblocks: [], extraction: null });

function List(options: UseDocumentsOptions): ReactNode {
  list = useDocuments(options);
  return null;
}
function Week({ id }: { id: string | null }): ReactNode {
  week = useTimetable(id);
  return null;
}

testOnPage();

it("lists documents, follows all over one connection, and gets the record of what ended", async () => {
  server.record = () => ({ documents: [document_(READ), document_(REFUSED), document_("old", { status: "completed", percentage: 100 })], next: null });
  await page.show(<List needsLook q="4B" />);
  await page.pass(50);
  expect(server.requests.map(({ path }) => path)).toEqual(["/api/v1/documents?q=4B&needsLook=true"]);
  expect(server.streams.map(({ ids }) => ids)).toEqual([[]]);
  await page.after(() => server.last.open().raw(RECORDED.slice(0, RECORDED.indexOf("id: 0_1796038153104"))));
  expect(list.documents?.map(({ status, percentage, stage }) => [status, percentage, stage])).toEqual([
    ["processing", 2, "compressing"],
    ["failed", 2, "compressing"],
    ["completed", 100, null],
  ]);
  await page.pass(PAUSE);
  expect(server.requests).toHaveLength(2);
});

it("shows what others send, correct again and delete, and asks for no more than it is told of", async () => {
  const all = [document_("a", { status: "failed" })];
  server.record = () => ({ documents: all, next: null });
  await page.show(<List />);
  await page.pass(50);
  await page.after(() => server.last.open().send({ type: "connected" }, "0_1-0.r_1"));
  expect(server.requests).toHaveLength(2); // the stream begins
  all.unshift(document_("b"));
  await page.after(() => [0, 10, 20].forEach((percentage) => server.last.send({ type: "progress", documentId: "b", stage: "ocr", percentage })));
  await page.pass(PAUSE);
  expect(server.requests).toHaveLength(3);
  expect(list.documents?.map(({ documentId, percentage }) => [documentId, percentage])).toEqual([
    ["b", 20],
    ["a", 0],
  ]);
  all[1] = document_("a", { status: "processing" });
  await page.after(() => server.last.send({ type: "progress", documentId: "a", stage: "compressing", percentage: 3, at: "2026-11-30T11:00:09Z" }));
  await page.pass(PAUSE);
  expect(list.documents?.[1]).toMatchObject({ status: "processing", percentage: 3 });
  all.pop();
  await page.after(() => server.last.send({ type: "error", documentId: "a", error: "Deleted.", status: "cancelled" }));
  await page.pass(PAUSE);
  expect(list.documents?.map(({ documentId }) => documentId)).toEqual(["b"]);
  await page.pass(20 * PAUSE);
  expect(server.requests).toHaveLength(5);
});

it("keeps what older pages told when the first one is asked for anew, but for what was deleted", async () => {
  const old = document_("old", { status: "completed", createdAt: "2026-11-29T11:00:00Z" });
  const first = { documents: [document_("new", { status: "failed" })], next: "p2" };
  server.record = (path) => (path.includes("after=p2") ? { documents: [old], next: null } : first);
  await page.show(<List limit={1} />);
  await page.pass(50);
  await page.after(() => list.more?.());
  await page.after(() => list.refresh());
  expect(list.documents?.map(({ documentId }) => documentId)).toEqual(["new", "old"]);
  expect(list.more).toBeNull();
  await page.after(() => server.last.open().send({ type: "error", documentId: "old", error: "Deleted.", status: "cancelled" }));
  await page.pass(PAUSE);
  expect(list.documents?.map(({ documentId }) => documentId)).toEqual(["new"]);
});

it("gets older ones, and says why it has none", async () => {
  server.record = (path) => (path.includes("after=p2") ? { documents: [document_("b", { status: "failed" })], next: null } : { documents: [document_("a", { status: "failed" })], next: "p2" });
  await page.show(<List limit={1} />);
  await page.after(() => list.more?.());
  expect(list.documents?.map(({ documentId }) => documentId)).toEqual(["a", "b"]);
  expect(list.more).toBeNull();
  server.record = () => 503;
  await page.after(() => list.refresh());
  expect(list).toMatchObject({ isLoading: false, error: { kind: "api", status: 503 } });
  expect(list.documents).toHaveLength(2);
});

it("renames, stops, tries again and deletes", async () => {
  server.record = () => ({ documents: [document_("a", { status: "failed" })], next: null });
  await page.show(<List />);
  server.record = () => document_("a", { status: "failed", savedName: "4B" });
  await page.after(() => list.rename("a", "4B"));
  expect(list.documents?.[0]?.savedName).toBe("4B");
  server.record = () => document_("a");
  await page.after(() => list.retry("a"));
  await page.pass(50);
  expect(server.streams).toHaveLength(1);
  await page.after(() => list.cancel("a"));
  server.record = () => 204;
  await page.after(() => list.remove("a"));
  expect(list.documents).toEqual([]);
  expect(server.requests.slice(1).map(({ method, path }) => `${method} ${path}`)).toEqual([
    "PATCH /api/v1/documents/a",
    "POST /api/v1/documents/a/retry",
    "POST /api/v1/documents/a/cancel",
    "DELETE /api/v1/documents/a",
  ]);
});

it("shows a document that is read once more under way again, where others watch it too", async () => {
  server.record = () => ({ documents: [document_("a")], next: null });
  await page.show(
    <>
      <List />
      <ProcessingNotification documentId="a" />
    </>,
  );
  await page.pass(50);
  server.record = () => ({ documents: [document_("a", { status: "failed", error: "Too dark." })], next: null });
  await page.after(() => server.last.open().send({ type: "error", documentId: "a", status: "failed", error: "Too dark." }));
  expect(page.get(".tl-note").dataset["state"]).toBe("failed");
  server.record = () => document_("a", { status: "uploaded" });
  await page.after(() => list.retry("a"));
  await page.pass(100);
  expect(page.get(".tl-note").dataset["state"]).toBe("running");
  await page.after(() => server.last.open().send({ type: "progress", documentId: "a", stage: "ocr", percentage: 40 }));
  expect(list.documents?.[0]).toMatchObject({ status: "processing", percentage: 40 });
});

it("loads a week and saves it over the state that was loaded", async () => {
  server.record = () => timetable("4A");
  await page.show(<Week id="a" />);
  expect(week).toMatchObject({ timetable: { className: "4A" }, etag: '"1"', isLoading: false, error: null });
  server.record = () => timetable("4B");
  const { teacher, className, term, year, savedName, timeblocks } = timetable("4B");
  let saved = false;
  await page.after(async () => (saved = await week.save({ teacher, className, term, year, savedName, timeblocks })));
  expect(saved).toBe(true);
  expect(server.requests[1]).toMatchObject({ method: "PUT", path: "/api/v1/timetables/a", headers: { "If-Match": '"1"' } });
  expect(week.timetable?.className).toBe("4B");
  server.record = () => 412;
  await page.after(async () => (saved = await week.save({ teacher, className, term, year, savedName, timeblocks, warnings: [], validated: true })));
  expect(server.requests[2]?.path).toBe("/api/v1/timetables/a?review=true");
  expect(saved).toBe(false);
  expect(week).toMatchObject({ error: { conflict: true }, timetable: { className: "4B" } });
});

it("shows nothing of one week under another's id", async () => {
  server.record = () => timetable("4A");
  await page.show(<Week id="a" />);
  server.record = () => 404;
  await page.show(<Week id="b" />);
  expect(week).toMatchObject({ timetable: null, error: { status: 404 } });
  await page.show(<Week id={null} />);
  expect(week).toMatchObject({ timetable: null, error: null, isLoading: false });
});
