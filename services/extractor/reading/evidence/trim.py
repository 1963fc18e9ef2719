"""Takes the rules at the edges of a text's box out of it.

The OCR's boxes are wider than their letters. In a tight table they reach over the rules of the cell, and then its
border passes for ink of the text: heavier strokes, a larger size, another print than that of the line below.
"""

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from services.extractor.reading.evidence.rules import Mask, Rules
from services.extractor.reading.model import Line, Rect

_ALONG = 0.6
"""Of the box's side: how much of a rule is seen along it."""
_DEEP = 0.6
"""Text heights from the box's end to a rule that is cut off with what lies behind it: less than a letter."""
_HIGH = 0.3
"""The same across the reading direction."""
_AT_MOST = 0.3
"""Of the box, on each side."""


def trimmed(lines: list[Line], rules: Rules) -> list[Line]:
    """The lines, their boxes ending at the rules they covered; the size with them where the box was too high."""
    return [_trimmed(line, rules) for line in lines]


def _trimmed(line: Line, rules: Rules) -> Line:
    wide, high = (_DEEP, _HIGH) if line.upright else (_HIGH, _DEEP)
    x0, x1 = _side(rules.upright, line.rect, wide * line.size, rules.scale)
    y0, y1 = _side(rules.level.T, line.rect.turned(), high * line.size, rules.scale)
    rect = Rect(x0, y0, x1, y1)
    if rect == line.rect:
        return line
    return replace(line, rect=rect, size=min(line.size, rect.height if line.upright else rect.width))


def _side(mask: Mask, rect: Rect, deep: float, scale: float) -> tuple[float, float]:
    """Where the box begins and ends along x without the rules within `deep` pixels of its ends."""
    x0, x1 = max(0, int(rect.x0 * scale)), int(rect.x1 * scale) + 1
    strip = mask[max(0, int(rect.y0 * scale)) : int(rect.y1 * scale) + 1, x0:x1]
    if not strip.size:
        return rect.x0, rect.x1
    ruled = np.flatnonzero((strip > 0).mean(axis=0) >= _ALONG)
    within = min(deep, _AT_MOST * rect.width) * scale
    first: npt.NDArray[np.intp] = ruled[ruled <= within]
    last: npt.NDArray[np.intp] = ruled[ruled >= strip.shape[1] - 1 - within]
    lo = max(rect.x0, (x0 + float(first.max()) + 1) / scale) if first.size else rect.x0
    hi = min(rect.x1, (x0 + float(last.min())) / scale) if last.size else rect.x1
    return lo, hi
