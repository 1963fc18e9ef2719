import { beforeEach, expect, it, onTestFinished, vi } from "vitest";

import { serve } from "../testing/render";

vi.mock("./week/TimetablePage/TimetablePage", () => ({}));

async function early(hash: string): Promise<{ asked: string[]; take: (path: string) => Promise<Response> | undefined }> {
  const asked = serve({ "GET /api/v1/documents/a": { documentId: "a" } });
  onTestFinished(() => void vi.unstubAllGlobals());
  window.location.hash = hash;
  const { takeEarly } = await import("./early");
  return { asked, take: takeEarly };
}

beforeEach(() => vi.resetModules());

it("asks for the week that the address names before anything else is there, and hands each answer out once", async () => {
  const { asked, take } = await early("#/timetables/a");
  expect(asked).toEqual(["GET /api/v1/documents/a", "GET /api/v1/documents/a/timetables", "GET /api/v1/timetables/a"]);
  expect(await (await take("/documents/a"))?.json()).toEqual({ documentId: "a" });
  expect(take("/documents/a")).toBeUndefined();
  window.dispatchEvent(new Event("hashchange"));
  expect(take("/timetables/a")).toBeUndefined();
});

it("asks for nothing that another page does not need", async () => {
  expect((await early("#/")).asked).toEqual([]);
  vi.resetModules();
  expect((await early("#/operations/a")).asked).toEqual([]);
});
