import type { ReactNode } from "react";
import { beforeEach, expect, it, vi } from "vitest";

import type { DocumentInfo, Upload } from "timelift-react";
import { render } from "../../testing/render";
import { useDocuments } from "./useDocuments";

const { list, sent } = vi.hoisted(() => ({ list: { documents: [] as Partial<DocumentInfo>[], error: null }, sent: { uploads: [] as Partial<Upload>[] } }));
vi.mock("timelift-react", async (original) => ({
  ...(await original<object>()),
  useDocuments: () => list,
  useUpload: () => sent,
}));

function Sending(): ReactNode {
  return useDocuments(() => {}).sending.length;
}

beforeEach(() => {
  sent.uploads = [{ key: 1, documentId: "a" }, { key: 2, documentId: null }];
  list.documents = [];
});

it("shows a file that was sent until its document has a row, however that came", () => {
  const { place, show } = render(<Sending />);
  expect(place.textContent).toBe("2");
  list.documents = [{ documentId: "a" }]; // the stream said so, and the list was not asked again yet
  show(<Sending key="again" />);
  expect(place.textContent).toBe("1");
});
