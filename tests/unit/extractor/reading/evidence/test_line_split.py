"""Texts across separators, and separators that texts only seem to have."""

import msgspec
import numpy as np

from services.extractor.reading.evidence.deskew import deskew, to_line
from services.extractor.reading.evidence.line_split import split_columns, split_lines
from services.extractor.reading.evidence.rules import Rules, find_rules
from services.extractor.reading.model import Line
from shared.messages import OcrLine
from tests.unit.extractor.reading.sheet import DAYS, TIMES, Grid, Sheet, lesson, plain, week


def _rules(page: Sheet) -> tuple[list[Line], Rules]:
    straight = deskew(page.page())
    return straight.lines, find_rules(straight.picture, straight.lines)


def _join(page: Sheet, *texts: str, by: str = "") -> None:
    """The OCR reads the lines of these texts, which stand beside each other, in one."""
    parts = [next(line for line in page.lines if line.text == text) for text in texts]
    (x0, y0), (x1, y1) = parts[0].box[0], parts[-1].box[2]
    page.lines = [line for line in page.lines if line not in parts]
    box = ((x0, y0), (x1, y0), (x1, y1), (x0, y1))
    page.lines.append(OcrLine(id=parts[0].id, text=by.join(texts), box=box, confidence=0.9, angle=0))


def test_two_cells_read_in_one_are_taken_apart_at_their_border() -> None:
    page = Sheet()
    want = plain(Grid(page, 6, 5))
    _join(page, "Monday", "Tuesday")
    _join(page, *TIMES[:1], "Maths", by=" ")
    lines, rules = _rules(page)
    parts = [line.text for line in split_lines(lines, rules)]
    assert {"Monday", "Tuesday", TIMES[0], "Maths"} <= set(parts)
    assert len(parts) == len(lines) + 2
    assert week(page.read()) == want


def test_a_time_s_half_of_the_day_ends_where_the_next_cell_s_text_begins() -> None:
    page = Sheet()
    plain(Grid(page, 6, 5))
    page.lines = [
        msgspec.structs.replace(line, text="9:00 AM") if line.text == TIMES[0] else line for line in page.lines
    ]
    _join(page, "9:00 AM", "Maths")
    lines, rules = _rules(page)
    assert {"9:00 AM", "Maths"} <= {line.text for line in split_lines(lines, rules)}


def _row_in_one(page: Sheet) -> set[tuple[str, str | None, str | None, str]]:
    """A week without rules, in whose first row all texts were read as one; gives what must be read."""
    grid = Grid(page, 6, 5, cell_height=60)
    grid.headers(DAYS, TIMES, border=False)
    for day in range(5):
        grid.put(day + 1, 1, "Early Morning Work", border=False, scale=0.5)
        for period in range(1, 4):
            grid.put(day + 1, period + 1, lesson(day, period), border=False)
    row = [line for line in page.lines if line.text in (TIMES[0], "Early Morning Work")]
    (x0, y0), (x1, y1) = row[0].box[0], row[-1].box[2]
    page.lines = [line for line in page.lines if line not in row]
    box = ((x0, y0), (x1, y0), (x1, y1), (x0, y1))
    page.lines.append(OcrLine(id=row[0].id, text=" ".join(line.text for line in row), box=box, confidence=0.9, angle=0))
    return {(day.lower(), "09:00", "09:45", "Early Morning Work") for day in DAYS}


def test_a_row_read_in_one_is_taken_apart_where_its_gaps_are_wide() -> None:
    page = Sheet(1200, 600)
    want = _row_in_one(page)
    found = week(page.read())
    assert want <= found
    assert len(found) == 20


def test_a_sentence_stays_whole() -> None:
    page = Sheet(1200, 600)
    page.text(600, 80, "Please bring your PE kit on Wednesday and return your library books on Friday")
    lines, _ = _rules(page)
    assert split_columns(lines, page.picture) == lines


def test_a_text_in_a_merged_cell_stays_whole() -> None:
    page = Sheet()
    grid = Grid(page, 6, 5)
    grid.headers(DAYS, TIMES)
    for day in range(5):
        for period in (0, 1, 3):
            grid.put(day + 1, period + 1, "Art")
    grid.put(1, 3, "Whole School Assembly", wide=5)
    lines, rules = _rules(page)
    assert [line.text for line in split_lines(lines, rules)] == [line.text for line in lines]


def test_a_text_without_a_gap_at_the_border_and_a_range_stay_whole() -> None:
    page = Sheet()
    for y in (100, 180):
        page.frame(100, y, 300, y + 80)
        page.frame(300, y, 500, y + 80)
    page.text(300, 140, "Mathematics")
    page.text(300, 220, "9:00 - 9:45")
    lines, rules = _rules(page)
    assert [line.text for line in split_lines(lines, rules)] == ["Mathematics", "9:00 - 9:45"]


def test_a_text_s_own_edge_beside_another_cell_s_is_no_separator() -> None:
    """Letters' feet form a run below their box; in the next column a cell ends a few pixels lower."""
    page = Sheet(800, 400)
    page.text(400, 190, "Sciences", scale=0.9)
    lines = [to_line(line, np.eye(3)) for line in page.lines]
    rect = lines[0].rect
    page.fill(60, 100, rect.x0 - 2, rect.y1 + 4, (200, 220, 250))
    page.rule(rect.x0 + 8, rect.y1 - 2, rect.x1 - 8, rect.y1 - 2, (90, 90, 90), 2)
    rules = find_rules(page.picture, lines)
    assert rules.row_cut(rect.y1 - 2, rect.x0 + 15, rect.x1 - 15, 3) == 0
    assert rules.row_cut(rect.y1 + 4, 80, rect.x0 - 30) > 0.9
