import { expect, it } from "vitest";

import { cropOf } from "./Crop";

it("keeps a crop inside the picture", () => {
  const picture = { width: 1000, height: 500 };
  for (const box of [
    { x: 0, y: 0, width: 100, height: 40 },
    { x: 950, y: 480, width: 50, height: 20 },
    { x: 0, y: 0, width: 1000, height: 500 },
  ]) {
    const crop = cropOf(box, picture);
    expect(crop.x).toBeGreaterThanOrEqual(0);
    expect(crop.y).toBeGreaterThanOrEqual(0);
    expect(crop.x + crop.width).toBeLessThanOrEqual(picture.width);
    expect(crop.y + crop.height).toBeLessThanOrEqual(picture.height);
    expect(crop.x).toBeLessThanOrEqual(box.x);
    expect(crop.x + crop.width).toBeGreaterThanOrEqual(box.x + box.width);
  }
});
