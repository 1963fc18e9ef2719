import { act } from "react";
import { expect, it, vi } from "vitest";

import { render } from "../../../testing/render";
import { DropZone } from "./DropZone";

const file = new File(["x"], "4b.jpg", { type: "image/jpeg" });
const carrying = { types: ["Files"], files: [file], getData: () => "" };

function bring(type: string, on: EventTarget = document.body): Event {
  const event = new Event(type, { bubbles: true, cancelable: true });
  Object.assign(event, { dataTransfer: carrying, clipboardData: carrying });
  act(() => void on.dispatchEvent(event));
  return event;
}

it("takes what is dropped or pasted on any page, and the browser does not leave for it", () => {
  const onFiles = vi.fn();
  const { place } = render(<DropZone onFiles={onFiles} small={false} hidden />);
  bring("dragenter");
  expect(place.textContent).toBe("Let go to upload");
  expect(bring("dragover").defaultPrevented).toBe(true);
  expect(bring("drop").defaultPrevented).toBe(true);
  expect(place.textContent).toBe("");
  bring("paste");
  expect(onFiles.mock.calls).toEqual([[[file]], [[file]]]);
});

it("leaves to a field what is pasted into it", () => {
  const onFiles = vi.fn();
  const { place } = render(<DropZone onFiles={onFiles} small hidden={false} />);
  bring("paste", place.appendChild(document.createElement("input")));
  expect(onFiles).not.toHaveBeenCalled();
});

it("has the camera first, and one more way to choose", () => {
  const { place } = render(<DropZone onFiles={vi.fn()} small={false} hidden={false} />);
  expect([...place.querySelectorAll(".drop-buttons button")].map((one) => one.textContent)).toEqual(["Take a photo", "Choose a file"]);
  expect(place.querySelector('input[capture="environment"]')?.getAttribute("accept")).toBe("image/*");
});
