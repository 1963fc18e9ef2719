"""Lists: rows with a day column, and lists under day headings."""

import pytest

from shared.messages import DAYS
from tests.unit.extractor.reading.sheet import Grid, Sheet, week

ROWS = [
    ("Monday", "09:00-10:20", "Physics", "Lab 2, Dr Singh"),
    ("Monday", "11:00-11:40", "History", "R204"),
    ("Tuesday", "09:00-09:40", "Biology", "Studio 3"),
    ("Tuesday", "09:40-10:20", "Chemistry", "Mr Byrne"),
    ("Friday", "1:15-2:00", "Media", "M14"),
]


def test_a_row_for_each_lesson() -> None:
    sheet = Sheet()
    grid = Grid(sheet, 4, 6, cell_width=250, cell_height=50)
    for column, text in enumerate(("Day", "Time", "Module", "Location / Staff")):
        grid.put(column, 0, text)
    for row, cells in enumerate(ROWS):
        for column, text in enumerate(cells):
            grid.put(column, row + 1, text)
    reading = sheet.read()
    assert week(reading) == {
        ("monday", "09:00", "10:20", "Physics"),
        ("monday", "11:00", "11:40", "History"),
        ("tuesday", "09:00", "09:40", "Biology"),
        ("tuesday", "09:40", "10:20", "Chemistry"),
        ("friday", "13:15", "14:00", "Media"),
    }
    physics = next(block for block in reading.blocks if block.name == "Physics")
    assert (physics.room, physics.teacher, physics.notes) == ("Lab 2", "Dr Singh", "Lab 2, Dr Singh")


@pytest.mark.parametrize("head", ["Day", "Dzie"], ids=["known head", "misread head"])
def test_a_day_whose_name_was_misread_is_that_between_its_neighbours(head: str) -> None:
    sheet = Sheet(1100, 560)
    days = ["Poniedzialek"] * 2 + ["Wtorek"] * 2 + ["roda"] * 3 + ["Czwartek"] * 2 + ["Piatek"]
    rows = [(head, "Time", "Subject", "Room"), *((day, "", "", f"Sala 1{at}") for at, day in enumerate(days))]
    for row, cells in enumerate(rows):
        lesson = (f"{8 + row % 3}:00 - {8 + row % 3}:45", ("Matematyka", "Biologia", "Historia")[row % 3])
        for x, text in zip((120, 340, 600, 900), (cells[0], *(lesson if row else cells[1:3]), cells[3]), strict=True):
            sheet.text(x, 40 + 45 * row, text, scale=0.5)
        sheet.rule(20, 62 + 45 * row, 1060, 62 + 45 * row)
    found = [block.day for block in sheet.read().blocks]
    assert [found.count(day) for day in DAYS[:5]] == [2, 2, 3, 2, 1]


def test_merged_day_cells_beside_the_rows() -> None:
    sheet = Sheet()
    grid = Grid(sheet, 3, 8, cell_width=250, cell_height=50)
    for column, text in enumerate(("Day", "Time", "Subject")):
        grid.put(column, 0, text)
    grid.put(0, 1, "Monday", high=2)
    grid.put(0, 3, "Tuesday", high=3)
    for row in range(5):
        grid.put(1, row + 1, f"{9 + row}:00-{9 + row}:45")
        grid.put(2, row + 1, "Maths")
    days = [block.day for block in sorted(sheet.read().blocks, key=lambda block: block.start_time or "")]
    assert days == ["monday", "monday", "tuesday", "tuesday", "tuesday"]


@pytest.mark.parametrize("head", ["", "Day"])
def test_one_head_over_several_lessons_at_once(head: str) -> None:
    sheet = Sheet(1300, 800)
    grid = Grid(sheet, 5, 7, cell_width=240, cell_height=90)
    grid.put(0, 0, *[head] if head else [])
    grid.put(1, 0, "Time")
    grid.put(2, 0, "Subjects", wide=3)
    lessons = (("Chinese", "English", "Maths"), ("Physics", "Art", ""), ("", "Biology", "Drama"))
    for day, name in enumerate(("Monday", "Tuesday", "Wednesday")):
        grid.put(0, 1 + 2 * day, name, high=2)
        for half, times in enumerate(("3:45pm-5:15pm", "5:30pm-7:00pm")):
            grid.put(1, 1 + 2 * day + half, times)
            for column, text in enumerate(lessons[(day + half) % 3]):
                grid.put(2 + column, 1 + 2 * day + half, *[text] if text else [])
    got = week(sheet.read())
    assert {block for block in got if block[0] == "monday"} == {
        ("monday", "15:45", "17:15", "Chinese"),
        ("monday", "15:45", "17:15", "English"),
        ("monday", "15:45", "17:15", "Maths"),
        ("monday", "17:30", "19:00", "Physics"),
        ("monday", "17:30", "19:00", "Art"),
    }
    assert len(got) == 5 + 4 + 5


def test_one_list_for_several_days() -> None:
    sheet = Sheet(1200, 700)
    for x, heading in ((300, "Monday, Tuesday, Thursday"), (900, "Wednesday")):
        sheet.text(x, 50, heading)
        for row, (times, name) in enumerate(
            (("8:35", "Doors open"), ("9:00-9:15", "Morning Work"), ("12:30-1:00", "Lunch"))
        ):
            y = 120 + 60 * row
            sheet.text(x - 220, y, str(row + 1))
            sheet.text(x - 120, y, times)
            sheet.text(x + 80, y, name)
            sheet.rule(x - 250, y + 30, x + 250, y + 30)
    reading = sheet.read()
    assert len(reading.blocks) == 12
    assert ("thursday", "12:30", "13:00", "Lunch") in week(reading)
    assert ("wednesday", "08:35", None, "Doors open") in week(reading)


def test_a_list_in_another_language_repeats_its_days() -> None:
    """Days of a language known by its page alone, each in several rows; starts and ends in columns, with seconds."""
    rows = [
        ("Aljabar", "Senin", "07:00:00", "08:40:00"),
        ("Basis Data", "Senin", "12:50:00", "15:20:00"),
        ("Statistika", "Rabu", "07:00:00", "09:30:00"),
        ("Jaringan", "Rabu", "12:50:00", "14:30:00"),
        ("Kalkulus", "Kamis", "15:20:00", "17:50:00"),
    ]
    sheet = Sheet(1100, 600)
    grid = Grid(sheet, 4, 6, cell_width=240, cell_height=50)
    for row, cells in enumerate((("Matakuliah", "Hari", "Jam Masuk", "Jam Keluar"), *rows)):
        for column, text in enumerate(cells):
            grid.put(column, row, text)
    days = {"Senin": "monday", "Rabu": "wednesday", "Kamis": "thursday"}
    assert week(sheet.read()) == {(days[day], start[:5], end[:5], name) for name, day, start, end in rows}
