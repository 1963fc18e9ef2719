"""Takes the last degree of skew out of a page, as its ruling lines show it."""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from services.extractor.reading.model import Line, Matrix, PageInput, Picture, Rect
from shared.messages import OcrLine

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


@dataclass(frozen=True, slots=True)
class Straight:
    """A page whose rules run along the axes."""

    picture: Picture
    lines: list[Line]
    to_page: Matrix
    """3 x 3, from this picture to the page's."""


def deskew(page: PageInput) -> Straight:
    """Shear the page upright if its rules and the edges of its areas and letters say that it leans."""
    level, upright = _slopes(page.picture)
    height, width = page.picture.shape[:2]
    if abs(level) * width < MIN_DRIFT and abs(upright) * height < MIN_DRIFT:
        return Straight(page.picture, [to_line(line, np.eye(3)) for line in page.ocr.lines], np.eye(3))
    # A horizontal rule runs along (1, level), a vertical one along (upright, 1): these become the axes.
    to_page = np.array([[1.0, upright, 0.0], [level, 1.0, 0.0], [0.0, 0.0, 1.0]])
    back = np.linalg.inv(to_page)
    corners = np.array([[0, 0, 1], [width, 0, 1], [0, height, 1], [width, height, 1]]) @ back.T
    shift = np.eye(3)
    shift[:2, 2] = -corners[:, :2].min(axis=0)
    back = shift @ back
    size = (corners[:, :2].max(axis=0) - corners[:, :2].min(axis=0)).round().astype(int)
    picture = cv2.warpAffine(
        page.picture, back[:2], (int(size[0]), int(size[1])), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    ).astype(np.uint8)
    forth: Matrix = np.linalg.inv(back).astype(np.float64)
    return Straight(picture, [to_line(line, back) for line in page.ocr.lines], forth)


def to_line(line: OcrLine, matrix: Matrix) -> Line:
    """The line with its box's corners moved by `matrix` and boxed upright."""
    corners = np.array([[x, y, 1.0] for x, y in line.box]) @ matrix.T
    points = corners[:, :2] / corners[:, 2:]
    rect = Rect(
        float(points[:, 0].min()), float(points[:, 1].min()), float(points[:, 0].max()), float(points[:, 1].max())
    )
    side = (np.linalg.norm(points[3] - points[0]) + np.linalg.norm(points[2] - points[1])) / 2
    angle = round(line.angle / 90) * 90 % 360
    return Line(line.id, line.text.strip(), line.confidence, angle, rect, max(1.0, float(side)))


def _slopes(picture: Picture) -> tuple[float, float]:
    """Slopes of the horizontal and the vertical rules; 0 where there are too few.

    Edge pixels are projected along candidate slopes; the slope whose profile is the most peaked wins (the sum of its
    squares, as in Postl's skew estimation by simulated scan lines).
    """
    scale = min(1.0, SEARCHED / max(picture.shape[:2]))
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY)
    out: list[float] = []
    for along in (True, False):
        smooth = cv2.blur(grey, (9, 1) if along else (1, 9))
        step = cv2.convertScaleAbs(cv2.Sobel(smooth, cv2.CV_16S, int(not along), int(along), ksize=1))
        noise = float(np.median(step[::3, ::3]))
        edge = (step > 5.0 + 3.0 * noise).astype(np.uint8)
        wide = cv2.dilate(edge, np.ones((2, 1) if along else (1, 2), np.uint8))
        straight = cv2.morphologyEx(wide, cv2.MORPH_OPEN, np.ones((1, RUN) if along else (RUN, 1), np.uint8))
        y, x = np.nonzero(straight)
        out.append(_peaked(x, y) if along else _peaked(y, x))
    return out[0], out[1]


def _peaked(along: npt.NDArray[np.int64], across: npt.NDArray[np.int64]) -> float:
    if len(along) < MIN_POINTS:
        return 0.0
    keep = slice(None, None, max(1, len(along) // MAX_POINTS))
    along, across = along[keep], across[keep]

    def sharpness(slope: float) -> float:
        profile = np.bincount((across - slope * along + SEARCHED * MAX_SLOPE + 1).astype(int)).astype(float)
        return float((profile * profile).sum())

    best = 0.0
    for step, reach in ((0.004, MAX_SLOPE), (0.001, 0.004), (0.00025, 0.001)):
        slopes = np.arange(best - reach, best + reach + step / 2, step)
        best = float(max(np.clip(slopes, -MAX_SLOPE, MAX_SLOPE), key=sharpness))
    return best
