"""A long picture's tiles are put together, and every line on them is read once."""

import PIL.Image
import pytest

from services.ocr.engine import Engine
from services.ocr.page_reader import PageReader
from services.ocr.preparation import decode
from services.ocr.reading import Fault, News, Piece, Read, Tiled
from tests.unit.ocr.conftest import WORDS, draw, webp


def ignore(_: News | None) -> None:
    pass


def tiles(page: PIL.Image.Image, side: int, step: int) -> list[Piece]:
    across = page.width >= page.height
    found = []
    for at in range(0, max(page.size) - (side - step), step):
        box = (at, 0, min(at + side, page.width), page.height) if across else (0, at, page.width, at + side)
        found.append(Piece(webp(page.crop(box)), *box[:2]))
    return found


@pytest.mark.parametrize("across", [True, False])
def test_every_line_is_read_once_where_it_stands(engine: Engine, across: bool) -> None:
    """Some of them lie over the edge of a tile, some in the overlap of two."""
    places = [(30 + 330 * at, 30) if across else (40, 20 + 105 * at) for at in range(len(WORDS))]
    page = draw(
        [(word, *place) for word, place in zip(WORDS, places, strict=True)], (2640, 90) if across else (300, 870)
    )
    pieces = tiles(page, 800 if across else 300, 500 if across else 190)
    answer = PageReader(engine).read(Tiled(pieces, page.width // 4, page.height // 4), ignore)
    assert isinstance(answer, Read)
    assert [line.text for line in answer.lines] == WORDS
    for line, (x, y) in zip(answer.lines, places, strict=True):
        assert abs(line.box[0][0] - x) < 12
        assert abs(line.box[0][1] - y) < 20
    assert (answer.width, answer.height) == page.size
    assert answer.to_stored == pytest.approx((0.25, 0, 0, 0, page.height // 4 / page.height, 0, 0, 0, 1), abs=1e-6)
    assert decode(answer.copy, 10_000_000)[0].shape == (page.height, page.width, 3)


def test_a_broken_tile_is_named(engine: Engine) -> None:
    answer = PageReader(engine).read(Tiled([Piece(b"no picture", 0, 0)], 10, 10), ignore)
    assert answer == Fault("The picture could not be decoded.")
