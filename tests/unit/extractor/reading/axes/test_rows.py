"""Tables whose rows say nowhere when they are, and times that nothing parts from the first day."""

import pytest

from tests.unit.extractor.reading.sheet import DAYS, LESSONS, TIMES, Grid, Sheet, lesson, week


@pytest.mark.parametrize("below", ["Download", "School begins at 7:50 and ends at 12:35"])
def test_a_table_without_any_times_is_read_by_its_rows(below: str) -> None:
    """A time in a remark below the table is no row's."""
    sheet = Sheet(1000, 700)
    grid = Grid(sheet, 5, 5, cell_height=50)
    for day, name in enumerate(DAYS):
        grid.put(day, 0, name)
        for row in range(4 - day % 2):
            grid.put(day, row + 1, lesson(day, row))
    sheet.text(500, 600, below)
    blocks = sheet.read().blocks
    assert [(block.day, block.start_time, block.name) for block in blocks] == [
        (name.lower(), None, lesson(day, row)) for day, name in enumerate(DAYS) for row in range(4 - day % 2)
    ]


def test_times_beside_the_rows_are_not_passed_over() -> None:
    """A time that stands level with rows is theirs: they are not given back as rows without any."""
    sheet = Sheet(1200, 700)
    grid = Grid(sheet, 6, 5, cell_height=50)
    for day, name in enumerate(DAYS):
        grid.put(day + 1, 0, name)
        for row in range(4):
            grid.put(day + 1, row + 1, lesson(day, row))
    sheet.text(120, 225, "until 10:30", scale=0.5)
    assert not any(block.start_time is None for block in sheet.read().blocks)


def test_nothing_parts_the_times_from_the_first_day() -> None:
    """Names at the left of their columns, texts in the middle, the only edge that of the card around it all."""
    sheet = Sheet(1300, 500)
    sheet.frame(10, 60, 1290, 440)
    for day, name in enumerate(DAYS):
        sheet.text(210 + 230 * day, 90, name, scale=0.5)
        for row in range(4):
            sheet.text(270 + 230 * day, 140 + 80 * row, lesson(day, row), scale=0.5)
            sheet.text(270 + 230 * day, 165 + 80 * row, "(Mr. Harrington)", scale=0.5)
    for row, text in enumerate(TIMES):
        sheet.text(75, 152 + 80 * row, text, scale=0.5)
    assert week(sheet.read()) >= {(name.lower(), "09:00", "09:45", LESSONS[day]) for day, name in enumerate(DAYS)}


def test_rows_that_count_in_unknown_words_have_their_times_from_a_table_below() -> None:
    sheet = Sheet(1200, 800)
    grid = Grid(sheet, 6, 5, cell_height=50)
    grid.headers(DAYS, tuple(f"{row + 1}. pamoka" for row in range(4)))
    for day in range(5):
        for row in range(4):
            grid.put(day + 1, row + 1, lesson(day, row))
    times = (("8:00", "8:40"), ("8:45", "9:25"), ("9:40", "10:20"), ("10:25", "11:05"))
    for row, (start, end) in enumerate(times):
        for x, text in ((200, f"{row + 1}. pamoka"), (400, start), (600, end)):
            sheet.text(x, 450 + 60 * row, text)
    assert week(sheet.read()) >= {
        ("monday", "08:00", "08:40", lesson(0, 0)),
        ("friday", "10:25", "11:05", lesson(4, 3)),
    }
