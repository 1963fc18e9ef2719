"""Each token of a page has an id of its own and keeps the OCR's lines that it is made of."""

from services.extractor.reading.evidence.line_repair import repair_lines
from services.extractor.reading.model import Line, Rect, united
from tests.unit.extractor.reading.sheet import DAYS, TIMES, Grid, Sheet, lessons


def _line(id_: int, text: str, x0: float, y0: float) -> Line:
    return Line(id_, text, 0.9, 0, Rect(x0, y0, x0 + 10 * len(text), y0 + 20), 20)


def test_parts_of_a_line_have_ids_of_their_own_and_its_source() -> None:
    parts = repair_lines([_line(7, "10:30-11:10 11:10-11:55 11:55-12:35", 100, 0), _line(8, "Maths", 100, 60)])
    assert len({part.id for part in parts}) == 4
    assert [part.origins for part in parts] == [(7,), (7,), (7,), (8,)]


def test_lines_made_one_have_both_as_their_sources() -> None:
    (whole,) = repair_lines([_line(3, "8:00 -", 0, 0), _line(5, "8:45", 0, 24)])
    assert whole.id not in (3, 5)
    assert whole.origins == (3, 5)
    again = united([whole, _line(9, "x", 0, 60)], "8:00 - 8:45 x")
    assert again.origins == (3, 5, 9)
    assert again.rect == Rect(0, 0, 60, 80)


def test_a_block_stands_on_the_ocr_s_lines_though_its_header_was_read_in_one() -> None:
    page = Sheet()
    grid = Grid(page, 6, 5)
    grid.headers(DAYS, TIMES)
    lessons(grid)
    known = {line.id for line in page.lines}
    x0, y0, x1, y1 = 230, 128, 1110, 152
    page.lines = [line for line in page.lines if line.text not in DAYS]
    page.text((x0 + x1) / 2, (y0 + y1) / 2, "   ".join(DAYS))
    page.lines[-1].box = ((x0, y0), (x1, y0), (x1, y1), (x0, y1))
    reading = page.read()
    assert len(reading.blocks) == 20
    sources = {source for block in reading.sources for _, source in block}
    assert page.lines[-1].id in sources
    assert sources <= known | {page.lines[-1].id}
