"""Headers that are wider, shorter or of more than usual."""

from dataclasses import replace

from services.extractor.reading.cell.cells import page_words, read_cell
from services.extractor.reading.model import Line, Rect
from tests.unit.extractor.reading.sheet import DAYS, TIMES, Grid, Sheet, find, lesson, week

LESSONS = ("Phy", "D", "E", "Mus", "Bio")


def test_the_last_header_may_be_far_wider_than_the_others() -> None:
    """ "1:00 - 3:00" over the whole afternoon, whose cells print their own times."""
    sheet = Sheet(1700, 800)
    grid = Grid(sheet, 5, 6, cell_width=150)
    for column, text in enumerate(("", *TIMES)):
        grid.put(column, 0, text)
    grid.put(5, 0, "1:00-3:00", wide=5)
    for day, name in enumerate(DAYS):
        grid.put(0, day + 1, name)
        for period in range(4):
            grid.put(period + 1, day + 1, lesson(day, period))
        cut = 2 + day % 2
        grid.put(5, day + 1, "Art", "1:00-2:00", wide=cut)
        grid.put(5 + cut, day + 1, "Singing", "2:00-3:00", wide=5 - cut)
    assert len(sheet.read().blocks) == 5 * 6
    assert find(sheet.read(), "friday", "Singing").start_time == "14:00"


def test_a_day_s_short_name_over_a_lesson_s_letter_is_no_stacked_name() -> None:
    """ "Mi" over the lesson "E" is not "MIE" letter under letter."""
    sheet = Sheet(1200, 600)
    grid = Grid(sheet, 6, 4, cell_height=50)
    for column, text in enumerate(("", "Mo", "Di", "Mi", "Do", "Fr")):
        grid.put(column, 0, text)
    for row, text in enumerate(TIMES[:2]):
        grid.put(0, row + 1, text)
        for day in range(5):
            grid.put(day + 1, row + 1, "Chemie" if row else LESSONS[day], scale=0.6)
    assert {(block.day, block.name) for block in sheet.read().blocks if block.start_time == "09:00"} == {
        (day.lower(), name) for day, name in zip(DAYS, LESSONS, strict=True)
    }


def test_a_class_in_heavy_print_belongs_to_the_subject_behind_it() -> None:
    line = Line(0, "8A NS", 0.99, 0, Rect(20, 20, 100, 40), 20, aside="NS")
    assert read_cell([line], Rect(0, 0, 200, 60), page_words([])).name == "8A NS"
    other = replace(line, text="Art NS")
    assert read_cell([other], Rect(0, 0, 200, 60), page_words([])).name == "Art"


def test_times_under_the_names_of_all_the_days_are_their_header() -> None:
    sheet = Sheet()
    grid = Grid(sheet, 5, 5)
    grid.headers(DAYS[:4], TIMES)
    grid.put(0, 0, "Mon - Thu")
    for day in range(4):
        for period in range(4):
            grid.put(day + 1, period + 1, lesson(day, period))
    assert ("thursday", "10:45", "11:30", lesson(3, 3)) in week(sheet.read())
    assert len(sheet.read().blocks) == 16


def test_times_between_every_day_and_the_days_are_the_days_header() -> None:
    sheet = Sheet(1200, 900)
    grid = Grid(sheet, 5, 7, cell_width=200)
    grid.put(0, 0, "EVERY DAY")
    grid.put(1, 0, "Roll call", "8:45-8:55", wide=2)
    grid.put(3, 0, "Pack up", "2:50-3:00", wide=2)
    for column, text in enumerate(("TIME", *TIMES)):
        grid.put(column, 1, text)
    for day, name in enumerate(DAYS):
        grid.put(0, day + 2, name)
        for period in range(4):
            grid.put(period + 1, day + 2, lesson(day, period))
    assert {("monday", "09:00", "09:45", lesson(0, 0)), ("friday", "10:45", "11:30", lesson(4, 3))} <= week(
        sheet.read()
    )
