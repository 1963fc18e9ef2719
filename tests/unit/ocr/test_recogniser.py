"""Which lines are read how often, by models that only count."""

import threading
from collections.abc import Sequence

import numpy as np
import pytest

from services.ocr.crops import Image
from services.ocr.line_model import Letter, LineText
from services.ocr.recogniser import Recogniser
from services.ocr.strips import Strip
from tests.unit.ocr.conftest import draw, pixels


def _text(text: str, confidence: float, least: float = 1.0) -> LineText:
    """A line without ink to go by, whose first letter is as sure as `least`."""
    letters = [Letter(each, least if at == 0 else 1.0, "", 0.0, 0.5, 0.0) for at, each in enumerate(text)]
    return LineText(tuple(letters), confidence)


class Model:
    """Is sure of some lines in a strip with others, of some only alone.

    Args:
        name: what it reads.
        shared, alone: numbers of those lines.
        vague: numbers of lines whose first letter it is less sure of.
        least: how sure.
    """

    def __init__(
        self, name: str, shared: set[int], alone: set[int], vague: Sequence[int] = (), least: float = 0.96
    ) -> None:
        self.name, self.shared, self.alone, self.vague, self.least = name, shared, alone, vague, least
        self.read_in: list[dict[int, int]] = []

    def read(self, crops: Sequence[Image], strips: Sequence[Strip]) -> dict[int, LineText]:
        lines = {line: len(strip.places) for strip in strips for line, *_ in strip.places}
        self.read_in.append(lines)
        sure = {line: line in (self.shared if among > 1 else self.alone) for line, among in lines.items()}
        return {
            line: _text(self.name, 0.98 if sure[line] else 0.9, self.least if line in self.vague else 1.0)
            for line in lines
        }


def _crops(count: int) -> list[Image]:
    """Crops that say which they are, all of one size."""
    return [np.full((20, 40, 3), number, dtype=np.uint8) for number in range(count)]


def _recogniser(floats: Model, quick: Model | None, batch: int = 8) -> Recogniser:
    return Recogniser(floats, quick, threads=1, batch=batch)  # type: ignore[arg-type]  # what of a LineModel is called


ALL = {0, 1, 2}


def test_a_line_is_read_again_only_while_it_is_unsure() -> None:
    floats, quick = Model("floats", set(), ALL), Model("bytes", {0}, {0, 1})
    recogniser = _recogniser(floats, quick)
    texts = recogniser.read(_crops(3), lambda: None)
    recogniser.close()
    assert [line.text for line in texts] == ["bytes", "bytes", "floats"]
    assert quick.read_in == [{0: 3, 1: 3, 2: 3}, {1: 1}, {2: 1}]
    assert floats.read_in == [{2: 1}]


def test_a_line_with_one_vague_letter_is_read_again_however_sure_it_is_of_the_rest() -> None:
    """ "Mr Byme" at 0.99, whose "m" had 0.94."""
    floats, quick = Model("floats", set(), ALL), Model("bytes", ALL, ALL, vague=[1])
    recogniser = _recogniser(floats, quick)
    assert [line.text for line in recogniser.read(_crops(3), lambda: None)] == ["bytes", "floats", "bytes"]
    recogniser.close()


@pytest.mark.parametrize(("name", "again"), [("moves", True), ("bytes", False)])
def test_an_m_must_be_surer_than_other_letters(name: str, again: bool) -> None:
    """In small soft print "rn" is a good "m"."""
    quick = Model(name, ALL, ALL, vague=[1], least=0.985)
    recogniser = _recogniser(Model("floats", set(), ALL), quick)
    texts = [line.text for line in recogniser.read(_crops(3), lambda: None)]
    recogniser.close()
    assert texts == [name, "floats" if again else name, name]


def test_without_8_bits_lines_share_strips_in_floats() -> None:
    floats = Model("floats", {0, 2}, ALL)
    recogniser = _recogniser(floats, None)
    assert [line.text for line in recogniser.read(_crops(3), lambda: None)] == ["floats"] * 3
    recogniser.close()
    assert floats.read_in == [{0: 3, 1: 3, 2: 3}, {1: 1}]


def test_unsure_lines_do_not_wait_for_other_strips() -> None:
    """A pass over all strips before the next one left a core idle at the end of each."""
    quick = Model("bytes", {0, 1, 2, 4, 5}, ALL | {3, 4, 5})
    recogniser = _recogniser(Model("floats", set(), set()), quick, batch=1)
    recogniser.read(_crops(6), lambda: None)
    recogniser.close()
    unsure = quick.read_in.index({3: 1})
    assert 3 in quick.read_in[unsure - 1]
    assert len(quick.read_in) == 3


def test_each_line_is_counted_once_however_often_it_is_read() -> None:
    recogniser = _recogniser(Model("floats", set(), ALL), Model("bytes", {0}, {0, 1}))
    told: list[tuple[int, int]] = []
    recogniser.read(_crops(3), lambda: None, lambda done, total: told.append((done, total)))
    recogniser.close()
    assert told == [(3, 3)]


def test_a_reading_that_is_given_up_leaves_nothing_in_front_of_the_next() -> None:
    given_up = threading.Event()

    class Held(Model):
        def read(self, crops: Sequence[Image], strips: Sequence[Strip]) -> dict[int, LineText]:
            if self.read_in:
                assert given_up.wait(60)
            return super().read(crops, strips)

    floats = Held("floats", set(), set(range(9)))
    recogniser = _recogniser(floats, None, batch=1)

    def stop() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        recogniser.read(_crops(9), stop, strips=False)
    given_up.set()
    recogniser.read(_crops(1), lambda: None, strips=False)
    recogniser.close()
    assert len(floats.read_in) <= 3  # the first, the one that was under way, the next page's


def test_a_word_that_lost_letters_because_they_stand_apart_is_read_with_them_closer() -> None:
    crop = draw([(letter, 10 + 60 * at, 4) for at, letter in enumerate("LUNCH")], (300, 48), 32)

    class Far(Model):
        """Sees as many letters as stand within four fifths of a wide crop."""

        def read(self, crops: Sequence[Image], strips: Sequence[Strip]) -> dict[int, LineText]:
            found = super().read(crops, strips)
            for line in found:
                whole = crops[line].shape[1] < 250
                letters = "LUNCH" if whole else "LUNC"
                places = [(at + 0.5) / 5 for at in range(len(letters))]
                found[line] = LineText(
                    tuple(Letter(x, 1.0, "", 0.0, at, 0.0) for x, at in zip(letters, places, strict=True)), 0.98
                )
            return found

    recogniser = _recogniser(Far("", {0}, {0}), None)
    (line,) = recogniser.read([pixels(crop)], lambda: None)
    recogniser.close()
    assert line.text == "LUNCH"
