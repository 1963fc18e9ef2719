"""Grids that are no plain tables: scales, two weeks, spread and stacked letters, doubles nobody drew."""

import pytest

from services.extractor.reading.axes.letters import stacked_days
from services.extractor.reading.decide.calibration import vouched_from
from services.extractor.reading.model import Line, Rect
from tests.unit.extractor.reading.sheet import DAYS, PASTEL, TIMES, Grid, Sheet, find, lesson, plain, week


def test_an_hour_scale() -> None:
    sheet = Sheet(1200, 900)
    for hour in range(8, 16):
        y = 80 + 100 * (hour - 8)
        sheet.text(50, y, f"{hour}:00", scale=0.5)
        sheet.rule(100, y, 1100, y, (225, 225, 225))
    lessons = (("Maths", 8.0, 9.5), ("English", 10.0, 11.0), ("Science", 11.0, 12.5), ("Music", 13.25, 15.0))
    for day, name in enumerate(DAYS):
        sheet.text(200 + 200 * day, 40, name)
        for index, (lesson_, start, end) in enumerate(lessons):
            y0, y1 = 80 + 100 * (start - 8), 80 + 100 * (end - 8)
            sheet.fill(110 + 200 * day, y0, 290 + 200 * day, y1, PASTEL[index])
            sheet.text(200 + 200 * day, (y0 + y1) / 2, lesson_)
    reading = sheet.read()
    assert {(start, end, name) for day, start, end, name in week(reading) if day == "wednesday"} == {
        ("08:00", "09:30", "Maths"),
        ("10:00", "11:00", "English"),
        ("11:00", "12:30", "Science"),
        ("13:15", "15:00", "Music"),
    }
    assert {block.time_source for block in reading.blocks} == {"drawn"}
    assert len(reading.blocks) == 20


def scale_of_cards(sheet: Sheet, *, first: int, top: float, labelled: int | None = None) -> None:
    """Lines of the hours from `first` on, a hundred pixels apart from `top` on, with their labels on the lines.

    Args:
        labelled: the first hour that is labelled.
    """
    for hour in range(labelled or first, first + 8):
        y = top + 100 * (hour - first)
        sheet.text(50, y, f"{hour}:00", scale=0.5)
        sheet.rule(90, y, 1100, y, (215, 215, 215))
    for day, name in enumerate(DAYS):
        sheet.text(200 + 200 * day, 40, name)


def test_a_scale_begins_before_its_first_label() -> None:
    sheet = Sheet(1200, 950)
    scale_of_cards(sheet, first=8, top=80, labelled=9)
    lessons = (("Maths", 8.25, 9.75), ("Art", 10.0, 11.0), ("Music", 12.25, 14.0))
    for day in range(5):
        for index, (name, start, end) in enumerate(lessons):
            y0, y1 = 80 + 100 * (start - 8), 80 + 100 * (end - 8)
            sheet.fill(110 + 200 * day, y0, 290 + 200 * day, y1, PASTEL[index])
            for row in range(3):
                sheet.text(200 + 200 * day, y0 + 35 + 40 * row, (name, "Ms Vale", "Room 4")[row], scale=0.5)
    blocks = {(start, end, name) for day, start, end, name in week(sheet.read()) if day == "friday"}
    assert ("08:15", "09:45", "Maths") in blocks


