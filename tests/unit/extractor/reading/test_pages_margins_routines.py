"""Weeks in cells, routine rows, times in cells only, margins of start times, initials, names the OCR missed."""

import msgspec
import numpy as np
import pytest

from services.extractor.reading.axes.letters import days_of_initials
from services.extractor.reading.lists.daylist import TORN, read_daylist
from shared.messages import DAYS as WEEK
from tests.unit.extractor.reading.sheet import DAYS, PASTEL, TIMES, Grid, Sheet, find, lesson, plain, week


@pytest.mark.parametrize(
    ("row", "count"), [("MTWTF", 5), ("LMMJV", 5), ("STQQS", 5), ("MDMDF", 5), ("PWŚCP", 5), ("MTWT", 4)]
)
def test_initials_of_many_languages(row: str, count: int) -> None:
    assert days_of_initials(list(row)) == list(WEEK[:count])


def test_a_week_of_initials_may_begin_on_sunday() -> None:
    assert days_of_initials(list("SMTWTFS")) == ["sunday", *WEEK[:6]]


@pytest.mark.parametrize("row", ["BREAK", "MT", "XYZXY"])
def test_other_letters_are_no_week(row: str) -> None:
    assert days_of_initials(list(row)) is None


def test_weeks_named_within_a_cell() -> None:
    page = Sheet()
    grid = Grid(page, 6, 5)
    want = plain(grid)
    x0, y0, x1, y1 = grid.box(1, 1)
    page.fill(x0 + 2, y0 + 2, x1 - 1, y1 - 1, (255, 255, 255))
    page.lines = [line for line in page.lines if not (x0 < line.box[0][0] < x1 and y0 < line.box[0][1] < y1)]
    page.text((x0 + x1) / 2, y0 + 28, "A: Art")
    page.text((x0 + x1) / 2, y0 + 54, "B: Dance")
    reading = page.read()
    assert {(b.name, b.week) for b in reading.blocks if b.day == "monday" and b.start_time == "09:00"} == {
        ("Art", "A"), ("Dance", "B")
    }  # fmt: skip
    assert len(reading.blocks) == len(want) + 1


def test_a_routine_row_holds_where_a_day_has_nothing_of_its_own() -> None:
    page = Sheet(1200, 760)
    grid = Grid(page, 5, 7)
    for index, times in enumerate(TIMES):
        grid.put(index + 1, 0, times)
    for index, name in enumerate(("Every day", *DAYS)):
        grid.put(0, index + 1, name)
    for period in range(4):
        grid.put(period + 1, 1, lesson(0, period))
        for day in range(5):
            grid.put(period + 1, day + 2)
    grid.put(2, 3, "Choir")
    reading = page.read()
    assert len(reading.blocks) == 20
    assert find(reading, "tuesday", "Choir").start_time == "09:45"
    assert not [b for b in reading.blocks if b.day == "tuesday" and b.name == lesson(0, 1)]
    assert find(reading, "friday", lesson(0, 1)).start_time == "09:45"


@pytest.mark.parametrize("headed", [True, False])
def test_a_routine_s_column_may_be_wider_than_a_day_s(headed: bool) -> None:
    """Its texts begin at the column's left, far from its heading, which the column of times may share."""
    page = Sheet(1400, 600)
    edges = (40, 200, 520, 690, 860, 1030, 1200, 1370)
    rows = (60, 140, 220, 300, 380, 460)
    for at, x in enumerate(edges):
        page.rule(x, rows[1] if at == 1 and not headed else rows[0], x, rows[-1])
    for y in rows:
        page.rule(edges[0], y, edges[-1], y)
    for name, lo, hi in zip(("Every day", *DAYS), edges[1:], edges[2:], strict=False):
        page.text((lo + hi) / 2, 100, name)
    for period, times in enumerate(TIMES):
        middle = rows[period + 1] + 40
        page.text(115, middle, times)
        page.text(250, middle, lesson(0, period))
    page.text(945, 180, "Choir")
    reading = page.read()
    assert len(reading.blocks) == 20
    assert find(reading, "wednesday", "Choir").start_time == "09:00"
    assert find(reading, "friday", lesson(0, 3)).start_time == "10:45"


def test_times_that_stand_in_the_cells_only() -> None:
    page = Sheet()
    grid = Grid(page, 6, 5, x0=-140)
    for index, name in enumerate(DAYS):
        grid.put(index + 1, 0, name)
    want = set()
    for day, name in enumerate(DAYS):
        for period, times in enumerate(TIMES):
            if (day, period) == (2, 2):
                grid.put(day + 1, period + 1, "Free")
                continue
            grid.put(day + 1, period + 1, lesson(day, period), times)
            start, end = times.split("-")
            want.add((name.lower(), start.zfill(5), end.zfill(5), lesson(day, period)))
    reading = page.read()
    assert week(reading) == want
    assert {block.time_source for block in reading.blocks} == {"printed"}


