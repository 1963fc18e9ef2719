"""Lessons in several cells: the subject's, the room's, the teacher's; and what stands around such tables."""

import pytest

from services.extractor.reading import Reading
from services.extractor.reading.model import Line, Rect
from services.extractor.reading.table.notecells import with_their_fields
from services.extractor.reading.table.regions import Region
from tests.unit.extractor.reading.sheet import DAYS, TIMES, Grid, Sheet, lesson

ROOMS = ("Library", "Hall", "Rm 7", "ICT Suite", "Lab 2")
TEACHERS = ("Mr Sorley", "Ms Duffy", "Mrs Patel", "Dr Rowe", "Miss Trent")


def _three_rows_a_day(rooms: tuple[str, ...] = ROOMS, teachers: tuple[str, ...] = TEACHERS) -> Grid:
    """Days down the side, each with three rows of cells; the days' names are yet to be put."""
    grid = Grid(Sheet(1000, 900), 5, 16, cell_width=180, cell_height=46, y0=120)
    for column, times in enumerate(TIMES):
        grid.put(column + 1, 0, times)
    for day in range(5):
        for period in (0, 1, 3):
            at = (day + period) % 5
            for row, text in enumerate((lesson(day, period), rooms[at], teachers[at])):
                grid.put(period + 1, 3 * day + 1 + row, text)
        grid.put(3, 3 * day + 1, "Break", high=3)
    return grid


def _names(reading: Reading) -> list[tuple[str, str | None, str]]:
    return sorted((block.day_name, block.start_time, block.name) for block in reading.blocks)


def test_rows_of_rooms_and_teachers_are_notes() -> None:
    grid = _three_rows_a_day()
    for day, name in enumerate(DAYS):
        grid.put(0, 3 * day + 1, name, high=3)
    reading = grid.sheet.read()
    assert len(reading.blocks) == 20
    maths = [block for block in reading.blocks if block.day == "monday" and block.start_time == "09:00"]
    assert [(block.name, block.notes) for block in maths] == [(lesson(0, 0), "Library, Mr Sorley")]


def test_lessons_below_each_other_in_a_day_stay_lessons() -> None:
    grid = _three_rows_a_day(("Art", "Drama", "PE", "Latin", "Greek"), ("French", "German", "Maths", "Chess", "Choir"))
    for day, name in enumerate(DAYS):
        grid.put(0, 3 * day + 1, name, high=3)
    assert len(grid.sheet.read().blocks) == 5 * 10


def test_a_column_of_rooms_beside_a_day_s_own_times() -> None:
    sheet = Sheet(1000, 1100)
    grid = Grid(sheet, 4, 20, cell_width=220, cell_height=48, y0=60)
    times = ("8:45-9:30", "9:30-10:15", "10:15-10:35", "10:35-11:25")
    for day, name in enumerate(DAYS):
        grid.put(0, 4 * day, name, high=4)
        for row in range(4):
            grid.put(1, 4 * day + row, times[row])
            grid.put(2, 4 * day + row, lesson(day, row))
            grid.put(3, 4 * day + row, *([ROOMS[day]] if row == 1 else []))
    reading = sheet.read()
    assert len(reading.blocks) == 20
    assert {(block.start_time, block.notes) for block in reading.blocks if block.notes} == {
        ("09:30", room) for room in ROOMS
    }


def test_stacked_letters_read_as_one_digit_stand_for_the_day() -> None:
    """A period's number is not as tall as a name that is written down the side of its day."""
    grid = _three_rows_a_day()
    for day, name in enumerate(DAYS):
        grid.put(0, 3 * day + 1, name[:3].upper(), high=3, angle=90, scale=1.4)
    first = grid.sheet.lines[[line.text for line in grid.sheet.lines].index("MON")]
    at = grid.sheet.lines.index(first)
    upright = sorted(first.box, key=lambda point: (point[1], point[0]))
    grid.sheet.lines[at] = type(first)(
        id=first.id,
        text="2",
        box=(upright[0], upright[1], upright[3], upright[2]),
        confidence=0.88,
        angle=0,
    )
    reading = grid.sheet.read()
    assert [warning.code for warning in reading.warnings] == ["implied_day"]
    assert len([block for block in reading.blocks if block.day == "monday"]) == 4


@pytest.mark.parametrize("text", ["Tutor: Mrs Osei", "Teacher: Mrs Osei"])
def test_a_line_just_above_the_times_is_not_among_them(text: str) -> None:
    grid = _three_rows_a_day()
    for day, name in enumerate(DAYS):
        grid.put(0, 3 * day + 1, name, high=3)
    grid.sheet.text(240, 104, text)
    grid.sheet.text(850, 104, "Summer 2")
    reading = grid.sheet.read()
    assert (reading.teacher, reading.term) == ("Mrs Osei", "Summer 2")
    assert len(reading.blocks) == 20
    assert ("monday", "09:00", lesson(0, 0)) in _names(reading)


def _parted(first: tuple[str, ...], second: tuple[str, ...]) -> list[Region]:
    """Three days of three cells, each parted in two, with the words by turns."""
    return [
        Region(
            Rect(x, 50.0 * row, x + 50, 50.0 * row + 40),
            [day],
            row,
            row,
            [Line(1, text, 0.99, 0, Rect(0, 0, 9, 9), 20)],
        )
        for day in range(3)
        for row in range(3)
        for x, words in ((100.0 * day, first), (100.0 * day + 50, second))
        for text in [words[(day + row) % len(words)]]
    ]


def test_columns_parted_into_teacher_and_subject_are_one_cell_s() -> None:
    regions = with_their_fields(_parted(("Cyn", "Mar", "Noe"), ("BAE", "SSF", "LND")), 20.0)
    assert [[line.text for line in region.lines] for region in regions[:2]] == [["Cyn", "BAE"], ["Mar", "SSF"]]
    assert len(regions) == 9


def test_lessons_at_once_are_no_fields_where_their_words_are_the_same() -> None:
    regions = _parted(("PE", "Art"), ("Art", "PE"))
    assert with_their_fields(regions, 20.0) == regions
