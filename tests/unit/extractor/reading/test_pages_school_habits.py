"""Ways of writing that schools have and that the reader once did not know."""

import pytest

from services.extractor.reading.cell.cell_details import unfinished
from services.extractor.reading.cell.cells import read_cell
from services.extractor.reading.evidence.line_repair import repair_lines
from services.extractor.reading.lexicon.days import days_of_pattern, read_days
from services.extractor.reading.lexicon.labels import is_period
from services.extractor.reading.model import Line, Rect
from tests.unit.extractor.reading.sheet import DAYS, Grid, Sheet, find, lesson, week


@pytest.mark.parametrize(
    ("text", "day"),
    [("2.ª feira", "monday"), ("3ª-feira", "tuesday"), ("6.a feira", "friday"), ("4 feira", "wednesday")],
)
def test_portuguese_counts_its_days(text: str, day: str) -> None:
    read = read_days(text)
    assert read is not None
    assert read.days == (day,)


def test_a_number_without_feira_is_no_day() -> None:
    assert read_days("2.ª") is None
    assert read_days("7.ª feira") is None


@pytest.mark.parametrize("across", [True, False])
def test_days_by_ordinals_alone(across: bool) -> None:
    """Ordinals from the second are days; from the first they number the periods."""
    names = ("2ª", "3ª", "4a", "5ª", "6º")
    times = ("9:00-10:00", "10:00-11:00", "11:00-12:00")
    grid = Grid(Sheet(), 6, 4) if across else Grid(Sheet(), 4, 6)
    grid.headers(*((names, times) if across else (times, names)))
    for day in range(5):
        for period in range(3):
            grid.put(*((day + 1, period + 1) if across else (period + 1, day + 1)), lesson(day, period))
    reading = grid.sheet.read()
    assert len(reading.blocks) == 15
    assert find(reading, "friday", lesson(4, 2)).start_time == "11:00"


def test_ordinals_from_the_first_are_periods() -> None:
    grid = Grid(Sheet(), 6, 6)
    grid.headers(("1ª", "2ª", "3ª", "4ª", "5ª"), ("L", "M", "M", "J", "V"))
    for day in range(5):
        for period in range(5):
            grid.put(period + 1, day + 1, lesson(day, period))
    assert {block.day for block in grid.sheet.read().blocks} == {"monday", "tuesday", "wednesday", "thursday", "friday"}
    assert find(grid.sheet.read(), "monday", lesson(0, 4)).start_time is None


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("MWF", ("monday", "wednesday", "friday")),
        ("TR", ("tuesday", "thursday")),
        ("TuTh", ("tuesday", "thursday")),
        ("MTWR", ("monday", "tuesday", "wednesday", "thursday")),
        ("FM", ()),
        ("MUSIC", ()),
        ("", ()),
    ],
)
def test_a_course_s_pattern_of_days(text: str, days: tuple[str, ...]) -> None:
    assert days_of_pattern(text) == days


@pytest.mark.parametrize(
    ("names", "first"),
    [(("ma", "di", "wo", "do", "vr"), "monday"), (("lu", "ma", "me", "je", "ve"), "monday")],
)
def test_ma_is_monday_or_tuesday_by_its_neighbours(names: tuple[str, ...], first: str) -> None:
    grid = Grid(Sheet(), len(names) + 1, 4)
    grid.headers(names, ("9:00-10:00", "10:00-11:00", "11:00-12:00"))
    for day in range(len(names)):
        for period in range(3):
            grid.put(day + 1, period + 1, lesson(day, period))
    blocks = grid.sheet.read().blocks
    assert blocks[0].day == first
    assert len({block.day for block in blocks}) == len(names)


def test_a_course_list_with_patterns_of_days() -> None:
    page = Sheet(1300, 420)
    for x, text in ((100, "Course"), (380, "Title"), (620, "Days"), (820, "Time"), (1080, "Room")):
        page.text(x, 60, text)
    rows = (
        ("BIO 1406", "General Biology", "MWF", "8:00-8:50"),
        ("ENGL 1302", "Composition", "TR", "9:30-10:45"),
        ("MATH 2413", "Calculus", "MTWR", "11:00-11:50"),
        ("KINE 1100", "Weight Training", "F", "13:00-14:40"),
    )
    for row, texts in enumerate(rows):
        for x, text in zip((100, 380, 620, 820, 1080), (*texts, "SCI 204"), strict=True):
            page.text(x, 120 + 60 * row, text)
    assert len(page.read().blocks) == 10
    assert ("thursday", "09:30", "10:45", "Composition") in week(page.read())


