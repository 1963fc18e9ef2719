"""Days in languages of their own, with tags, and in words that nobody knows."""

import pytest

from services.extractor.reading import Reading
from tests.unit.extractor.reading.sheet import DAYS, TIMES, Grid, Sheet, lesson, lessons


def _week(names: tuple[str, ...], *, down: bool = False) -> Reading:
    grid = Grid(Sheet(1200, 800), 6, 5)
    if down:
        grid.headers(TIMES, names)
        for day in range(5):
            for period in range(4):
                grid.put(period + 1, day + 1, lesson(day, period))
    else:
        grid.headers(names, TIMES)
        lessons(grid)
    return grid.sheet.read()


def _right(reading: Reading) -> bool:
    return {(block.day, block.name, block.start_time) for block in reading.blocks} == {
        (DAYS[day].lower(), lesson(day, period), TIMES[period].split("-")[0].zfill(5))
        for day in range(5)
        for period in range(4)
    }


@pytest.mark.parametrize("down", [False, True])
@pytest.mark.parametrize(
    "names",
    [
        "Senin Selasa Rabu Kamis Jumat",
        "H K Sze Cs P",
        "ma ti ke to pe",
        "Pon Uto Sri Cet Pet",
        "Luni Marti Mie Joi Vin",
    ],
)
def test_a_week_in_another_language(names: str, *, down: bool) -> None:
    reading = _week(tuple(names.split()), down=down)
    assert _right(reading)
    assert not reading.warnings


@pytest.mark.parametrize("names", ["Monday Tirvan Wednesday Torvel Fennik", "Lunes Martes Varkel Jueves Sonnik"])
def test_words_that_nobody_knows_are_days_by_their_place_and_unsure(names: str) -> None:
    reading = _week(tuple(names.split()))
    assert _right(reading)
    unknown = {block.day for block in reading.blocks if block.confidence < 0.9}
    assert len(unknown) >= sum(warning.code == "implied_day" for warning in reading.warnings) > 1


def test_a_word_more_than_days_are_missing_is_none() -> None:
    reading = _week(("Monday", "Tuesday", "Wednesday", "Homework", "Notes"))
    assert {block.day for block in reading.blocks} <= {"monday", "tuesday", "wednesday", "thursday", "friday"}
    assert all(block.confidence < 0.9 for block in reading.blocks if block.day in ("thursday", "friday"))


@pytest.mark.parametrize(
    ("first", "second"),
    [("A {}", "B {}"), ("{} one", "{} two"), ("O - {}", "E - {}"), ("{} 1", "{} 2"), ("A{}", "B{}")],
)
def test_two_weeks_in_one_row_and_a_break_across_both(first: str, second: str) -> None:
    grid = Grid(Sheet(1500, 500), 11, 4, cell_width=130)
    short = [day[:3] for day in DAYS]
    grid.headers(tuple(tag.format(day) for tag in (first, second) for day in short), TIMES[:3])
    for column in range(10):
        grid.put(column + 1, 1, lesson(column, 0))
        grid.put(column + 1, 3, lesson(column, 2))
    grid.put(1, 2, "Break", wide=10)
    reading = grid.sheet.read()
    assert {(block.day, block.week, block.name) for block in reading.blocks} == {
        (DAYS[column % 5].lower(), "AB"[column // 5], name)
        for column in range(10)
        for name in (lesson(column, 0), "Break", lesson(column, 2))
    }
    assert len(reading.blocks) == 30


def test_dates_beside_the_days_are_no_weeks() -> None:
    reading = _week(tuple(f"{day[:3]} {at}" for at, day in enumerate(DAYS, 1)))
    assert _right(reading)
    assert {block.week for block in reading.blocks} == {None}


@pytest.mark.parametrize(
    ("texts", "reason"),
    [(("اليوم", "الأحد"), "Arabic"), (("Alpha", "Beta"), "names no day"), (("Monday", "x"), "page.")],
)
def test_a_page_without_a_timetable_says_why(texts: tuple[str, ...], reason: str) -> None:
    page = Sheet()
    for at, text in enumerate(texts):
        page.text(300, 200 + 40 * at, "text")
        page.lines[-1].text = text
    (warning,) = page.read().warnings
    assert warning.code == "no_timetable"
    assert reason in warning.message
