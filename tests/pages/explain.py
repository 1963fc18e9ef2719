"""``python -m tests.pages.explain [OUT.webp [LAYOUT [SEED [LOOK]]]]``: what the reader made of a page, drawn over it.

Thin grey boxes are the lines the OCR found; a coloured frame is the cell of a block, with its times: green from a
confidence of 0.9, amber from 0.6, red below.
"""

import sys
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from services.extractor.pictures import decode
from services.extractor.reading import PageInput, read_timetables
from services.ocr.reading import Part, Read, load
from shared.messages import OcrPage, TimeBlock
from tests.pages import draw

WIDTH = 1400
"""Pixels of the picture that is written."""


def explain(image: bytes) -> bytes:
    """The first page of a picture as WebP, with its lines and blocks drawn over it."""
    _, read = load()
    answer = read(image, lambda _: None)
    while isinstance(answer, Part):
        answer = read(answer, lambda _: None)
    assert isinstance(answer, Read), answer
    ocr = OcrPage(page=0, image="", width=answer.width, height=answer.height, lines=answer.lines, slopes=answer.slopes)
    picture = decode(answer.copy or image, ocr)
    # Boxes on the prepared copy itself, so no way back to the stored picture is given.
    reading = read_timetables([PageInput(ocr, picture)])[0]
    canvas = cv2.cvtColor(picture, cv2.COLOR_RGB2BGR).astype(np.uint8)
    for line in ocr.lines:
        cv2.polylines(canvas, [np.array(line.box, np.int32)], True, (190, 190, 190), 1, cv2.LINE_AA)
    for block in reading.blocks:
        _frame(canvas, block)
    scale = WIDTH / canvas.shape[1]
    small = cv2.resize(canvas, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return cv2.imencode(".webp", small, [cv2.IMWRITE_WEBP_QUALITY, 70])[1].tobytes()


def _frame(canvas: npt.NDArray[np.uint8], block: TimeBlock) -> None:
    box = block.box
    if box is None:
        return
    colour = (70, 150, 40) if block.confidence >= 0.9 else (0, 150, 230) if block.confidence >= 0.6 else (40, 40, 220)
    corner, opposite = (box.x + 3, box.y + 3), (box.x + box.width - 3, box.y + box.height - 3)
    cv2.rectangle(canvas, corner, opposite, colour, 2)
    label = f"{block.start_time or '?'}-{block.end_time or '?'}" + (f" {block.week}" if block.week else "")
    cv2.putText(canvas, label, (box.x + 8, box.y + 20), cv2.FONT_HERSHEY_SIMPLEX, 0.48, colour, 1, cv2.LINE_AA)


def main() -> None:
    defaults = ["docs/images/reading.webp", "uneven_cells", "1", "clean"]
    given = sys.argv[1:]
    out, layout, seed, look = [*given, *defaults[len(given) :]]
    path = Path(out)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(explain(draw(layout, int(seed), look).image))
    sys.stdout.write(f"{path}, {path.stat().st_size // 1000} kB\n")


if __name__ == "__main__":
    main()
