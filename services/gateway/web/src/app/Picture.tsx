import { useEffect, useState, type ReactNode } from "react";

import type { Box, TimeBlock } from "../lib";
import { imageUrl } from "./api";
import { dayOf } from "./layout";

type Loaded = { width: number; height: number } | "loading" | "failed";

function useSize(url: string): Loaded {
  const [found, setFound] = useState<Loaded>("loading");
  useEffect(() => {
    setFound("loading");
    const image = new Image();
    image.onload = () => setFound({ width: image.naturalWidth, height: image.naturalHeight });
    image.onerror = () => setFound("failed");
    image.src = url;
    return () => {
      image.onload = image.onerror = null;
    };
  }, [url]);
  return found;
}

/** The part of the picture around `box`: room on each side, in pixels of the picture, held inside it. */
export function cropOf(box: Box, picture: { width: number; height: number }): Box {
  const room = Math.max(24, 0.45 * Math.min(box.width, box.height));
  const width = Math.min(picture.width, box.width + 2 * room);
  const height = Math.min(picture.height, box.height + 2 * room);
  const hold = (start: number, length: number, most: number): number => Math.max(0, Math.min(start - room, most - length));
  return { x: hold(box.x, width, picture.width), y: hold(box.y, height, picture.height), width, height };
}

/** Where one block was read: its part of the stored picture. */
export function Crop({ documentId, page, box }: { documentId: string; page: number; box: Box }): ReactNode {
  const url = imageUrl(documentId, page);
  const picture = useSize(url);
  if (picture === "failed") return <p className="crop-missing">The picture is not available.</p>;
  if (picture === "loading") return <div className="crop bone" aria-busy="true" />;
  const { x, y, width, height } = cropOf(box, picture);
  return (
    <a className="crop" href={url} target="_blank" rel="noreferrer" title="Open the whole picture">
      <svg viewBox={`${x} ${y} ${width} ${height}`} role="img" aria-label="The part of the picture this was read from">
        <image href={url} width={picture.width} height={picture.height} />
        <rect x={box.x} y={box.y} width={box.width} height={box.height} rx="3" className="crop-frame" />
      </svg>
    </a>
  );
}

interface PictureProps {
  documentId: string;
  page: number;
  blocks: TimeBlock[];
  onOpen: (index: number) => void;
}

/** A whole page with a frame around every block. */
export function Picture({ documentId, page, blocks, onOpen }: PictureProps): ReactNode {
  const url = imageUrl(documentId, page);
  const picture = useSize(url);
  if (picture === "failed") return <p className="crop-missing">The picture is not available.</p>;
  if (picture === "loading") return <div className="picture bone" aria-busy="true" />;
  return (
    <svg className="picture" viewBox={`0 0 ${picture.width} ${picture.height}`} role="group" aria-label="The picture with what was read">
      <image href={url} width={picture.width} height={picture.height} />
      {blocks.map((block, index) => {
        const { box } = block;
        if (!box || block.page !== page) return null;
        const open = (): void => onOpen(index);
        return (
          <rect
            key={index}
            x={box.x}
            y={box.y}
            width={box.width}
            height={box.height}
            rx="4"
            className="picture-frame"
            role="button"
            tabIndex={0}
            aria-label={`${block.name}, ${dayOf(block)} ${block.startTime ?? ""}`}
            onClick={open}
            onKeyDown={(event) => (event.key === "Enter" || event.key === " ") && (event.preventDefault(), open())}
          >
            <title>{block.name}</title>
          </rect>
        );
      })}
    </svg>
  );
}
