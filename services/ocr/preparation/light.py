"""Takes the lamp's slope off a photographed page: paper as bright in its dark corner as in its bright one.

Paper is what is brightest in each patch of the page. A smooth surface, a polynomial of third degree in the logarithm
of brightness, is laid upon the patches from above (reweighted least squares, in which patches below the surface, being
print or coloured cells, count little), and the page is divided by it. The surface is too stiff to follow a cell's
colour, which therefore stays; the hard edge of a shadow stays too.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from services.ocr.crops import Image
from services.ocr.preparation.segments import shrunk

Floats = NDArray[np.float64]

UNEVEN = 1.4
"""Brightest over darkest paper from which a page is evened; eyes hardly see less, and the recogniser does not care."""
MAX_GAIN = 3.0
"""More would raise a black border, and noise with it."""
MIN_SLOPE = 0.004
"""Median step of the logarithm of brightness from patch to patch."""
DARKEST = 50.0
"""Grey level of the page's paper; dark mode has none."""
EXPLAINED = 0.4
"""Share of the patches that must be paper under the surface found."""
DEGREE = 3
_PATCHES = 24
"""Along the longer side."""
_SIDE = 384
_BELOW = 0.04
"""In logarithms: a patch this much below the surface is no paper."""


def evened(page: Image) -> Image:
    """The page in even light, or the very same array where its light is even enough.

    Args:
        page: (height, width, 3), RGB; what is not paper at its edges, such as a desk, counts as its print does.
    """
    gain = _gain(page)
    if gain is None:
        return page
    full = cv2.resize(gain, (page.shape[1], page.shape[0]), interpolation=cv2.INTER_LINEAR)
    return np.asarray(cv2.multiply(page, cv2.merge([full] * 3), dtype=cv2.CV_8U), dtype=np.uint8)


def _gain(page: Image) -> NDArray[np.float32] | None:
    small, _ = shrunk(page, _SIDE)
    bright = small.max(axis=2).astype(np.float64)
    height, width = bright.shape
    step = max(height, width) // _PATCHES
    if min(height, width) < 4 * step or step < 4:
        return None
    rows, columns = height // step, width // step
    patches = bright[: rows * step, : columns * step].reshape(rows, step, columns, step)
    paper = np.percentile(patches.transpose(0, 2, 1, 3).reshape(rows, columns, -1), 85, axis=2)
    levels = np.log(np.maximum(paper, 1.0))
    # Light falls off from each patch to the next; a dark bar or a coloured half of a drawn page is one step.
    slope = max(float(np.median(np.abs(np.diff(levels, axis=axis)))) for axis in (0, 1))
    if slope < MIN_SLOPE or float(np.median(paper)) < DARKEST:
        return None
    y, x = np.mgrid[:rows, :columns]
    terms = _terms((x.ravel() + 0.5) * step / width, (y.ravel() + 0.5) * step / height)
    levels = levels.ravel()
    lit = (levels > np.median(levels) - 1.5).astype(np.float64)
    weights = lit
    fit = np.zeros(terms.shape[1])
    for _ in range(12):
        fit = np.linalg.lstsq(terms * weights[:, None], levels * weights, rcond=None)[0]
        off = levels - terms @ fit
        weights = np.where(off < -_BELOW, 0.03, 1.0) * lit
    if float(np.mean(np.abs(levels - terms @ fit) < 2 * _BELOW)) < EXPLAINED:
        return None
    v, u = np.mgrid[0:1:32j, 0:1:32j]
    surface = (_terms(u.ravel(), v.ravel()) @ fit).reshape(32, 32)
    high = float(np.percentile(surface, 98))
    if np.exp(high - float(np.percentile(surface, 2))) < UNEVEN:
        return None
    return np.clip(np.exp(high - surface), 1.0, MAX_GAIN).astype(np.float32)


def _terms(x: Floats, y: Floats) -> Floats:
    x, y = 2 * x - 1, 2 * y - 1
    return np.stack([x**i * y**j for i in range(DEGREE + 1) for j in range(DEGREE + 1 - i)], axis=1)
