"""Cells with times of their own, and numbers in cells that only look like times."""

import pytest

from services.extractor.reading.lexicon.times import find_times, resolve, text_of
from services.extractor.reading.model import Line, Rect
from services.extractor.reading.table.regions import Region
from services.extractor.reading.table.timecells import by_columns, with_their_times
from tests.unit.extractor.reading.sheet import DAYS, TIMES, Grid, Sheet, lesson, lessons, week


def _region(text: str, rect: Rect, day: int = 0) -> Region:
    return Region(rect, [day], 0, 0, [Line(0, text, 0.99, 0, rect, 20)])


def _strip(*, apart: float = 0, count: int = 3) -> list[Region]:
    """A row of cells with times, and `apart` pixels below it one with what happens then."""
    out: list[Region] = []
    for at, (times, name) in enumerate(zip(TIMES, ("Maths", "English", "Music", "Art"), strict=True)):
        if at < count:
            out.append(_region(times, Rect(100 * at, 0, 100 * at + 100, 30)))
            out.append(_region(name, Rect(100 * at, 30 + apart, 100 * at + 100, 80 + apart)))
    return out


def test_a_cell_with_nothing_but_a_time_belongs_to_the_one_below_it() -> None:
    joined = with_their_times(_strip(), 20)
    assert [[line.text for line in region.lines] for region in joined] == [
        ["9:00-9:45", "Maths"], ["9:45-10:30", "English"], ["10:30-10:45", "Music"]
    ]  # fmt: skip
    assert joined[0].rect == Rect(0, 0, 100, 80)


@pytest.mark.parametrize("regions", [_strip(apart=60), _strip(count=2)], ids=["far below", "two only"])
def test_cells_with_times_that_time_no_others_stay(regions: list[Region]) -> None:
    assert with_their_times(regions, 20) == regions


def test_every_day_has_a_strip_of_its_own_times() -> None:
    """No two days share a column; the times stand in a row above each day's lessons."""
    page = Sheet(1200, 800)
    starts = ((9, 11, 12), (9, 10, 13), (9, 12, 13), (9, 10, 12), (9, 11, 13))
    want = set()
    for day, (name, hours) in enumerate(zip(DAYS, starts, strict=True)):
        y = 60 + 130 * day
        page.frame(40, y, 160, y + 130)
        page.text(100, y + 65, name)
        for at, (start, end) in enumerate(zip(hours, (*hours[1:], 15), strict=True)):
            x0, x1 = 160 + 160 * (start - 9), 160 + 160 * (end - 9)
            page.frame(x0, y, x1, y + 45)
            page.frame(x0, y + 45, x1, y + 130)
            page.text((x0 + x1) / 2, y + 23, f"{start}:00 - {end}:00", scale=0.5)
            page.text((x0 + x1) / 2, y + 88, lesson(day, at))
            want.add((name.lower(), f"{start:02}:00", f"{end:02}:00", lesson(day, at)))
    assert week(page.read()) == want


def _timed(text: str) -> tuple[str | None, str | None]:
    """Start and end of Tuesday's second lesson (9:45 to 10:30), which is this text, "|" between its lines."""
    page = Sheet()
    grid = Grid(page, 6, 5)
    grid.headers(DAYS, TIMES)
    lessons(grid)
    x0, y0, x1, y1 = grid.box(2, 2)
    page.lines = [line for line in page.lines if not (x0 < line.box[0][0] < x1 and y0 < line.box[0][1] < y1)]
    page.fill(x0 + 2, y0 + 2, x1 - 1, y1 - 1, (255, 255, 255))
    for row, each in enumerate(text.split("|")):
        page.text((x0 + x1) / 2, y0 + 25 + 25 * row, each, scale=0.5)
    block = next(block for block in page.read().blocks if block.day == "tuesday" and "Swimming" in block.name)
    return block.start_time, block.end_time


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("Swimming|coach leaves 9:50 sharp", "09:45"),
        ("Swimming|Hall 10:05", "09:45"),
        ("Swimming Hardy 10.15", "09:45"),
        ("Swimming|1-2", "09:45"),
        ("Swimming 10:00", "10:00"),
        ("Swimming|9:50-10:30", "09:50"),
    ],
)
def test_what_looks_like_a_time_in_a_cell_with_a_header_s(text: str, start: str) -> None:
    """A time in a note, a room's number, the periods of a double lesson; and two that are the cell's own."""
    assert _timed(text) == (start, "10:30")


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [("845-9", "08:45", "09:00"), ("1-120", "13:00", "13:20"), ("1.7:45", "07:45", None), ("6.12:10", "12:10", None)],
)
def test_times_whose_dots_were_lost_or_doubled(text: str, start: str, end: str | None) -> None:
    (span,) = find_times(text)
    assert tuple(map(text_of, resolve(span))) == (start, end)


