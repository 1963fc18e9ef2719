"""Takes the last degree of skew out of a page, as its ruling lines and text show it."""

from dataclasses import dataclass

import cv2
import numpy as np

from services.extractor.reading.model import Line, Matrix, PageInput, Picture, Rect
from shared.messages import OcrLine

MIN_DRIFT = 3.0
"""Pixels by which a line across the whole page may stray before the page is straightened."""
MAX_SLOPE = 0.06
"""About 3.5 degrees: steeper is no residual skew but a page nobody turned upright, or a drawing."""


@dataclass(frozen=True, slots=True)
class Straight:
    """A page whose rules run along the axes."""

    picture: Picture
    lines: list[Line]
    to_page: Matrix
    """3 x 3, from this picture to the page's."""


def straighten(page: PageInput) -> Straight:
    """Shear the page upright if its rules say that it leans; its text decides where there are no rules."""
    level, upright = _slopes(page.picture)
    if level is None:
        level = _text_slope(page.ocr.lines) or 0.0
    if upright is None:
        upright = -level
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
    return Straight(picture, [to_line(line, back) for line in page.ocr.lines], np.linalg.inv(back))


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


def _slopes(picture: Picture) -> tuple[float | None, float | None]:
    """Median slopes of the long horizontal and the long vertical rules, by the Hough transform on half the pixels."""
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    scale = min(1.0, 1000 / max(grey.shape))
    grey = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    edges = cv2.Canny(grey, 20, 60)
    least = max(grey.shape) * 0.12
    found = cv2.HoughLinesP(edges, 1, np.pi / 720, 80, minLineLength=least, maxLineGap=4)
    if found is None:
        return None, None
    level: list[tuple[float, float]] = []
    upright: list[tuple[float, float]] = []
    for x0, y0, x1, y1 in found.reshape(-1, 4)[:400].astype(float):
        dx, dy = x1 - x0, y1 - y0
        length = float(np.hypot(dx, dy))
        if abs(dy) <= MAX_SLOPE * abs(dx):
            level.append((dy / dx, length))
        elif abs(dx) <= MAX_SLOPE * abs(dy):
            upright.append((dx / dy, length))
    return _weighted_median(level), _weighted_median(upright)


def _weighted_median(values: list[tuple[float, float]]) -> float | None:
    if len(values) < 3:
        return None
    values.sort()
    total = sum(weight for _, weight in values)
    passed = 0.0
    for value, weight in values:
        passed += weight
        if passed >= total / 2:
            return value
    return values[-1][0]


def _text_slope(lines: list[OcrLine]) -> float | None:
    slopes: list[tuple[float, float]] = []
    for line in lines:
        (x0, y0), (x1, y1) = line.box[0], line.box[1]
        if line.angle == 0 and x1 - x0 > 120 and abs(y1 - y0) <= MAX_SLOPE * (x1 - x0):
            slopes.append(((y1 - y0) / (x1 - x0), x1 - x0))
    return _weighted_median(slopes)
