"""A page that lies on its side although most of its text was found upright: rotated headers mislead the preparation."""

import msgspec
import numpy as np

from services.extractor.reading.evidence.order import DOWNWARDS, UPWARDS
from services.extractor.reading.model import Matrix, PageInput
from shared.messages import OcrLine

MIN_SIDEWAYS = 3
"""Lines reading a side's way before the page is tried that way."""


def turned_pages(page: PageInput) -> list[PageInput]:
    """The page as it looks from either side, where at least a few lines read that way."""
    angles = [round(line.angle / 90) * 90 % 360 for line in page.ocr.lines]
    return [_turned(page, angle) for angle in (DOWNWARDS, UPWARDS) if angles.count(angle) >= MIN_SIDEWAYS]


def _turned(page: PageInput, angle: int) -> PageInput:
    """The page turned so that text of this angle stands upright."""
    height, width = page.picture.shape[:2]
    if angle == DOWNWARDS:
        back: Matrix = np.array([[0.0, -1.0, width], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
    else:
        back = np.array([[0.0, 1.0, 0.0], [-1.0, 0.0, height], [0.0, 0.0, 1.0]])
    forth: Matrix = np.linalg.inv(back).astype(np.float64)
    stored = np.eye(3) if page.ocr.to_stored is None else np.array(page.ocr.to_stored).reshape(3, 3)
    ocr = msgspec.structs.replace(
        page.ocr,
        width=height,
        height=width,
        lines=[_moved(line, forth, angle) for line in page.ocr.lines],
        to_stored=tuple(float(value) for value in (stored @ back).ravel()),
        # What ran across runs down, the other way round: (1, level) becomes (-level, 1) or its opposite.
        slopes=page.ocr.slopes and (-page.ocr.slopes[1], -page.ocr.slopes[0]),
    )
    picture = np.ascontiguousarray(np.rot90(page.picture, 1 if angle == DOWNWARDS else 3))
    return PageInput(ocr, picture, page.layer)


def _moved(line: OcrLine, matrix: Matrix, angle: int) -> OcrLine:
    a, b, c, d = (
        (float(matrix[0] @ (x, y, 1.0)), float(matrix[1] @ (x, y, 1.0))) for x, y in line.box
    )  # an affine matrix: nothing to divide by
    return msgspec.structs.replace(line, box=(a, b, c, d), angle=(line.angle - angle) % 360)
