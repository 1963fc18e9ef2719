"""Cells over several rows that say the same in each, and cells whose rows are a lesson each."""

import pytest

from services.extractor.reading.axes.bands import TimeBand
from services.extractor.reading.model import Rect, bounds
from services.extractor.reading.table.parallel import part_parallel, part_repeated
from services.extractor.reading.table.regions import Region
from tests.unit.extractor.reading.sheet import Sheet

BANDS = [TimeBand(0, 100), TimeBand(100, 200)]


def _parts(*texts: tuple[float, str]) -> list[tuple[int, int, list[str], Rect]]:
    page = Sheet(400, 300)
    for at, text in texts:
        page.text(100, at, text)
    view = page.view()
    cell = Region(Rect(0, 0, 200, 200), [0], 0, 1, view.lines)
    assert bounds(view.lines).y1 < 200
    found = part_repeated(view, [cell], BANDS)
    return [(each.first, each.last, [line.text for line in each.lines], each.rect) for each in found]


def test_a_lesson_and_its_room_in_every_row_of_a_cell_are_a_lesson_each() -> None:
    assert _parts((30, "Maths"), (60, "R204"), (130, "Maths"), (160, "R204")) == [
        (0, 0, ["Maths", "R204"], Rect(0, 0, 200, 100)),
        (1, 1, ["Maths", "R204"], Rect(0, 100, 200, 200)),
    ]


def test_what_differs_or_stands_in_one_row_is_one_lesson() -> None:
    assert len(_parts((30, "Maths"), (130, "R204"))) == 1
    assert len(_parts((90, "Maths"))) == 1
    # Letters down a break.
    assert len(_parts((30, "A"), (130, "A"))) == 1


def _cells(*cells: tuple[str, ...]) -> list[list[str]]:
    """What stands in each part of some cells whose texts stand under each other."""
    page = Sheet(1400, 300)
    regions = []
    for at, texts in enumerate(cells):
        for row, text in enumerate(texts):
            page.text(170 + 330 * at, 60 + 40 * row, text)
    view = page.view()
    for at in range(len(cells)):
        lines = [line for line in view.lines if 330 * at < line.rect.cx < 330 * (at + 1)]
        regions.append(Region(Rect(330 * at, 0, 330 * (at + 1), 300), [at], 0, 0, lines))
    return [[line.text for line in region.lines] for region, _ in part_parallel(regions, view.size)]


@pytest.mark.parametrize(
    ("first", "second"),
    [("Data Mining - lecture 2, A1.04", "Calculus - tutorial, C0.110"), ("WEL(PR)_S1", "ML-1(PR) S2")],
)
def test_rows_that_are_written_as_lessons_in_most_cells_are_lessons(first: str, second: str) -> None:
    assert _cells(*[(first, second)] * 3) == [[first], [second]] * 3
    assert _cells((first, second), ("Algebra", "Room 12"), ("Botany", "Dr Wren")) == [
        [first, second],
        ["Algebra", "Room 12"],
        ["Botany", "Dr Wren"],
    ]
