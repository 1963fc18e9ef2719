"""Overlooked small characters: where ink is left over, and how its places are put together and back."""

import numpy as np
import PIL.ImageDraw
import PIL.ImageFont

from services.ocr.crops import Quad, upright
from services.ocr.engine import Engine
from services.ocr.leftover import mosaic, spots
from tests.unit.ocr.conftest import draw, pixels


def box(x: int, y: int, width: int, height: int) -> Quad:
    return upright(np.array([[x, y], [x + width, y], [x + width, y + height], [x, y + height]], dtype=np.float32))


def test_only_letters_that_no_line_covers_are_left_over() -> None:
    page = draw([("Monday", 100, 100), ("F", 400, 300)], (800, 500))
    pen = PIL.ImageDraw.Draw(page)
    pen.line((0, 250, 800, 250), fill="black", width=2)  # a ruling line is no letter
    (place,) = spots(pixels(page), [box(90, 95, 150, 50)])
    x, y, width, height = place
    assert x < 400 < x + width
    assert y < 315 < y + height
    assert width < 90
    assert spots(pixels(page), [box(90, 95, 150, 50), box(390, 295, 40, 45)]) == []


def test_light_letters_on_dark_ground_count_too() -> None:
    page = pixels(draw([("F", 400, 300)], (800, 500)))
    assert len(spots(255 - page, [])) == 1


def test_quads_come_back_to_where_their_place_was() -> None:
    page = np.zeros((900, 1500, 3), dtype=np.uint8)
    places = [(30, 40, 60, 50), (1200, 700, 80, 90), (600, 10, 900, 40)]
    pasted = mosaic(page, places)
    assert sum(width * height for _, _, width, height in places) <= pasted.picture.shape[0] * pasted.picture.shape[1]
    for (left, top), (x, y, _, _) in zip(pasted.corners, pasted.places, strict=True):
        back = pasted.to_page(box(left + 10, top + 12, 20, 15))
        assert back is not None
        assert back[0].tolist() == [x + 10, y + 12]
    height, width = pasted.picture.shape[:2]
    assert pasted.to_page(box(width, height, 10, 10)) is None


def test_a_small_letter_alone_on_a_large_page_is_found(engine: Engine) -> None:
    page = draw(
        [(word, 100 + 500 * i, 200) for i, word in enumerate(("Monday", "Tuesday", "Friday"))], (2000, 1400), 44
    )
    pen = PIL.ImageDraw.Draw(page)
    for x in (200, 700, 1200):
        pen.text((x, 700), "F", fill="black", font=PIL.ImageFont.load_default(17))
    assert [line.text for line in engine.read(pixels(page))] == ["Monday", "Tuesday", "Friday", "F", "F", "F"]
