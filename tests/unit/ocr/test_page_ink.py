"""How large a page's text is, before any line is found."""

import numpy as np
import pytest

from services.ocr.engine import Engine
from services.ocr.page_ink import low_lines, page_ink
from tests.unit.ocr.conftest import WORDS, draw, pixels


def _page(height: int) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    words = [(word, 40 + 700 * (index % 2), 40 + 110 * (index // 2)) for index, word in enumerate(WORDS * 2)]
    return pixels(draw(words, (1600, 1000), height))


@pytest.mark.parametrize("height", [16, 30, 60])
def test_letters_tell_how_high_their_lines_are(height: int) -> None:
    found = low_lines(page_ink(_page(height)))
    assert found == pytest.approx(height, rel=0.35)


@pytest.mark.parametrize("rows", [1000, 97, 40, 1])
def test_a_page_shared_out_among_threads_has_the_same_ink(rows: int) -> None:
    page = _page(30)[:rows]
    assert page_ink(page).any() == (rows > 40)
    for threads in (2, 3):
        assert np.array_equal(page_ink(page, threads), page_ink(page))


def test_a_blank_page_tells_nothing() -> None:
    assert low_lines(page_ink(np.full((400, 600, 3), 255, dtype=np.uint8))) is None


def test_a_page_of_large_letters_is_looked_at_in_a_smaller_copy(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of its lines are found all the same, and small print is looked at as large as before."""
    sides: list[int] = []
    look = engine.look

    def spy(image: np.ndarray[tuple[int, ...], np.dtype[np.uint8]], side: int) -> object:
        sides.append(side)
        return look(image, side)

    monkeypatch.setattr(engine, "look", spy)
    assert len(engine.detect(_page(60))) == 2 * len(WORDS)
    assert sides[0] == 960
    del sides[:]
    assert len(engine.detect(_page(60), photo=True)) == 2 * len(WORDS)
    assert sides[0] == 1408
    del sides[:]
    assert len(engine.detect(_page(13))) == 2 * len(WORDS)
    assert sides[0] == 1408
