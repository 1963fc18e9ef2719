"""What stands at a table's head and beside it: weeks, dates, letters, misread names, and where its first row begins."""

import pytest

from services.extractor.reading.axes.headers import find_day_headers, set_day_bands
from services.extractor.reading.lexicon.days import read_days
from services.extractor.reading.lists.daylist import read_daylist
from tests.unit.extractor.reading.sheet import DAYS, LESSONS, PASTEL, TIMES, Grid, Sheet, find, lesson, plain, week


def _two_tables(*labels: str) -> Sheet:
    """A table above another one, each with a rotated text beside it."""
    page = Sheet(1260, 900)
    for at, label in enumerate(labels):
        grid = Grid(page, 6, 5, x0=100, y0=40 + 430 * at)
        plain(grid)
        if label:
            page.text(60, 240 + 430 * at, label, angle=270)
    return page


def test_two_tables_without_a_week_have_none() -> None:
    assert {block.week for block in _two_tables("", "").read().blocks} == {None}


@pytest.mark.parametrize("first", [11, 29])
def test_dates_below_the_days_are_no_lessons(first: int) -> None:
    """They go on from day to day, but for the end of a month."""
    page = Sheet(1260, 700)
    for hour in range(5):
        page.rule(140, 132 + 100 * hour, 1140, 132 + 100 * hour)
        page.text(90, 132 + 100 * hour, ("8 AM", "9 AM", "10 AM", "11 AM", "12 PM")[hour], scale=0.5)
    for day, name in enumerate(DAYS):
        x = 240 + 200 * day
        page.text(x, 60, name[:3].upper(), scale=0.5)
        page.text(x, 100, str((first + day - 1) % 31 + 1), scale=0.9)
        for hour in (1, 2, 3):
            page.fill(x - 90, 136 + 100 * hour, x + 90, 228 + 100 * hour, PASTEL[(day + hour) % 5])
            page.text(x, 182 + 100 * hour, lesson(day, hour))
    (header,) = find_day_headers(page.view())
    assert [line.text for line in header.below] == [str((first + day - 1) % 31 + 1) for day in range(5)]
    assert week(page.read()) == {
        (name.lower(), f"{8 + hour:02}:00", f"{9 + hour:02}:00", lesson(day, hour))
        for day, name in enumerate(DAYS)
        for hour in (1, 2, 3)
    }


@pytest.mark.parametrize("across", [True, False])
@pytest.mark.parametrize(("letters", "name"), [("RECREO", "RECREO"), ("FRUIT", "FRUIT"), ("LUNCH  PLAY", "LUNCH PLAY")])
def test_letters_spread_over_a_merged_cell_are_a_word(letters: str, name: str, *, across: bool) -> None:
    page = Sheet(1260, 700) if across else Sheet(1000, 800)
    times = (*TIMES[:3], "10:45-11:30")
    grid = Grid(page, 6, 5) if across else Grid(page, 5, 6)
    grid.headers(*((DAYS, times) if across else (times, DAYS)))
    for day in range(5):
        for period in (0, 1, 3):
            grid.put(*((day + 1, period + 1) if across else (period + 1, day + 1)), lesson(day, period))
    x0, y0, x1, y1 = grid.box(1, 3, wide=5) if across else grid.box(3, 1, high=5)
    page.frame(x0, y0, x1, y1)
    for at, letter in enumerate(letters):
        if letter != " ":
            middle = 40 * (at - (len(letters) - 1) / 2)
            page.text((x0 + x1) / 2 + middle * across, (y0 + y1) / 2 + middle * (not across), letter)
    found = [block for block in page.read().blocks if block.start_time == "10:30"]
    assert {(block.day, block.name) for block in found} == {(day.lower(), name) for day in DAYS}


def test_the_lines_of_a_coloured_cell_over_two_days_are_one_text() -> None:
    """They stand above and below the boundary of the days, which is not drawn through the cell."""
    page = Sheet(1000, 700)
    grid = Grid(page, 5, 6, cell_height=90)
    grid.headers(TIMES, DAYS)
    for day in range(5):
        for period in range(4):
            x0, y0, x1, y1 = grid.box(period + 1, day + 1)
            if period == 1 and day < 2:
                continue
            page.fill(x0 + 4, y0 + 4, x1 - 4, y1 - 4, PASTEL[(day + period) % 5])
            page.text((x0 + x1) / 2, (y0 + y1) / 2, lesson(day, period))
    x0, y0, x1, y1 = grid.box(2, 1, high=2)
    page.fill(x0 + 4, y0 + 4, x1 - 4, y1 - 4, (200, 235, 200))
    page.text((x0 + x1) / 2, (y0 + y1) / 2 - 14, "Continuous")
    page.text((x0 + x1) / 2, (y0 + y1) / 2 + 14, "provision")
    reading = page.read()
    for name in ("monday", "tuesday"):
        assert find(reading, name, "Continuous provision").start_time == "09:45"


def test_every_other_initial_was_missed() -> None:
    page = Sheet()
    grid = Grid(page, 6, 5)
    want = plain(grid)
    page.lines = [line for line in page.lines if line.text not in DAYS]
    for day, letter in ((0, "M"), (2, "W"), (4, "F")):
        page.text(310 + 180 * day, 140, letter)
    assert week(page.read()) == want


