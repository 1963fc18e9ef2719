"""Several classes on one page or in one document: each is a timetable of its own, under its own name."""

from dataclasses import replace

import pytest

from services.extractor.reading import PageInput, Reading, read_timetables
from tests.unit.extractor.reading.sheet import DAYS, TIMES, Grid, Sheet, lesson, week

MORNING = TIMES[:2]
AFTERNOON = ("13:00-13:45", "13:45-14:30")


def table(sheet: Sheet, x0: float, y0: float, shift: int = 0, times: tuple[str, ...] = MORNING) -> None:
    grid = Grid(sheet, 6, 1 + len(times), x0=x0, y0=y0, cell_width=130, cell_height=50)
    grid.headers(DAYS, times)
    for day in range(5):
        for period in range(len(times)):
            grid.put(day + 1, period + 1, lesson(day + shift, period))


def told(readings: list[Reading]) -> list[tuple[str | None, int]]:
    return [(reading.class_name, len(reading.blocks)) for reading in readings]


@pytest.mark.parametrize("second", [(900, 100), (40, 400)], ids=["beside", "below"])
def test_two_tables_of_the_same_days_and_times_are_two_classes(second: tuple[int, int]) -> None:
    sheet = Sheet(1800, 700)
    for (x0, y0), name, shift in (((40, 100), "Class 4B", 0), (second, "Class 9A", 1)):
        sheet.text(x0 + 60, y0 - 30, name, scale=0.8)
        table(sheet, x0, y0, shift)
    one, other = readings = read_timetables([sheet.page()])
    assert told(readings) == [("Class 4B", 10), ("Class 9A", 10)]
    assert ("monday", "09:00", "09:45", lesson(0, 0)) in week(one)
    assert ("monday", "09:00", "09:45", lesson(1, 0)) in week(other)


def test_mornings_and_afternoons_are_one_week() -> None:
    sheet = Sheet(900, 700)
    sheet.text(100, 40, "Class 4B", scale=0.8)
    table(sheet, 40, 100)
    table(sheet, 40, 400, times=AFTERNOON)
    assert told(read_timetables([sheet.page()])) == [("Class 4B", 20)]


def test_mornings_and_afternoons_of_two_classes_are_two_weeks() -> None:
    sheet = Sheet(900, 1200)
    for at, name in enumerate(("Class 4B", "Class 9A")):
        sheet.text(100, 40 + 560 * at, name, scale=0.8)
        table(sheet, 40, 80 + 560 * at, at)
        table(sheet, 40, 340 + 560 * at, at, AFTERNOON)
    assert told(read_timetables([sheet.page()])) == [("Class 4B", 20), ("Class 9A", 20)]


def page(sheet: Sheet, number: int) -> PageInput:
    given = sheet.page()
    given.ocr.page = number
    return replace(given)


def test_a_class_a_page() -> None:
    pages = []
    for number, name in enumerate(("Class 4B", "Class 9A")):
        sheet = Sheet(900, 400)
        sheet.text(100, 40, name, scale=0.8)
        table(sheet, 40, 100, number)
        pages.append(page(sheet, number))
    readings = read_timetables(pages)
    assert told(readings) == [("Class 4B", 10), ("Class 9A", 10)]
    assert [{block.page for block in reading.blocks} for reading in readings] == [{0}, {1}]


def test_a_week_goes_on_on_the_next_page() -> None:
    first, second = Sheet(900, 400), Sheet(900, 400)
    first.text(100, 40, "Class 4B", scale=0.8)
    table(first, 40, 100)
    table(second, 40, 100, times=AFTERNOON)
    assert told(read_timetables([page(first, 0), page(second, 1)])) == [("Class 4B", 20)]


CLASSES = ("7A", "7B", "7C")


