"""Grids drawn here: bordered, coloured, with few rules and with none, merged, uneven, turned."""

import msgspec
import numpy as np
import pytest

from services.extractor.reading import read_timetables
from services.extractor.reading.decide.calibration import vouched_from
from services.extractor.reading.model import Rect
from services.extractor.reading.reader import to_box
from services.extractor.validation import judge
from tests.unit.extractor.reading.sheet import DAYS, PASTEL, TIMES, Grid, Sheet, find, lesson, lessons, plain, week


def test_days_across() -> None:
    sheet = Sheet()
    want = plain(Grid(sheet, 6, 5))
    reading = sheet.read()
    assert week(reading) == want
    assert len(reading.blocks) == len(want)
    assert {block.time_source for block in reading.blocks} == {"header"}
    assert reading.confidence > vouched_from()


def test_days_down_the_side() -> None:
    sheet = Sheet()
    grid = Grid(sheet, 5, 6, cell_width=200, cell_height=90)
    grid.headers(TIMES, DAYS)
    for day in range(5):
        for period in range(4):
            grid.put(period + 1, day + 1, lesson(day, period))
    reading = sheet.read()
    assert len(reading.blocks) == 20
    assert ("wednesday", "10:45", "11:30", lesson(2, 3)) in week(reading)


@pytest.mark.parametrize("degrees", [-1.2, 0.7])
def test_a_leaning_page(degrees: float) -> None:
    sheet = Sheet()
    want = plain(Grid(sheet, 6, 5))
    assert week(sheet.leaning(degrees).read()) == want


def test_merged_cells_and_a_break_across_the_week() -> None:
    sheet = Sheet()
    grid = Grid(sheet, 6, 5)
    grid.headers(DAYS, TIMES)
    grid.put(1, 1, "Maths", "Mr Rossi", high=2)
    for day in range(1, 5):
        grid.put(day + 1, 1, "English")
        grid.put(day + 1, 2, "Science")
    grid.put(1, 3, "Break", wide=5)
    grid.put(1, 4, "Sports day", wide=2)
    for day in range(2, 5):
        grid.put(day + 1, 4)
    reading = sheet.read()
    maths = find(reading, "monday", "Maths")
    assert (maths.start_time, maths.end_time, maths.notes, maths.teacher) == ("09:00", "10:30", "Mr Rossi", "Mr Rossi")
    assert {block.day for block in reading.blocks if block.name == "Break"} == {day.lower() for day in DAYS}
    assert {block.day for block in reading.blocks if block.name == "Sports day"} == {"monday", "tuesday"}
    assert len(reading.blocks) == 1 + 8 + 5 + 2


def test_rotated_text_in_a_break_down_the_week() -> None:
    sheet = Sheet()
    grid = Grid(sheet, 5, 6, cell_width=200, cell_height=90)
    grid.headers(TIMES, DAYS)
    for day in range(5):
        for period in (0, 1, 3):
            grid.put(period + 1, day + 1, lesson(day, period))
    grid.put(3, 1, "Morning", "Break", high=5, angle=270)
    reading = sheet.read()
    breaks = [block for block in reading.blocks if block.name == "Morning Break"]
    assert {block.day for block in breaks} == {day.lower() for day in DAYS}
    assert {(block.start_time, block.end_time) for block in breaks} == {("10:30", "10:45")}


def test_horizontal_rules_only() -> None:
    sheet = Sheet()
    grid = Grid(sheet, 6, 5)
    want = plain(grid, border=False)
    for row in range(6):
        x0, y, x1, _ = grid.box(0, row, 6)
        sheet.rule(x0, y, x1, y)
    assert week(sheet.read()) == want