def test_hour_labels_below_their_lines() -> None:
    page = Sheet(1200, 700)
    for index, name in enumerate(DAYS):
        page.text(260 + 180 * index, 60, name)
    for hour in range(6):
        y = 90 + 90 * hour
        page.rule(170, y, 1070, y)
        page.text(120, y + 16, f"{9 + hour}:00")
    page.rule(170, 90 + 90 * 6, 1070, 90 + 90 * 6)
    for day, (start, end) in enumerate(((0, 1.5), (1, 2), (0.5, 1.5), (2, 4), (4.5, 6))):
        x = 172 + 180 * day
        page.fill(x, 90 + 90 * start, x + 176, 90 + 90 * end, (200, 220, 250))
        page.frame(x, 90 + 90 * start, x + 176, 90 + 90 * end, (60, 60, 60))
        page.text(x + 88, 90 + 45 * (start + end), lesson(day, 0))
    assert {(b.start_time, b.end_time, b.time_source) for b in page.read().blocks} == {
        ("09:00", "10:30", "drawn"), ("10:00", "11:00", "drawn"), ("09:30", "10:30", "drawn"),
        ("11:00", "13:00", "drawn"), ("13:30", "15:00", "drawn"),
    }  # fmt: skip


def test_a_day_whose_name_was_not_read_is_placed_but_not_trusted() -> None:
    page = Sheet()
    want = plain(Grid(page, 6, 5))
    page.lines = [line for line in page.lines if line.text != "Friday"]
    reading = page.read()
    assert week(reading) == want
    assert all(block.confidence < 0.9 for block in reading.blocks if block.day == "friday")
    assert all(block.confidence > 0.9 for block in reading.blocks if block.day != "friday")


def test_stacked_names_with_a_nought_for_an_o() -> None:
    page = Sheet(1200, 900)
    for period, times in enumerate(TIMES):
        page.text(200 + 220 * period, 50, times)
    for day, name in enumerate(DAYS[:4]):
        top = 90 + 190 * day
        page.rule(40, top, 980, top)
        for index, letter in enumerate(name):
            page.text(60, top + 18 + 19 * index, "0" if letter == "o" else letter, scale=0.5)
        for period in range(4):
            page.text(200 + 220 * period, top + 90, lesson(day, period))
    assert {block.day for block in page.read().blocks} == {"monday", "tuesday", "wednesday", "thursday"}


def test_a_page_on_its_side_is_read_from_the_side() -> None:
    page = Sheet()
    want = plain(Grid(page, 6, 5))
    upright = page.read()
    side = Sheet(page.height, page.width)
    side.picture = np.ascontiguousarray(np.rot90(page.picture, 3))
    for line in page.lines:
        a, b, c, d = ((page.height - y, x) for x, y in line.box)
        side.lines.append(msgspec.structs.replace(line, box=(a, b, c, d), angle=90))
    reading = side.read()
    assert week(reading) == want
    one, other = find(upright, "monday", "Maths").box, find(reading, "monday", "Maths").box
    assert one is not None
    assert other is not None
    assert abs(other.x - (page.height - one.y - one.height)) <= 3
    assert abs(other.y - one.x) <= 3


def _calendar(*, small: bool = False, timed: bool = True) -> Sheet:
    """An app's week: blocks with the name above the time on an hour scale, and perhaps a small month beside it."""
    page = Sheet(1300, 760)
    for index, name in enumerate(("MON", "TUE", "WED", "THU", "FRI")):
        page.text(380 + 200 * index, 40, name)
    if small:
        for column, letter in enumerate("MTWTFSS"):
            page.text(30 + 30 * column, 100, letter, scale=0.5)
            for row in range(4):
                page.text(30 + 30 * column, 130 + 30 * row, str(1 + column + 7 * row), scale=0.4)
    for hour in range(6):
        page.text(245, 90 + 110 * hour, f"{8 + hour} AM" if hour < 4 else f"{hour - 4 or 12} PM", scale=0.5)
        page.rule(280, 90 + 110 * hour, 1280, 90 + 110 * hour)
    for day in range(6):
        page.rule(280 + 200 * day, 60, 280 + 200 * day, 740)
    for day in range(5):
        for at, times in enumerate(("8 - 9am", "9 - 10am", "10 - 11am", "11am - 12pm", "12 - 1pm")):
            x0, y0 = 284 + 200 * day, 92 + 110 * at
            page.fill(x0, y0, x0 + 190, y0 + 106, PASTEL[(day + 3 * at) % 5])
            texts: tuple[str, ...] = (lesson(day, at), times, f"Room {at + 1}")
            if at == 4:
                texts = (f"{lesson(day, at)}, {times}", f"{day + 1}K")
            for row, text in enumerate(texts if timed else (lesson(day, at),)):
                page.text(x0 + 60 + 30 * (at == 4 and row == 0), y0 + 18 + 26 * row, text, scale=0.5)
    return page


HOURS = (("08:00", "09:00"), ("09:00", "10:00"), ("10:00", "11:00"), ("11:00", "12:00"), ("12:00", "13:00"))


def test_a_name_ends_at_the_times_behind_it() -> None:
    reading = _calendar().read()
    assert week(reading) == {(day, *HOURS[at], lesson(d, at)) for d, day in enumerate(WEEK[:5]) for at in range(5)}
    assert find(reading, "tuesday", lesson(1, 4)).notes == "2K"
    assert find(reading, "friday", lesson(4, 0)).notes == "Room 1"


def test_a_small_month_beside_a_table_is_not_its_end() -> None:
    reading = _calendar(small=True, timed=False).read()
    assert week(reading) == {(day, *HOURS[at], lesson(d, at)) for d, day in enumerate(WEEK[:5]) for at in range(5)}


def test_blocks_with_the_name_above_the_time_are_no_lists() -> None:
    """Read as lists, each would be named by its room, with the name of the block below it."""
    result = read_daylist(_calendar().view())
    assert result is not None
    assert result.weight <= TORN
