import { expect, it } from "vitest";

import { guess, iso, termFault } from "./terms";

it("begins with half a year from today, by the person's clock", () => {
  const dates = guess(new Date(2026, 8, 2, 0, 30));
  expect([dates.firstDay, dates.lastDay]).toEqual(["2026-09-02", "2027-03-02"]);
  expect(iso(new Date(2026, 0, 5, 23, 59))).toBe("2026-01-05");
});

it("tells dates that cannot be", () => {
  const dates = guess(new Date(2026, 8, 2));
  expect(termFault(dates)).toBeNull();
  expect(termFault({ ...dates, lastDay: "2026-09-01" })).toBe("term");
  expect(termFault({ ...dates, firstDay: "" })).toBe("term");
  const holiday = { firstDay: "2026-10-12", lastDay: "2026-10-11" };
  expect(termFault({ ...dates, holidays: [holiday] })).toBe("holiday");
  expect(termFault({ ...dates, holidays: [{ ...holiday, lastDay: "2026-10-12" }] })).toBeNull();
});
