"""Cells, columns and weeks that run into each other on the picture, and what keeps them apart."""

from dataclasses import replace

import msgspec
import pytest

from services.extractor.reading.axes.bands import TimeBand
from services.extractor.reading.axes.series import DayBand
from services.extractor.reading.axes.view import View
from services.extractor.reading.cell.cells import page_words, read_cell
from services.extractor.reading.decide.layouts import layout_score
from services.extractor.reading.evidence.deskew import deskew
from services.extractor.reading.evidence.rules import find_rules
from services.extractor.reading.lexicon.times import find_times
from services.extractor.reading.lexicon.words import is_person, is_room
from services.extractor.reading.model import BlockDraft, LayoutResult, Line, Rect
from services.extractor.reading.table.pieces import Table
from services.extractor.reading.table.regions import find_regions
from shared.messages import DAYS as WEEK
from tests.unit.extractor.reading.sheet import DAYS, TIMES, Grid, Sheet, find, lesson, plain, week

PINK = (250, 220, 220)
Span = tuple[float, float]


def _coloured(page: Sheet) -> Grid:
    """Days down the side; coloured cells with white gutters but for the break (column 3), whose ground is pale."""
    grid = Grid(page, 5, 6)
    grid.headers(TIMES, DAYS)
    x0, y0, x1, y1 = grid.box(3, 1, high=5)
    page.fill(x0, y0, x1, y1, (248, 250, 251))
    for day in range(5):
        for period in (0, 1, 3):
            if (day, period) != (3, 3):
                grid.put(period + 1, day + 1, lesson(day, period), border=False)
                cx0, cy0, cx1, cy1 = grid.box(period + 1, day + 1)
                page.lines.pop()
                page.fill(cx0 + 2, cy0 + 2, cx1 - 2, cy1 - 2, PINK)
                page.text((cx0 + cx1) / 2, (cy0 + cy1) / 2, lesson(day, period))
    return grid


def _table(page: Sheet, columns: list[Span], rows: list[Span]) -> tuple[Table, list[Line]]:
    """A table whose headers say that its columns and rows are there, and the page's text."""
    straight = deskew(page.page())
    view = View(straight.lines, find_rules(straight.picture, straight.lines), turned=False)
    days = [DayBand(day, straight.lines[0], lo=lo, hi=hi) for day, (lo, hi) in zip(WEEK, columns, strict=False)]
    return Table(view, days, [TimeBand(lo, hi) for lo, hi in rows]), straight.lines


def test_a_table_that_is_thought_wider_than_its_rules_keeps_its_rows() -> None:
    """Beyond the rules' ends all rows of the last column would be one."""
    page = Sheet(700, 400)
    for y in (100, 180, 260):
        page.rule(100, y, 500, y)
    page.rule(500, 40, 500, 98)
    for x in (200, 400):
        for y in (140, 220):
            page.text(x, y, lesson(x, y))
    regions = find_regions(*_table(page, [(100, 300), (300, 520)], [(100, 180), (180, 260)]))
    assert sorted((region.days, region.first, region.last) for region in regions) == [
        ([0], 0, 0), ([0], 1, 1), ([1], 0, 0), ([1], 1, 1)
    ]  # fmt: skip


def test_a_coloured_block_ends_where_its_colour_does() -> None:
    """Two blocks side by side; a part of the edge between the right one and the blank below the left was not seen."""
    page = Sheet(500, 400)
    page.rule(100, 100, 300, 100)
    page.rule(100, 300, 300, 300)
    page.fill(100, 110, 199, 150, PINK)
    page.fill(201, 120, 300, 240, (200, 240, 250))
    page.text(250, 172, "Greek", scale=0.5)
    table, lines = _table(page, [(100, 300)], [(100, 200), (200, 300)])
    blank, block = table.piece_of(_at(lines[0], 150, 172)), table.piece_of(lines[0])
    assert table.right[blank]
    table.right[blank] = False
    (greek,) = find_regions(table, lines)
    assert blank[0] + 1 == block[0]
    assert greek.rect.x0 == pytest.approx(200, abs=4)
    assert greek.rect.y1 == pytest.approx(240, abs=4)


