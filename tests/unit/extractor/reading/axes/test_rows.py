"""Tables whose rows say nowhere when they are, and times that nothing parts from the first day."""

from tests.unit.extractor.reading.sheet import DAYS, LESSONS, TIMES, Grid, Sheet, lesson, week


def test_a_table_without_any_times_is_read_by_its_rows() -> None:
    sheet = Sheet(1000, 700)
    grid = Grid(sheet, 5, 5, cell_height=50)
    for day, name in enumerate(DAYS):
        grid.put(day, 0, name)
        for row in range(4 - day % 2):
            grid.put(day, row + 1, lesson(day, row))
    sheet.text(500, 600, "Download")
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
