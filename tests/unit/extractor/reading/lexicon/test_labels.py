"""Periods' numbers, and labels that run into their times."""

import pytest

from services.extractor.reading.evidence.line_repair import repair_lines
from services.extractor.reading.lexicon.labels import is_period, numbered_alike
from services.extractor.reading.model import Line, Rect


@pytest.mark.parametrize("label", ["1ere", "2eme", "3ème", "1ra", "2da hora", "4.", "P5", "6th"])
def test_ordinals_number_periods(label: str) -> None:
    assert is_period(label)


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


@pytest.mark.parametrize(
    ("texts", "places"),
    [
        (["1ª Aula", "2ª Aula", "Intervalo", "3a Aula", "4ª Aula"], [0, 1, 3, 4]),
        (["1. pamoka", "2. pamoka", "3. pamoka"], [0, 1, 2]),
        (["Algebra 1", "Physics 2", "Algebra 2"], []),
        (["Saal 12", "Saal 11", "Saal 13"], []),
        (["1", "2", "3"], []),
        (["Room 101", "Room 102", "Room 103"], []),
    ],
)
def test_labels_that_count_in_words_nobody_knows(texts: list[str], places: list[int]) -> None:
    assert numbered_alike(texts) == places
