"""Cells with times of their own, and numbers in cells that only look like times."""

from dataclasses import replace

import pytest

from services.extractor.reading.lexicon.times import find_times, resolve, text_of
from services.extractor.reading.model import Line, Rect
from services.extractor.reading.table.regions import Region
from services.extractor.reading.table.timecells import with_their_times
from tests.unit.extractor.reading.sheet import DAYS, TIMES, Grid, Sheet, lessons


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


def test_a_time_belongs_to_the_nearer_of_two_cells_below_it() -> None:
    """A text too long for its card stands in the row behind it."""
    beyond = [_region("Hall 4", Rect(100 * at, 45, 100 * at + 100, 90)) for at in range(3)]
    joined = with_their_times([*_strip(), *beyond], 20)
    assert [region.lines[1].text for region in joined if len(region.lines) > 1] == ["Maths", "English", "Music"]


@pytest.mark.parametrize("regions", [_strip(apart=60), _strip(count=2)], ids=["far below", "two only"])
def test_cells_with_times_that_time_no_others_stay(regions: list[Region]) -> None:
    assert with_their_times(regions, 20) == regions


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
        ("Swimming 10:00", "09:45"),
        ("Swimming|9:50-10:30", "09:50"),
    ],
)
def test_what_looks_like_a_time_in_a_cell_with_a_header_s(text: str, start: str) -> None:
    """A lone time, a room's number, the periods of a double lesson; and a range that is the cell's own."""
    assert _timed(text) == (start, "10:30")


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [("1.7:45", "07:45", None), ("6.12:10", "12:10", None)],
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


def _row_of_cells(times: tuple[str, ...], names: tuple[str, ...], step: float = 160) -> list[Line]:
    texts = [(text, x * step, y) for y, row in ((0, times), (30, names)) for x, text in enumerate(row)]
    return [Line(at, text, 0.99, 0, Rect(x, y, x + 100, y + 20), 20) for at, (text, x, y) in enumerate(texts) if text]


def test_the_head_of_a_cell_tells_its_time_among_other_things() -> None:
    """A strip with the kind of the lesson, its time and date, and the cell of its name right below."""
    regions = [
        replace(region, lines=[replace(line, text=f"Lecture, {line.text}, Week 39") for line in region.lines])
        if at % 2 == 0
        else region
        for at, region in enumerate(_strip())
    ]
    assert [len(region.lines) for region in with_their_times(regions, 20)] == [2, 2, 2]
    lone = [*regions, *(_region("Chess", Rect(100 * at, 200, 100 * at + 100, 250)) for at in range(4))]
    assert with_their_times(lone, 20) == lone