@pytest.mark.parametrize(
    ("text", "days", "named"),
    [
        ("Céadaoin", ("wednesday",), None),
        ("Dydd Mawrth", ("tuesday",), None),
        ("torsdag", ("thursday",), None),
        ("MonA", ("monday",), "A"),
        ("Fri-B", ("friday",), "B"),
    ],
)
def test_days_as_schools_print_them(text: str, days: tuple[str, ...], named: str | None) -> None:
    read = read_days(text)
    assert read is not None
    assert (read.days, read.week) == (days, named)


@pytest.mark.parametrize("text", ["WF", "RS", "MWF", "DramaA", "W M"])
def test_what_is_no_day_outside_a_list_s_heading(text: str) -> None:
    assert read_days(text) is None


def test_a_lesson_of_two_capitals_heads_no_list() -> None:
    """ "WF" is physical education on a Polish page."""
    page = Sheet(600, 500)
    page.text(150, 60, "Monday")
    for row, times in enumerate(TIMES):
        page.text(100, 120 + 50 * row, times, scale=0.5)
        page.text(300, 120 + 50 * row, "WF" if row == 1 else LESSONS[row])
    result = read_daylist(page.view())
    assert result is not None
    assert {draft.day for draft in result.drafts} == {"monday"}
    assert "WF" in {draft.name for draft in result.drafts}


def test_a_row_without_a_label_between_low_numbered_ones() -> None:
    page = Sheet(1260, 700)
    grid = Grid(page, 6, 5, cell_height=42)
    grid.headers(DAYS, ("Reg", "2", "", "3"))
    page.lines = [line for line in page.lines if line.text]
    for day in range(5):
        for period in (0, 1, 3):
            grid.put(day + 1, period + 1, lesson(day, period), scale=0.5)
    grid.put(1, 3, "Break", wide=5, scale=0.5)
    page.text(400, 450, "Reg: 9:00-9:45   2: 9:45-10:30   Break: 10:30-10:45   3: 10:45-11:30", scale=0.5)
    found = week(page.read())
    assert len(found) == 20
    assert ("friday", "10:30", "10:45", "Break") in found
    assert ("friday", "10:45", "11:30", lesson(4, 3)) in found


def test_the_first_column_is_wide_and_its_label_far_from_its_edge() -> None:
    """Beyond the names of the days no rule is the first lesson's edge."""
    page = Sheet(1400, 700)
    edges = (40, 160, 460, 760, 1060, 1360)
    for x in edges:
        page.rule(x, 100, x, 580)
    for y in range(100, 581, 80):
        page.rule(edges[0], y, edges[-1], y)
    for at, times in enumerate(TIMES):
        page.text((edges[at + 1] + edges[at + 2]) / 2, 140, times, scale=0.35)
    for day, name in enumerate(DAYS):
        page.text(100, 220 + 80 * day, name, scale=0.5)
        for at in range(4):
            page.text((edges[at + 1] + edges[at + 2]) / 2, 220 + 80 * day, lesson(day, at), scale=0.5)
    page.fill(42, 102, 458, 178, (255, 255, 255))
    page.text(310, 140, TIMES[0], scale=0.35)
    page.lines.pop()
    found = week(page.read())
    assert len(found) == 20
    assert ("monday", "09:00", "09:45", lesson(0, 0)) in found


def test_the_rows_are_numbered_in_the_first_day_s_own_column() -> None:
    """Nothing is drawn between the numbers and the first day's lessons, over which its name stands in the middle."""
    page = Sheet(1000, 600)
    for at, name in enumerate(DAYS):
        page.text(100 + 200 * at, 40, name)
        page.rule(200 * at, 10, 200 * at, 510)
    for row in range(6):
        page.rule(0, 70 + 88 * row, 1000, 70 + 88 * row)
    for row in range(5):
        page.text(30, 114 + 88 * row, str(row + 1))
        for day in range(5):
            page.text((130 if day == 0 else 100) + 200 * day, 114 + 88 * row, lesson(day, row))
    view = page.view()
    header = find_day_headers(view)[0]
    set_day_bands(view, header, 510)
    assert 30 < header.u0 < 100


def test_a_long_line_above_the_times_is_no_label_of_theirs() -> None:
    page = Sheet(1000, 700)
    grid = Grid(page, 5, 6)
    grid.headers(TIMES, DAYS)
    for day in range(5):
        for period in range(4):
            grid.put(period + 1, day + 1, lesson(day, period))
    page.text(480, 112, "Staff: Miss Abbott, Bev and Shaz (not Friday). Rota for outdoor area on wall", scale=0.6)
    reading = page.read()
    assert len(reading.blocks) == 20
    assert find(reading, "monday", "Maths").start_time == "09:00"


def test_a_start_and_an_end_without_a_dash_between_them_are_a_range() -> None:
    page = Sheet(1260, 700)
    grid = Grid(page, 6, 5)
    grid.headers(DAYS, tuple(times.replace("-", " ") for times in TIMES))
    for day in range(5):
        for period in range(4):
            grid.put(day + 1, period + 1, lesson(day, period))
    block = find(page.read(), "monday", lesson(0, 3))
    assert (block.start_time, block.end_time, block.time_source) == ("10:45", "11:30", "header")


def test_a_raised_nought_below_a_day_is_no_date() -> None:
    """Signs that are digits and no decimals have no number ("⁰", as a mark may be read)."""
    page = Sheet(1260, 700)
    for day, name in enumerate(DAYS):
        page.text(240 + 200 * day, 60, name)
        page.text(240 + 200 * day, 90, "⁰")
    assert [header.below for header in find_day_headers(page.view())] == [[]]
