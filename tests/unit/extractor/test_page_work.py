"""The child's side of the local reader."""

import cv2
import pytest

from services.extractor import page_work
from services.extractor.local_reader import StoredPage
from services.extractor.reading import reader
from services.extractor.reading.axes.view import View
from services.extractor.reading.decide import layouts
from services.extractor.reading.model import LayoutResult
from services.extractor.reading.table.grid import read_grid
from tests.unit.extractor.reading.sheet import DAYS, TIMES, Grid, Sheet


def broken(view: View) -> LayoutResult | None:
    raise IndexError(view.size)


def stored(page: int, *texts: str) -> StoredPage:
    """A page of a timetable, or of the texts given instead."""
    sheet = Sheet(1000, 600) if texts else Sheet()
    if not texts:
        grid = Grid(sheet, 6, 5)
        grid.headers(DAYS, TIMES)
        for day in range(5):
            for period in range(4):
                grid.put(day + 1, period + 1, ("Maths", "Art", "Music", "Sport")[period])
    for at, text in enumerate(texts):
        sheet.text(400, 60 + 60 * at, text)
    ocr = sheet.page().ocr
    ocr.page = page
    _, picture = cv2.imencode(".png", cv2.cvtColor(sheet.picture, cv2.COLOR_RGB2BGR))
    return StoredPage(ocr, picture.tobytes(), "image/png", None)


@pytest.fixture
def one_is_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layouts, "READERS", ((broken, False), (read_grid, False)))
    monkeypatch.setattr(reader, "read_layouts", layouts.read_layouts)


@pytest.mark.usefixtures("one_is_broken")
def test_readers_that_raise_are_told_once_a_page_and_the_others_read_it() -> None:
    reading = page_work.read([stored(0), stored(1)])
    assert sum(len(week.timetable.timeblocks) for week in reading.weeks) == 40
    assert reading.raised == ["broken", "broken"]


@pytest.mark.usefixtures("one_is_broken")
def test_readers_that_raise_are_told_of_trials_that_were_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "turned_pages", lambda page: [page])
    assert page_work.read([stored(0, "On Monday we have", "Maths")]).raised == ["broken", "broken"]
