"""Two weeks beside each other within each day."""

import pytest

from services.extractor.reading import Reading
from tests.unit.extractor.reading.sheet import DAYS, TIMES, Grid, Sheet, find, lesson


def _across(labels: tuple[str, str]) -> Grid:
    """Days across, a column for each of their weeks; the cells are free."""
    grid = Grid(Sheet(1300, 700), 11, 7, cell_width=110)
    for day, name in enumerate(DAYS):
        grid.put(2 * day + 1, 0, name, wide=2)
        for half, label in enumerate(labels):
            grid.put(2 * day + 1 + half, 1, label)
    for row, times in enumerate(TIMES):
        grid.put(0, row + 2, times, scale=0.45)
    return grid


def _weeks(reading: Reading) -> set[tuple[str, str | None, str | None, str]]:
    return {(block.day_name, block.week, block.start_time, block.name) for block in reading.blocks}


@pytest.mark.parametrize("labels", [("Wk A", "Wk B"), ("A", "B"), ("Week 2", "Week 1")])
def test_two_weeks_within_each_day(labels: tuple[str, str]) -> None:
    """A cell over both holds for both, as does one over all days."""
    first, second = ("B", "A") if labels[0] == "Week 2" else ("A", "B")
    grid = _across(labels)
    want = set()
    for day, name in enumerate(DAYS):
        for half, week in ((0, first), (1, second)):
            grid.put(2 * day + 1 + half, 2, lesson(day, half))
            want.add((name.lower(), week, "09:00", lesson(day, half)))
            want |= {(name.lower(), week, "09:45", lesson(day, 2)), (name.lower(), week, "10:30", "Break")}
            if half or day != 1:  # one is free
                grid.put(2 * day + 1 + half, 5, lesson(day, 2 + half))
                want.add((name.lower(), week, "10:45", lesson(day, 2 + half)))
            else:
                grid.put(2 * day + 1, 5)
        grid.put(2 * day + 1, 3, lesson(day, 2), wide=2)
    grid.put(1, 4, "Break", wide=10)
    reading = grid.sheet.read()
    assert _weeks(reading) == want
    assert len(reading.blocks) == len(want)


def test_a_cell_of_both_weeks_is_boxed_whole_for_each() -> None:
    grid = _across(("A", "B"))
    for day in range(5):
        for row in range(4):
            for half in range(1 if row == 1 else 2):
                grid.put(2 * day + 1 + half, row + 2, lesson(day, row + half), wide=2 if row == 1 else 1)
    boxes = [block.box for block in grid.sheet.read().blocks if block.day == "tuesday" and block.start_time == "09:45"]
    assert len(boxes) == 2
    assert all(box is not None and abs(box.width - 220) < 15 for box in boxes)


def test_a_week_s_names_that_were_not_read_follow_from_the_other_days() -> None:
    grid = _across(("A", "B"))
    for day in range(5):
        for half in range(2):
            for row in range(4):
                grid.put(2 * day + 1 + half, row + 2, lesson(day, row + half))
    grid.sheet.lines = [line for line in grid.sheet.lines if line.text not in ("A", "B") or line.box[0][0] < 900]
    reading = grid.sheet.read()
    assert {block.week for block in reading.blocks if block.day == "friday"} == {"A", "B"}
    assert len(reading.blocks) == 40


def test_weeks_in_halves_of_each_day_s_row() -> None:
    """Two lines of one cell over both halves stand above and below where a rule divides other cells."""
    sheet = Sheet(1100, 900)
    grid = Grid(sheet, 6, 11, cell_width=170, cell_height=66)
    for column, times in enumerate(TIMES):
        grid.put(column + 2, 0, times)
    for day, name in enumerate(DAYS):
        grid.put(0, 2 * day + 1, name, high=2)
        for half, label in enumerate("AB"):
            grid.put(1, 2 * day + 1 + half, label)
            grid.put(2, 2 * day + 1 + half, lesson(day, half))
        grid.put(3, 2 * day + 1, lesson(day, 2), "Room 7", high=2)
        for half in range(2):
            grid.put(5, 2 * day + 1 + half, lesson(day, 3 + half))
    grid.put(4, 1, "Break", high=10, angle=270)
    reading = sheet.read()
    assert len(reading.blocks) == 5 * 8
    assert {(block.name, block.notes) for block in reading.blocks if block.start_time == "09:45"} == {
        (lesson(day, 2), "Room 7") for day in range(5)
    }
    assert {block.week for block in reading.blocks if block.name == "Break"} == {"A", "B"}


def test_letters_below_some_days_are_no_weeks() -> None:
    sheet = Sheet()
    grid = Grid(sheet, 6, 5)
    grid.headers(DAYS, TIMES)
    for day in range(5):
        for row in range(4):
            grid.put(day + 1, row + 1, lesson(day, row))
    grid.sheet.text(300, 190, "A")
    assert {block.week for block in sheet.read().blocks} == {None}
    assert find(sheet.read(), "friday", lesson(4, 0)).week is None
