import { expect, it } from "vitest";

import { operationsHref, parseRoute, timetableHref } from "./route";

it("reads the addresses it makes", () => {
  expect(parseRoute(timetableHref("a b"))).toEqual({ page: "timetable", documentId: "a b" });
  expect(parseRoute(operationsHref())).toEqual({ page: "operations", documentId: null });
  expect(parseRoute(operationsHref("a"))).toEqual({ page: "operations", documentId: "a" });
});

it("takes everything else for the home page", () => {
  for (const hash of ["", "#/", "#/timetables", "#/timetables/", "#/timetables/%zz", "#/operations/a/b", "#/else"]) {
    expect(parseRoute(hash), hash).toEqual({ page: "home" });
  }
});
