import { afterEach, expect, it, vi } from "vitest";

import { call, failureOf, sentence } from "./api";
import { parseRoute, timetableHref } from "./route";
import { loadWords, words } from "./words";
import { size } from "./words/format";

afterEach(() => loadWords(["en"]));

it("says what was wrong and what would be accepted, once", () => {
  const allowed = { formats: "JPEG or PDF", maxBytes: 20 * 1024 * 1024 };
  expect(sentence(422, { title: "Unreadable file", detail: "The file is empty", allowed })).toBe(
    "The file is empty. Accepted: JPEG or PDF; up to 20 MB.",
  );
  expect(sentence(413, { detail: "The file is larger than 20 MB.", allowed: { maxBytes: allowed.maxBytes } })).toBe(
    "The file is larger than 20 MB.",
  );
});

it("has a sentence where the server had none", () => {
  for (const status of [0, 400, 413, 502]) expect(sentence(status, null)).toMatch(/^[A-Z].*[.?]$/);
});

it("says in the page's language how a file of another format is saved anew", async () => {
  await loadWords(["de"]);
  const problem = { type: "/problems/other-format", status: 422, detail: "The server's words.", format: "odt" };
  const answer = (format: string): Promise<Response> =>
    Promise.resolve(new Response(JSON.stringify({ ...problem, format }), { status: 422 }));
  vi.stubGlobal("fetch", () => answer("odt"));
  await expect(call("/")).rejects.toMatchObject({ message: words.otherFormat["odt"], slug: "other-format" });
  vi.stubGlobal("fetch", () => answer("a later one"));
  await expect(call("/")).rejects.toMatchObject({ message: "The server's words." });
  vi.unstubAllGlobals();
});

it("says in the page's language why something was refused", async () => {
  await loadWords(["de"]);
  expect(sentence(0, null)).toBe("Timelift ist nicht zu erreichen. Sind Sie online?");
  expect(sentence(413, { type: "/problems/file-too-large", detail: "The file is larger than 20 MB.", allowed: { maxBytes: 20_971_520 } })).toBe(
    "Die Datei ist zu groß. Laden Sie eine kleinere hoch. Möglich ist: bis 20 MB.",
  );
  expect(sentence(400, { type: "/problems/later-one", detail: "The server's words" })).toBe("The server's words.");
});

it("says in the page's language why a file is not read, with what varies in it", async () => {
  await loadWords(["de"]);
  const detail = "The file has 25.3 MB; at most 20.0 MB are read. Upload a smaller one.";
  expect(sentence(422, { type: "/problems/unreadable-file", detail })).toBe("Die Datei hat 25,3 MB, möglich sind bis 20 MB. Laden Sie eine kleinere hoch.");
  const empty = "The file is empty. Upload the timetable as JPEG, PNG or PDF.";
  expect(sentence(422, { type: "/problems/unreadable-file", detail: empty, allowed: { formats: "JPEG, PNG or PDF" } })).toBe(
    "Die Datei ist leer. Laden Sie den Stundenplan als JPEG, PNG oder PDF hoch.",
  );
  const large = "The picture has 12,000 × 9,000 pixels; at most 100 million are read. Scale it down and upload it again.";
  expect(failureOf({ error: large, failure: "unreadable" })).toContain("Das Bild hat 12.000 × 9.000 Bildpunkte, gelesen werden bis 100 Millionen.");
  expect(failureOf({ error: "Words of a later version.", failure: "unreadable" })).toBe("Diese Datei kann nicht gelesen werden.");
  expect(failureOf({ error: "Words of a later version.", failure: "internal" })).toMatch(/^Beim Lesen/);
});

it("writes sizes for people", () => {
  expect([size(12), size(226_000), size(1_834_221), size(31_000_000)]).toEqual(["12 bytes", "226 kB", "1.8 MB", "31 MB"]);
});

it("finds its way by the fragment", () => {
  expect(parseRoute(timetableHref("a/b c"))).toEqual({ page: "timetable", documentId: "a/b c" });
  for (const hash of ["", "#/", "#/timetables/", "#/timetables/%E0%A4%A", "#/other"]) {
    expect(parseRoute(hash)).toEqual({ page: "home" });
  }
});
