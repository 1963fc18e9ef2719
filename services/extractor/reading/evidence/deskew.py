"""Takes the last degree of skew out of a page, as its ruling lines show it."""

from dataclasses import dataclass

import cv2
import numpy as np

from services.extractor.reading.model import Line, Matrix, PageInput, Picture, Rect
from shared.messages import OcrLine
from shared.skew import STRAIGHT, drifts, measured, straightening


@dataclass(frozen=True, slots=True)
class Straight:
    """A page whose rules run along the axes."""

    picture: Picture
    lines: list[Line]
    to_page: Matrix
    """3 x 3, from this picture to the page's."""


def deskew(page: PageInput) -> Straight:
    """Shear the page upright if it leans, as the text recognition measured; its version before that did not."""
    slopes = page.ocr.slopes or measured(page.picture) or STRAIGHT
    height, width = page.picture.shape[:2]
    if not drifts(slopes, width, height):
        return Straight(page.picture, [to_line(line, np.eye(3)) for line in page.ocr.lines], np.eye(3))
    matrix, wide, tall = straightening(slopes, width, height)
    picture = cv2.warpAffine(
        page.picture, matrix[:2], (wide, tall), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    ).astype(np.uint8)
    to_page: Matrix = np.linalg.inv(matrix).astype(np.float64)
    return Straight(picture, [to_line(line, matrix) for line in page.ocr.lines], to_page)


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