def test_coloured_cells_without_vertical_rules() -> None:
    sheet = Sheet()
    grid = Grid(sheet, 6, 5)
    grid.headers(DAYS, TIMES, border=False)
    for day in range(5):
        grid.put(day + 1, 1, "Art", high=2, border=False, fill=PASTEL[day])
        grid.put(day + 1, 4, lesson(day, 1), border=False, fill=PASTEL[(day + 2) % 5])
    grid.put(1, 3, "Break", wide=5, border=False, fill=(215, 215, 215))
    reading = sheet.read()
    assert {(b.start_time, b.end_time) for b in reading.blocks if b.name == "Art"} == {("09:00", "10:30")}
    assert sum(block.name == "Break" for block in reading.blocks) == 5
    assert len(reading.blocks) == 15


def test_no_rules_at_all() -> None:
    sheet = Sheet()
    grid = Grid(sheet, 6, 5)
    grid.headers(DAYS, TIMES, border=False)
    for day in range(5):
        for period in (0, 1, 3):
            grid.put(day + 1, period + 1, lesson(day, period), border=False)
    grid.put(1, 3, "Lunch", wide=5, border=False)
    reading = sheet.read()
    assert sum(block.name == "Lunch" for block in reading.blocks) == 5
    assert len(reading.blocks) == 20
    assert ("friday", "10:45", "11:30", lesson(4, 3)) in week(reading)


def test_a_dark_page() -> None:
    sheet = Sheet(background=(30, 30, 35))
    grid = Grid(sheet, 6, 5)
    want = plain(grid)
    assert week(sheet.read()) == want


def test_cells_that_are_divided_unevenly_take_their_times_from_the_drawing() -> None:
    sheet = Sheet()
    grid = Grid(sheet, 5, 6, cell_width=220, cell_height=90)
    grid.headers(("9:00-10:00", "10:00-11:00", "11:00-12:00"), DAYS)
    for day in range(1, 5):
        for period in range(3):
            grid.put(period + 1, day + 1, lesson(day, period))
    grid.put(1, 1, "Maths", wide=1.5)
    grid.put(2.5, 1, "Art", wide=0.5)
    grid.put(3, 1, "Music")
    reading = sheet.read()
    maths, art = find(reading, "monday", "Maths"), find(reading, "monday", "Art")
    assert (maths.start_time, maths.end_time, maths.time_source) == ("09:00", "10:30", "drawn")
    assert (art.start_time, art.end_time, art.time_source) == ("10:30", "11:00", "drawn")
    assert maths.confidence < find(reading, "monday", "Music").confidence


def test_an_uneven_cell_begins_where_it_is_drawn_though_the_last_row_prints_no_end() -> None:
    grid = Grid(Sheet(1200, 600), 6, 5)
    grid.headers(DAYS, ("9:00", "10:00", "11:00", "12:00"))
    for day in range(5):
        for period in range(4):
            if day != 2 or period < 2:
                grid.put(day + 1, period + 1, lesson(day, period))
    grid.put(3, 3, "Swimming", high=0.5)
    grid.put(3, 3.5, "Maths Club", high=1.5)
    club = find(grid.sheet.read(), "wednesday", "Maths Club")
    assert (club.start_time, club.end_time, club.time_source) == ("11:30", "13:00", "drawn")
    assert club.confidence < 0.9


def test_a_cells_own_time_wins() -> None:
    sheet = Sheet()
    grid = Grid(sheet, 6, 5)
    plain(grid)
    x0, y0, x1, y1 = grid.box(1, 4)
    sheet.fill(x0 + 2, y0 + 2, x1 - 1, y1 - 1, (255, 255, 255))
    sheet.lines = [line for line in sheet.lines if not (x0 < line.box[0][0] < x1 and y0 < line.box[0][1] < y1)]
    sheet.text((x0 + x1) / 2, y0 + 25, "10:50 - 11:20", scale=0.5)
    sheet.text((x0 + x1) / 2, y0 + 52, "Choir")
    choir = find(sheet.read(), "monday", "Choir")
    assert (choir.start_time, choir.end_time, choir.time_source) == ("10:50", "11:20", "printed")


