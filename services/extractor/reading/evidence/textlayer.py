"""Takes a PDF's own characters where they agree with what the OCR read in the same place.

A text layer has every accent right, but it can also be garbage (fonts without a character map, another scanner's OCR,
hidden text). So it never adds a line: it only corrects lines the OCR read there itself, much the same, and only on
pages where most of the two agree.

A layer that says it is exact (a Word document's, whose picture the compressor drew from it) holds in place of the OCR.
"""

import unicodedata

import msgspec
import numpy as np
from rapidfuzz.distance import Levenshtein

from services.extractor.reading.model import Matrix
from shared.messages import OcrLine, OcrPage, TextLayer, TextLine

ALIKE = 0.7
"""Similarity of a line's two readings from which they are the same words."""
TRUSTED = 0.6
"""Share of the lines with a counterpart that must be alike before any is corrected."""
MAX_LAYER = 3000
"""Lines of a layer that are looked at."""
EXACT = 0.99
"""Score of a line that two independent sources agree on."""


def with_layer(page: OcrPage, layer: TextLayer | None) -> OcrPage:
    """The page with its lines' texts taken from the layer where both agree.

    Args:
        page: as the OCR read it.
        layer: lines with boxes in pixels of the stored picture; null for none.
    """
    if layer is not None and layer.exact:
        return exact_page(page, layer)
    if layer is None or not layer.lines or not page.lines:
        return page
    matrix = np.eye(3) if page.to_stored is None else np.array(page.to_stored).reshape(3, 3)
    boxes = np.array([line.box for line in layer.lines[:MAX_LAYER]], float)
    found: dict[int, str] = {}
    counterparts = 0
    for index, line in enumerate(page.lines):
        text = _counterpart(_box(line, matrix), layer.lines, boxes, line.angle)
        if text:
            counterparts += 1
            if Levenshtein.normalized_similarity(_plain(text), _plain(line.text)) >= ALIKE:
                found[index] = text
    if not found or len(found) < TRUSTED * counterparts:
        return page
    lines = [
        msgspec.structs.replace(line, text=found[index], confidence=max(EXACT, line.confidence))
        if index in found
        else line
        for index, line in enumerate(page.lines)
    ]
    return msgspec.structs.replace(page, lines=lines)


def exact_page(page: OcrPage, layer: TextLayer | None) -> OcrPage:
    """The page with an exact layer's lines instead of those the OCR read; as it is where its layer is none.

    Args:
        page: as the OCR read it.
        layer: lines with boxes in pixels of the stored picture.
    """
    if layer is None or not layer.exact or not layer.lines:
        return page
    matrix = np.eye(3) if page.to_stored is None else np.linalg.inv(np.array(page.to_stored).reshape(3, 3))
    lines: list[OcrLine] = []
    for line in layer.lines[:MAX_LAYER]:
        x, y, wide, high = line.box
        corners = [(x, y), (x + wide, y), (x + wide, y + high), (x, y + high)]
        first = (line.angle // 90) % 4
        points = np.array([[*corner, 1.0] for corner in corners[first:] + corners[:first]]) @ matrix.T
        points = points[:, :2] / points[:, 2:]
        (x0, y0), (x1, y1) = points[0], points[1]
        # As it reads on this picture, which may be turned against the stored one.
        angle = round(float(np.degrees(np.arctan2(y1 - y0, x1 - x0))) / 90) * 90 % 360
        a, b, c, d = ((float(px), float(py)) for px, py in points)
        lines.append(OcrLine(id=len(lines), text=line.text, box=(a, b, c, d), confidence=1.0, angle=angle))
    return msgspec.structs.replace(page, lines=lines)


def _box(line: OcrLine, matrix: Matrix) -> tuple[float, float, float, float]:
    """x0, y0, x1, y1 on the stored picture."""
    points = np.array([[x, y, 1.0] for x, y in line.box]) @ matrix.T
    points = points[:, :2] / points[:, 2:]
    (x0, y0), (x1, y1) = points.min(axis=0), points.max(axis=0)
    return float(x0), float(y0), float(x1), float(y1)


def _counterpart(
    box: tuple[float, float, float, float], lines: list[TextLine], boxes: Matrix, angle: int
) -> str | None:
    """The layer's text within a box: its lines that lie inside for the most part, in reading order."""
    x0, y0, x1, y1 = box
    wide = np.minimum(x1, boxes[:, 0] + boxes[:, 2]) - np.maximum(x0, boxes[:, 0])
    high = np.minimum(y1, boxes[:, 1] + boxes[:, 3]) - np.maximum(y0, boxes[:, 1])
    share = np.clip(wide, 0, None) * np.clip(high, 0, None) / np.maximum(1e-6, boxes[:, 2] * boxes[:, 3])
    inside = [lines[int(index)] for index in np.nonzero(share > 0.6)[0]]
    axis = 1 if angle in (90, 270) else 0
    inside.sort(key=lambda line: line.box[axis], reverse=angle in (180, 270))
    return " ".join(line.text.strip() for line in inside).strip() or None


def _plain(text: str) -> str:
    text = unicodedata.normalize("NFKD", text).casefold()
    return "".join(char for char in text if char.isalnum())
