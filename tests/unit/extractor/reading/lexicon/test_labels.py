"""Labels that the table and its legend write differently, and those that run into their times."""

import pytest

from services.extractor.reading.evidence.line_repair import repair_lines
from services.extractor.reading.lexicon.labels import is_period, shortens
from services.extractor.reading.model import Line, Rect
from tests.unit.extractor.reading.sheet import DAYS, Grid, Sheet, lessons, week

TIMES = ("8:40-9:00", "9:00-10:00", "10:00-11:00", "11:00-11:20", "11:20-12:20")


def _table(first: str, *labels: str, cell: str = "Registration") -> Sheet:
    """A week whose first row is headed `first`, with a legend of `labels` below it."""
    page = Sheet(1200, 800)
    grid = Grid(page, 6, 5)
    grid.headers(DAYS, (first, "1", "2", "3"))
    lessons(grid, periods=3, top=2)
    grid.put(1, 1, cell, wide=5)
    for at, label in enumerate(labels):
        page.text(200, 560 + 30 * at, label)
        page.text(400, 560 + 30 * at, TIMES[at])
    return page


def _first(page: Sheet) -> set[tuple[str | None, str | None]]:
    """When the first row is."""
    return {(start, end) for _, start, end, name in week(page.read()) if name in ("Registration", "Tutor")}


@pytest.mark.parametrize(("label", "entry"), [("Reg", "Registration"), ("HR", "Homeroom"), ("Tutor time", "Tutor")])
def test_a_label_that_shortens_one_of_the_legend_or_is_shortened_there(label: str, entry: str) -> None:
    page = _table(label, entry, "Period 1", "Period 2", "Period 3", cell="Tutor")
    assert _first(page) == {("08:40", "09:00")}


@pytest.mark.parametrize("label", ["1ere", "2eme", "3ème", "1ra", "2da hora", "4.", "P5", "6th"])
def test_ordinals_number_periods(label: str) -> None:
    assert is_period(label)


def test_a_label_that_could_be_short_for_two_entries_is_neither() -> None:
    page = _table("Re", "Registration", "Period 1", "Period 2", "Recess", "Period 3", cell="Tutor")
    assert _first(page) <= {(None, None)}


def test_a_label_is_not_short_for_an_entry_at_another_time_of_the_day() -> None:
    page = _table("Ho", "Period 1", "Period 2", "Period 3", "Homework", cell="Tutor")
    assert _first(page) <= {(None, None)}


def test_what_fills_a_row_names_its_entry_where_the_row_s_label_does_not() -> None:
    page = _table("Early", "Registration", "Period 1", "Period 2", "Period 3")
    assert _first(page) == {("08:40", "09:00")}


@pytest.mark.parametrize(
    ("text", "key"), [("am", "assembly"), ("R", "registration"), ("Room 9", "room"), ("Art", "break")]
)
def test_what_is_short_for_nothing(text: str, key: str) -> None:
    assert not shortens(text, key)


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        ("Times: Reg08:40-08:55, 1=08:55-09:55", "Times: Reg 08:40-08:55, 1=08:55-09:55"),
        ("P2 9:40-10:40 · P311:00-12:00 · P412:00-1:00", "P2 9:40-10:40 · P3 11:00-12:00 · P4 12:00-1:00"),
        ("P18:40-9:40", "P1 8:40-9:40"),
        ("P1013:45 - 14:45", "P10 13:45 - 14:45"),
        # Period 1 or 10, and 1 or 11.
        ("P109:40-10:40", "P109:40-10:40"),
        ("P111:00-1:40", "P111:00-1:40"),
        # A room, a time with a letter for a figure, and a start alone.
        ("B11:00-12:00", "B11:00-12:00"),
        ("Il0:00-11:00", "Il0:00-11:00"),
        ("Room12:30", "Room12:30"),
    ],
)
def test_a_label_is_parted_from_the_range_it_runs_into(text: str, mended: str) -> None:
    (line,) = repair_lines([Line(0, text, 0.99, 0, Rect(0, 0, 10 * len(text), 20), 20)])
    assert line.text == mended


def test_periods_in_languages_of_schools() -> None:
    assert all(map(is_period, ("1.DERS", "3. óra", "Jam ke 2", "Tiết 4", "5. tund", "6. hodina")))