def test_a_list_s_title_is_the_name_and_its_code_a_note() -> None:
    page = Sheet(1300, 420)
    columns = (("Day", 90), ("Start", 240), ("End", 360), ("Activity", 520), ("Title", 760), ("Room", 1080))
    rows = (
        ("Monday", "09:10", "10:00", "LAW201-L"),
        ("Tuesday", "10:10", "12:00", "LAW205-T"),
        ("Friday", "11:10", "13:00", "LAW233"),
    )
    for text, x in columns:
        page.text(x, 60, text)
    for row, (texts, title) in enumerate(zip(rows, ("Contract Law", "Equity and Trusts", "Human Rights"), strict=True)):
        for (_, x), text in zip(columns, (*texts, title, "Kelvin LT1"), strict=True):
            page.text(x, 130 + 70 * row, text)
    reading = page.read()
    assert [block.name for block in reading.blocks] == ["Contract Law", "Equity and Trusts", "Human Rights"]
    assert "LAW205-T" in (reading.blocks[1].notes or "")


def test_a_head_of_two_words_says_what_its_last_one_does() -> None:
    page = Sheet(1300, 420)
    heads = (("Day", 90), ("Time", 260), ("Block", 430), ("Module Code", 620), ("Module Title", 900))
    rows = (("Monday", "9:10-10:00"), ("Tuesday", "10:10-12:00"), ("Friday", "11:10-13:00"))
    for text, x in heads:
        page.text(x, 60, text)
    for row, ((day, times), title) in enumerate(zip(rows, ("Big Data", "Contract Law", "Human Rights"), strict=True)):
        for (_, x), text in zip(heads, (day, times, "WLV", f"6CS03{row}", title), strict=True):
            page.text(x, 130 + 70 * row, text)
    assert [block.name for block in page.read().blocks] == ["Big Data", "Contract Law", "Human Rights"]


def test_a_room_s_number_is_no_time_that_the_table_does_not_have() -> None:
    """ "Seminar, 4.12" in a cell of 10:00 to 11:00 is room 4.12."""
    grid = Grid(Sheet(), 6, 4)
    grid.headers(DAYS, ("9:00-10:00", "10:00-11:00", "11:00-12:00"))
    for day in range(5):
        for period in range(3):
            texts = {(0, 1): "Seminar, 4.12"}
            grid.put(day + 1, period + 1, texts.get((day, period), lesson(day, period)), scale=0.5)
    reading = grid.sheet.read()
    seminar = next(block for block in reading.blocks if block.name.startswith("Seminar"))
    assert (seminar.start_time, seminar.end_time) == ("10:00", "11:00")


@pytest.mark.parametrize(
    ("name", "open_"),
    [
        ("Music with", True),
        ("Design and", True),
        ("BASES DE", True),
        ("Mathemat-", True),
        ("TD", True),
        ("Maths I", False),
        ("Band", False),
        ("Group A: By", False),
    ],
)
def test_a_name_that_ends_in_a_small_word_goes_on(name: str, open_: bool) -> None:
    assert unfinished(name) is open_


def test_a_number_in_a_cell_without_times_stays_in_its_text() -> None:
    lines = [
        Line(0, "Race to", 0.99, 0, Rect(20, 10, 110, 30), 20.0),
        Line(1, "1000", 0.99, 0, Rect(20, 34, 80, 54), 20.0),
    ]
    cell = read_cell(lines, Rect(0, 0, 130, 64), frozenset())
    assert "1000" in f"{cell.name} {cell.notes}"
    assert cell.spans == []


def test_a_class_is_no_period_and_an_ordinal_is_one() -> None:
    assert not is_period("5a")
    assert all(is_period(text) for text in ("1e uur", "2ª ora", "2a ora", "1er cours", "3. Stunde"))


def test_three_short_words_are_no_word_set_wide() -> None:
    cell = read_cell([Line(0, "A or B", 0.99, 0, Rect(10, 10, 90, 30), 20.0)], Rect(0, 0, 200, 60), frozenset())
    assert cell.name == "A or B"


@pytest.mark.parametrize(
    ("text", "times"),
    [("108:00-08:15!", "08:00-08:15"), ("i10:45 – 11:05", "10:45 – 11:05"), ("i9:45 – 10:45", "9:45 – 10:45")],
)
def test_a_rule_beside_a_time_is_no_figure(text: str, times: str) -> None:
    line = Line(0, text, 0.9, 0, Rect(0, 0, 120, 20), 20.0)
    assert [each.text for each in repair_lines([line])] == [times]


def test_ranges_of_two_columns_with_am_and_pm_are_taken_apart() -> None:
    line = Line(0, "10:50 AM – 11:35 11:35 AM – 12:20 PM", 0.9, 0, Rect(0, 0, 360, 20), 20.0)
    assert [each.text for each in repair_lines([line])] == ["10:50 AM – 11:35", "11:35 AM – 12:20 PM"]