def test_a_card_begins_at_the_start_that_it_prints_and_ends_where_it_is_drawn_to_end() -> None:
    """The hours shine through the cards."""
    sheet = Sheet(1200, 950)
    scale_of_cards(sheet, first=8, top=90)
    lessons = (("Maths", 8.25, 9.75), ("Art", 10.25, 11.75), ("Music", 12.25, 14.25))
    for day in range(5):
        for index, (name, start, end) in enumerate(lessons):
            y0, y1 = 90 + 100 * (start - 8), 90 + 100 * (end - 8)
            sheet.fill(110 + 200 * day, y0, 290 + 200 * day, y1, PASTEL[index])
            for hour in range(8, 16):
                if y0 < 90 + 100 * (hour - 8) < y1:
                    sheet.rule(110 + 200 * day, 90 + 100 * (hour - 8), 290 + 200 * day, 90 + 100 * (hour - 8))
            sheet.text(150 + 200 * day, y0 + 14, f"{int(start)}:15", scale=0.5)
            for row, text in enumerate((name, "group one and", "group two of", "the upper years")):
                sheet.text(200 + 200 * day, y0 + 36 + 22 * row, text, scale=0.5)
    reading = sheet.read()
    assert len(reading.blocks) == 15
    assert {(block.start_time, block.end_time) for block in reading.blocks} == {
        ("08:15", "09:45"),
        ("10:15", "11:45"),
        ("12:15", "14:15"),
    }


def test_a_card_that_grows_darker_is_one_where_an_hour_shines_through_it() -> None:
    """Other days' cards begin in the middle of it: its colour there and above the hour's line are unlike."""
    sheet = Sheet(1200, 900)
    for hour in range(8, 15):
        y = 80 + 110 * (hour - 8)
        sheet.text(50, y + 55, f"{hour}:00-{hour + 1}:00", scale=0.45)
        sheet.rule(10, y, 1100, y, (170, 170, 170))
    sheet.rule(10, 850, 1100, 850, (170, 170, 170))
    for day, name in enumerate(DAYS):
        sheet.text(200 + 200 * day, 40, name)
        for x in (100, 1100):
            sheet.rule(x, 80, x, 850, (170, 170, 170))
        for index, start in enumerate((8.75, 10.75, 12.75) if day % 2 else (8.25, 10.25, 12.25)):
            y0, y1 = round(80 + 110 * (start - 8)), round(80 + 110 * (start - 7))
            for y in range(y0, y1):
                share = (y - y0) / (y1 - y0)
                sheet.fill(
                    110 + 200 * day, y, 290 + 200 * day, y + 1, (250 - round(8 * share), 215 - round(40 * share), 210)
                )
            line = 80 + 110 * (int(start) + 1 - 8)
            sheet.rule(110 + 200 * day, line, 290 + 200 * day, line, (200, 140, 140), 2)
            sheet.text(200 + 200 * day, (y0 + y1) / 2, lesson(day, index))
    blocks = {(start, end) for day, start, end, _ in week(sheet.read()) if day in ("monday", "tuesday")}
    assert blocks >= {("08:15", "09:15"), ("10:15", "11:15"), ("08:45", "09:45"), ("10:45", "11:45")}


@pytest.mark.parametrize("stacked", [False, True])
def test_two_weeks_on_one_page(stacked: bool) -> None:
    sheet = Sheet(1200, 1200) if stacked else Sheet(2000, 700)
    if stacked:
        for week_, y0 in (("Week A", 100), ("Week B", 640)):
            sheet.text(300, y0 - 40, week_)
            plain(Grid(sheet, 6, 5, y0=y0))
    else:
        sheet.text(500, 60, "Week A")
        sheet.text(1400, 60, "Week B")
        grid = Grid(sheet, 11, 5, cell_width=170)
        grid.headers(DAYS + DAYS, TIMES)
        for day in range(10):
            for period in range(4):
                grid.put(day + 1, period + 1, lesson(day, period))
    reading = sheet.read()
    assert [sum(block.week == each for block in reading.blocks) for each in ("A", "B")] == [20, 20]
    assert reading.confidence > vouched_from()


def test_a_word_spread_over_the_days() -> None:
    sheet = Sheet(1300, 700)
    grid = Grid(sheet, 5, 6, cell_width=200, cell_height=90)
    grid.headers(TIMES, DAYS)
    for day in range(5):
        grid.put(3, day + 1, "BREAK"[day])
        for period in (0, 1, 3):
            grid.put(period + 1, day + 1, lesson(day, period))
    assert sum(block.name == "BREAK" for block in sheet.read().blocks) == 5


