"""What the extractor reads off pages that were typeset, with nothing from the text recognition."""

from typing import Any, TypeAlias

import numpy as np

from services.compressor.pdf import DrawnPage
from services.compressor.typeset.document import Typeset
from services.extractor.reading import PageInput, Reading, read_timetables
from shared.messages import OcrPage, TextLine

Blocks: TypeAlias = set[tuple[str, str, str | None, str | None]]
"""Day, name, start and end of each."""


def drawn(document: Typeset, number: int = 0, longest: int = 2048) -> DrawnPage:
    page = document.draw(number, longest)
    assert isinstance(page, DrawnPage)
    return page


def lines(document: Typeset, number: int = 0) -> list[TextLine]:
    layer = drawn(document, number).text
    assert layer is not None
    assert layer.exact
    return layer.lines


def pixels(page: DrawnPage) -> Any:
    return np.frombuffer(page.pixels, np.uint8).reshape(page.height, page.width, 4)[:, :, :3]


def readings(document: Typeset) -> list[Reading]:
    pages = []
    for number in range(document.pages):
        page = drawn(document, number)
        ocr = OcrPage(page=number, image="x", width=page.width, height=page.height, lines=[])
        pages.append(PageInput(ocr, np.ascontiguousarray(pixels(page)), page.text))
    return read_timetables(pages)


def blocks(document: Typeset) -> Blocks:
    """Of the first week."""
    return {(each.day_name, each.name, each.start_time, each.end_time) for each in readings(document)[0].blocks}
