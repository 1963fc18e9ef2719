"""Which lines are read how often, by models that only count."""

import threading
from collections.abc import Sequence

import numpy as np
import pytest

from services.ocr.crops import Image
from services.ocr.quick import Strip
from services.ocr.recogniser import Recogniser


class Floats:
    """Reads everything, surely."""

    def __init__(self) -> None:
        self.read: list[int] = []

    def predict(self, crops: Sequence[Image]) -> list[dict[str, object]]:
        self.read += [int(crop[0, 0, 0]) for crop in crops]
        return [{"rec_text": "in floats", "rec_score": 0.99} for _ in crops]


class Quick:
    """Is sure of line 0 in a strip, of line 1 alone, of line 2 never."""

    def __init__(self) -> None:
        self.read_in: list[dict[int, int]] = []

    def read(self, crops: Sequence[Image], strips: Sequence[Strip]) -> dict[int, tuple[str, float]]:
        lines = {line: len(strip.places) for strip in strips for line, *_ in strip.places}
        self.read_in.append(lines)
        sure = {line: line == 0 or (line == 1 and shared == 1) for line, shared in lines.items()}
        return {line: ("in 8 bits", 0.98 if sure[line] else 0.9) for line in lines}


def _crops(count: int) -> list[Image]:
    """Crops that say which they are, all of one size."""
    return [np.full((20, 40, 3), number, dtype=np.uint8) for number in range(count)]


def _recogniser(floats: Floats, quick: Quick | None) -> Recogniser:
    return Recogniser(floats, quick, threads=1, batch=8)  # type: ignore[arg-type]  # what of a QuickRecogniser is called


def test_a_line_is_read_again_only_while_it_is_unsure() -> None:
    floats, quick = Floats(), Quick()
    recogniser = _recogniser(floats, quick)
    texts = recogniser.read(_crops(3), lambda: None)
    recogniser.close()
    assert [text for text, _ in texts] == ["in 8 bits", "in 8 bits", "in floats"]
    assert quick.read_in == [{0: 3, 1: 3, 2: 3}, {1: 1, 2: 1}]
    assert floats.read == [2]


def test_without_8_bits_everything_is_read_in_floats() -> None:
    floats = Floats()
    recogniser = _recogniser(floats, None)
    assert [text for text, _ in recogniser.read(_crops(3), lambda: None)] == ["in floats"] * 3
    recogniser.close()
    assert sorted(floats.read) == [0, 1, 2]


def test_each_line_is_counted_once_however_often_it_is_read() -> None:
    recogniser = _recogniser(Floats(), Quick())
    told: list[tuple[int, int]] = []
    recogniser.read(_crops(3), lambda: None, lambda done, total: told.append((done, total)))
    recogniser.close()
    assert told == [(3, 3)]


def test_a_reading_that_is_given_up_leaves_nothing_in_front_of_the_next() -> None:
    given_up = threading.Event()

    class Held(Floats):
        def predict(self, crops: Sequence[Image]) -> list[dict[str, object]]:
            if self.read:
                assert given_up.wait(60)
            return super().predict(crops)

    floats = Held()
    recogniser = Recogniser(floats, None, threads=1, batch=1)

    def stop() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        recogniser.read(_crops(9), stop)
    given_up.set()
    recogniser.read(_crops(1), lambda: None)
    recogniser.close()
    assert len(floats.read) <= 3  # the first, the one that was under way, the next page's
