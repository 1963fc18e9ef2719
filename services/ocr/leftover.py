"""What a first look at a page may have missed: ink that no found line covers, put together for a second look.

Small single characters ("F" above a column, "4" beside a row) vanish when a page is shrunk for detection. They still
stand out as ink: spots the size of a letter, darker or lighter than the ground around them. Only those places are
looked at again, at full size, pasted together into one small picture.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from services.ocr.crops import Image, Quad

_CONTRAST = 30
"""Grey levels between ink and the ground around it."""
_GROUND = 31
"""Pixels: side of the square whose median brightness is the ground, wider than a letter's strokes."""
_LETTER = (4, 90)
"""Pixels: heights (and widths, at most) of a spot that may be a letter."""
_SLENDER = 8
"""Length over thickness above which a spot is part of a ruling line or a dash."""
_MARGIN = 24
"""Pixels of page around a spot; the detector needs some ground to tell text by."""
_MAX_WIDTH = 960

Rect = tuple[int, int, int, int]
"""x, y, width, height."""


@dataclass(frozen=True, slots=True)
class Mosaic:
    """Places of a page beside each other in one picture."""

    picture: Image
    places: list[Rect]
    """On the page, `_MARGIN` included."""
    corners: list[tuple[int, int]]
    """x and y of each in `picture`."""

    def to_page(self, quad: Quad) -> Quad | None:
        """A quad found in `picture`, on the page; None if its middle is in no place."""
        x, y = quad.mean(axis=0)
        for (left, top), (page_x, page_y, width, height) in zip(self.corners, self.places, strict=True):
            if left <= x < left + width and top <= y < top + height:
                low, high = np.array([left, top]), np.array([left + width, top + height])
                moved = np.clip(quad, low, high) - low + np.array([page_x, page_y])
                return np.asarray(moved, dtype=np.float32)
        return None


def spots(image: Image, quads: Sequence[Quad]) -> list[Rect]:
    """Places with ink of a letter's size that no quad covers, near ones joined, each with its margin.

    Args:
        image: (height, width, 3), RGB.
        quads: the lines found so far.
    """
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    ground = cv2.medianBlur(grey, _GROUND)
    ink = (cv2.absdiff(grey, ground) > _CONTRAST).astype(np.uint8)
    for quad in quads:
        cv2.fillPoly(ink, [quad.astype(np.int32)], (0,))
    _, _, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    height, width = grey.shape
    marked = np.zeros_like(grey)
    low, high = _LETTER
    for x, y, wide, tall, area in stats[1:]:
        if low <= tall <= high and wide <= high and max(wide, tall) <= _SLENDER * min(wide, tall) and area >= 2 * low:
            marked[max(y - _MARGIN, 0) : y + tall + _MARGIN, max(x - _MARGIN, 0) : x + wide + _MARGIN] = 1
    _, _, stats, _ = cv2.connectedComponentsWithStats(marked, connectivity=4)
    return [(int(x), int(y), int(min(w, width - x)), int(min(h, height - y))) for x, y, w, h, _ in stats[1:]]


def mosaic(image: Image, places: Sequence[Rect]) -> Mosaic:
    """Paste places of a page into one picture, in rows of falling height, on the page's usual colour."""
    ordered = sorted(places, key=lambda place: -place[3])
    limit = max(_MAX_WIDTH, *(place[2] for place in ordered))
    x = y = row = 0
    corners: list[tuple[int, int]] = []
    for _, _, width, height in ordered:
        if x and x + width > limit:
            x, y, row = 0, y + row, 0
        corners.append((x, y))
        x, row = x + width, max(row, height)
    ground = np.median(image[::8, ::8].reshape(-1, 3), axis=0).astype(np.uint8)
    right = max(corner[0] + place[2] for corner, place in zip(corners, ordered, strict=True))
    picture = np.empty((y + row, right, 3), dtype=np.uint8)
    picture[:] = ground
    for (left, top), (page_x, page_y, width, height) in zip(corners, ordered, strict=True):
        picture[top : top + height, left : left + width] = image[page_y : page_y + height, page_x : page_x + width]
    return Mosaic(picture, ordered, corners)
