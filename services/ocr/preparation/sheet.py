"""Finds the sheet of paper, or the screen, in a photo by its edges.

Print is closed away first (a morphological closing as wide as a letter), so that what is left of a page is its paper;
straight edges between brighter inside and darker outside are then joined to lines, and of all quadrilaterals that two
lines across and two down can make, the one whose sides are edges over their whole length wins. A side may also be the
picture's own border, where the page goes on beyond it.
"""

from dataclasses import dataclass
from itertools import combinations

import cv2
import numpy as np
from numpy.typing import NDArray

from services.ocr.crops import Image
from services.ocr.preparation.plane import Vector, line
from services.ocr.preparation.segments import Segments, find_segments

Floats = NDArray[np.float64]

PRINT = 9
"""Pixels of the searched copy; strokes and rules narrower than this are closed away."""
STEEP = 40.0
"""Degrees from the axis up to which an edge counts as running across or down."""
GATHERED = 16
LINES = 7
"""Lines across, and as many down, that quadrilaterals are made of: at most some 1,000 of them."""
STRAY = 3.0
"""Pixels an edge may stray from the line it belongs to."""
BESIDE = 5
"""Pixels from an edge at which paper and desk are compared."""
CONTRAST = 7.0
"""Grey levels, of 256, by which paper is brighter than what it lies on."""
SIDE = 0.6
"""Share of each side, and..."""
SIDES = 0.75
"""... of all sides along which paper meets desk."""
BORDER = 0.62
"""What a side counts that is the picture's border: less than a good edge, more than none."""
MIN_AREA = 0.15
CORNER = (55.0, 125.0)
"""Degrees of a corner; a page tilted by 40 degrees stays within."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page within a picture, in pixels of the searched copy."""

    corners: Floats
    """(4, 2) from the top left clockwise; inside the picture or on its border, except for rounding."""
    across: tuple[Vector, Vector] | None
    """Its upper and lower edge as homogeneous lines; None where one of them is not in the picture."""
    down: tuple[Vector, Vector] | None
    support: float
    """Share of the sides in the picture that are edges, 0 to 1."""
    area: float
    """Share of the picture."""


@dataclass(slots=True)
class _Edge:
    """A line from one side of the picture to the other, as a position for each pixel along it."""

    at: Floats
    """(width,) y of a line across, or (height,) x of a line down."""
    rising: Floats
    """(n + 1,) count of the pixels, up to each, where what lies below (to the right) is brighter."""
    falling: Floats
    known: Floats
    """(n + 1,) count of the pixels where the line is inside the picture."""
    ends: tuple[Vector, Vector]
    border: bool = False


def find_sheet(small: Image) -> Sheet | None:
    """The sheet in a picture of some hundred pixels, RGB; None if none is plain to see."""
    height, width = small.shape[:2]
    grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)
    paper = np.asarray(cv2.morphologyEx(grey, cv2.MORPH_CLOSE, np.ones((PRINT, PRINT), np.uint8)), dtype=np.uint8)
    segments = find_segments(paper, 0.06 * min(height, width))
    smooth = cv2.blur(paper, (5, 5)).astype(np.float64)
    across = _edges(segments.only(np.abs(segments.degrees) <= STEEP), smooth)
    turned = Segments(segments.ends[:, [1, 0, 3, 2]])
    down = _edges(turned.only(np.abs(turned.degrees) <= STEEP), np.ascontiguousarray(smooth.T))
    if not (any(not edge.border for edge in across) and any(not edge.border for edge in down)):
        return None
    return _best(_pairs(across), _pairs(down), width, height)


def _edges(segments: Segments, smooth: Floats) -> list[_Edge]:
    """Lines that run across, the best supported first, and the picture's upper and lower border."""
    height, width = smooth.shape
    found: list[_Edge] = []
    left = segments
    while len(left.ends) and len(found) < GATHERED:
        longest = left.ends[0]
        coefficients = np.polyfit(longest[[0, 2]], longest[[1, 3]], 1)
        for _ in range(2):
            off = np.abs(np.polyval(coefficients, left.ends[:, [0, 2]]) - left.ends[:, [1, 3]]).max(axis=1)
            near = off <= STRAY
            if not near.any():
                break
            members = left.ends[near]
            weights = np.repeat(np.sqrt(left.lengths[near]), 2)
            coefficients = np.polyfit(members[:, [0, 2]].ravel(), members[:, [1, 3]].ravel(), 1, w=weights)
        near[0] = True
        left = left.only(~near)
        found.append(_edge(np.polyval(coefficients, np.arange(width)), smooth))
    found.sort(key=lambda edge: max(edge.rising[-1], edge.falling[-1]), reverse=True)
    return [*found[:LINES], _edge(np.zeros(width), smooth, True), _edge(np.full(width, height - 1.0), smooth, True)]


