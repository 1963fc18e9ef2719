"""What belongs together in a table and what does not: halves of a week, letters, tight rows, several times, gutters."""

import msgspec
import pytest

from services.extractor.reading.axes.bands import TimeBand
from services.extractor.reading.axes.headers import find_day_headers, set_day_bands
from services.extractor.reading.axes.legend import Legend
from services.extractor.reading.axes.series import DayBand
from services.extractor.reading.axes.timebands import find_time_bands
from services.extractor.reading.cell.cells import page_words, read_cell
from services.extractor.reading.model import Line, Rect
from services.extractor.reading.table.grid import read_grid
from services.extractor.reading.table.pieces import Table
from services.extractor.reading.table.places import Place, place_times
from services.extractor.reading.table.regions import find_regions
from tests.unit.extractor.reading.sheet import DAYS, PASTEL, TIMES, Colour, Grid, Sheet, find, lesson, plain


def _blank(page: Sheet, grid: Grid, column: int, row: int) -> tuple[float, float, float, float]:
    """A cell made empty; gives its place."""
    x0, y0, x1, y1 = grid.box(column, row)
    page.fill(x0 + 2, y0 + 2, x1 - 1, y1 - 1, (255, 255, 255))
    page.lines = [line for line in page.lines if not (x0 < line.box[0][0] < x1 and y0 < line.box[0][1] < y1)]
    return x0, y0, x1, y1


def _halved(times: tuple[str, ...]) -> list[tuple[str | None, str | None, str | None]]:
    """Week, start and end of what stands in the upper and the lower half of a lesson's cell."""
    page = Sheet()
    grid = Grid(page, 6, 5)
    plain(grid, times)
    x0, y0, x1, y1 = _blank(page, grid, 1, 1)
    page.rule(x0, (y0 + y1) / 2, x1, (y0 + y1) / 2)
    page.text((x0 + x1) / 2, y0 + 20, "Art")
    page.text((x0 + x1) / 2, y1 - 20, "Dance")
    reading = page.read()
    blocks = find(reading, "monday", "Art"), find(reading, "monday", "Dance")
    return [(block.week, block.start_time, block.end_time) for block in blocks]


def test_halves_of_a_lesson_that_name_no_weeks_are_two_groups() -> None:
    assert _halved(TIMES) == [(None, "09:00", "09:45")] * 2


def test_halves_of_an_hour_follow_each_other_where_rows_are_drawn_to_scale() -> None:
    hours = ("9:00-10:00", "10:00-11:00", "11:00-12:00", "12:00-13:00")
    assert _halved(hours) == [(None, "09:00", "09:30"), (None, "09:30", "10:00")]


@pytest.mark.parametrize("rooms", [True, False])
def test_letters_with_a_room_are_subjects_and_no_word_over_the_days(rooms: bool) -> None:
    page = Sheet()
    grid = Grid(page, 6, 5)
    grid.headers(DAYS, TIMES)
    for day in range(5):
        for period in range(4):
            if period != 1:
                grid.put(day + 1, period + 1, lesson(day, period))
            elif rooms:
                grid.put(day + 1, 2, "EFMDS"[day], f"R20{day}")
            else:
                grid.put(day + 1, 2, "BREAK"[day])
    names = [block.name for block in page.read().blocks if block.start_time == "09:45"]
    assert names == (list("EFMDS") if rooms else ["BREAK"] * 5)


def _bands(*, pitch: float, count: int = 5) -> list[TimeBand]:
    return [TimeBand(100 + pitch * row, 100 + pitch * (row + 1)) for row in range(count)]


def _monday(page: Sheet, bands: list[TimeBand]) -> list[tuple[str, int, int]]:
    """Monday's cells (text, first band, last band) in a table of two days on a page without rules."""
    for row, band in enumerate(bands):
        page.text(500, (band.lo + band.hi) / 2, lesson(row, 0), scale=0.5)
    view = page.view()
    days = [DayBand("monday", view.lines[0], lo=150, hi=350), DayBand("tuesday", view.lines[0], lo=400, hi=600)]
    regions = find_regions(Table(view, days, bands), view.lines)
    return [(" ".join(line.text for line in each.lines), each.first, each.last) for each in regions if each.days == [0]]


@pytest.mark.parametrize("texts", [("Art",), ("Art", "Mr Rossi")])
def test_a_text_between_two_rows_without_rules_is_a_double_lesson(texts: tuple[str, ...]) -> None:
    page = Sheet(700, 500)
    for index, text in enumerate(texts):
        page.text(250, 220 + 26 * (index - (len(texts) - 1) / 2), text, scale=0.5)
    assert _monday(page, _bands(pitch=60)) == [(" ".join(texts), 1, 2)]


def test_a_double_lesson_of_two_lines_in_rows_that_are_tight() -> None:
    """Higher than a row, but neither line stands in the middle of one."""
    page = Sheet(700, 500)
    page.text(250, 167 - 9, "Art", scale=0.4)
    page.text(250, 167 + 9, "Mr Rossi", scale=0.4)
    assert _monday(page, _bands(pitch=33.5)) == [("Art Mr Rossi", 1, 2)]


