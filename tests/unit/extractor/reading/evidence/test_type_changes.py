"""Lines whose end is printed in another way than their beginning: a teacher in blue, a small room, a pale remark."""

import msgspec
import pytest

from services.extractor.reading.evidence.type_changes import aside_of, spread_words, with_type_changes
from services.extractor.reading.model import Line, Rect
from tests.unit.extractor.reading.sheet import BLACK, DAYS, TIMES, Colour, Grid, Sheet, find, lesson

BLUE: Colour = (20, 20, 220)
PALE: Colour = (150, 150, 150)


def beside(
    page: Sheet, x: float, y: float, name: str, aside: str, *, scale: float = 0.6, colour: Colour = BLACK
) -> None:
    """Write two texts beside each other around a point, which the OCR reads as one line."""
    page.text(x, y, name)
    first = page.lines.pop()
    right = first.box[1][0]
    page.text(right + 10 + 10.5 * len(aside) * scale / 0.6, y, aside, scale=scale, colour=colour)
    second = page.lines.pop()
    box = (first.box[0], (second.box[1][0], first.box[1][1]), (second.box[2][0], first.box[2][1]), first.box[3])
    page.lines.append(msgspec.structs.replace(first, id=len(page.lines), text=f"{name} {aside}", box=box))


def read(page: Sheet) -> list[Line]:
    return with_type_changes(page.picture, page.view().lines)


@pytest.mark.parametrize(
    ("scale", "colour", "aside"),
    [(0.6, BLUE, "Winter"), (0.33, BLACK, "Winter"), (0.6, PALE, "Winter"), (0.6, BLACK, None)],
)
def test_an_aside_in_another_colour_size_or_shade(scale: float, colour: Colour, aside: str | None) -> None:
    page = Sheet()
    beside(page, 300, 100, "Biology", "Winter", scale=scale, colour=colour)
    assert aside_of(page.picture, page.view().lines[0]) == aside


def test_a_dash_between_the_two_belongs_to_neither() -> None:
    page = Sheet()
    beside(page, 300, 100, "Cooking", "- kitchen", colour=PALE)
    assert aside_of(page.picture, page.view().lines[0]) == "kitchen"


def test_the_rule_of_the_cell_in_the_line_s_box_is_no_print() -> None:
    page = Sheet()
    beside(page, 300, 100, "Shared", "Reading")
    (x0, y0), (x1, _), (_, y1), _ = page.lines[0].box
    page.rule(x0, y0 - 10, x0, y1 + 10, BLACK, 3)
    page.rule(x1, y0 - 10, x1, y1 + 10, BLACK, 3)
    assert aside_of(page.picture, page.view().lines[0]) is None


def test_one_dash_of_a_dashed_rule_in_the_line_s_box_is_no_print() -> None:
    """It is less high than the box; the word with it would be measured as high as both."""
    page = Sheet()
    beside(page, 300, 100, "Shared", "Reading")
    line = page.lines[-1]
    (x0, y0), (x1, _), (_, y1), _ = line.box
    x0, y0 = x0 - 8, y0 - 9
    page.rule(x0 + 2, y0, x0 + 2, y0 + 16, BLACK, 2)
    box = ((x0, y0), (x1, y0), (x1, y1), (x0, y1))
    page.lines[-1] = msgspec.structs.replace(line, box=box)
    assert aside_of(page.picture, page.view().lines[0]) is None


def test_a_slender_letter_is_no_dash_of_a_rule() -> None:
    page = Sheet()
    page.text(300, 100, "I spy with my eye")
    assert len(spread_words(page.picture, page.view().lines[0])) == 5


def test_one_line_alone_may_be_a_smudge() -> None:
    page = Sheet()
    beside(page, 300, 100, "Biology", "Winter", colour=BLUE)
    page.text(300, 150, "Maths Club")
    assert [line.aside for line in read(page)] == [None, None]
    beside(page, 300, 200, "Music", "Sommer", colour=BLUE)
    beside(page, 300, 250, "Drama", "Herbst", colour=BLUE)
    assert [line.aside for line in read(page)] == ["Winter", None, "Sommer", "Herbst"]


def test_one_line_alone_has_an_aside_where_brackets_say_the_same() -> None:
    page = Sheet()
    beside(page, 300, 100, "Meeting", "(Calendar)", colour=PALE)
    assert [line.aside for line in read(page)] == ["(Calendar)"]


def test_what_is_an_aside_elsewhere_is_one_where_the_change_was_not_seen() -> None:
    page = Sheet()
    for row in range(3):
        beside(page, 300, 100 + 50 * row, "Biology", "Winter", colour=BLUE)
    page.text(300, 300, "Chess Winter")
    assert [line.aside for line in read(page)] == ["Winter"] * 4


def test_a_line_that_the_page_does_not_show_has_none() -> None:
    page = Sheet()
    blank = Line(0, "Maths M3", 0.99, 0, Rect(100, 100, 200, 120), 20)
    outside = Line(1, "Maths M3", 0.99, 0, Rect(5000, 100, 5200, 120), 20)
    assert [aside_of(page.picture, line) for line in (blank, outside)] == [None, None]


def test_cells_keep_the_aside_out_of_the_name() -> None:
    page = Sheet(1200, 600)
    grid = Grid(page, 6, 5)
    grid.headers(DAYS, TIMES)
    for day in range(5):
        for period in range(4):
            x0, y0, x1, y1 = grid.box(day + 1, period + 1)
            page.frame(x0, y0, x1, y1)
            beside(page, (x0 + x1) / 2 - 20, (y0 + y1) / 2, lesson(day, period), "Orwell", scale=0.33)
    reading = page.read()
    assert len(reading.blocks) == 20
    assert {block.notes for block in reading.blocks} == {"Orwell"}
    assert find(reading, "friday", lesson(4, 3)).start_time == "10:45"
