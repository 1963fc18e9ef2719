"""The geometry of a line of text on a page: its four corners, which way it reads, and its picture cut out.

A quad is a float32 array of shape (4, 2): corners in pixels, clockwise as seen on the picture. `upright` quads start
at the corner nearest the picture's top left; `read_from` rolls them to start where the text itself starts.
"""

from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

Quad: TypeAlias = NDArray[np.float32]
Image: TypeAlias = NDArray[np.uint8]
Homography: TypeAlias = NDArray[np.float64]

TALL = 1.5
"""Height over width above which a line is taken to run down or up the page."""
MAYBE_TALL = 2.6
"""Up to this height over width it may also be one or two upright narrow characters, such as a period's "1"."""
_SHORT = 1.1
"""From here on it may be two or three letters that do so."""
_SQUARE = 0.9
"""From here on among others that do."""
MAX_CROP_SIDE = 3200
"""Pixels; PaddleOCR's own limit for the width of a line."""


def upright(quad: Quad) -> Quad:
    """The same corners, clockwise, from the one nearest the top left."""
    centre = quad.mean(axis=0)
    angles = np.arctan2(quad[:, 1] - centre[1], quad[:, 0] - centre[0])
    clockwise = quad[np.argsort(angles)]  # the picture's y points down, so rising angles run clockwise
    return np.roll(clockwise, -int(np.argmin(clockwise.sum(axis=1))), axis=0).astype(np.float32)


def size(quad: Quad) -> tuple[float, float]:
    """Width and height: the longer of each two opposite edges, in pixels, measured from the quad's first corner."""
    edges = np.linalg.norm(np.roll(quad, -1, axis=0) - quad, axis=1)
    return float(max(edges[0], edges[2])), float(max(edges[1], edges[3]))


def extent(quad: Quad) -> float:
    """A line's length in its heights: about half as many as its letters, and what reading it takes time by."""
    sides = size(quad)
    return max(sides) / max(min(sides), 1.0)


def read_from(quad: Quad, angle: int) -> Quad:
    """An upright quad's corners from the text's own top left, for text with that reading angle.

    Text that reads top to bottom (90) starts at the picture's top right; bottom to top (270) at its bottom left.
    """
    return np.roll(quad, -(angle // 90), axis=0)


def candidates(quad: Quad) -> tuple[int, ...]:
    """The reading angles that an upright quad's shape allows."""
    width, height = size(quad)
    if height <= TALL * width:
        return (0,)
    return (270, 90, 0) if height <= MAYBE_TALL * width else (270, 90)


def short_and_turned(quad: Quad) -> bool:
    """Whether an upright quad may hold a word of two or three letters that runs up or down the page."""
    width, height = size(quad)
    return _SHORT * width < height <= TALL * width


def square(quad: Quad) -> bool:
    """Whether an upright quad may hold such a word among others of them, in a box that is hardly higher than wide."""
    width, height = size(quad)
    return _SQUARE * width < height <= TALL * width


def cut(image: Image, quad: Quad, to_image: Homography | None = None) -> Image:
    """The line's picture, turned and stretched so that it reads from left to right.

    Args:
        image: (height, width, 3).
        quad: from the text's own top left corner.
        to_image: 3 x 3, from the page that the quad lies on to `image`; None where that is it.

    Returns:
        (height, width, 3), each side from 1 to `MAX_CROP_SIDE`.
    """
    width, height = (int(min(max(round(side), 1), MAX_CROP_SIDE)) for side in size(quad))
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32)
    transform = cv2.getPerspectiveTransform(corners, quad.astype(np.float32))
    if to_image is not None:
        transform = to_image @ transform
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    cropped = cv2.warpPerspective(image, transform, (width, height), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(cropped, dtype=np.uint8)


def reading_order(quads: list[Quad]) -> list[Quad]:
    """Rows from top to bottom, each from left to right; a row is what overlaps the height of its first line."""
    # Middle and left edge once each: a row at a time, they were measured anew for each row of the page.
    places = [(float(quad[:, 1].mean()), float(quad[:, 0].min()), quad) for quad in quads]
    left = sorted(places, key=lambda place: place[0])
    ordered: list[Quad] = []
    while left:
        middle, _, first = left[0]
        limit = middle + min(size(first)) / 2
        row = [place for place in left if place[0] <= limit]
        left = left[len(row) :]
        ordered += [quad for _, _, quad in sorted(row, key=lambda place: place[1])]
    return ordered


def transformed(quads: list[Quad], homography: NDArray[np.float64]) -> list[Quad]:
    """The quads after the picture was changed by `homography` (3 x 3, from the old picture to the new one).

    They come in the new picture's reading order: on a slant, the right end of a row was above its left end.
    """
    return reading_order(
        [
            upright(cv2.perspectiveTransform(quad.reshape(1, 4, 2), homography).reshape(4, 2).astype(np.float32))
            for quad in quads
        ]
    )
