"""Straight edges of a picture, found in a small copy of it."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from services.ocr.crops import Image

Floats = NDArray[np.float64]

SEARCHED = 800
"""Longest side, in pixels, of the copy that is searched: a page's edge and most rules show in it."""
MAX_SEGMENTS = 600
"""The longest are kept; cloth or a brick wall gives thousands."""


@dataclass(frozen=True, slots=True)
class Segments:
    """Straight edges, in pixels of the picture that was searched."""

    ends: Floats
    """(n, 4): x and y of the one end and of the other."""

    @property
    def lengths(self) -> Floats:
        """(n,), pixels."""
        return np.asarray(np.hypot(self.ends[:, 2] - self.ends[:, 0], self.ends[:, 3] - self.ends[:, 1]))

    @property
    def degrees(self) -> Floats:
        """(n,), from the x axis, -90 up to 90; clockwise as seen."""
        angles = np.degrees(np.arctan2(self.ends[:, 3] - self.ends[:, 1], self.ends[:, 2] - self.ends[:, 0]))
        return np.asarray((angles + 90) % 180 - 90)

    @property
    def lean(self) -> Floats:
        """(n,), degrees from the nearer axis, -45 up to 45."""
        return np.asarray((self.degrees + 45) % 90 - 45)

    def only(self, keep: NDArray[np.bool_]) -> "Segments":
        return Segments(self.ends[keep])


def shrunk(picture: Image, side: int = SEARCHED) -> tuple[Image, float]:
    """A copy whose longest side is at most `side`, and its scale."""
    scale = min(1.0, side / max(picture.shape[:2]))
    if scale == 1.0:
        return picture, 1.0
    wanted = (max(1, round(picture.shape[1] * scale)), max(1, round(picture.shape[0] * scale)))
    return np.asarray(cv2.resize(picture, wanted, interpolation=cv2.INTER_AREA), dtype=np.uint8), scale


def find_segments(grey: NDArray[np.uint8], shortest: float) -> Segments:
    """Straight edges of a grey picture that are at least `shortest` pixels long (Grompone von Gioi's LSD)."""
    found = cv2.createLineSegmentDetector(cv2.LSD_REFINE_STD).detect(grey)[0]
    if found is None:
        return Segments(np.zeros((0, 4)))
    segments = Segments(np.asarray(found, dtype=np.float64).reshape(-1, 4))
    order = np.argsort(-segments.lengths)[:MAX_SEGMENTS]
    segments = Segments(segments.ends[order])
    return segments.only(segments.lengths >= shortest)


def squares(segments: Segments) -> bool:
    """Whether nearly all edges run along the axes, as they do on a screenshot; also where there are hardly any."""
    lengths, lean = segments.lengths, np.abs(segments.lean)
    if lengths.sum() == 0:
        return True
    # A pixel's step over the length of a short edge is no lean.
    slack = np.degrees(0.7 / np.maximum(lengths, 1.0))
    return bool(lengths[(lean > np.maximum(0.25, slack)) & (lean < 30)].sum() < 0.06 * lengths.sum())