@pytest.mark.parametrize("text", ["101-2", "120-9", "Room 845-9"])
def test_numbers_that_are_no_ranges_without_their_dots(text: str) -> None:
    assert find_times(text) == []


def test_a_list_s_range_of_hours_before_a_colon() -> None:
    assert [text_of(time) for time in resolve(find_times("• 9 – 10: Maths")[0])] == ["09:00", "10:00"]
    assert find_times("Read pages 9 – 10: the end") == []


def test_two_starts_at_the_head_of_one_column_are_a_range_whose_dash_was_not_read() -> None:
    page = Sheet(1200, 700)
    grid = Grid(page, 5, 6)
    grid.headers((TIMES[0], TIMES[1], "", TIMES[3]), DAYS)
    page.lines = [line for line in page.lines if line.text]
    page.text(670, 127, "10.30", scale=0.5)
    page.text(672, 155, "10.45", scale=0.5)
    for day in range(5):
        for period in range(4):
            grid.put(period + 1, day + 1, lesson(day, period))
    found = week(page.read())
    assert len(found) == 20
    assert {(start, end) for _, start, end, _ in found} == {
        ("09:00", "09:45"), ("09:45", "10:30"), ("10:30", "10:45"), ("10:45", "11:30")
    }  # fmt: skip


def _row_of_cells(times: tuple[str, ...], names: tuple[str, ...], step: float = 160) -> list[Line]:
    texts = [(text, x * step, y) for y, row in ((0, times), (30, names)) for x, text in enumerate(row)]
    return [Line(at, text, 0.99, 0, Rect(x, y, x + 100, y + 20), 20) for at, (text, x, y) in enumerate(texts) if text]


def test_a_day_s_cells_side_by_side_are_told_apart_by_their_times() -> None:
    parts = by_columns(_row_of_cells(TIMES, ("Maths", "Art", "Break", "PE")))
    assert [[line.text for line in part] for part in parts] == [
        ["9:00-9:45", "Maths"], ["9:45-10:30", "Art"], ["10:30-10:45", "Break"], ["10:45-11:30", "PE"]
    ]  # fmt: skip


@pytest.mark.parametrize(
    "lines",
    [
        _row_of_cells(("9:00-9:45", "10:30-10:45", "9:45-10:30"), ("Maths", "Art", "PE")),
        _row_of_cells(("9:00-9:45", "9:45-10:30"), ("Maths", "")),
        _row_of_cells(("9:00-9:45", "9:45-10:30"), ("Maths", "", "Art")),
        _row_of_cells(("9:00-9:45", "9:45-10:30"), ("Maths", "Art"), step=80),
        _row_of_cells(("9:00-9:45", "PE"), ("Maths", "9:45-10:30")),
    ],
    ids=["no order", "no text", "a text under neither", "no columns", "not level"],
)
def test_a_cell_whose_times_are_no_cells(lines: list[Line]) -> None:
    assert by_columns(lines) == [lines]


def test_days_down_with_times_in_cells_that_nothing_parts() -> None:
    page = Sheet(1200, 800)
    for day, name in enumerate(DAYS):
        page.text(100, 150 + 120 * day, name)
        page.rule(40, 90 + 120 * day, 1160, 90 + 120 * day)
        # Each day begins later than the one before it, so that no column has times of its own.
        for at, minutes in enumerate(range(0, 4 * (30 + 5 * day), 30 + 5 * day)):
            start, end = (text_of(540 + 10 * day + minutes + more) for more in (0, 30 + 5 * day))
            page.text(300 + 240 * at, 120 + 120 * day, f"{start} to {end}")
            page.text(300 + 240 * at, 150 + 120 * day, lesson(day, at))
    got = week(page.read())
    assert len(got) == 20
    assert ("monday", "09:30", "10:00", lesson(0, 1)) in got
    assert ("friday", "11:20", "12:10", lesson(4, 2)) in got


def test_cards_of_days_that_are_not_equally_long() -> None:
    """Most end together; the last entries of the longest stand below that."""
    page = Sheet(1300, 800, background=(235, 238, 240))
    for day, name in enumerate(DAYS):
        x0, count = 40 + 250 * day, 7 if day == 0 else 6 if day < 4 else 8
        page.fill(x0, 60, x0 + 230, 110 + 70 * count, (255, 255, 255))
        page.frame(x0, 60, x0 + 230, 110 + 70 * count)
        page.rule(x0, 105, x0 + 230, 105)
        page.text(x0 + 80, 85, name)
        for at in range(count):
            page.text(x0 + 80, 128 + 70 * at, f"{8 + at}:00-{9 + at}:00", scale=0.5)
            page.text(x0 + 80, 152 + 70 * at, lesson(day, at))
            if at:
                page.rule(x0, 108 + 70 * at, x0 + 230, 108 + 70 * at)
    blocks = page.read().blocks
    assert len(blocks) == 7 + 3 * 6 + 8
    assert ("friday", "15:00", "16:00", lesson(4, 7)) in week(page.read())