def test_a_column_for_each_class_and_the_days_below_each_other() -> None:
    sheet = Sheet(900, 900)
    grid = Grid(sheet, 5, 10, x0=40, y0=60, cell_width=150, cell_height=50)
    for column, name in enumerate(("Day", "Time", *CLASSES)):
        grid.put(column, 0, name)
    for day, name in enumerate(DAYS[:3]):
        grid.put(0, 1 + 3 * day, name, high=3)
        for row, times in enumerate(TIMES[:3]):
            grid.put(1, 1 + 3 * day + row, times)
            for column in range(3):
                if row != 2:
                    grid.put(column + 2, 1 + 3 * day + row, lesson(day + column, row))
        grid.put(2, 3 + 3 * day, "Break", wide=3)
    readings = read_timetables([sheet.page()])
    assert told(readings) == [(name, 9) for name in CLASSES]
    for at, reading in enumerate(readings):
        assert ("monday", "09:00", "09:45", lesson(at, 0)) in week(reading)
        assert ("wednesday", "09:45", "10:30", lesson(2 + at, 1)) in week(reading)
        assert ("tuesday", "10:30", "10:45", "Break") in week(reading)


def test_classes_with_hours_of_their_own_have_them_before_their_columns() -> None:
    """The days stand beside their rows, a letter in each."""
    sheet = Sheet(1300, 900)
    grid = Grid(sheet, 6, 21, y0=30, cell_width=200, cell_height=40)
    for column, name in enumerate(("Day", "Time", "Class 5", "Class 6", "Time", "Class 9")):
        grid.put(column, 0, name)
    sooner = ("8:00-8:45", "8:50-9:35", "9:40-10:25", "10:30-11:15")
    later = ("8:30-9:15", "9:20-10:05", "10:10-10:55", "11:00-11:45")
    for day, name in enumerate(DAYS):
        for row in range(4):
            at = 1 + 4 * day + row
            grid.put(0, at, name[row].upper() if row < 3 else "", wide=1)
            grid.put(1, at, sooner[row])
            grid.put(4, at, later[row])
            for group, column in enumerate((2, 3, 5)):
                grid.put(column, at, lesson(day + group, row))
    readings = read_timetables([sheet.page()])
    assert told(readings) == [("Class 5", 20), ("Class 6", 20), ("Class 9", 20)]
    assert ("friday", "08:50", "09:35", lesson(4, 1)) in week(readings[0])
    assert ("friday", "09:20", "10:05", lesson(6, 1)) in week(readings[2])


def test_the_times_once_more_over_every_day_s_classes() -> None:
    sheet = Sheet(1000, 900)
    grid = Grid(sheet, 6, 12, x0=40, y0=60, cell_width=150, cell_height=50)
    for day, name in enumerate(DAYS[:3]):
        top = 4 * day
        for column, times in enumerate(("Class", *TIMES)):
            grid.put(column + 1, top, times)
        grid.put(0, top + 1, name, high=3)
        for row, label in enumerate(CLASSES):
            grid.put(1, top + 1 + row, label)
            for column in range(4):
                grid.put(column + 2, top + 1 + row, lesson(day + row, column))
    readings = read_timetables([sheet.page()])
    assert told(readings) == [(name, 12) for name in CLASSES]
    assert ("tuesday", "10:45", "11:30", lesson(2, 3)) in week(readings[1])


def test_a_teacher_s_plan_names_classes_in_its_cells() -> None:
    sheet = Sheet(900, 500)
    grid = Grid(sheet, 5, 6, x0=40, y0=60, cell_width=150, cell_height=60)
    for column in range(4):
        grid.put(column + 1, 0, str(column + 1))
    for day, name in enumerate(DAYS):
        grid.put(0, day + 1, name)
        grid.put(1 + day % 4, day + 1, CLASSES[day % 3])
        grid.put(1 + (day + 2) % 4, day + 1, CLASSES[(day + 1) % 3])
    (reading,) = read_timetables([sheet.page()])
    assert len(reading.blocks) == 10
    assert {block.name for block in reading.blocks} == set(CLASSES)
