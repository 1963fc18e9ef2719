"""What of a page is ink, before anybody has looked for lines, and how large its letters are: the larger, the smaller
the copy in which the detector finds them, and its time is that of the copy's pixels."""

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from services.ocr.crops import Image

Mask: TypeAlias = NDArray[np.uint8]
"""(height, width): 1 for ink."""

_CONTRAST = 30
"""Grey levels between ink and the ground around it."""
_GROUND = 31
"""Pixels: side of the square whose median brightness is the ground, wider than a letter's strokes."""
_HEIGHTS = (5, 90)
"""Pixels of a letter."""
_BROAD, _SLENDER = 3, 6
"""Times its height, and its height over it: how broad and how narrow a piece of ink is that counts as a letter."""
_FILLED = (0.15, 0.72)
"""Share of its box that is ink: less is a frame or a curve, more a bar or a dot."""
_ENOUGH = 20
"""Letters that tell anything."""
_LOW = 10
"""Percentile of their heights, as of the lines' below: small print beside large counts."""
_LINE = 2.0
"""Times that, the height below which a tenth of the lines' boxes is: the median of 100 real pages, whose fifth and
ninety-fifth percentiles are 1.5 and 2.9."""


def page_ink(image: Image, threads: int = 1) -> Mask:
    """What stands out from the ground around it, darker or lighter.

    Args:
        image: (height, width, 3), RGB.
        threads: that the page is shared out among, in bands.
    """
    grey = np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), dtype=np.uint8)
    threads = max(1, min(threads, len(grey) // _GROUND))
    edges = [round(part * len(grey) / threads) for part in range(threads + 1)]
    with ThreadPoolExecutor(threads, thread_name_prefix="ocr-ink") as pool:
        return np.concatenate(list(pool.map(lambda band: _band_ink(grey, *band), pairwise(edges))))


def _band_ink(grey: Mask, top: int, bottom: int) -> Mask:
    """The ink of some rows, whose ground is that of the rows around them, too."""
    above = min(top, _GROUND // 2)
    ground = cv2.medianBlur(grey[top - above : bottom + _GROUND // 2], _GROUND)[above : above + bottom - top]
    return (cv2.absdiff(grey[top:bottom], ground) > _CONTRAST).astype(np.uint8)


def low_lines(ink: Mask) -> float | None:
    """About how high the boxes of a page's lowest lines are, in pixels; None where nothing tells."""
    _, _, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    wide, tall, area = stats[1:, 2], stats[1:, 3], stats[1:, 4]
    low, high = _HEIGHTS
    least, most = _FILLED
    letters = tall[
        (tall >= low) & (tall <= high) & (wide <= _BROAD * tall) & (wide * _SLENDER >= tall)
        & (area >= least * wide * tall) & (area <= most * wide * tall)
    ]  # fmt: skip
    return _LINE * float(np.percentile(letters, _LOW)) if len(letters) >= _ENOUGH else None
