"""Which way up a page lies, and by how much its lines lean."""

from collections.abc import Callable, Sequence

import cv2
import numpy as np

from services.ocr.crops import TALL, Image, Quad, size
from services.ocr.engine import Engine
from services.ocr.preparation.plane import Matrix

MIN_SKEW = 0.5
"""Degrees; below this levelling blurs more than it helps."""
MAX_SKEW = 20.0
"""Degrees; above this the lines' directions are no skew but a photo's perspective or decoration."""
_SAMPLE, _FIRST = 8, 4
"""Lines that are read to see which way up a page is, and how many of them tell where they read well."""
_SURE = 0.9
_MIXED = 1 / 3
"""Share of the text's length from which rotated text is more than a table's headings."""
_LEVEL = 0.15
"""Share from which level text is more than a few numbers."""
_ENOUGH = 4
"""Lines of one direction that are enough to tell how it reads."""


def quarter_turn(picture: Image, quads: Sequence[Quad], engine: Engine) -> int:
    """Degrees by which the page must be turned clockwise to stand upright: 0, 90, 180 or 270.

    Most lines running up or down the page mean that it lies on its side; which side, and whether an upright page
    stands on its head, is told by the confidence with which its longest lines read one way and the other.

    A timetable may hold more rotated text than level text. Where both are many, neither share says how the page lies,
    but the two readings do, as rotated text nearly always reads upwards: level lines that read as they are beside ones
    that read upwards are an upright page, level ones beside ones that read downwards a page that lies on its right.
    """
    sides = [size(quad) for quad in quads]
    long = [(max(side) / max(min(side), 1.0), side, quad) for side, quad in zip(sides, quads, strict=True)]
    long = [item for item in long if item[0] >= 2]
    if not long:
        return 0
    length = sum(max(side) for _, side, _ in long)
    tall = sum(max(side) for _, side, _ in long if side[1] > TALL * side[0])
    sideways = len(long) >= 3 and tall > 2 / 3 * length

    def longest(tallest: bool) -> list[Quad]:
        # Not the longest of all: ten words in one line cost as much to read as ten lines and tell no more.
        fitting = [item for item in long if (item[1][1] > item[1][0]) == tallest and item[0] <= 12]
        return [quad for _, _, quad in sorted(fitting, key=lambda item: item[0], reverse=True)[:_SAMPLE]]

    if _MIXED * length < tall < (1 - _LEVEL) * length and (turn := _mixed_turn(picture, longest, engine)) is not None:
        return turn
    sample = longest(sideways)
    if not sample:
        return 0
    first, second = (270, 90) if sideways else (0, 180)
    one = _confidence(picture, sample, first, engine)
    if one >= _SURE:
        return 360 - first if first else 0
    other = _confidence(picture, sample, second, engine)
    if sideways:
        return 90 if one > other else 270
    return 180 if other > one + 0.1 else 0


def _mixed_turn(picture: Image, longest: Callable[[bool], list[Quad]], engine: Engine) -> int | None:
    """The turn of a page with much level and much rotated text; None if either is little or cannot be read."""
    level, rotated = longest(False), longest(True)
    if min(len(level), len(rotated)) < _ENOUGH:
        return None
    up, upright = _first_sure(picture, rotated, (270, 90), engine), _first_sure(picture, level, (0, 180), engine)
    if up is None or upright is None:
        return None
    return {(True, True): 0, (True, False): 270, (False, True): 90, (False, False): 180}[upright, up]


def _first_sure(picture: Image, quads: Sequence[Quad], angles: tuple[int, int], engine: Engine) -> bool | None:
    """Whether the lines read well at the first of two opposite angles; False if at the other, None if at neither."""
    if _confidence(picture, quads, angles[0], engine) >= _SURE:
        return True
    return False if _confidence(picture, quads, angles[1], engine) >= _SURE else None


def _confidence(picture: Image, quads: Sequence[Quad], angle: int, engine: Engine) -> float:
    sure: list[float] = []
    for some in (quads[:_FIRST], quads[_FIRST:]):
        sure += [score if text.strip() else 0.0 for text, score in engine.scores(picture, some, angle)]
        if np.median(sure) >= _SURE:
            break
    return float(np.median(sure))


def skew(quads: Sequence[Quad]) -> float:
    """Degrees clockwise by which the lines lie off the picture's axes; 0.0 where turning it would not level them.

    The median of the lines' directions, weighted by length. In a photo taken at an angle the lines fan out; no
    rotation levels those, so it must take away at least 40 % of their mean slope.
    """
    slopes, weights = [], []
    for quad in quads:
        width, height = size(quad)
        if max(width, height) < 4 * min(width, height):
            continue
        start, end = (
            (quad[0] + quad[3], quad[1] + quad[2]) if width > height else (quad[0] + quad[1], quad[2] + quad[3])
        )
        direction = np.degrees(np.arctan2(*(end - start)[::-1]))
        slopes.append((direction + 45) % 90 - 45)
        weights.append(max(width, height))
    if len(slopes) < 3:
        return 0.0
    order = np.argsort(slopes)
    values, heavy = np.array(slopes)[order], np.array(weights)[order]
    angle = float(values[np.searchsorted(np.cumsum(heavy), heavy.sum() / 2)])
    if not MIN_SKEW <= abs(angle) <= MAX_SKEW:
        return 0.0
    before, after = (float(np.average(np.abs(values - by), weights=heavy)) for by in (0.0, angle))
    return angle if after <= 0.6 * before else 0.0


def rotation(width: int, height: int, degrees: float) -> tuple[Matrix, int, int]:
    """The homography that turns a picture clockwise about its middle, and the width and height that hold all of it."""
    matrix = np.vstack([cv2.getRotationMatrix2D((width / 2, height / 2), -degrees, 1.0), [0.0, 0.0, 1.0]])
    cos, sin = abs(matrix[0, 0]), abs(matrix[0, 1])
    # Rounding first: cos 90° is not quite 0 and would add a pixel.
    new_width = int(np.ceil(round(width * cos + height * sin, 6)))
    new_height = int(np.ceil(round(width * sin + height * cos, 6)))
    matrix[0, 2] += (new_width - width) / 2
    matrix[1, 2] += (new_height - height) / 2
    return matrix, new_width, new_height