def test_starts_only() -> None:
    sheet = Sheet()
    grid = Grid(sheet, 6, 5)
    grid.headers(DAYS, ("8:30", "11:15", "12:00", "1:15"))
    lessons(grid)
    reading = sheet.read()
    assert ("monday", "12:00", "13:15", lesson(0, 2)) in week(reading)
    last = find(reading, "monday", lesson(0, 3))
    assert (last.start_time, last.end_time) == ("13:15", None)
    assert {block.time_source for block in reading.blocks if block.end_time} == {"next"}


def test_free_and_empty_cells_are_no_blocks() -> None:
    sheet = Sheet()
    grid = Grid(sheet, 6, 5)
    grid.headers(DAYS, TIMES)
    for day in range(5):
        for period in range(4):
            grid.put(
                day + 1, period + 1, *(["Free"] if day == 0 else ["---"] if day == 1 else [] if day == 2 else ["Art"])
            )
    assert {block.day for block in sheet.read().blocks} == {"thursday", "friday"}


def test_letters_for_days() -> None:
    sheet = Sheet()
    grid = Grid(sheet, 6, 5)
    grid.headers(("M", "T", "W", "Th", "F"), TIMES)
    lessons(grid)
    reading = sheet.read()
    assert {block.day for block in reading.blocks} == {day.lower() for day in DAYS}
    assert len(reading.blocks) == 20


@pytest.mark.parametrize("days_down", [False, True])
def test_period_numbers_with_a_legend_below(days_down: bool) -> None:
    sheet = Sheet(1250, 1000)
    grid = Grid(sheet, 6, 6, y0=60, cell_width=150)
    if days_down:
        grid.headers(("1", "2", "3", "4"), DAYS)
    else:
        grid.headers(DAYS, ("1", "2", "3", "4"))
    for day in range(5):
        for period in range(4):
            grid.put(*((period + 1, day + 1) if days_down else (day + 1, period + 1)), lesson(day, period))
    sheet.text(110, 640, "Lesson times")
    legend = Grid(sheet, 2, 4, y0=670, cell_width=160, cell_height=50)
    for index, times in enumerate(TIMES):
        legend.put(0, index, str(index + 1))
        legend.put(1, index, times)
    reading = sheet.read()
    assert len(reading.blocks) == 20
    assert ("tuesday", "10:30", "10:45", lesson(1, 2)) in week(reading)
    assert {block.time_source for block in reading.blocks} == {"legend"}


def test_period_numbers_without_a_legend_invent_no_times() -> None:
    sheet = Sheet()
    grid = Grid(sheet, 6, 5)
    grid.headers(DAYS, ("1", "2", "3", "4"))
    lessons(grid)
    reading = sheet.read()
    assert len(reading.blocks) == 20
    assert {(block.start_time, block.end_time, block.time_source) for block in reading.blocks} == {(None, None, None)}
    assert not judge(reading).validated


def test_what_stands_around_the_table() -> None:
    sheet = Sheet()
    plain(Grid(sheet, 6, 5))
    sheet.text(500, 40, "Class: 2EJ   Term: Autumn 2 2024   Teacher: Miss Joynes")
    reading = sheet.read()
    assert (reading.class_name, reading.term, reading.year) == ("2EJ", "Autumn 2 2024", 2024)
    assert reading.teacher == "Miss Joynes"


def test_boxes_are_of_the_stored_picture() -> None:
    sheet = Sheet()
    grid = Grid(sheet, 6, 5)
    plain(grid)
    twice_and_moved = (2.0, 0.0, 10.0, 0.0, 2.0, 20.0, 0.0, 0.0, 1.0)
    reading = read_timetables([sheet.page(twice_and_moved)])[0]
    block = next(b for b in reading.blocks if b.day == "monday" and b.start_time == "09:00")
    assert block.box is not None
    x0, y0, x1, y1 = grid.box(1, 1)
    assert abs(block.box.x - (2 * x0 + 10)) <= 8
    assert abs(block.box.y - (2 * y0 + 20)) <= 8
    assert abs(block.box.width - 2 * (x1 - x0)) <= 12
    assert abs(block.box.height - 2 * (y1 - y0)) <= 12


