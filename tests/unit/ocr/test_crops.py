"""Lines cut out of a picture."""

import numpy as np

from services.ocr.crops import cut

RNG = np.random.default_rng(3)


def test_a_line_is_cut_out_of_the_picture_that_its_page_was_made_of() -> None:
    picture = RNG.integers(0, 255, (120, 200, 3), dtype=np.uint8)
    quad = np.array([[20, 30], [100, 30], [100, 50], [20, 50]], dtype=np.float32)
    moved = np.array([[1.0, 0.0, 10.0], [0.0, 1.0, 20.0], [0.0, 0.0, 1.0]])
    there = np.array([10, 20], dtype=np.float32)
    assert (cut(picture, quad, moved) == cut(picture, quad + there)).all()


def test_it_is_as_large_as_on_the_page() -> None:
    picture = RNG.integers(0, 255, (240, 400, 3), dtype=np.uint8)
    quad = np.array([[20, 30], [100, 30], [100, 50], [20, 50]], dtype=np.float32)
    assert cut(picture, quad, np.diag([2.0, 2.0, 1.0])).shape == (20, 80, 3)
