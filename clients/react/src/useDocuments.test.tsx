import type { ReactNode } from "react";
import { expect, it } from "vitest";

import { PAUSE } from "./documents.js";
import { ProcessingNotification } from "./ProcessingNotification.js";
import { cancelled, failed, listed, progress } from "./testing/events.js";
import { page, server, testOnPage } from "./testing/page.js";
import { ALIVE, ALL, ERROR, LIST, parted, READ, REFUSED } from "./testing/recorded.js";
import type { Timetable } from "./types.js";
import { useDocuments, type DocumentsState, type UseDocumentsOptions } from "./useDocuments.js";
import { useTimetable, type TimetableState } from "./useTimetable.js";

let list: DocumentsState;
let week: TimetableState;

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
  server.record = () => ({ documents: [listed(READ), listed(REFUSED), listed("old", { status: "completed", percentage: 100 })], next: null });
  await page.show(<List needsLook q="4B" />);
  await page.pass(50);
  expect(server.requests.map(({ path }) => path)).toEqual(["/api/v1/documents?q=4B&needsLook=true"]);
  expect(server.streams.map(({ ids }) => ids)).toEqual([[]]);
  const [before, rest] = parted(ALL, ({ stage }) => stage === "ocr");
  await page.after(() => server.last.open().raw(before));
  expect(list.documents?.map(({ status, stage, error, failure }) => [status, stage, error, failure])).toEqual([
    ["processing", "preprocessing", null, null],
    ["failed", "compressing", ERROR.error, "unreadable"],
    ["completed", null, null, null],
  ]);
  expect(server.requests).toHaveLength(2); // the stream begins
  await page.pass(PAUSE);
  expect(server.requests).toHaveLength(3);
  const left = LIST.documents.filter(({ documentId }) => documentId === READ);
  server.record = () => ({ documents: left, next: null });
  await page.after(() => server.last.raw(rest));
  await page.pass(PAUSE);
  expect(list.documents).toEqual(left);
  expect(server.requests).toHaveLength(4);
});

it("shows what others send, correct again and delete, and asks for no more than it is told of", async () => {
  const all = [listed("a", { status: "failed" })];
  server.record = () => ({ documents: all, next: null });
  await page.show(<List />);
  await page.pass(50);
  await page.after(() => server.last.open().send(ALIVE, "0_1-0.r_1"));
  expect(server.requests).toHaveLength(2); // the stream begins
  all.unshift(listed("b"));
  await page.after(() => [0, 10, 20].forEach((percentage) => server.last.send(progress("b", percentage))));
  await page.pass(PAUSE);
  expect(server.requests).toHaveLength(3);
  expect(list.documents?.map(({ documentId, percentage }) => [documentId, percentage])).toEqual([
    ["b", 20],
    ["a", 0],
  ]);
  all[1] = listed("a", { status: "processing" });
  await page.after(() => server.last.send(progress("a", 3)));
  await page.pass(PAUSE);
  expect(list.documents?.[1]).toMatchObject({ status: "processing", percentage: 3 });
  all.pop();
  await page.after(() => server.last.send(cancelled("a")));
  await page.pass(PAUSE);
  expect(list.documents?.map(({ documentId }) => documentId)).toEqual(["b"]);
  await page.pass(20 * PAUSE);
  expect(server.requests).toHaveLength(5);
});

it("asks for the list once, and has the stream begin where its answer ends", async () => {
  server.record = () => ({ documents: [listed("a", { status: "processing" })], next: null });
  server.fields["Last-Event-ID"] = "0_5-0.r_5";
  await page.show(<List />);
  await page.pass(50);
  expect(server.last.url.searchParams.get("lastEventId")).toBe("0_5-0.r_5");
  await page.after(() => server.last.open().send(ALIVE, "0_6-0.r_5"));
  await page.after(() => server.last.send(progress("a", 3)));
  await page.pass(20 * PAUSE);
  expect(list.documents?.[0]).toMatchObject({ documentId: "a", percentage: 3 });
  expect(server.requests).toHaveLength(1);
});

it("keeps what older pages told when the first one is asked for anew, but for what was deleted", async () => {
  const old = listed("old", { status: "completed", createdAt: "2026-11-29T11:00:00Z" });
  const first = { documents: [listed("new", { status: "failed" })], next: "p2" };
  server.record = (path) => (path.includes("after=p2") ? { documents: [old], next: null } : first);
  await page.show(<List limit={1} />);
  await page.pass(50);
  await page.after(() => list.more?.());
  await page.after(() => list.refresh());
  expect(list.documents?.map(({ documentId }) => documentId)).toEqual(["new", "old"]);
  expect(list.more).toBeNull();
  await page.after(() => server.last.open().send(cancelled("old")));
  await page.pass(PAUSE);
  expect(list.documents?.map(({ documentId }) => documentId)).toEqual(["new"]);
});

it("gets older ones, and says why it has none", async () => {
  server.record = (path) => (path.includes("after=p2") ? { documents: [listed("b", { status: "failed" })], next: null } : { documents: [listed("a", { status: "failed" })], next: "p2" });
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
  server.record = () => ({ documents: [listed("a", { status: "failed" })], next: null });
  await page.show(<List />);
  server.record = () => listed("a", { status: "failed", savedName: "4B" });
  await page.after(() => list.rename("a", "4B"));
  expect(list.documents?.[0]?.savedName).toBe("4B");
  server.record = () => listed("a");
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
  server.record = () => ({ documents: [listed("a")], next: null });
  await page.show(
    <>
      <List />
      <ProcessingNotification documentId="a" />
    </>,
  );
  await page.pass(50);
  server.record = () => ({ documents: [listed("a", { status: "failed", error: "Too dark." })], next: null });
  await page.after(() => server.last.open().send(failed("a", "Too dark.")));
  expect(page.get(".tl-note").dataset["state"]).toBe("failed");
  server.record = () => listed("a", { status: "uploaded" });
  await page.after(() => list.retry("a"));
  await page.pass(100);
  expect(page.get(".tl-note").dataset["state"]).toBe("running");
  await page.after(() => server.last.open().send(progress("a", 40)));
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
