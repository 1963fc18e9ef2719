import { useEffect, useRef, useState, type CSSProperties, type ReactNode } from "react";

import type { TimeBlock } from "timelift-react";
import { imageUrl } from "../../api";
import { placeOf } from "../../week/dayName";
import { SURE } from "timelift-react/layout";
import { words } from "../../words";
import { certaintyHue, cornersOf } from "../frame";
import { usePictureSize } from "../usePictureSize";
import "./Picture.css";

interface PictureProps {
  documentId: string;
  page: number;
  blocks: TimeBlock[];
  /** The index of the block that is pointed at, here or in the week. */
  pointed: number | null;
  onPoint: (index: number | null) => void;
  onOpen: (index: number) => void;
}

const LARGEST = 6;

/** A whole page with a frame around every lesson, its colour by how surely that was read, to zoom and to scroll in. */
export function Picture({ documentId, page, blocks, pointed, onPoint, onOpen }: PictureProps): ReactNode {
  const url = imageUrl(documentId, page);
  const picture = usePictureSize(url);
  const [zoom, setZoom] = useState(1);
  const frame = useRef<HTMLDivElement>(null);

  // What is pointed at in the week comes into sight here.
  useEffect(() => {
    if (pointed === null || zoom === 1) return;
    frame.current?.querySelector("[data-pointed]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [pointed, zoom]);

  // React listens passively, and the browser would make the whole page larger as well.
  useEffect(() => {
    const element = frame.current;
    const wheel = (event: WheelEvent): void => {
      if (!event.ctrlKey) return; // else the page scrolls
      event.preventDefault();
      setZoom((before) => Math.max(1, Math.min(LARGEST, before * (event.deltaY < 0 ? 1.1 : 1 / 1.1))));
    };
    element?.addEventListener("wheel", wheel, { passive: false });
    return () => element?.removeEventListener("wheel", wheel);
  }, [picture]);

  if (picture === "failed") return <p className="picture-missing">{words.lesson.noPicture}</p>;
  if (picture === "loading") return <div className="picture bone" aria-busy="true" />;
  return (
    <div className="picture-box">
      <div className="picture-zoom" role="group" aria-label={words.picture.upload}>
        <button type="button" className="button small icon" aria-label={words.picture.smaller} disabled={zoom <= 1} onClick={() => setZoom(Math.max(1, zoom / 1.5))}>
          <svg viewBox="0 0 16 16" aria-hidden="true">
            <path d="M3 8h10" />
          </svg>
        </button>
        <button type="button" className="button small icon" aria-label={words.picture.larger} disabled={zoom >= LARGEST} onClick={() => setZoom(Math.min(LARGEST, zoom * 1.5))}>
          <svg viewBox="0 0 16 16" aria-hidden="true">
            <path d="M3 8h10M8 3v10" />
          </svg>
        </button>
      </div>
      <div
        ref={frame}
        className="picture"
        tabIndex={0}
        role="region"
        aria-label={words.picture.upload}
      >
        <svg
          viewBox={`0 0 ${picture.width} ${picture.height}`}
          style={{ width: `${zoom * 100}%` }}
          role="group"
          aria-label={words.picture.label}
        >
          <image href={url} width={picture.width} height={picture.height} />
          {blocks.map((block, index) => {
            const { box } = block;
            if (!box || block.page !== page) return null;
            const open = (): void => onOpen(index);
            return (
              <polygon
                key={index}
                points={cornersOf(box)}
                className={`picture-frame${block.confidence < SURE ? " picture-unsure" : ""}`}
                style={{ "--hue": certaintyHue(block.confidence) } as CSSProperties}
                data-pointed={pointed === index || undefined}
                role="button"
                tabIndex={0}
                aria-label={`${block.name}, ${placeOf(block)}`}
                onClick={open}
                onPointerEnter={() => onPoint(index)}
                onPointerLeave={() => onPoint(null)}
                onFocus={() => onPoint(index)}
                onBlur={() => onPoint(null)}
                onKeyDown={(event) => (event.key === "Enter" || event.key === " ") && (event.preventDefault(), open())}
              >
                <title>{block.name}</title>
              </polygon>
            );
          })}
        </svg>
      </div>
      {blocks.some((block) => block.box && block.page === page) && (
        <p className="picture-key">
          {words.picture.unsure}
          <span aria-hidden="true" />
          {words.picture.sure}
        </p>
      )}
    </div>
  );
}
