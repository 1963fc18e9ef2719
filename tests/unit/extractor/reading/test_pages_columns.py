"""Tables with more columns and rows than days and times: rooms, other times, parts of a class, a second table."""

import pytest

from services.extractor.reading import Reading
from services.extractor.validation import validate
from tests.unit.extractor.reading.sheet import DAYS, PASTEL, TIMES, Grid, Sheet, lesson, lessons, week

BIRDS = ("Wren", "Lark", "Swift", "Heron")


def test_a_column_of_rooms_behind_each_day_is_the_day_s() -> None:
    grid = Grid(Sheet(1500, 600), 11, 5, cell_width=130)
    grid.headers(tuple(text for day in DAYS for text in (day, "Room")), TIMES)
    for day in range(5):
        for period in range(4):
            grid.put(2 * day + 1, period + 1, lesson(day, period))
            grid.put(2 * day + 2, period + 1, f"R{day}{period}", scale=0.5)
    reading = grid.sheet.read()
    assert {(block.day, block.name, block.room) for block in reading.blocks} == {
        (DAYS[day].lower(), lesson(day, period), f"R{day}{period}") for day in range(5) for period in range(4)
    }


def test_a_day_with_a_column_of_times_before_it_has_those() -> None:
    grid = Grid(Sheet(1100, 600), 5, 5, cell_width=200)
    grid.headers(("Monday", "Tuesday", "Time", "Wednesday"), TIMES)
    others = ("9:10-9:50", "9:50-10:40", "10:50-11:20", "11:20-12:00")
    for period in range(4):
        for column, day in ((1, 0), (2, 1), (4, 2)):
            grid.put(column, period + 1, lesson(day, period))
        grid.put(3, period + 1, others[period])
    own = {(block.name, block.start_time) for block in grid.sheet.read().blocks if block.day == "wednesday"}
    assert own == {(lesson(2, period), others[period].split("-")[0].zfill(5)) for period in range(4)}


def test_a_band_of_times_above_each_lesson_holds_though_the_margin_has_others() -> None:
    grid = Grid(Sheet(1200, 900), 6, 5, cell_height=140)
    grid.headers(DAYS, ("9:40", "11:20"))
    want = set()
    for day, name in enumerate(DAYS):
        for row, (start, end) in enumerate((("8h00", "9h40"), ("10h00", "11h20"))):
            grid.put(day + 1, row + 1, f"{start} - {end}", high=0.2, fill=PASTEL[day])
            grid.put(day + 1, row + 1.2, lesson(day, row), high=0.8)
            want.add((name.lower(), *(text.replace("h", ":").zfill(5) for text in (start, end)), lesson(day, row)))
    assert week(grid.sheet.read()) == want


@pytest.mark.parametrize("down", [False, True])
def test_a_row_that_nothing_parts_is_every_day_s_where_the_days_are_parted_at_their_names(*, down: bool) -> None:
    """Whatever its words are: "Clay" is no break."""
    grid = Grid(Sheet(1200, 700), 5 if down else 6, 6 if down else 5)
    names = ("Clay", "Owls", "Harvest", "Puppets")
    if down:
        grid.headers(TIMES, DAYS)
    else:
        grid.headers(DAYS, TIMES)
    for row, name in enumerate(names):
        if down:
            grid.put(row + 1, 1, name, high=5)
        else:
            grid.put(1, row + 1, name, wide=5)
    reading = grid.sheet.read()
    assert {(block.day, block.name) for block in reading.blocks} == {(d.lower(), n) for d in DAYS for n in names}


def _groups() -> Reading:
    grid = Grid(Sheet(1100, 700), 5, 6, cell_width=200)
    grid.headers(TIMES, DAYS)
    for day in range(5):
        for period in range(4):
            if period != 1:
                grid.put(period + 1, day + 1, lesson(day, period))
                continue
            for half in range(2):
                grid.put(period + 1 + half / 2, day + 1, f"group {half + 1}", ("Latin", "Greek")[half], wide=0.5)
    return grid.sheet.read()


