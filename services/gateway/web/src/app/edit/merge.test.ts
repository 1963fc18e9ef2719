import { expect, it } from "vitest";

import { block, timetable } from "../../testing/blocks";
import { draftOf } from "./draft";
import { compare, merged } from "./merge";

const box = { x: 1, y: 2, width: 3, height: 4 };
const maths = block({ box });
const art = block({ name: "Art", startTime: "09:00", endTime: "10:00" });

it("pairs what the two say of one lesson", () => {
  const mine = [block({ name: "Maths 2", box }), art, block({ name: "Mine", day: "friday" })];
  const theirs = [art, block({ name: "Chess", day: "tuesday" }), { ...maths, room: "12" }];
  const { same, differences } = compare(mine, theirs);
  expect(same).toEqual([art]);
  expect(differences.map(({ mine, theirs }) => [mine?.name ?? null, theirs?.name ?? null])).toEqual([
    ["Maths 2", "Maths"],
    ["Mine", null],
    [null, "Chess"],
  ]);
});

it("sees no difference in how sure the reading was", () => {
  expect(compare([maths], [{ ...maths, confidence: 0.3 }]).differences).toEqual([]);
});

it("keeps of two equal lessons as many as both have", () => {
  expect(compare([art, art], [art]).differences).toEqual([{ mine: art, theirs: null }]);
});

it("makes the week that was chosen", () => {
  const mine = draftOf(timetable([block({ name: "Maths 2", box }), art]));
  const merge = compare(
    mine.lessons.map((one) => one.block),
    [maths, art],
  );
  const names = (side: "mine" | "theirs"): string[] => merged(mine, merge, [side]).lessons.map((one) => one.block.name);
  expect(names("mine").sort()).toEqual(["Art", "Maths 2"]);
  expect(names("theirs").sort()).toEqual(["Art", "Maths"]);
});
