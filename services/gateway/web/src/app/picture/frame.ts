/** How a lesson's place is framed on the picture: its corners, and its colour. */
import type { Box } from "timelift-react";

/** The place's own corners, else its box's, as SVG takes them. */
export function cornersOf({ x, y, width, height, corners }: Box): string {
  const points = corners ?? [
    [x, y],
    [x + width, y],
    [x + width, y + height],
    [x, y + height],
  ];
  return points.map((point) => point.join(",")).join(" ");
}

/** Degrees of hue, red to green; below the least certainty everything is as red as can be. */
const [DOUBTFUL, SURE] = [30, 175];
const LEAST = 0.3;

export function certaintyHue(confidence: number): number {
  const share = Math.min(1, Math.max(0, (confidence - LEAST) / (1 - LEAST)));
  return Math.round(DOUBTFUL + share * (SURE - DOUBTFUL));
}
