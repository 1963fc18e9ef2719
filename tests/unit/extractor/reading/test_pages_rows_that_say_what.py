"""Tables whose rows or cells tell their times in other ways than a column of times."""

import pytest

from tests.unit.extractor.reading.sheet import DAYS, TIMES, Grid, Sheet, lesson, week


def test_rows_that_say_what_and_cells_that_say_when() -> None:
    sheet = Sheet(1200, 500)
    grid = Grid(sheet, 6, 4, cell_height=60)
    grid.headers(DAYS, ("Red Group", "Blue Group", "Green Group"))
    for day in range(5):
        grid.put(day + 1, 1 + day % 3, TIMES[day % 4])
        grid.put(day + 1, 1 + (day + 1) % 3, TIMES[(day + 2) % 4])
    found = week(sheet.read())
    assert len(found) == 10
    assert ("monday", "09:00", "09:45", "Red Group") in found
    assert ("tuesday", "09:45", "10:30", "Blue Group") in found


def test_times_under_their_lessons_in_a_row_of_their_own() -> None:
    sheet = Sheet(1200, 600)
    grid = Grid(sheet, 6, 7, cell_height=50)
    for day, name in enumerate(DAYS):
        grid.put(day + 1, 0, name)
    for row in range(3):
        grid.put(0, 1 + 2 * row, "Activity")
        grid.put(0, 2 + 2 * row, "Hour")
        for day in range(5):
            grid.put(day + 1, 1 + 2 * row, lesson(day, row))
            grid.put(day + 1, 2 + 2 * row, TIMES[row])
    found = week(sheet.read())
    assert len(found) == 15
    assert ("friday", "10:30", "10:45", lesson(4, 2)) in found


def test_numbered_rows_whose_cells_print_their_own_times() -> None:
    """Two lessons stand in one numbered row, and each day's times differ."""
    sheet = Sheet(1200, 700)
    grid = Grid(sheet, 6, 7, cell_height=60)
    grid.headers(DAYS, ())
    for number, (row, high) in enumerate(((1, 1), (2, 2), (4, 1), (5, 2)), 1):
        grid.put(0, row, str(number), high=high)
    for day in range(5):
        for row in range(6):
            hour = 8 + row + day % 2
            grid.put(day + 1, row + 1, lesson(day, row), f"{hour}:00-{hour}:45")
    found = week(sheet.read())
    assert len(found) == 30
    assert ("tuesday", "09:00", "09:45", lesson(1, 0)) in found


@pytest.mark.parametrize(
    "names", [("Sunday", *DAYS[:4]), ("Saturday", "Sunday", *DAYS[:3])], ids=["sunday", "saturday"]
)
def test_a_week_that_begins_on_another_day(names: tuple[str, ...]) -> None:
    sheet = Sheet(1200, 500)
    grid = Grid(sheet, 6, 4, cell_height=60)
    grid.headers(names, TIMES[:3])
    for day in range(5):
        for row in range(3):
            grid.put(day + 1, row + 1, lesson(day, row))
    found = week(sheet.read())
    assert len(found) == 15
    assert (names[0].casefold(), "09:00", "09:45", lesson(0, 0)) in found


def test_lessons_at_once_in_rows_that_look_like_a_lesson_s_own() -> None:
    sheet = Sheet(1400, 600)
    grid = Grid(sheet, 6, 4, cell_width=220, cell_height=80)
    grid.headers(DAYS, TIMES[:3])
    for day in range(5):
        for row in range(3):
            x0, y0, x1, y1 = grid.box(day + 1, row + 1)
            sheet.frame(x0, y0, x1, y1)
            lines = [(lesson(day, row), "QK"), (lesson(day + 1, row), "WZ")][: 2 if row == 1 else 1]
            for at, (name, teacher) in enumerate(lines):
                y = (y0 + y1) / 2 + 26 * (at - (len(lines) - 1) / 2)
                sheet.text(x0 + 50, y, name, scale=0.5)
                sheet.text(x1 - 30, y, teacher, scale=0.5)
    found = week(sheet.read())
    assert len(found) == 20
    assert {("monday", "09:45", "10:30", lesson(0, 1)), ("monday", "09:45", "10:30", lesson(1, 1))} <= found


def test_columns_without_a_head_whose_texts_begin_under_each_other() -> None:
    """Nothing parts the columns, and no time is printed."""
    sheet = Sheet(900, 300)
    for row, name in enumerate(DAYS):
        y = 60 + 40 * row
        sheet.text(90, y, name, scale=0.6)
        sheet.rule(20, y - 20, 860, y - 20)
        for column in range(4):
            (width, *_), text = (len(lesson(row, column)),), lesson(row, column)
            sheet.text(240 + 160 * column + 5.5 * width, y, text, scale=0.6)
    sheet.rule(20, 240, 860, 240)
    found = week(sheet.read())
    assert {(day, name) for day, _, _, name in found} == {
        (day.casefold(), lesson(row, column)) for row, day in enumerate(DAYS) for column in range(4)
    }