def _edge(at: Floats, smooth: Floats, border: bool = False) -> _Edge:
    height, width = smooth.shape
    x = np.arange(width)
    y = np.round(at).astype(int)
    inside = (y >= BESIDE) & (y < height - BESIDE)
    step = np.zeros(width)
    step[inside] = smooth[y[inside] + BESIDE, x[inside]] - smooth[y[inside] - BESIDE, x[inside]]

    def counted(flags: NDArray[np.bool_]) -> Floats:
        return np.concatenate([[0.0], np.cumsum(flags, dtype=np.float64)])

    ends = (np.array([0.0, at[0]]), np.array([width - 1.0, at[-1]]))
    return _Edge(at, counted(step > CONTRAST), counted(step < -CONTRAST), counted(inside), ends, border)


def _pairs(edges: list[_Edge]) -> list[tuple[_Edge, _Edge]]:
    """Two edges with room between them, the upper (left) one first."""
    found = []
    for one, other in combinations(edges, 2):
        first, second = (one, other) if one.at.mean() < other.at.mean() else (other, one)
        gap = second.at - first.at
        if gap.min() > 0.05 * len(gap) and gap.mean() > 0.2 * len(gap):
            found.append((first, second))
    return found


def _best(rows: list[tuple[_Edge, _Edge]], columns: list[tuple[_Edge, _Edge]], width: int, height: int) -> Sheet | None:
    best: tuple[float, Sheet] | None = None
    for upper, lower in rows:
        for left, right in columns:
            borders = sum(edge.border for edge in (upper, lower, left, right))
            if borders > 2:
                continue
            corners = np.array([_meet(row, column) for row, column in
                                ((upper, left), (upper, right), (lower, right), (lower, left))])  # fmt: skip
            slack = 0.02 * max(width, height)
            if (corners < -slack).any() or (corners > (width + slack, height + slack)).any():
                continue  # a corner beyond the border: the border is the side there
            area = float(cv2.contourArea(corners.astype(np.float32))) / (width * height)
            if area < MIN_AREA or not _square_enough(corners):
                continue
            sides = [
                _support(upper, "rising", corners[0, 0], corners[1, 0]),
                _support(right, "falling", corners[1, 1], corners[2, 1]),
                _support(lower, "falling", corners[3, 0], corners[2, 0]),
                _support(left, "rising", corners[0, 1], corners[3, 1]),
            ]
            real = [side for side, edge in zip(sides, (upper, right, lower, left), strict=True) if not edge.border]
            if min(real) < SIDE or np.mean(real) < SIDES:
                continue
            value = float(np.mean(sides)) + 0.3 * area
            if best is None or value > best[0]:
                lines = [line(*edge.ends) for edge in (upper, lower)]
                standing = [line(*(end[::-1] for end in edge.ends)) for edge in (left, right)]
                sheet = Sheet(
                    corners,
                    None if upper.border or lower.border else (lines[0], lines[1]),
                    None if left.border or right.border else (standing[0], standing[1]),
                    float(np.mean(real)),
                    area,
                )
                best = (value, sheet)
    return best[1] if best else None


def _meet(row: _Edge, column: _Edge) -> Floats:
    """Where a line across, y = a + b x, meets a line down, x = c + d y."""
    b = (row.at[-1] - row.at[0]) / (len(row.at) - 1)
    d = (column.at[-1] - column.at[0]) / (len(column.at) - 1)
    x = (column.at[0] + d * row.at[0]) / (1 - b * d)
    return np.array([x, row.at[0] + b * x])


def _support(edge: _Edge, way: str, start: float, end: float) -> float:
    if edge.border:
        return BORDER
    last = len(edge.at)
    a, b = int(np.clip(round(start), 0, last)), int(np.clip(round(end), 0, last))
    known = edge.known[b] - edge.known[a]
    if known < 0.3 * (b - a) or known < 20:
        return 0.0
    counts = edge.rising if way == "rising" else edge.falling
    return float((counts[b] - counts[a]) / known)


def _square_enough(corners: Floats) -> bool:
    to_next = np.roll(corners, -1, axis=0) - corners
    to_last = np.roll(corners, 1, axis=0) - corners
    cross = to_next[:, 0] * to_last[:, 1] - to_next[:, 1] * to_last[:, 0]
    degrees = np.degrees(np.arctan2(cross, (to_next * to_last).sum(axis=1)))
    return bool(((degrees > CORNER[0]) & (degrees < CORNER[1])).all())