@pytest.mark.parametrize(
    ("letters", "names"),
    [("RELAX", ["RELAX"] * 5), ("XXXXX", []), ("XXAXX", ["A"])],
    ids=["an X is a letter", "crosses are free cells", "and are no word with a code among them"],
)
def test_an_x_is_a_letter_only_in_a_word(letters: str, names: list[str]) -> None:
    sheet = Sheet(1300, 700)
    grid = Grid(sheet, 5, 6, cell_width=200, cell_height=90)
    grid.headers(TIMES, DAYS)
    for day in range(5):
        grid.put(3, day + 1, letters[day])
        for period in (0, 1, 3):
            grid.put(period + 1, day + 1, lesson(day, period))
    assert [block.name for block in sheet.read().blocks if block.start_time == "10:30"] == names


def test_days_written_letter_under_letter() -> None:
    sheet = Sheet(1300, 1000)
    grid = Grid(sheet, 5, 6, y0=50, cell_width=220, cell_height=150)
    for period, times in enumerate(TIMES):
        grid.put(period + 1, 0, times)
    for day, name in enumerate(DAYS):
        grid.put(0, day + 1)
        x0, y0, x1, _ = grid.box(0, day + 1)
        for index, letter in enumerate(name[:3].upper()):
            sheet.text((x0 + x1) / 2, y0 + 35 + 38 * index, letter)
        for period in range(4):
            grid.put(period + 1, day + 1, lesson(day, period))
    reading = sheet.read()
    assert {block.day for block in reading.blocks} == {day.lower() for day in DAYS}
    assert len(reading.blocks) == 20


def test_names_letter_under_letter_in_a_language_that_they_alone_tell() -> None:
    """A row for each letter; one name fills its rows and is followed by the next one's first letter."""
    names = ("LUNI", "MARTI", "MIERCURI", "JOI", "VINERI")
    lines: list[Line] = []
    at = 0
    for name, rows in zip(names, (6, 6, 8, 6, 6), strict=True):
        for letter in range(len(name)):
            lines.append(
                Line(
                    len(lines), name[letter], 1.0, 0, Rect(50, 20.0 * (at + letter), 62, 20.0 * (at + letter) + 14), 14
                )
            )
        at += rows
    found, used = stacked_days(lines, 14)
    assert [day for _, day in found] == ["monday", "tuesday", "wednesday", "thursday", "friday"]
    assert len(used) == len(lines)


def test_stacked_names_over_whole_rows() -> None:
    """Between two names there is a gap half as wide again as within one."""
    places = [number * 109.0 + step for number in range(5) for step in (0.0, 44.0)]
    lines = [
        Line(number, letter, 0.99, 0, Rect(4, at, 20, at + 20), 20.0)
        for number, (letter, at) in enumerate(zip("PoÚtStČtPá", places, strict=True))
    ]
    found, _ = stacked_days(lines, 12)
    assert [day for _, day in found] == ["monday", "tuesday", "wednesday", "thursday", "friday"]


def test_a_start_and_an_end_in_a_cell_with_nothing_read_between_them() -> None:
    sheet = Sheet()
    grid = Grid(sheet, 5, 4, cell_width=220)
    for day, name in enumerate(DAYS):
        grid.put(day, 0, name)
        for period, times in enumerate(("8:30 10:30", "10:45-12:45", "14:00-16:00")):
            grid.put(day, period + 1, lesson(day, period), times)
    assert {(start, end) for _, start, end, _ in week(sheet.read())} == {
        ("08:30", "10:30"),
        ("10:45", "12:45"),
        ("14:00", "16:00"),
    }


def test_times_in_the_cells_only() -> None:
    sheet = Sheet()
    grid = Grid(sheet, 5, 4, cell_width=220)
    for day, name in enumerate(DAYS):
        grid.put(day, 0, name)
        for period in range(3):
            x0, y0, x1, y1 = grid.box(day, period + 1)
            sheet.frame(x0, y0, x1, y1)
            sheet.text((x0 + x1) / 2, y0 + 25, TIMES[period], scale=0.5)
            sheet.text((x0 + x1) / 2, y0 + 55, lesson(day, period))
    reading = sheet.read()
    assert len(reading.blocks) == 15
    assert ("thursday", "09:45", "10:30", lesson(3, 1)) in week(reading)
    assert {block.time_source for block in reading.blocks} == {"printed"}