APART = ("9:00-9:40", "9:45-10:25", "10:30-10:40", "10:45-11:30")


@pytest.mark.parametrize(("gutter", "times", "count"), [(24, APART, 4), (34, APART, 7), (34, TIMES, 4)])
def test_the_gutter_between_two_cards_is_no_row(gutter: float, times: tuple[str, ...], count: int) -> None:
    """Lower than a line of text it cannot be one; higher it may be a break, if the times leave one."""
    page = Sheet(1200, 800)
    for day, name in enumerate(DAYS):
        page.text(290 + 180 * day, 60, name)
    for period, text in enumerate(times):
        y = 100 + (70 + gutter) * period
        for column in range(6):
            page.frame(20 + 180 * column, y, 190 + 180 * column, y + 70)
            page.text(105 + 180 * column, y + 35, lesson(column, period) if column else text)
    view = page.view()
    assert view.size == 30
    header = find_day_headers(view)[0]
    end = max(line.rect.y1 for line in view.lines) + view.size
    set_day_bands(view, header, end)
    bands = find_time_bands(view, header, end, Legend())
    assert len(bands) == count
    assert [band.start for band in bands if band.lines] == [540, 585, 630, 645]


@pytest.mark.parametrize(
    ("ranges", "certainty"),
    [
        (["9:00-9:45"], 1.0),
        (["9:00-9:15", "9:15-9:30"], 1.0),
    ],
)
def test_a_cell_of_two_ranges_begins_with_the_first(ranges: list[str], certainty: float) -> None:
    lines = [
        Line(index, text, 0.99, 0, Rect(10, 10 + 24 * index, 110, 30 + 24 * index), 20)
        for index, text in enumerate([*ranges, "Carousel"])
    ]
    cell = read_cell(lines, Rect(0, 0, 200, 120), page_words(lines))
    place = Place([0], 0, 120, 0, 0, cell)
    place_times([place], [TimeBand(0, 120, start=540, end=585, source="header")], 20, lambda line: line.rect)
    assert (place.start, place.source, place.certainty) == (540, "printed", certainty)


def test_a_double_lesson_of_three_lines_that_fill_less_than_a_row() -> None:
    """Its first and its last line stand near the middles of the two rows, but it is no two rows set tight."""
    page = Sheet(700, 500)
    for index, text in enumerate(("Art", "Rossi", "Lab 2")):
        page.text(250, 228 + 21 * (index - 1), text, scale=0.35)
    assert _monday(page, _bands(pitch=64)) == [("Art Rossi Lab 2", 1, 2)]


def _rows_of_colour(dashed: bool) -> Sheet:
    """Days down the side, each of its own colour on a dark page, and a column for the whole week whose text is no word
    for a break."""
    page = Sheet(1000, 560, background=(30, 30, 34))
    for x in range(5):
        page.text(
            250 + 180 * x, 60, ("9:00-9:45", "9:45-10:30", "10:30-10:45", "10:45-11:30", "")[x], colour=(230,) * 3
        )
    page.lines = [line for line in page.lines if line.text]
    colours = ((45, 70, 90), (75, 60, 85), (55, 80, 65), (90, 70, 50), (60, 60, 100))
    for day, name in enumerate(DAYS):
        y = 100 + 84 * day
        page.text(85, y + 42, name, colour=(230, 230, 230))
        for column in (0, 1, 3):
            page.fill(160 + 180 * column, y, 340 + 180 * column, y + 84, colours[day])
            page.text(250 + 180 * column, y + 42, lesson(day, column), colour=(255, 255, 255))
    page.fill(520, 100, 700, 520, (58, 58, 62))
    page.text(610, 310, "Reflection", colour=(230, 230, 230))
    for edge in range(1, 5):
        for x0, x1 in ((160, 520), (700, 880)):
            for x in range(x0, x1, 14 if dashed else x1 - x0):
                page.rule(x, 100 + 84 * edge, min(x + 8, x1) if dashed else x1, 100 + 84 * edge, (150, 150, 150), 2)
    for x in (160, 340, 520, 700, 880):
        page.rule(x, 100, x, 520, (150, 150, 150), 2)
    return page


@pytest.mark.parametrize("dashed", [True, False])
def test_rules_between_cells_of_two_colours_leave_a_cell_without_any_whole(dashed: bool) -> None:
    days = [block.day for block in _rows_of_colour(dashed).read().blocks if block.name == "Reflection"]
    assert days == [day.lower() for day in DAYS]


