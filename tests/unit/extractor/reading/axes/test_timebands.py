"""The rows' times from the strip of labels beside the days."""

from collections.abc import Sequence

import numpy as np

from services.extractor.reading.axes.legend import Legend
from services.extractor.reading.axes.series import DayBand, DayHeader
from services.extractor.reading.axes.timebands import _entries, find_time_bands
from services.extractor.reading.axes.view import View
from services.extractor.reading.evidence.rules import find_rules
from services.extractor.reading.model import Line, Rect
from shared.messages import Day

DAYS: tuple[Day, ...] = ("monday", "tuesday")


def test_a_strip_of_headings_alone_has_no_rows() -> None:
    monday = Line(0, "Monday", 0.99, 0, Rect(100, 10, 160, 30), 20)
    view = View([monday], find_rules(np.full((200, 200, 3), 255, np.uint8), [monday]), False, ())
    header = DayHeader([DayBand("monday", monday, lo=90, hi=170)], 10, 30)
    assert _entries(view, [], 0, 80, header, 200) == []


def test_two_starts_between_two_rules_are_two_rows_where_the_others_have_one() -> None:
    """The rule between them was not seen."""
    picture = np.full((640, 400, 3), 255, np.uint8)
    monday = Line(0, "Monday", 0.99, 0, Rect(200, 10, 260, 30), 20)
    hours = [Line(at + 1, f"{8 + at}:00", 0.99, 0, Rect(20, 55 + 60 * at, 70, 75 + 60 * at), 20) for at in range(8)]
    for at in range(9):
        if at != 3:
            picture[40 + 60 * at : 42 + 60 * at, 5:390] = 90
    view = View([monday, *hours], find_rules(picture, [monday, *hours]), False, ())
    header = DayHeader([DayBand("monday", monday, lo=100, hi=390)], 10, 30)
    bands = _entries(view, hours, 20, 70, header, 520)
    assert [[line.text for line in band.lines] for band in bands] == [[hour.text] for hour in hours]


def table(starts: list[tuple[str, float]], rules: Sequence[float], begin: int) -> tuple[View, DayHeader, list[Line]]:
    """Two days' columns with rules across them, and times before these at heights of their middles."""
    picture = np.full((700, 460, 3), 255, np.uint8)
    days = [Line(at, name, 0.99, 0, Rect(150 + 160 * at, 10, 220 + 160 * at, 30), 20) for at, name in enumerate(DAYS)]
    times = [
        Line(at + 2, text, 0.99, 0, Rect(20, middle - 10, 70, middle + 10), 20)
        for at, (text, middle) in enumerate(starts)
    ]
    for rule in rules:
        picture[round(rule) : round(rule) + 2, begin:440] = 90
    for x in (100, 270, 438):
        picture[40 : round(rules[-1]), x : x + 2] = 90
    view = View([*days, *times], find_rules(picture, [*days, *times]), False, ())
    bands = [
        DayBand(day, line, lo=lo, hi=hi) for day, line, lo, hi in zip(DAYS, days, (100, 270), (270, 439), strict=True)
    ]
    return view, DayHeader(bands, 10, 30), times


def found(
    starts: list[tuple[str, float]], rules: Sequence[float], begin: int = 100
) -> list[tuple[int | None, int | None]]:
    view, header, _ = table(starts, rules, begin)
    return [(band.start, band.end) for band in find_time_bands(view, header, 690, Legend())]


def test_labels_at_rules_name_these() -> None:
    """The first stands below its rule and the last above it, to be on the page."""
    starts = [("17:50", 56.0), ("18:40", 168.0), ("19:00", 232.0), ("19:20", 300.0), ("20:45", 422.0)]
    rows = [(1070, 1120), (1120, 1140), (1140, 1160), (1160, 1245)]
    assert found(starts, [48, 170, 230, 302, 430]) == rows
    assert found([(text, at + 30) for text, at in starts], [48, 170, 230, 302, 430]) != rows


def test_a_start_at_a_cell_s_first_line_and_its_end_at_the_last() -> None:
    starts = [("8u15", 60.0), ("10u15", 150.0), ("10u30", 210.0), ("12u30", 300.0), ("13u30", 360.0), ("15u30", 450.0)]
    rules = [45, 165, 195, 315, 345, 465]
    assert [row for row in found(starts, rules) if row[1] != 630 and row[1] != 810] == [
        (495, 615),
        (630, 750),
        (810, 930),
    ]


def test_the_time_of_this_moment_is_no_hour() -> None:
    hours = [(f"{8 + at}:00", 60.0 + 80 * at) for at in range(7)]
    rules = [50.0 + 80 * at for at in range(8)]
    assert found([*hours[:4], ("11:38", 352.0), *hours[4:]], rules) == found(hours, rules)


def test_starts_evenly_set_are_each_a_row_s() -> None:
    """However few rules part them."""
    hours = [(f"{8 + at}:00", 60.0 + 60 * at) for at in range(6)]
    want = [(480 + 60 * at, 540 + 60 * at) for at in range(5)]
    assert found(hours, [50, 170, 230, 290, 410], begin=10)[:5] == want


def test_single_starts_between_two_ranges_are_rows_of_their_own() -> None:
    starts = [("8:00-10:00", 60.0), ("10:00", 85.0), ("10:30", 110.0), ("11:00", 135.0), ("11:30-13:00", 160.0)]
    assert found(starts, [45, 175]) == [(480, 600), (600, 630), (630, 660), (660, 690), (690, 780)]
