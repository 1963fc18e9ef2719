"""Paper comes out equally bright all over; cells keep their colours; even pages are left alone."""

import numpy as np
import pytest
from numpy.typing import NDArray

from services.ocr.crops import Image
from services.ocr.engine import Engine
from services.ocr.preparation import prepare
from services.ocr.preparation.light import MAX_GAIN, evened
from tests.unit.ocr.photographs import grid, shot

PINK, BLUE = (250, 205, 210), (190, 215, 240)


def _page() -> Image:
    """A table whose left cells are pink and right cells blue."""
    page = grid((1200, 900))
    for x0, x1, colour in ((75, 280, PINK), (920, 1125, BLUE)):
        cells = page[70:830, x0:x1]
        cells[cells.min(axis=2) > 250] = colour
    return page


def _lamp(shape: tuple[int, ...], darkest: float) -> NDArray[np.float64]:
    """Light that falls from 1 at the top left to `darkest` at the bottom right."""
    y, x = np.mgrid[0 : 1 : shape[0] * 1j, 0 : 1 : shape[1] * 1j]
    return np.asarray(1 - (1 - darkest) * (0.5 * x + 0.5 * y) ** 1.3)


def _lit(page: Image, darkest: float) -> Image:
    return (page * _lamp(page.shape, darkest)[:, :, None]).astype(np.uint8)


@pytest.mark.parametrize("darkest", [0.6, 0.4])
def test_paper_comes_out_even_and_cells_keep_their_colours(darkest: float) -> None:
    lit = _lit(_page(), darkest)
    before = [float(np.median(lit[y : y + 40, 400:800])) for y in (10, 850)]
    assert before[1] < 0.85 * before[0]
    even = evened(lit)
    paper = [float(np.median(even[y : y + 40, x : x + 100])) for y in (10, 850) for x in (100, 550, 1000)]
    assert min(paper) > 0.9 * max(paper)
    assert max(paper) > 235
    for x, colour in ((76, PINK), (1080, BLUE)):
        for y in (80, 810):  # at the top and the bottom of the column, clear of its words
            cell = np.median(even[y : y + 12, x : x + 30].reshape(-1, 3), axis=0)
            assert cell / cell.max() == pytest.approx(np.array(colour) / max(colour), abs=0.04)
            assert cell.min() < 225


def test_an_evenly_lit_page_keeps_its_array() -> None:
    for page in (_page(), _lit(_page(), 0.85), np.full((300, 400, 3), 255, dtype=np.uint8)):
        assert evened(page) is page


@pytest.mark.parametrize("share", [0.25, 0.5])
def test_a_dark_area_is_no_shadow(share: float) -> None:
    page = _page()
    page[:, : int(1200 * share)] = (40, 60, 90)
    assert evened(page) is page


def test_dark_mode_is_no_shadow() -> None:
    page = np.asarray(255 - _page(), dtype=np.uint8)
    assert evened(page) is page


def test_darkness_is_not_raised_without_end() -> None:
    lit = _lit(np.full((600, 800, 3), 240, dtype=np.uint8), 0.1)
    even = evened(lit)
    assert (even.astype(int) <= np.minimum(lit.astype(int) * MAX_GAIN + 2, 255)).all()


def test_a_photo_in_uneven_light_is_evened_and_read(engine: Engine) -> None:
    photo, _ = shot(_page(), 15, 60, 3)
    page = prepare(_lit(photo, 0.35), engine)
    assert "evened" in page.notes
    assert len(engine.recognise(page.picture, page.quads)) == 30
    evenly, _ = shot(_page(), 15, 60, 3)
    assert "evened" not in prepare(evenly, engine).notes