def _at(line: Line, x: float, y: float) -> Line:
    return replace(line, rect=Rect(x - 1, y - 1, x + 1, y + 1))


def test_two_weeks_of_initials_in_one_row() -> None:
    page = Sheet(1900, 560)
    for table in range(2):
        grid = Grid(page, 6, 5, x0=30 + 930 * table, cell_width=150)
        grid.headers(("M", "T", "W", "T", "F"), TIMES)
        page.text(480 + 930 * table, 60, f"Week {'AB'[table]}")
        for day in range(5):
            for period in range(4):
                grid.put(day + 1, period + 1, lesson(day + table, period))
    reading = page.read()
    assert len(reading.blocks) == 40
    assert {(block.day, block.week) for block in reading.blocks} == {(d.lower(), w) for d in DAYS for w in "AB"}


def test_a_name_that_hides_its_rules_leaves_room_for_the_one_that_was_missed() -> None:
    """Letters under each other, read as one text, reach over the rule before them."""
    page = Sheet(1000, 700)
    grid = Grid(page, 5, 6)
    grid.headers(TIMES, ("Mon", "Tue", "Wed", "Thu", "Fri"))
    page.lines = [line for line in page.lines if line.text != "Tue"]
    y0, y1 = grid.y0 + 3 * grid.cell_height - 4, grid.y0 + 4 * grid.cell_height - 8
    for index, line in enumerate(page.lines):
        if line.text in ("Mon", "Wed", "Thu", "Fri"):
            top, bottom = (y0, y1) if line.text == "Wed" else (line.box[0][1], line.box[2][1])
            box = ((145.0, top), (145.0, bottom), (115.0, bottom), (115.0, top))
            page.lines[index] = msgspec.structs.replace(line, box=box, angle=90)
    want = set()
    for day, name in enumerate(DAYS):
        for period in range(4):
            grid.put(period + 1, day + 1, lesson(day, period))
            want.add((name.lower(), lesson(day, period)))
    reading = page.read()
    assert {(block.day, block.name) for block in reading.blocks} == want
    assert all(block.confidence < 0.9 for block in reading.blocks if block.day == "tuesday")


def test_names_outside_every_ruled_column_are_placed_by_their_pitch() -> None:
    """Only the body is ruled, and the header stands a little beside it: the columns say nothing about the names."""
    page = Sheet()
    grid = Grid(page, 6, 5)
    want = plain(grid)
    page.fill(grid.x0, grid.y0 - 2, 1200, grid.y0 + grid.cell_height - 1, (255, 255, 255))
    page.lines = [line for line in page.lines if line.text not in DAYS]
    for day, name in enumerate(DAYS):
        if name != "Wednesday":
            page.text(310 + 180 * day, 140, name)
    reading = page.read()
    assert week(reading) == want
    assert [warning.code for warning in reading.warnings] == ["implied_day"]


def test_a_time_of_hours_alone_counts_where_it_has_its_own_line() -> None:
    lines = [Line(0, "12-1", 0.9, 0, Rect(0, 0, 40, 20), 20), Line(1, "French", 0.9, 0, Rect(0, 24, 60, 44), 20)]
    cell = read_cell(lines, Rect(0, 0, 100, 60), page_words(lines))
    assert (cell.name, len(cell.spans)) == ("French", 1)


@pytest.mark.parametrize(
    ("first", "second", "name"),
    [
        ("Design and", "Technology", "Design and Technology"),
        ("Story", "Time", "Story Time"),
        ("Maths", "Compresenza", "Maths"),
    ],
)
def test_a_name_goes_on_where_it_cannot_end(first: str, second: str, name: str) -> None:
    """The second line is a little smaller, as boxes in a photo are, and would be a note by its size alone."""
    lines = [Line(0, first, 0.9, 0, Rect(0, 0, 120, 26), 26), Line(1, second, 0.9, 0, Rect(0, 28, 70, 45), 17)]
    assert read_cell(lines, Rect(0, 0, 300, 60), page_words([])).name == name


