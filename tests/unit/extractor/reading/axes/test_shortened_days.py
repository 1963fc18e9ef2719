"""Days that are shortened in a way no list has: their order is what tells them."""

import pytest

from services.extractor.reading.axes.series import find_series
from services.extractor.reading.lexicon.calendar import days_in_turn
from shared.messages import DAYS
from tests.unit.extractor.reading.sheet import TIMES, Grid, Sheet, lesson


@pytest.mark.parametrize(
    "words",
    [
        ("Se", "se", "Ra", "Ka", "Ju"),
        ("Pi", "Ot", "Tr", "Ce", "Pi"),
        ("Pirm", "Otr", "Tre", "Cet", "Pie"),
        ("Lund", "Mard", "Merc", "Xxxx", "Vend"),
        ("Po 3.", "Ut 4.", "St 5.", "Št 6."),
        ("Sn", "sl", "Rb", "Km", "Jm", "Sb"),
        ("Pn", "Wt", "Śr", "Czw", "Pt"),
        ("Mndy", "Tsdy", "Wdns", "Thrs", "Frdy"),
        ("po", "it", "st", "t", "p"),
    ],
)
def test_a_row_in_which_each_word_begins_the_next_days_name_is_a_week(words: tuple[str, ...]) -> None:
    assert days_in_turn(words) == DAYS[: len(words)]


@pytest.mark.parametrize(
    "words",
    [
        ("Ma", "En", "Bi", "Ch", "Ph"),
        ("Se", "Ra", "Ka"),
        ("M", "T", "W", "T", "F"),
        ("Se", "Xx", "Ra", "Yy", "Ju"),
        ("Sn", "Sl", "Rb", "Km"),
        ("Sn", "Sl", "Xx", "Km", "Jm"),
        ("po", "it", "sx", "t", "p"),
    ],
)
def test_subjects_too_few_words_and_mere_letters_are_none(words: tuple[str, ...]) -> None:
    assert days_in_turn(words) is None


@pytest.mark.parametrize(
    "names",
    [("Pi", "Ot", "Tr", "Ce", "Pi"), ("M 3", "• T 4", "W 5", "T 6", "F 7"), ("po", "it", "st", "t", "p")],
    ids=["shortened", "dated letters", "accents lost"],
)
def test_a_table_is_read_by_them(names: tuple[str, ...]) -> None:
    sheet = Sheet(1260, 700)
    grid = Grid(sheet, 6, 5, cell_height=70)
    for day, name in enumerate(names):
        grid.put(day + 1, 0, name)
        for row, text in enumerate(TIMES):
            grid.put(0, row + 1, text)
            grid.put(day + 1, row + 1, lesson(day, row))
    found = {(block.day, block.name) for block in sheet.read().blocks}
    assert found == {(DAYS[day], lesson(day, row)) for day in range(5) for row in range(4)}


def test_short_texts_over_each_other_trip_no_reader() -> None:
    """Two texts of one row with one middle, as a double heading has, are no step from day to day."""
    sheet = Sheet(900, 400)
    for x, y, text in ((200, 100, "Ab"), (200, 110, "Ab"), (400, 105, "Ef"), (600, 105, "Gh"), (800, 105, "Ij")):
        sheet.text(x, y, text)
    assert find_series(sheet.view()) == []
