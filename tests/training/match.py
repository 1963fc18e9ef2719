"""Which drawn text each OCR line is of.

Whatever was done to a page (turned, photographed, straightened), texts that stand on both sides once tell how the
picture lies over the drawing; the other lines follow by their place.
"""

import math
from collections import Counter

import cv2
import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import Levenshtein
from rapidfuzz.fuzz import partial_ratio

from shared.messages import OcrLine
from tests.benchmarks.scorer import normal
from tests.pages.canvas import Drawn

_FEWEST = 6
"""Pairs that a page's place is told from."""
_REACH = 8.0
"""Pixels of the drawing by which a pair may miss."""


def match(lines: list[OcrLine], drawn: list[Drawn]) -> dict[int, list[Drawn]]:
    """By a line's number, the drawn texts that it lies over; none at all if too little of the page was read."""
    place = _place(lines, drawn)
    if place is None:
        return {}
    found: dict[int, list[Drawn]] = {}
    boxes = np.array([text.box for text in drawn], float)
    for number, line in enumerate(lines):
        corners = np.array(line.box, float).reshape(-1, 1, 2)
        on_sheet = cv2.perspectiveTransform(corners, place).reshape(-1, 2)
        x0, y0 = on_sheet.min(axis=0)
        x1, y1 = on_sheet.max(axis=0)
        width = np.minimum(boxes[:, 2], x1) - np.maximum(boxes[:, 0], x0)
        height = np.minimum(boxes[:, 3], y1) - np.maximum(boxes[:, 1], y0)
        area = np.maximum(width, 0) * np.maximum(height, 0)
        share = area / np.maximum(1, (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1]))
        over = [text for text, part in zip(drawn, share, strict=True) if part > 0.3]
        if over:
            found[number] = over
    return found


def best(text: str, over: list[Drawn]) -> Drawn | None:
    """The one of some drawn texts that a part of a line is of; null if it is like none."""
    wanted = normal(text) or text

    def alike(one: Drawn) -> float:
        shown = normal(one.text) or one.text
        whole = Levenshtein.normalized_similarity(wanted, shown)
        return max(whole, 0.9 * partial_ratio(wanted, shown) / 100 if min(len(wanted), len(shown)) > 1 else 0.0)

    found = max(over, key=alike, default=None)
    return found if found is not None and alike(found) >= 0.6 else None


def _place(lines: list[OcrLine], drawn: list[Drawn]) -> npt.NDArray[np.float64] | None:
    """The homography from the picture to the drawing."""
    read = [normal(line.text) for line in lines]
    shown = [normal(text.text) for text in drawn]
    once = {text for text, count in Counter(read).items() if count == 1 and len(text) > 3}
    once &= {text for text, count in Counter(shown).items() if count == 1}
    pairs = []
    for text in once:
        line, on = lines[read.index(text)], drawn[shown.index(text)]
        pairs.append((np.mean(line.box, axis=0), ((on.box[0] + on.box[2]) / 2, (on.box[1] + on.box[3]) / 2)))
    if len(pairs) < _FEWEST:
        return None
    source = np.array([pair[0] for pair in pairs], np.float32)
    target = np.array([pair[1] for pair in pairs], np.float32)
    found, kept = cv2.findHomography(source, target, cv2.RANSAC, _REACH)
    if found is None or int(kept.sum()) < max(_FEWEST, math.ceil(0.6 * len(pairs))):
        return None
    return np.asarray(found, np.float64)
