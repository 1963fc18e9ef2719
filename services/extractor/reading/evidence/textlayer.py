"""Takes the lines of an exact layer: a page that was drawn from its text (Word) has every letter of it right.

A PDF's own text is held against the picture by the text recognition (`services.ocr.layer`), whose lines it then is.
"""

import msgspec
import numpy as np

from shared.messages import OcrLine, OcrPage, TextLayer

MAX_LAYER = 3000
"""Lines of a layer that are looked at."""


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