def test_a_box_under_a_perspective_is_around_all_corners() -> None:
    tilted = np.array([[1.0, 0.1, 5.0], [0.0, 1.0, 0.0], [0.0, 0.001, 1.0]])
    box = to_box(Rect(100, 100, 200, 200), tilted)
    assert box.x == int(125 / 1.2)
    assert box.x + box.width >= 215 / 1.1
    assert box.corners == ((105, 91), (195, 91), (188, 167), (104, 167)), "as the page lies in the picture"


def test_a_box_tells_its_corners_only_where_they_are_not_its_own() -> None:
    rect = Rect(10.4, 20.4, 60.4, 40.4)
    assert to_box(rect, np.eye(3)).corners is msgspec.UNSET
    assert to_box(rect, np.array([[2.0, 0.0, 0.3], [0.0, 2.0, -0.3], [0.0, 0.0, 1.0]])).corners is msgspec.UNSET
    turned = to_box(rect, np.array([[0.0, -1.0, 100.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]))
    assert turned.corners == ((80, 10), (80, 60), (60, 60), (60, 10)), "from the top left as it is read"
    degree = np.array([[0.9998, -0.0175, -30.0], [0.0175, 0.9998, 0.0], [0.0, 0.0, 1.0]])
    assert to_box(rect, degree).corners is msgspec.UNSET, "no more than a line is wide"
    corners = to_box(Rect(0, 0, 400, 30), degree).corners
    assert corners is not msgspec.UNSET
    assert corners[1] == (370, 7)
    assert corners[0] == (0, 0), "none lies outside of the picture"
    assert b"corners" not in msgspec.json.encode(to_box(rect, degree))


def test_pages_without_a_timetable() -> None:
    empty = Sheet()
    assert empty.read().blocks == []
    assert empty.read().confidence == 0
    prose = Sheet()
    for row in range(12):
        prose.text(500, 60 + 40 * row, "Dear parents, on Monday we go to the museum at 9:30")
    reading = prose.read()
    assert reading.blocks == []
    assert [warning.code for warning in reading.warnings] == ["no_timetable"]
    assert read_timetables([])[0].blocks == []


def test_noise_does_not_break_it() -> None:
    random = np.random.default_rng(7)
    sheet = Sheet(400, 300)
    sheet.picture = random.integers(0, 255, (300, 400, 3), dtype=np.uint8)
    sheet.text(100, 100, "Monday")
    sheet.text(100, 200, "9:00")
    assert sheet.read().confidence <= 1


def test_the_same_page_is_read_the_same() -> None:
    sheet = Sheet()
    plain(Grid(sheet, 6, 5))
    assert sheet.read().blocks == sheet.read().blocks


def test_a_column_of_classes_between_days_and_lessons_is_no_lesson() -> None:
    sheet = Sheet(1300, 700)
    grid = Grid(sheet, 6, 11, cell_width=170, cell_height=44)
    for column, text in enumerate(("Day", "Class", *TIMES)):
        grid.put(column, 0, text)
    for day, name in enumerate(DAYS):
        grid.put(0, 1 + 2 * day, name, high=2)
        for group in range(2):
            grid.put(1, 1 + 2 * day + group, f"Y{group + 1}")
            for period in range(4):
                grid.put(2 + period, 1 + 2 * day + group, lesson(day + group, period))
    readings = read_timetables([sheet.page()])
    assert [(reading.class_name, len(reading.blocks)) for reading in readings] == [("Y1", 20), ("Y2", 20)]
    assert all(block.start_time for reading in readings for block in reading.blocks)
