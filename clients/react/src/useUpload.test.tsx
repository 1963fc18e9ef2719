import type { ReactNode } from "react";
import { beforeEach, expect, it, vi } from "vitest";

import { page, testOnPage } from "./testing/page.js";
import { FakeUpload, fakeUploads } from "./testing/uploads.js";
import { UploadZone } from "./UploadZone.js";
import { useUpload, type UploadState, type UseUploadOptions } from "./useUpload.js";

let network: ReturnType<typeof fakeUploads>;
let seen: UploadState;

function Send(options: UseUploadOptions): ReactNode {
  seen = useUpload(options);
  return null;
}
const file = (name: string): File => new File(["picture"], name, { type: "image/png" });
const states = (): string[] => seen.uploads.map(({ file: { name }, state }) => `${name} ${state}`);

testOnPage();
beforeEach(() => {
  network = fakeUploads();
});

it("sends two at a time and says how far each is", async () => {
  const onUploaded = vi.fn();
  await page.show(<Send onUploaded={onUploaded} accessToken="key" priority="batch" />);
  await page.after(() => seen.upload(["a", "b", "c"].map(file)));
  expect(states()).toEqual(["c waiting", "b sending", "a sending"]);
  const [first] = FakeUpload.all;
  expect(first).toMatchObject({ url: "/api/v1/documents/upload?priority=batch", headers: { Authorization: "Bearer key" } });
  expect((first?.form?.get("file") as File).name).toBe("a");
  await page.after(() => first?.upload.onprogress?.({ lengthComputable: true, loaded: 1, total: 4 }));
  expect(seen.uploads[2]?.share).toBe(0.25);
  await page.after(() => first?.answer(202, { documentId: "1", status: "uploaded" }));
  expect(states()).toEqual(["c sending", "b sending", "a sent"]);
  expect(seen.documentIds).toEqual(["1"]);
  expect(onUploaded).toHaveBeenCalledWith("1", expect.objectContaining({ name: "a" }));
});

it("says why one was refused, and sends it again under the same key", async () => {
  const onError = vi.fn();
  await page.show(<Send onError={onError} />);
  await page.after(() => seen.upload([file("a")]));
  const key = FakeUpload.last.headers["Idempotency-Key"];
  expect(key).toMatch(/^"[0-9a-f]{32}"$/);
  await page.after(() => FakeUpload.last.answer(413, { type: "/problems/file-too-large", title: "File too large", status: 413, detail: "The file is too large." }));
  expect(seen.uploads[0]).toMatchObject({ state: "failed", error: { code: "file-too-large", message: "The file is too large.", status: 413 } });
  expect(onError).toHaveBeenCalledOnce();
  await page.after(() => seen.uploads[0]?.retry());
  expect(FakeUpload.last.headers["Idempotency-Key"]).toBe(key);
  await page.after(() => FakeUpload.last.answer(502, "<html>a proxy's page</html>"));
  expect(seen.uploads[0]?.error).toMatchObject({ status: 502, code: "" });
});

it("waits for the network, before it and under it", async () => {
  await page.show(<Send />);
  network.online(false);
  await page.after(() => seen.upload([file("a")]));
  expect(states()).toEqual(["a waiting"]);
  await page.after(() => network.online(true));
  expect(states()).toEqual(["a sending"]);
  network.online(false);
  await page.after(() => FakeUpload.last.onerror?.());
  expect(states()).toEqual(["a waiting"]);
  await page.after(() => network.online(true));
  expect(FakeUpload.all).toHaveLength(2);
});

it("stops what is cancelled, and all when it goes", async () => {
  await page.show(<Send />);
  await page.after(() => seen.upload([file("a"), file("b")]));
  const aborted = FakeUpload.all.map((each) => vi.spyOn(each, "abort"));
  await page.after(() => seen.uploads[1]?.cancel());
  expect(states()).toEqual(["b sending"]);
  await page.show(null);
  expect(aborted.map((each) => each.mock.calls.length)).toEqual([1, 1]);
});

it("is a zone that takes what is chosen, and shows it", async () => {
  const ids: string[] = [];
  await page.show(<UploadZone className="mine" id="zone" labels={{ choose: "Wählen" }} onUploaded={(id) => ids.push(id)} />);
  expect(page.get("#zone").className).toBe("tl-zone mine");
  const input = page.get("input") as HTMLInputElement;
  Object.defineProperty(input, "files", { value: [file("week.png")] });
  await page.after(() => input.dispatchEvent(new Event("change", { bubbles: true })));
  expect(page.text(".tl-zone-row")).toContain("week.png");
  expect(page.get(".tl-zone-row").dataset["state"]).toBe("sending");
  await page.after(() => FakeUpload.last.answer(422, { type: "/problems/unreadable-file", title: "x", detail: "This is no picture." }));
  expect(page.text('[role="alert"]')).toBe("This is no picture.");
  await page.after(() => [...page.place.querySelectorAll("button")].find((each) => each.textContent === "Try again")?.click());
  await page.after(() => FakeUpload.last.answer(202, { documentId: "1", status: "uploaded" }));
  expect(ids).toEqual(["1"]);
});

it("is a zone that takes what is dropped, and lets go of what is none of its own", async () => {
  await page.show(<UploadZone paste />);
  const drag = (type: string, types: string[], files: File[] = []): Event =>
    Object.assign(new Event(type, { bubbles: true, cancelable: true }), { dataTransfer: { types, files } });
  const zone = page.get(".tl-zone");
  await page.after(() => zone.dispatchEvent(drag("dragenter", ["text/plain"])));
  expect(zone.dataset["state"]).toBe("idle");
  await page.after(() => zone.dispatchEvent(drag("dragenter", ["Files"])));
  expect(zone.dataset["state"]).toBe("over");
  const drop = drag("drop", ["Files"], [file("a"), file("b")]);
  await page.after(() => zone.dispatchEvent(drop));
  expect(drop.defaultPrevented).toBe(true);
  expect(zone.dataset["state"]).toBe("idle");
  expect(FakeUpload.all).toHaveLength(2);
  const paste = Object.assign(new Event("paste", { bubbles: true, cancelable: true }), { clipboardData: { files: [file("c")] } });
  await page.after(() => document.dispatchEvent(paste));
  expect(page.place.querySelectorAll(".tl-zone-row")).toHaveLength(3);
});