def test_parts_of_a_class_beside_each_other_have_the_whole_time() -> None:
    reading = _groups()
    parts = {(block.name, block.start_time, block.end_time) for block in reading.blocks if block.notes}
    assert parts == {("Latin", "09:45", "10:30"), ("Greek", "09:45", "10:30")}
    verdict = validate(reading.blocks)
    assert verdict.validated
    # How sure it is of parallel lessons is not what this is about.
    assert {warning.code for warning in verdict.warnings} - {"unsure"} == {"parallel"}


def test_a_second_table_whose_columns_go_on_from_the_first_s_is_none_of_it() -> None:
    grid = Grid(Sheet(1200, 900), 6, 5)
    grid.headers(DAYS, TIMES)
    lessons(grid)
    codes = [(str(number), "MT", "Logic", "Mr Poe", "4", "Hall") for number in range(1, 5)]
    for row, texts in enumerate((("No.", "Code", "Subject", "Staff", "Hours", "Where"), *codes)):
        for column, text in enumerate(texts):
            grid.put(column, 5.4 + row * 0.6, text, high=0.6)
    reading = grid.sheet.read()
    assert len(reading.blocks) == 20
    assert "Logic" not in {block.name for block in reading.blocks}


def test_a_patch_of_colour_is_one_block_though_the_rows_rules_show_through() -> None:
    page = Sheet(900, 900)
    grid = Grid(page, 4, 13, cell_height=50)
    grid.headers(DAYS[:3], tuple(f"{8 + half // 2}{':30' if half % 2 else ''}" for half in range(12)))
    for column in range(1, 4):
        for row in range(12):
            grid.put(column, row + 1)
    want = set()
    for column, first, rows in ((1, 1, 3), (2, 4, 4), (3, 6, 2), (1, 5, 2), (2, 9, 3), (3, 10, 2)):
        x0, y0, x1, y1 = grid.box(column, first, 1, rows)
        page.fill(x0 + 1, y0 + 1, x1, y1, (250, 210, 100))
        for row in range(1, rows):
            page.rule(x0, y0 + 50 * row, x1, y0 + 50 * row, (230, 195, 110))
        page.text((x0 + x1) / 2, (y0 + y1) / 2 - 10, lesson(column, first))
        page.text((x0 + x1) / 2, (y0 + y1) / 2 + 12, "Hall 4", scale=0.45)
        clock = [f"{8 + half // 2:02d}:{half % 2 * 30:02d}" for half in (first - 1, first - 1 + rows)]
        want.add((DAYS[column - 1].lower(), *clock, lesson(column, first)))
    assert week(page.read()) == want


def test_hours_alone_on_the_ticks_measure_the_blocks() -> None:
    page = Sheet(1300, 600)
    for at, hour in enumerate(range(8, 19)):
        page.text(150 + 100 * at, 60, str(hour))
        page.rule(150 + 100 * at, 75, 150 + 100 * at, 580, (210, 210, 210))
    want = set()
    for day, name in enumerate(DAYS):
        page.text(70, 130 + 100 * day, name, scale=0.5)
        page.rule(10, 180 + 100 * day, 1150, 180 + 100 * day)
        for start, end in ((8.25 + day / 2, 10.5 + day / 2), (13, 14.75)):
            x0, x1 = 150 + 100 * (start - 8), 150 + 100 * (end - 8)
            page.fill(x0, 95 + 100 * day, x1, 165 + 100 * day, PASTEL[day])
            page.frame(x0, 95 + 100 * day, x1, 165 + 100 * day, (80, 80, 80))
            page.text((x0 + x1) / 2, 130 + 100 * day, lesson(day, 0))
            clock = [f"{int(at):02d}:{round(at % 1 * 60):02d}" for at in (start, end)]
            want.add((name.lower(), *clock, lesson(day, 0)))
    assert week(page.read()) == want


def test_a_cycle_s_days_alone_are_no_days_of_the_week() -> None:
    grid = Grid(Sheet(1400, 600), 7, 5)
    grid.headers(tuple(f"Day {number}" for number in range(1, 7)), TIMES)
    lessons(grid, 6)
    reading = grid.sheet.read()
    assert len(reading.blocks) == 24
    assert {block.day for block in reading.blocks} == {None}
    assert {block.cycle_day for block in reading.blocks} == {1, 2, 3, 4, 5, 6}


