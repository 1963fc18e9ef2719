"""Lines that share a strip: where they stand in it, and that each gets its own text back."""

from pathlib import Path

import numpy as np
import pytest

from services.ocr.crops import Image
from services.ocr.line_model import LineModel
from services.ocr.machine import multiplies_bytes
from services.ocr.models import LATIN, quickened, seed
from services.ocr.recogniser import QUICK_WIDTH
from services.ocr.strips import alone, together
from tests.unit.ocr.conftest import draw, pixels

LINES = ["Monday", "PE", "Geography", "1", "Singing Assembly", "M", "9:00-9:45", "Handwriting", "Room 12", "Lunch"]


def _line(text: str) -> Image:
    """A tight crop of a line of text 48 pixels high, as the detector cuts them."""
    page = pixels(draw([(text, 10, 4)], (1200, 48), 32))
    ink = np.flatnonzero((page < 128).any(axis=(0, 2)))
    return np.ascontiguousarray(page[:, max(ink[0] - 6, 0) : ink[-1] + 7])


@pytest.fixture(scope="module")
def crops() -> list[Image]:
    return [_line(text) for text in LINES]


@pytest.fixture(scope="module")
def recogniser(cache: Path) -> LineModel:
    return LineModel(seed(quickened(LATIN), cache), QUICK_WIDTH)


def test_strips_hold_every_line_once_apart_and_within_their_width(crops: list[Image]) -> None:
    strips = together(crops, [0, 1, 2, 4, 5, 7])
    assert sorted(line for strip in strips for line, _, _ in strip.places) == [0, 1, 2, 4, 5, 7]
    assert len(strips) < 6
    assert [strip.width for strip in strips] == sorted(strip.width for strip in strips)
    for strip in strips:
        assert strip.width <= 320
        assert all(start % 8 == 0 for _, start, _ in strip.places)
        for (_, _, end), (_, start, _) in zip(strip.places, strip.places[1:], strict=False):
            assert start - end >= 32


def test_a_line_wider_than_a_strip_has_one_of_its_own(crops: list[Image]) -> None:
    wide = _line("Bring your PE kit, a water bottle and a coat every day of this term")
    strips = together([*crops, wide], range(len(crops) + 1))
    assert [[line for line, _, _ in strip.places] for strip in strips if strip.width > 320] == [[len(crops)]]


def test_no_lines_make_no_strips(crops: list[Image]) -> None:
    assert together(crops, []) == alone(crops, []) == []


@pytest.mark.skipif(not multiplies_bytes(), reason="8-bit kernels may overflow on this processor")
def test_lines_that_share_a_strip_get_their_own_text(crops: list[Image], recogniser: LineModel) -> None:
    strips = together(crops, range(len(crops)))
    assert max(len(strip.places) for strip in strips) >= 3
    read = recogniser.read(crops, strips)
    assert [read[line].text for line in range(len(crops))] == LINES
    assert all(line.confidence > 0.9 for line in read.values())


@pytest.mark.skipif(not multiplies_bytes(), reason="8-bit kernels may overflow on this processor")
def test_a_neighbour_changes_nothing(crops: list[Image], recogniser: LineModel) -> None:
    """An empty crop between two lines stays empty: no letter of theirs is counted as its own."""
    empty = np.full((48, 60, 3), 255, dtype=np.uint8)
    three = [crops[0], empty, crops[1]]
    read = recogniser.read(three, together(three, [0, 1, 2]))
    assert [read[line].text for line in range(3)] == [LINES[0], "", LINES[1]]
    assert read[1].confidence == 0.0


@pytest.mark.skipif(not multiplies_bytes(), reason="8-bit kernels may overflow on this processor")
def test_lines_alone_are_read_as_well(crops: list[Image], recogniser: LineModel) -> None:
    strips = alone(crops, [2, 4])
    assert [[line for line, _, _ in strip.places] for strip in strips] == [[2], [4]]
    assert {line: text.text for line, text in recogniser.read(crops, strips).items()} == {2: LINES[2], 4: LINES[4]}


@pytest.mark.skipif(not multiplies_bytes(), reason="8-bit kernels may overflow on this processor")
def test_a_line_whose_text_ends_long_before_its_picture_is_not_trusted_in_a_strip(
    crops: list[Image], recogniser: LineModel
) -> None:
    """Two letters at a line's end were lost in a strip, with confidence in the rest."""
    short = np.hstack([_line("Wed"), np.full((48, 70, 3), 255, dtype=np.uint8)])
    pair = [short, crops[1]]
    shared = recogniser.read(pair, together(pair, [0, 1]))
    assert (shared[0].text, shared[0].confidence) == ("Wed", 0.0)
    assert shared[1].confidence > 0.9
    assert recogniser.read(pair, alone(pair, [0]))[0].confidence > 0.9
