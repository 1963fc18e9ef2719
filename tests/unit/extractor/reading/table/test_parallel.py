"""Cells over several rows that say the same in each."""

from services.extractor.reading.axes.bands import TimeBand
from services.extractor.reading.model import Rect, bounds
from services.extractor.reading.table.parallel import part_repeated
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
