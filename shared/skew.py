"""How far a page leans, by its ruling lines and the edges of its areas and letters, and the shear that takes it out.

The text recognition measures it once and hands it on (`OcrPage.slopes`); where it makes a copy of the page anyway, it
takes it out there. The reader takes out what is left. Whoever does so resamples the stored picture, not a copy of it.
"""

import cv2
import numpy as np
import numpy.typing as npt

from shared.messages import Slopes

Picture = npt.NDArray[np.uint8]
Matrix = npt.NDArray[np.float64]

STRAIGHT: Slopes = (0.0, 0.0)
MIN_DRIFT = 3.0
"""Pixels by which a line across the whole page may stray before the page is straightened."""
MAX_SLOPE = 0.06
"""About 3.5 degrees: steeper is no residual skew but a page nobody turned upright, or a drawing."""
SEARCHED = 1000
"""Longest side, in pixels, of the copy in which slopes are measured."""
RUN = 15
"""Pixels of that copy an edge must run straight for: longer than letters' strokes."""
MIN_POINTS = 400
MAX_POINTS = 15_000
_AS_SHARP = 0.98
"""Times the sharpest slope's: a page whose rules are as sharp as they stand is not touched."""


def measured(picture: Picture) -> Slopes | None:
    """How far a page leans; None where too little on it tells.

    Edge pixels are projected along candidate slopes; the slope whose profile is the most peaked wins (the sum of its
    squares, as in Postl's skew estimation by simulated scan lines).

    Args:
        picture: (height, width, 3), RGB; of the page in any size.
    """
    scale = min(1.0, SEARCHED / max(picture.shape[:2]))
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)
    found: list[float | None] = []
    for along in (True, False):
        smooth = cv2.blur(grey, (9, 1) if along else (1, 9))
        step = cv2.convertScaleAbs(cv2.Sobel(smooth, cv2.CV_16S, int(not along), int(along), ksize=1))
        noise = float(np.median(step[::3, ::3]))
        edge = (step > 5.0 + 3.0 * noise).astype(np.uint8)
        wide = cv2.dilate(edge, np.ones((2, 1) if along else (1, 2), np.uint8))
        straight = cv2.morphologyEx(wide, cv2.MORPH_OPEN, np.ones((1, RUN) if along else (RUN, 1), np.uint8))
        y, x = np.nonzero(straight)
        found.append(_peaked(x, y) if along else _peaked(y, x))
    level, upright = found
    return None if level is None and upright is None else (level or 0.0, upright or 0.0)


def drifts(slopes: Slopes, width: int, height: int) -> bool:
    """Whether a page of this size leans so far that it must be straightened."""
    return abs(slopes[0]) * width >= MIN_DRIFT or abs(slopes[1]) * height >= MIN_DRIFT


def straightening(slopes: Slopes, width: int, height: int) -> tuple[Matrix, int, int]:
    """The shear (3 x 3) after which a leaning page's rules run along the axes, and the width and height of it all."""
    level, upright = slopes
    # A horizontal rule runs along (1, level), a vertical one along (upright, 1): these become the axes.
    matrix = np.linalg.inv(np.array([[1.0, upright, 0.0], [level, 1.0, 0.0], [0.0, 0.0, 1.0]]))
    corners = np.array([[0, 0, 1], [width, 0, 1], [0, height, 1], [width, height, 1]]) @ matrix.T
    low, high = corners[:, :2].min(axis=0), corners[:, :2].max(axis=0)
    shift = np.eye(3)
    shift[:2, 2] = -low
    wide, tall = (high - low).round().astype(int)
    return shift @ matrix, int(wide), int(tall)


def _peaked(along: npt.NDArray[np.int64], across: npt.NDArray[np.int64]) -> float | None:
    if len(along) < MIN_POINTS:
        return None
    keep = slice(None, None, max(1, len(along) // MAX_POINTS))
    along, across = along[keep], across[keep]

    def sharpness(slope: float) -> float:
        profile = np.bincount((across - slope * along + SEARCHED * MAX_SLOPE + 1.5).astype(int)).astype(float)
        return float((profile * profile).sum())

    best = 0.0
    for step, reach in ((0.004, MAX_SLOPE), (0.001, 0.004), (0.00025, 0.001)):
        slopes = np.clip(np.arange(best - reach, best + reach + step / 2, step), -MAX_SLOPE, MAX_SLOPE)
        sharp = np.array([sharpness(slope) for slope in slopes])
        # A straight rule is as sharp along all slopes that stay within its thickness: the middle one is its own.
        best = float(np.median(slopes[sharp == sharp.max()]))
    return 0.0 if sharpness(0.0) >= _AS_SHARP * sharpness(best) else best
