"""Days' names that differ in an accent alone, that stand twice, or that an old font shows with other letters."""

import pytest

from services.extractor.reading.axes.languages import languages_of
from services.extractor.reading.lexicon.calendar import day_named
from services.extractor.reading.model import Line, Rect
from tests.unit.extractor.reading.sheet import DAYS, TIMES, Block, Grid, Sheet, lesson, week


def _down(names: tuple[tuple[str, ...], ...]) -> Sheet:
    sheet = Sheet(1100, 600)
    grid = Grid(sheet, 5, 6, cell_height=70)
    for column, text in enumerate(TIMES):
        grid.put(column + 1, 0, text)
    for day, texts in enumerate(names):
        grid.put(0, day + 1, *texts, scale=0.9)
        for column in range(len(TIMES)):
            grid.put(column + 1, day + 1, lesson(day, column))
    return sheet


def _whole_week() -> set[Block]:
    spans = [[part.zfill(5) for part in times.split("-")] for times in TIMES]
    return {
        (name.lower(), start, end, lesson(day, column))
        for day, name in enumerate(DAYS)
        for column, (start, end) in enumerate(spans)
    }


def test_accents_tell_names_apart() -> None:
    """Wednesday and Thursday in Slovak: "St" and "Št"."""
    sheet = _down((("Po",), ("Ut",), ("St",), ("Št",), ("Pi",)))
    assert "sk" in languages_of(sheet.view().lines)
    assert week(sheet.read()) == _whole_week()
    assert (day_named("St", ("sk",)), day_named("Št.", ("sk",))) == ("wednesday", "thursday")


def test_dates_in_brackets_behind_names_of_a_word_and_a_number() -> None:
    """Vietnamese, whose accents the text recognition loses: "Th" alone would be Thursday."""
    names = tuple((f"Th {day + 2} (0{day + 3}/08)",) for day in range(5))
    assert week(_down(names).read()) == _whole_week()


@pytest.mark.parametrize(
    "names", [("M", "T", "W", "T", "F"), ("2ª", "3ª", "4ª", "5ª", "6ª"), ("Th 2", "Th 3", "Th 4", "Th 5", "Th 6")]
)
def test_dates_behind_letters_and_names_that_are_no_word(names: tuple[str, ...]) -> None:
    dated = tuple((f"{name} {day + 3}/08",) for day, name in enumerate(names))
    assert week(_down(dated).read()) == _whole_week()


def test_each_day_named_in_two_languages_under_each_other() -> None:
    sheet = _down((("Lu", "Mon"), ("Ma", "Tue"), ("Mi", "Wed"), ("Jo", "Thu"), ("Vi", "Fri")))
    assert week(sheet.read()) == _whole_week()


def test_letters_of_a_font_of_before_unicode() -> None:
    assert [day_named(text, ("vi",)) for text in ("Thø 2", "Tho 7", "Thứ Sáu")] == ["monday", "saturday", "friday"]


def test_dates_with_their_month_below_the_names() -> None:
    sheet = Sheet(1200, 600)
    grid = Grid(sheet, 6, 5, cell_height=70)
    for day, name in enumerate(DAYS):
        sheet.text(310 + 180 * day, 120, name[:3].upper(), scale=0.8)
        sheet.text(310 + 180 * day, 150, f"{6 + day}. FEB", scale=0.5)
        for row in range(len(TIMES)):
            grid.put(day + 1, row + 1, lesson(day, row))
    for row, text in enumerate(TIMES):
        grid.put(0, row + 1, text, border=False)
    assert week(sheet.read()) == _whole_week()


@pytest.mark.parametrize("text", ["pn št sk", "an tr kt", "kt pn št"])
def test_days_of_one_line_follow_each_other_as_they_stand(text: str) -> None:
    """In a set their order was another in each process, and with it the languages of the page."""
    assert languages_of([Line(0, text, 0.99, 0, Rect(0, 0, 100, 20), 20.0)]) == ("lt",)
