import { afterEach, expect, it } from "vitest";

import { hourOf, loadWords, timeOf, timesOf, weekday } from ".";

afterEach(() => loadWords(["en"]));

const written = async (language: string): Promise<string[]> => {
  await loadWords([language]);
  return [timeOf("08:05"), timesOf("08:05", "09:00"), timesOf("08:05", null), timesOf("11:30", "13:05"), hourOf("09:00"), weekday(0, "short")].map((one) => one.replace(/\s/g, " "));
};

it("writes times as the language does, and says once what two of them have in common", async () => {
  expect(await written("en-US")).toEqual(["8:05 AM", "8:05 – 9:00 AM", "8:05 AM", "11:30 AM – 1:05 PM", "9 AM", "Mon"]);
  expect(await written("en-GB")).toEqual(["8:05", "8:05–9:00", "8:05", "11:30–13:05", "9:00", "Mon"]);
  expect(await written("de-AT")).toEqual(["8:05", "8:05–9:00", "8:05", "11:30–13:05", "9:00", "Mo"]);
});