def test_a_double_lesson_where_nothing_is_drawn() -> None:
    sheet = Sheet()
    grid = Grid(sheet, 6, 5)
    grid.headers(DAYS, TIMES, border=False)
    grid.put(1, 1, "Art", high=2, border=False)
    grid.put(1, 3, "Break", wide=5, border=False)
    for day in range(5):
        grid.put(day + 1, 4, lesson(day, 3), border=False)
        for period in range(2 if day else 0):
            grid.put(day + 1, period + 1, lesson(day, period), border=False)
    reading = sheet.read()
    art = find(reading, "monday", "Art")
    assert (art.start_time, art.end_time) == ("09:00", "10:30")
    assert len(reading.blocks) == 1 + 8 + 5 + 5


def test_a_break_row_without_a_time_lies_between_its_neighbours() -> None:
    sheet = Sheet()
    grid = Grid(sheet, 6, 5)
    grid.headers(DAYS, ("9:00-9:45", "9:45-10:30", "", "10:45-11:30"))
    sheet.lines = [line for line in sheet.lines if line.text]
    grid.put(1, 3, "Break", wide=5)
    for day in range(5):
        for period in (0, 1, 3):
            grid.put(day + 1, period + 1, lesson(day, period))
    pause = find(sheet.read(), "tuesday", "Break")
    assert (pause.start_time, pause.end_time, pause.time_source) == ("10:30", "10:45", "next")


def test_a_key_of_codes_in_the_table_s_last_row_is_no_lesson() -> None:
    page = Sheet(1200, 700)
    grid = Grid(page, 6, 6)
    want = plain(grid)
    grid.put(0, 5, "11:30-12:00")
    grid.put(1, 5, "Bt = Mrs Yilmaz  Mn = R. Jessop", wide=5)
    assert week(page.read()) == want


def test_a_week_is_named_over_the_middle_of_its_table_with_days_down() -> None:
    sheet = Sheet(1200, 1300)
    for name, top in (("WEEK A", 100), ("WEEK B", 700)):
        grid = Grid(sheet, 5, 7, y0=top, cell_width=200)
        sheet.text(grid.x0 + 500, top - 20, name)
        # The header of times is twice as high as a row.
        for column, text in enumerate(("Time", *TIMES)):
            grid.put(column, 0, text, high=2)
        for day, text in enumerate(DAYS):
            grid.put(0, 2 + day, text)
            for period in range(4):
                grid.put(1 + period, 2 + day, lesson(day, period))
    reading = sheet.read()
    weeks = [block.week for block in sorted(reading.blocks, key=lambda block: block.box.y if block.box else 0)]
    assert weeks == ["A"] * 20 + ["B"] * 20


def test_a_room_on_a_patch_of_colour_in_its_lesson_s_corner() -> None:
    sheet = Sheet(1300, 800)
    grid = Grid(sheet, 6, 5, cell_width=200, cell_height=120)
    grid.headers(DAYS, TIMES)
    for day in range(5):
        for period in range(4):
            grid.put(day + 1, period + 1)
            x0, y0, x1, y1 = grid.box(day + 1, period + 1)
            sheet.text(x0 + 60, y0 + 30, lesson(day, period), scale=0.5)
            sheet.fill(x1 - 90, y1 - 45, x1, y1, (60, 230, 60))
            sheet.text(x1 - 45, y1 - 22, "Room 4", scale=0.5)
    reading = sheet.read()
    assert len(reading.blocks) == 20
    assert ("thursday", "09:45", "10:30", lesson(3, 1)) in week(reading)
    assert {block.room for block in reading.blocks} == {"Room 4"}
