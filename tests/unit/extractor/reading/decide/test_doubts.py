"""What keeps a week from being validated: texts, days and times that were left unexplained, and names that are none."""

import pytest

from services.extractor.reading import Reading
from services.extractor.reading.decide.calibration import vouched_from
from services.extractor.reading.decide.doubts import odd_name
from services.extractor.reading.decide.unread import unread
from services.extractor.reading.model import BlockDraft, LayoutResult, Line, Rect
from services.extractor.validation import judge
from tests.unit.extractor.reading.sheet import Grid, Sheet, plain


def codes(reading: Reading) -> set[str]:
    return {warning.code for warning in reading.warnings}


def line(number: int, text: str, x: float, y: float) -> Line:
    return Line(number, text, 0.99, 0, Rect(x, y, x + 60, y + 20), 20)


def draft(name: str, x: float = 200, y: float = 100) -> BlockDraft:
    return BlockDraft("monday", name, Rect(x, y, x + 100, y + 50), [line(0, name, x, y)], 540, 585)


def left(*lines: Line) -> list[tuple[str, str, str]]:
    """What a table from (100, 50) to (600, 400), with blocks from (200, 100) on, leaves of some texts."""
    drafts = [draft("Maths"), draft("Art", 500, 350)]
    result = LayoutResult("grid across", drafts, area=Rect(100, 50, 600, 400))
    return [(each.line.text, each.kind, each.where) for each in unread(list(lines), result, frozenset())]


def test_a_text_in_the_table_that_was_not_used_is_told() -> None:
    assert left(line(1, "Swimming", 300, 200)) == [("Swimming", "text", "inside")]


def test_days_and_times_are_told_apart_from_texts() -> None:
    assert left(line(1, "Thursday", 700, 200), line(2, "11:15", 110, 200)) == [
        ("Thursday", "day", "level"),
        ("11:15", "time", "inside"),
    ]


@pytest.mark.parametrize("text", ["Time", "Day / Hour"])
def test_the_table_s_corner_explains_itself(text: str) -> None:
    assert left(line(1, text, 110, 60)) == []


def test_the_last_hour_of_a_scale_explains_itself() -> None:
    assert left(line(1, "18:00", 110, 385)) == []


@pytest.mark.parametrize("text", ["-", "!", "|", "free"])
def test_marks_and_free_slots_are_no_text(text: str) -> None:
    assert left(line(1, text, 300, 200)) == []


@pytest.mark.parametrize("name", ["Wednesday", "09:00 - 09:45", "Period 3", "!!", "→"])
def test_a_header_s_word_or_an_icon_is_no_name(name: str) -> None:
    assert odd_name(draft(name))


@pytest.mark.parametrize("name", ["Maths", "Fre", "Sci", "X1 Project", "Sunday school choir"])
def test_names_are_names(name: str) -> None:
    assert not odd_name(draft(name))


def test_a_week_that_is_wholly_explained_is_validated() -> None:
    sheet = Sheet()
    plain(Grid(sheet, 6, 5))
    reading = sheet.read()
    assert not codes(reading)
    assert reading.confidence >= vouched_from()
    assert judge(reading).validated


def test_a_day_beside_the_table_that_was_not_used_keeps_it_from_being_validated() -> None:
    sheet = Sheet(1400)
    plain(Grid(sheet, 6, 5))
    sheet.text(1330, 300, "Saturday")
    reading = sheet.read()
    assert "unread_day" in codes(reading)
    assert not judge(reading).validated
    (warning,) = [each for each in reading.warnings if each.code == "unread_day"]
    assert "Saturday" in warning.message
    assert "page 1" in warning.message


def test_a_reading_below_the_bar_is_not_validated_and_says_so() -> None:
    sheet = Sheet()
    plain(Grid(sheet, 6, 5))
    reading = sheet.read()
    reading.confidence = vouched_from() - 0.01
    verdict = judge(reading)
    assert not verdict.validated
    assert [warning.code for warning in verdict.warnings] == ["unsure_page"]
