import type { ReactNode } from "react";

import type { Box } from "timelift-react";
import { imageUrl } from "../../api";
import { words } from "../../words";
import { cornersOf } from "../frame";
import { usePictureSize } from "../usePictureSize";
import "./Crop.css";

/** The part of the picture around `box`: room on each side, in pixels of the picture, held inside it. */
export function cropOf(box: Box, picture: { width: number; height: number }): Box {
  const room = Math.max(24, 0.45 * Math.min(box.width, box.height));
  const width = Math.min(picture.width, box.width + 2 * room);
  const height = Math.min(picture.height, box.height + 2 * room);
  const hold = (start: number, length: number, most: number): number => Math.max(0, Math.min(start - room, most - length));
  return { x: hold(box.x, width, picture.width), y: hold(box.y, height, picture.height), width, height };
}

/** Where one lesson was read: its part of the stored picture. */
export function Crop({ documentId, page, box }: { documentId: string; page: number; box: Box }): ReactNode {
  const url = imageUrl(documentId, page);
  const picture = usePictureSize(url);
  if (picture === "failed") return <p className="crop-missing">{words.lesson.noPicture}</p>;
  if (picture === "loading") return <div className="crop bone" aria-busy="true" />;
  const { x, y, width, height } = cropOf(box, picture);
  return (
    <a className="crop" href={url} target="_blank" rel="noreferrer" title={words.lesson.wholePicture}>
      <svg viewBox={`${x} ${y} ${width} ${height}`} role="img" aria-label={words.lesson.picture}>
        <image href={url} width={picture.width} height={picture.height} />
        <polygon points={cornersOf(box)} className="crop-frame" />
      </svg>
    </a>
  );
}
