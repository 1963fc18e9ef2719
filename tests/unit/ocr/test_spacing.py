"""Spaces by the gaps in a line's ink, and letters that stand apart."""

import numpy as np
import PIL.ImageFont
import pytest

from services.ocr.crops import Image
from services.ocr.line_model import Letter, LineText
from services.ocr.spacing import Ink, closed_up, ink_of, lost, spaced
from tests.unit.ocr.conftest import draw, pixels

SIZE = 32


def _drawn(text: str, apart: float = 0.0) -> tuple[Image, list[float]]:
    """A crop of a line with `apart` pixels more between its letters, and the place of each letter and space."""
    font = PIL.ImageFont.load_default(SIZE)
    at, parts, places = 8.0, [], []
    for letter in text:
        wide = float(font.getlength(letter))
        parts.append((letter, round(at), 4))
        places.append(at + wide / 2)
        at += wide + apart
    width = round(at + 8)
    return pixels(draw(parts, (width, 44), SIZE)), [place / width for place in places]


def _read(read: str, places: list[float], shown: str, space: float = 0.3) -> LineText:
    """What is read of the letters that are shown: `read` has their spaces in other places, each letter the chance of
    one behind it."""
    visible = [place for letter, place in zip(shown, places, strict=True) if letter != " "]
    letters, number = [], 0
    for letter in read:
        letters.append(Letter(letter, 1.0, "", 0.0, visible[min(number, len(visible) - 1)], space))
        number += letter != " "
    return LineText(tuple(letters), 0.98)


def _ink(crop: Image) -> Ink:
    found = ink_of(crop)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("shown", "read"),
    [
        ("of web application", "ofweb application"),
        ("of web application", "of webapplication"),
        ("Hall of Marne", "HallofMarne"),
        ("Registration in the hall", "Registration in thehall"),
        ("Illustration", "Illustration"),
        ("Room 21", "Room 21"),
        ("11:10 - 11:55", "11:10 - 11:55"),
    ],
)
def test_words_are_parted_where_the_ink_is(shown: str, read: str) -> None:
    crop, places = _drawn(shown)
    assert spaced(_ink(crop), _read(read, places, shown)).text == shown


def test_a_wide_gap_alone_parts_no_word() -> None:
    """In small print a gap is one pixel or two: "FISI CA" where the recogniser holds no space for possible."""
    crop, places = _drawn("of web application")
    read = _read("ofweb application", places, "of web application", 0.02)
    assert spaced(_ink(crop), read).text == "ofweb application"


@pytest.mark.parametrize("read", ["P A US E", "PAUS E", "PAUSE"])
def test_a_word_whose_letters_stand_apart_is_one(read: str) -> None:
    crop, places = _drawn("PAUSE", apart=12)
    assert spaced(_ink(crop), _read(read, places, "PAUSE")).text == "PAUSE"


def test_days_in_a_row_are_not_one_word() -> None:
    crop, places = _drawn("MTWTF", apart=60)
    assert spaced(_ink(crop), _read("M T W T F", places, "MTWTF")).text == "M T W T F"


def test_a_letter_that_was_not_read_is_missed() -> None:
    crop, places = _drawn("LUNCH", apart=20)
    assert lost(_ink(crop), _read("LUNC", places[:-1], "LUNC"))
    assert not lost(_ink(crop), _read("LUNCH", places, "LUNCH"))


def test_letters_that_stand_apart_are_put_together_and_words_are_not() -> None:
    crop, _ = _drawn("LUNCH BREAK", apart=20)
    closer = closed_up(crop, _ink(crop))
    assert crop.shape[1] - 9 * 22 < closer.shape[1] < crop.shape[1] - 9 * 12
    columns = np.any(closer < 128, axis=(0, 2)).tolist()
    gaps = [len(run) for run in "".join("x" if ink else " " for ink in columns).strip().split("x") if run]
    assert max(gaps) > 2 * sorted(gaps)[len(gaps) // 2]


def test_an_empty_picture_has_no_ink() -> None:
    assert ink_of(pixels(draw([], (200, 44), SIZE))) is None


def test_a_line_with_ink_at_its_edge_alone_has_none() -> None:
    crop = np.full((40, 120, 3), 255, np.uint8)
    crop[:2] = 0
    assert ink_of(crop) is None
