import { expect, it } from "vitest";

import { render } from "../../../testing/render";
import { Workers } from "./Workers";

it("lists who is there with what each runs", () => {
  const running = [{ documentId: "7085e8b2-619c-4bec-aeea-377b150320d1", tenant: "north", attempt: 2, deliveries: 1, seconds: 130 }];
  const { place, show } = render(
    <Workers
      workers={[
        { name: "ocr-1", stage: "ocr", since: "2026-11-30T11:28:37Z", heardSeconds: 0.4, running },
        { name: "ocr-2", stage: "ocr", since: "", heardSeconds: 0.4, running: [] },
      ]}
      gateways={[{ name: "gateway-1", since: "2026-11-30T11:28:37Z", streams: 1200, documents: 3, heardSeconds: 0.1 }]}
    />,
  );
  const rows = [...place.querySelectorAll("tbody tr")].map((row) => row.textContent);
  expect(rows[0]).toContain("north, for 2 min, attempt 2");
  expect(rows[1]).toContain("–Nothing");
  expect(rows[2]).toContain("1,200 open streams, for 3 documents");
  expect(place.querySelector("a")?.getAttribute("href")).toBe("#/operations/7085e8b2-619c-4bec-aeea-377b150320d1");
  show(<Workers workers={[]} gateways={[]} />);
  expect(place.textContent).toContain("Nobody has been heard of");
});