def test_a_list_whose_lessons_column_has_a_name_nobody_knows() -> None:
    grid = Grid(Sheet(800, 700), 3, 7, cell_width=240)
    rows = [
        ("Tier 6", "Monday", "3.30pm - 5.00pm"),
        ("Tier 7", "Saturday", "8.30am - 10.00am"),
        ("Tier 8", "Tuesday", "4.00pm - 5.00pm"),
        ("Tier 6", "Friday", "3.30pm - 5.00pm"),
    ]
    for row, texts in enumerate((("Tier", "Day", "Time"), *rows)):
        for column, text in enumerate(texts):
            grid.put(column, row, text)
    reading = grid.sheet.read()
    assert [(block.name, block.day) for block in reading.blocks] == [
        ("Tier 6", "monday"), ("Tier 8", "tuesday"), ("Tier 6", "friday"), ("Tier 7", "saturday"),
    ]  # fmt: skip


def test_a_start_in_a_row_s_first_line_and_its_end_in_the_last_with_rules_between() -> None:
    page = Sheet(1200, 700)
    grid = Grid(page, 6, 10, cell_height=50)
    times = ("7:50", "8.45", "8:45", "09.40", "9.55", "10:50")
    grid.headers(DAYS, tuple(times[row // 3 * 2 + row % 3 // 2] if row % 3 != 1 else "" for row in range(9)))
    for day in range(5):
        for row in range(9):
            grid.put(day + 1, row + 1, (lesson(day, row // 3), "Mr Hale", "Lab 1")[row % 3])
    for row in range(4):
        page.rule(40, 150 + 150 * row, 1120, 150 + 150 * row, (0, 0, 0), width=3)
    reading = page.read()
    assert {(block.day, block.start_time, block.end_time) for block in reading.blocks} == {
        (day.lower(), *span) for day in DAYS for span in (("07:50", "08:45"), ("08:45", "09:40"), ("09:55", "10:50"))
    }
    assert len(reading.blocks) == 15


def test_a_table_of_teachers_below_whose_codes_look_like_times_is_no_part_of_the_table() -> None:
    sheet = Sheet(1200, 900)
    grid = Grid(sheet, 6, 4, cell_height=60)
    grid.headers(DAYS, ("7:00 - 7:50", "7:50 - 8:40", "8:40 - 9:30"))
    lessons(grid, periods=3)
    below = Grid(sheet, 3, 5, y0=420, cell_height=40)
    for row, (code, subject, teacher) in enumerate(
        (("Code", "Subject", "Teacher"), ("1600", "Maths", "Gomez Amaral"), ("1601", "English", "Garcia Morales"))
    ):
        for column, text in enumerate((code, subject, teacher)):
            below.put(column, row, text)
    found = week(sheet.read())
    assert len(found) == 15
    assert all(start and start < "09:00" for _, start, _, _ in found)


def test_columns_under_the_same_heads_in_each_day_are_one_lesson_s_fields() -> None:
    """Rooms and surnames are no lessons beside the subject's, whichever of them is missing."""
    sheet = Sheet(1500, 420)
    xs = [20, 140, *(140 + 260 * day + x for day in range(5) for x in (60, 170, 260))]
    for x in xs:
        sheet.rule(x, 100 if x in xs[2::3] or x in xs[3::3] else 20, x, 340)
    for y in (20, 60, 100, *range(160, 341, 60)):
        sheet.rule(20, y, 1440, y)
    for day, name in enumerate(DAYS):
        left = 140 + 260 * day
        sheet.text(left + 130, 40, name)
        for x, head in ((30, "Room"), (115, "Subject"), (215, "Teacher")):
            sheet.text(left + x, 80, head, scale=0.45)
        for period in range(4):
            subject = lesson(day, period)
            if day or period != 1:
                sheet.text(left + 30, 130 + 60 * period, f"{10 + period}.", scale=0.45)
            sheet.text(left + 115, 130 + 60 * period, subject, scale=0.45)
            sheet.text(left + 215, 130 + 60 * period, BIRDS[period], scale=0.45)
    for period, time in enumerate(TIMES):
        sheet.text(80, 130 + 60 * period, time, scale=0.45)
    blocks = sheet.read().blocks
    assert [(block.name, block.teacher) for block in blocks if block.day == "monday"] == [
        (lesson(0, period), teacher) for period, teacher in enumerate(BIRDS)
    ]
    assert len(blocks) == 20
    assert blocks[0].room == "10."
