"""How a line is printed: the size of its type, the thickness of its strokes, how far its ink stands out.

What goes with a lesson's name (its teacher, its room, what is done in it) is nearly always printed smaller, lighter or
paler than the name. The boxes of the OCR are too loose to show a tenth of a size, the pixels are not.
"""

from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from services.extractor.reading.model import Line, Picture, Type

Floats = npt.NDArray[np.float32]

ENLARGED = 2.0
"""Strokes of small print are two pixels wide, and half a pixel makes the difference."""
LEAST, LEAST_TYPE = 4, 3
"""Pixels of a box, and of type, in which anything is to be seen."""
FAINT = 20.0
"""Grey levels; what stands out less is no ink."""
_EMPTY = 0.004
"""Share of ink in a row of pixels up to which it is between two lines."""
_THICKEST = 0.3
"""Of the size: more than any stroke."""
_STRONGER = 1.25
"""Times the name's contrast."""
_STRONGEST = np.float32(0.99)
"""Share of the pixels that stand out less than the strongest ink."""
_HALF = 0.5
_CAPITAL, _X_HEIGHT, _TAIL = 0.72, 0.5, 0.2
"""Heights of letters in ems, on the average of common typefaces."""
_HIGH = frozenset("bdfhklt/()|!?[]&'\"’")
_LOW = frozenset("gjpqy,;()/Q|[]")


def with_types(picture: Picture, lines: list[Line]) -> list[Line]:
    """The lines with how they are printed.

    Args:
        picture: the page, (height, width, 3), RGB.
        lines: with their boxes on it.
    """
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    return [replace(line, type=_measured(grey, line)) for line in lines]


def likeness(name: Type, other: Type) -> float | None:
    """How much `other` is printed like `name`: 1 for the same type, less for a smaller, thinner or paler one.

    Stroke and contrast of the same print agree within a tenth, and so does its size, unless the box holds parts of
    other lines: larger type tells nothing. Nothing is told at all where the name is much the paler one: then its ground
    was not understood.
    """
    contrast = other.contrast / name.contrast
    if contrast > _STRONGER:
        return None
    return min(other.em / name.em, 1.0) * (other.stroke / name.stroke) * contrast


def _measured(grey: npt.NDArray[Any], line: Line) -> Type | None:
    x0, y0 = max(int(line.rect.x0), 0), max(int(line.rect.y0), 0)
    crop = grey[y0 : int(np.ceil(line.rect.y1)), x0 : int(np.ceil(line.rect.x1))]
    if min(crop.shape, default=0) < LEAST:
        return None
    if not line.upright:
        crop = np.rot90(crop)
    big = cv2.resize(np.ascontiguousarray(crop), None, fx=ENLARGED, fy=ENLARGED, interpolation=cv2.INTER_CUBIC)
    return type_of(np.abs(big - ground_of(big)), line.text, line.size)


def ground_of(big: npt.NDArray[Any]) -> np.float32:
    """The level of a text's ground: the median of the two rows at either edge of its enlarged box."""
    edge = np.concatenate([big[:2].ravel(), big[-2:].ravel()])
    # Of an even number of values it is the mean of the middle two; numpy's median asks much else first.
    at = len(edge) // 2
    ordered = np.partition(edge, (at - 1, at))
    return np.float32((float(ordered[at - 1]) + float(ordered[at])) / 2)


def strongest(depth: Floats) -> float:
    """How far the hundredth of the pixels that stands out most does so at least.

    It is numpy's 99th percentile, to the bit, without what that does first for any number of them and any axis.

    Args:
        depth: at least one value, none of them NaN.
    """
    count = depth.size
    # The place among the sorted values is numpy's, computed as exactly as these are.
    place = np.float32(count - 1) * _STRONGEST
    at = int(place)
    after = min(at + 1, count - 1)
    # Asked for both: for one alone numpy takes another way, fifty times as long where many values are equal.
    ordered = np.partition(depth.ravel(), (at, after))
    low, high = ordered[at], ordered[after]
    share, step = place - np.float32(at), high - low
    return float(low + step * share if share < _HALF else high - step * (1 - share))


def type_of(depth: Floats, text: str, size: float | None = None) -> Type | None:
    """How a text is printed that reads from left to right.

    Args:
        depth: how far each pixel stands out from the ground, at `ENLARGED` times the page's size.
        text: what stands there.
        size: of the box around it, in pixels of the page, which is a second witness of the type's size.
    """
    contrast = strongest(depth)
    if contrast < FAINT:
        return None
    ink = depth > contrast / 2
    top, bottom = _middle_run(np.count_nonzero(ink, axis=1) / ink.shape[1] > _EMPTY)
    if bottom - top < LEAST_TYPE * ENLARGED:
        return None
    ink = ink[top:bottom]
    # Cauchy-Crofton: steps along rows and columns are 4/pi of the outline; a stroke has an edge on either side.
    outline = np.pi / 4 * float(np.count_nonzero(ink[:, 1:] != ink[:, :-1]) + np.count_nonzero(ink[1:] != ink[:-1]))
    if not outline:
        return None
    em = (bottom - top) / _extent(text)
    if size is not None:
        # Rows of ink may run into a rule, and the box is loose: each is wrong now and then, seldom both.
        em = float(np.sqrt(em * ENLARGED * size))
    stroke = 2 * float(np.count_nonzero(ink)) / outline
    # Bold type has strokes of a fifth of its size: more is a rule or an edge of the cell taken for ink.
    return Type(em / ENLARGED, stroke / ENLARGED, contrast) if stroke < _THICKEST * em else None


def _middle_run(inked: npt.NDArray[np.bool_]) -> tuple[int, int]:
    """First row of ink and the one after the last around the middle, without parts of the lines above and below."""
    rows, middle = inked.tobytes(), len(inked) // 2
    above, below = rows.rfind(1, 0, middle + 1), rows.find(1, middle)
    if above < 0 and below < 0:
        return 0, 0
    at = above if below < 0 or (above >= 0 and middle - above <= below - middle) else below
    bottom = rows.find(0, at)
    return rows.rfind(0, 0, at) + 1, bottom if bottom >= 0 else len(rows)


def _extent(text: str) -> float:
    """How many ems high a text is, by its letters."""
    high = any(letter.isupper() or letter.isdigit() or letter in _HIGH or letter >= "À" for letter in text)
    low = any(letter in _LOW for letter in text)
    return (_CAPITAL if high else _X_HEIGHT) + (_TAIL if low else 0.0)
