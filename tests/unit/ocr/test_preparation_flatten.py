"""Photographed pages are shown from straight ahead and cut out; pages that are flat are left alone."""

import time
from collections.abc import Callable

import cv2
import numpy as np
import pytest

from services.ocr.crops import Image
from services.ocr.engine import Engine
from services.ocr.preparation import Page, prepare
from services.ocr.preparation.flatten import MAX_SIDE
from services.ocr.preparation.segments import find_segments, shrunk, squares
from services.ocr.preparation.sheet import find_sheet
from tests.unit.ocr.photographs import Matrix, grid, leaning, proportion, shot

SIZE = (1100, 800)


def _back(page: Page) -> Matrix:
    """From the stored picture to the prepared one."""
    assert page.to_stored is not None
    return np.asarray(np.linalg.inv(np.array(page.to_stored).reshape(3, 3)))


def _words(engine: Engine, page: Page) -> list[str]:
    return sorted(line.text for line in engine.recognise(page.picture, page.quads))


@pytest.fixture(scope="module")
def printed(engine: Engine) -> list[str]:
    """What the page holds, as it is read lying flat."""
    words = _words(engine, prepare(grid(), engine))
    assert len(words) == 30
    return words


@pytest.mark.parametrize(("tilt", "towards", "roll"), [(24, 0, 3), (24, 90, -3), (20, 45, 6), (12, 200, -8), (0, 0, 7)])
@pytest.mark.parametrize("ruled", [True, False])
def test_a_sheet_on_a_desk_is_flattened_and_cut_out(
    tilt: float, towards: float, roll: float, ruled: bool, engine: Engine, printed: list[str]
) -> None:
    photo, matrix = shot(grid(ruled=ruled), tilt, towards, roll)
    assert leaning(matrix, SIZE) > 3
    page = prepare(photo, engine)
    assert page.notes.startswith("flattened and cut out")
    now = _back(page) @ matrix
    assert leaning(now, SIZE) < 0.6
    assert proportion(now, SIZE) == pytest.approx(1, abs=0.06)
    corners = cv2.perspectiveTransform(np.array([[[0, 0], [1100, 0], [1100, 800], [0, 800.0]]]), now)[0]
    height, width = page.picture.shape[:2]
    assert np.abs(corners - [[0, 0], [width, 0], [width, height], [0, height]]).max() < 12
    assert _words(engine, page) == printed


def test_a_page_that_fills_the_frame_is_flattened_by_its_rules(engine: Engine, printed: list[str]) -> None:
    photo, matrix = shot(grid(), 18, 60, 2, fills=0.97, desk=None)
    page = prepare(photo, engine)
    assert "flattened" in page.notes
    assert "cut out" not in page.notes
    now = _back(page) @ matrix
    assert leaning(now, SIZE) < 0.6
    assert proportion(now, SIZE) == pytest.approx(1, abs=0.06)
    assert _words(engine, page) == printed


def test_a_sheet_partly_outside_the_picture_is_flattened(engine: Engine) -> None:
    photo, matrix = shot(grid(), 18, 90, 2, fills=0.9)
    cut = np.ascontiguousarray(photo[:, 110:])  # the left edge is gone
    page = prepare(cut, engine)
    moved = np.array([[1, 0, -110], [0, 1, 0], [0, 0, 1.0]]) @ matrix
    assert leaning(_back(page) @ moved, SIZE) < 0.8


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_photo_on_its_side_is_flattened_and_turned(turn: int, engine: Engine, printed: list[str]) -> None:
    photo, _ = shot(grid(), 20, 30, 4)
    page = prepare(np.ascontiguousarray(np.rot90(photo, turn // 90)), engine)
    assert f"turned by {turn}°" in page.notes
    assert _words(engine, page) == printed


def test_small_print_is_not_shrunk(engine: Engine) -> None:
    photo, matrix = shot(grid(), 20, 90, fills=0.5, size=(2000, 1500))
    page = prepare(photo, engine)
    now = _back(page)
    seen = cv2.perspectiveTransform(np.array([[[550, 400.0]]]), matrix)
    here, right = cv2.perspectiveTransform(np.concatenate([seen, seen + np.array([10.0, 0.0])], axis=1), now)[0]
    assert np.linalg.norm(right - here) > 9
    assert max(page.picture.shape) <= MAX_SIDE


def _screenshot() -> Image:
    """An upright page with a window's bars, coloured cells, and a picture in a dark frame."""
    page = grid((2000, 1400), rows=12)
    page[:60] = (40, 44, 52)
    page[300:520, 500:860] = cv2.addWeighted(page[300:520, 500:860], 1, np.full((220, 360, 3), 60, np.uint8), 0, -20)
    page[1200:1390, 40:300] = (20, 30, 80)
    return page


def test_an_upright_screenshot_passes_untouched(engine: Engine) -> None:
    picture = _screenshot()
    before = picture.copy()
    page = prepare(picture, engine)
    assert page.picture is picture
    assert page.to_stored is None
    assert np.array_equal(picture, before)


def test_an_upright_page_is_told_from_a_photo_at_little_cost(engine: Engine) -> None:
    picture = _screenshot()

    def looks_square() -> None:
        small, _ = shrunk(picture)
        assert squares(find_segments(np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), dtype=np.uint8), 22))

    def least(work: Callable[[], object]) -> float:
        """Of some runs, the processor's seconds of the quickest: what the others' are more was not its own."""
        took = []
        for _ in range(5):
            started = time.process_time()
            work()
            took.append(time.process_time() - started)
        return min(took)

    assert least(looks_square) < 0.1 * least(lambda: engine.look(picture, 1408))


def test_a_dark_cell_is_no_sheet() -> None:
    page = grid()
    page[300:700, 200:900] = (70, 90, 120)
    assert find_sheet(shrunk(page)[0]) is None


def test_a_desk_without_a_page_is_no_sheet(engine: Engine) -> None:
    noise = np.random.default_rng(3).normal(0, 60, (600, 800))
    desk = 120 + cv2.GaussianBlur(noise, (0, 0), 20, sigmaY=1)
    picture = np.repeat(np.clip(desk, 0, 255).astype(np.uint8)[:, :, None], 3, axis=2)
    page = prepare(picture, engine)
    assert page.picture is picture


def test_what_is_printed_beside_the_sheet_is_not_cut_off(engine: Engine, printed: list[str]) -> None:
    photo, _ = shot(grid(), 15, 45, 3, fills=0.72)
    for at in (40, 80, 820, 860):
        cv2.putText(
            photo, "Registration 08:45 every day in the hall", (60, at), 0, 1.0, (240, 240, 240), 2, cv2.LINE_AA
        )
    page = prepare(photo, engine)
    words = _words(engine, page)
    assert set(printed) <= set(words)
    assert sum("every day" in word for word in words) >= 3