def test_people_and_rooms_of_other_languages() -> None:
    assert all(is_person(text) for text in ("Profa. Ortega", "Maestra Esposito", "Professora Lima", "mgr Nowak"))
    assert is_person("DrWinslow")
    assert not is_person("Drama")
    assert not is_person("DrPE")
    assert is_room("Aula Magna")
    assert not is_person("Maestro")


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("10.45-II", (11, 0)),
        ("2.20-2.3spm", (2, 35)),
        ("II-I1.45", (11, 45)),
        ("10.5S-II.45", (11, 45)),
        ("\u03995.00-\u03995.50", (15, 50)),  # a Greek iota
    ],
)
def test_figures_that_were_read_as_letters(text: str, end: tuple[int, int]) -> None:
    (span,) = find_times(text)
    assert span.end is not None
    assert (span.end.hour, span.end.minute) == end


def test_a_table_with_times_in_its_cells_is_no_lists() -> None:
    """No rules between the days, breaks over all of them: lists would give a break to the day it stands under."""
    page = Sheet(1200, 620)
    for day, name in enumerate(DAYS):
        page.text(140 + 220 * day, 60, name)
    for row, times in enumerate(TIMES):
        y = 90 + 120 * row
        page.rule(30, y, 1130, y)
        page.rule(30, y + 120, 1130, y + 120)
        if row == 2:
            page.fill(30, y + 1, 1130, y + 119, (170, 170, 170))
            page.text(580, y + 40, times)
            page.text(580, y + 65, "Break")
        for day in range(5):
            if row != 2:
                page.text(140 + 220 * day, y + 40, times)
                page.text(140 + 220 * day, y + 65, lesson(day, row))
    reading = page.read()
    assert reading.layout == "grid across"
    assert [block.day for block in reading.blocks if block.name == "Break"] == [name.lower() for name in DAYS]
    assert find(reading, "friday", lesson(4, 3)).start_time == "10:45"


def test_a_reading_counts_by_its_weight() -> None:
    line = Line(0, "Art", 1.0, 0, Rect(0, 0, 1, 1), 1)
    draft = BlockDraft("monday", "Art", Rect(0, 0, 1, 1), [line], 540, 600, "printed")
    full, less = LayoutResult("a", [draft], {0}), LayoutResult("b", [draft], {0}, weight=0.9)
    assert layout_score(less, 1) == pytest.approx(0.9 * layout_score(full, 1))


def test_three_ranges_of_a_header_read_as_one_line_stay_three_columns() -> None:
    """Where no line rules the page, each range is a column of its own, though the parts share the OCR's line."""
    page = Sheet(1400, 620)
    times = ("9:00-9:45", "9:45-10:30", "10:30-11:15", "11:15-12:00")
    grid = Grid(page, 5, 6)
    for day, name in enumerate(DAYS):
        grid.put(0, day + 1, name, border=False)
    for period in range(4):
        for day in range(5):
            grid.put(period + 1, day + 1, lesson(day, period), border=False)
    grid.put(1, 0, times[0], border=False)
    page.text(670, 140, "              ".join(times[1:]), scale=0.6)
    page.lines[-1] = msgspec.structs.replace(page.lines[-1], text=" ".join(times[1:]))
    assert week(page.read()) == {
        (name.lower(), *(clock.zfill(5) for clock in times[period].split("-")), lesson(day, period))
        for day, name in enumerate(DAYS)
        for period in range(4)
    }


def test_a_break_down_the_week_whose_ground_is_like_a_free_cell_s_is_every_day_s() -> None:
    page = Sheet(1000, 700)
    grid = _coloured(page)
    x0, y0, x1, y1 = grid.box(3, 1, high=5)
    page.text((x0 + x1) / 2, (y0 + y1) / 2, "Break", angle=270)
    blocks = [(block.day, block.start_time) for block in page.read().blocks if block.name == "Break"]
    assert blocks == [(name.lower(), "10:30") for name in DAYS]
