"""Which way of measuring the labels gives the cells' edges the likeliest times; rows that are just rows are none."""

from services.extractor.reading.axes.bands import TimeBand
from services.extractor.reading.model import Line, Rect
from services.extractor.reading.table.time_scale import TimeScale, find_time_scale, printed_scale

HOUR = 120.0


def _band(at: float, text: str, start: int, end: int | None) -> TimeBand:
    line = Line(int(at), text, 1.0, 0, Rect(10, at - 8, 90, at + 8), 16)
    return TimeBand(at - HOUR / 2, at + HOUR / 2, [line], start, end, source="header")


def _hours(first: int, count: int, *, ranges: bool) -> list[TimeBand]:
    """Labels of hours, the first a hundred pixels from the top."""
    return [
        _band(
            100 + HOUR * at,
            f"{first + at}:00" + f"-{first + at + 1}:00" * ranges,
            60 * (first + at),
            60 * (first + at + 1),
        )
        for at in range(count)
    ]


def _found(bands: list[TimeBand], edges: list[float]) -> TimeScale | None:
    return find_time_scale(bands, edges, lambda line: line.rect)


def _edges(minutes: list[int], *, at: float, of: int) -> list[float]:
    """Where cells with these times have their edges, if the place `at` is the time `of`."""
    return [at + (each - of) * HOUR / 60 for each in minutes]


QUARTERS = [585, 645, 675, 735, 765, 825, 855, 915]
"""9:45 to 10:45, 11:15 to 12:15 and on."""


def test_a_label_names_the_line_at_its_middle() -> None:
    scale = _found(_hours(9, 8, ranges=False), _edges(QUARTERS, at=100, of=540))
    assert scale is not None
    assert [scale.planned(edge) for edge in _edges(QUARTERS, at=100, of=540)] == QUARTERS


def test_a_label_names_the_line_above_it() -> None:
    """The line that a label names may be at its upper edge: the quarters tell."""
    edges = _edges(QUARTERS, at=92, of=540)
    scale = _found(_hours(9, 8, ranges=False), edges)
    assert scale is not None
    assert [scale.planned(edge) for edge in edges] == QUARTERS


def test_lessons_float_over_a_table_of_hours() -> None:
    """A label of a whole hour ("11:00 - 12:00") stands in the middle of it, however its lessons lie."""
    lessons = [670, 700, 870, 930, 990, 1050, 1070, 1125, 1180]
    edges = _edges(lessons, at=100, of=690)
    scale = _found(_hours(11, 10, ranges=True), edges)
    assert scale is not None
    assert [scale.planned(edge) for edge in edges] == lessons


def test_cells_that_begin_and_end_with_their_rows_are_a_tables() -> None:
    edges = [40 + HOUR * at for at in range(9)]
    assert _found(_hours(9, 8, ranges=False), edges) is None
    assert _found(_hours(9, 8, ranges=True), edges) is None


def test_two_lines_in_each_row_are_a_tables() -> None:
    edges = [40 + HOUR * at / 2 for at in range(17)]
    assert _found(_hours(9, 8, ranges=True), edges) is None


def test_rows_of_unlike_lengths_are_a_tables() -> None:
    times = [(490, 550), (550, 610), (610, 660), (680, 730), (730, 785), (785, 840)]
    bands = [
        _band(100 + HOUR * at, f"{a // 60}:{a % 60:02}-{b // 60}:{b % 60:02}", a, b) for at, (a, b) in enumerate(times)
    ]
    assert _found(bands, [40 + 40.0 * at for at in range(18)]) is None


def test_labels_at_the_foot_of_their_rows_make_no_scale() -> None:
    """Cells that end where the rows were found to end are the rows', wherever in these the labels stand."""
    bands = _hours(8, 8, ranges=True)
    for band in bands:
        band.lo, band.hi = band.lo - 18, band.hi - 18
    assert _found(bands, [22 + HOUR * at for at in (0, 1, 2, 4, 5, 7, 8)]) is None


def test_cells_that_print_their_times_are_the_scale_that_the_others_are_measured_on() -> None:
    """Whatever its labels say: here they name the hour that ends."""
    points = [(50.0, 515), (117.0, 605), (135.0, 625), (202.0, 715), (237.0, 760), (304.0, 850)]
    scale = printed_scale(points)
    assert scale is not None
    assert scale.planned(181.0) == 690
    assert printed_scale([(at, time + 40 * (index % 3)) for index, (at, time) in enumerate(points)]) is None
    assert printed_scale(points[:2]) is None