@pytest.mark.parametrize(("apart", "names"), [(True, ["Maths", "Drama"]), (False, ["Maths"])])
def test_texts_in_two_columns_middles_are_two_cells_though_no_line_divides_them(apart: bool, names: list[str]) -> None:
    """But for one day's, where a line does: elsewhere a text over both would be a double lesson."""
    page = Sheet(1000, 700)
    grid = Grid(page, 5, 6)
    grid.headers(TIMES, DAYS)
    for day in range(5):
        for period in range(4):
            if day or period not in (0, 1):
                grid.put(period + 1, day + 1, lesson(day, period))
    x0, y0, x1, y1 = grid.box(1, 1, 2)
    page.fill(x0, y0, x1, y1, (220, 230, 250))
    page.frame(x0, y0, x1, y1)
    if apart:
        page.text((3 * x0 + x1) / 4, (y0 + y1) / 2, "Maths")
        page.text((x0 + 3 * x1) / 4, (y0 + y1) / 2, "Drama")
    else:
        page.text((x0 + x1) / 2, (y0 + y1) / 2, "Maths")
    found = [block.name for block in page.read().blocks if block.day == "monday" and (block.start_time or "") < "10:30"]
    assert found == names


def test_texts_that_begin_alike_in_their_columns_are_a_cell_each_though_no_line_divides_them() -> None:
    """A routine's row on a ground of its own, without the rules that the days' rows have."""
    page = Sheet(1000, 700)
    grid = Grid(page, 5, 7)
    grid.headers(TIMES, ("Daily routine", *DAYS))
    x0, y0, x1, y1 = grid.box(1, 1, 4)
    page.fill(x0, y0, x1, y1, (220, 230, 250))
    page.frame(x0, y0, x1, y1)
    for period, name in enumerate(("Maths", "Fine Motor", "PE", "Story")):
        left = x0 + period * grid.cell_width + 10
        page.text(left, (y0 + y1) / 2, name)
        (x, _), (right, _) = page.lines[-1].box[0], page.lines[-1].box[1]
        del page.lines[-1]
        page.fill(x, y0 + 5, right, y1 - 5, (220, 230, 250))
        page.text(left + (right - x) / 2, (y0 + y1) / 2, name)
    for day in range(5):
        for period in range(4):
            grid.put(period + 1, day + 2)
    names = ["Maths", "Fine Motor", "PE", "Story"]
    assert [block.name for block in page.read().blocks if block.day == "monday"] == names


@pytest.mark.parametrize("ground", [(220, 230, 250), (255, 255, 255)])
def test_a_box_that_is_a_little_too_long_for_its_column_makes_no_cell_over_two(ground: Colour) -> None:
    page = Sheet(1200, 600)
    grid = Grid(page, 6, 5)
    grid.headers(DAYS, TIMES)
    x0, y0, x1, y1 = grid.box(1, 1, 5)
    page.fill(x0, y0, x1, y1, ground)
    page.frame(x0, y0, x1, y1)
    for day in range(5):
        grid.put(day + 1, 1, "Morning Work Time", border=False, scale=0.55)
        for period in range(1, 4):
            grid.put(day + 1, period + 1, lesson(day, period))
    middle = next(line for line in page.lines if line.text == "Morning Work Time" and line.box[0][0] > 500)
    (left, top), _, (_, bottom), _ = middle.box
    left, right = grid.box(3, 1)[0] - 3, grid.box(3, 1)[2] + 22
    box = ((left, top), (right, top), (right, bottom), (left, bottom))
    page.lines[page.lines.index(middle)] = msgspec.structs.replace(middle, box=box)
    result = read_grid(page.view())
    assert result is not None
    assert [draft.name for draft in result.drafts if draft.start == 540] == ["Morning Work Time"] * 5


@pytest.mark.parametrize(
    ("texts", "names"),
    [
        (("Topology Studio", "Urban Planning"), ["Topology Studio", "Urban Planning"]),
        (("Topology", ""), ["Topology"]),
    ],
    ids=["each in its own column", "one over both"],
)
def test_texts_close_to_each_other_in_two_columns_of_one_colour(texts: tuple[str, str], names: list[str]) -> None:
    """Colours alone part the cells of this page, and two neighbours have the same."""
    page = Sheet(1000, 700)
    grid = Grid(page, 5, 6, cell_width=168)
    grid.headers(TIMES, DAYS, border=False)
    for day in range(5):
        x0, y0, _, _ = grid.box(0, day + 1)
        page.rule(x0, y0, x0 + 5 * grid.cell_width, y0)
        for period in range(4):
            if day or period not in (0, 1):
                fill = PASTEL[(day + period) % 5]
                grid.put(period + 1, day + 1, lesson(day, period), border=False, fill=fill)
    x0, y0, x1, y1 = grid.box(1, 1, 2)
    page.fill(x0, y0 + 2, x1, y1, PASTEL[0])
    if texts[1]:
        page.text((3 * x0 + x1) / 4, (y0 + y1) / 2, texts[0])
        page.text((x0 + 3 * x1) / 4, (y0 + y1) / 2, texts[1])
    else:
        page.text((x0 + x1) / 2, (y0 + y1) / 2, texts[0])
    found = [block.name for block in page.read().blocks if block.day == "monday" and (block.start_time or "") < "10:30"]
    assert found == names
