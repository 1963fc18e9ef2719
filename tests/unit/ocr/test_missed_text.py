"""Overlooked small characters: where ink is left over, and how its places are put together and back."""

import numpy as np
import PIL.ImageDraw
import PIL.ImageFont
import pytest

from services.ocr.crops import Quad, upright
from services.ocr.engine import Engine, EngineSettings
from services.ocr.missed_text import mosaic, new, spots, uncovered, words
from services.ocr.page_ink import page_ink
from tests.unit.ocr.conftest import draw, pixels


def box(x: int, y: int, width: int, height: int) -> Quad:
    return upright(np.array([[x, y], [x + width, y], [x + width, y + height], [x, y + height]], dtype=np.float32))


def test_only_letters_that_no_line_covers_are_left_over() -> None:
    page = draw([("Monday", 100, 100), ("F", 400, 300)], (800, 500))
    pen = PIL.ImageDraw.Draw(page)
    pen.line((0, 250, 800, 250), fill="black", width=2)  # a ruling line is no letter
    (ink,), _ = uncovered(page_ink(pixels(page)), [box(90, 95, 150, 50)])
    (place,) = spots(pixels(page), [ink], [])
    x, y, width, height = place
    assert x < 400 < x + width
    assert y < 315 < y + height
    assert width < 90
    assert uncovered(page_ink(pixels(page)), [box(90, 95, 150, 50), box(390, 295, 40, 45)]) == ([], [])


def test_letters_that_touch_belong_to_the_place_of_a_letter_near_them() -> None:
    """ "Lunch" under "Time" on its side, the letters of the one run together: its place holds both."""
    page = np.full((600, 400, 3), 255, np.uint8)
    page[100:120, 200:215] = page[130:150, 200:215] = 0
    page[160:240, 200:215] = 0
    page[400:480, 200:215] = 0  # nothing near it was overlooked
    inks, joined = uncovered(page_ink(page), [box(20, 20, 100, 22)])
    assert (len(inks), len(joined)) == (2, 2)
    ((_, top, _, height),) = spots(page, inks, joined)
    assert top <= 76
    assert 264 <= top + height < 300


def test_dashed_rules_do_not_hide_the_letters_between_them() -> None:
    page = draw([("M", 200, 100), ("T", 400, 100), ("W", 600, 100)], (800, 500))
    pen = PIL.ImageDraw.Draw(page)
    for rule in (60, 200, 340):
        for at in range(20, 760, 16):
            pen.rectangle((at, rule, at + 10, rule + 4), fill="black")
    for rule in (100, 300, 500, 700):
        for at in range(60, 340, 16):
            pen.rectangle((rule, at, rule + 4, at + 10), fill="black")
    found, _ = uncovered(page_ink(pixels(page)), [])
    assert sorted(x // 100 for x, *_ in found) == [2, 4, 6]


def test_a_column_of_letters_alike_is_no_dashed_rule() -> None:
    """Day names stacked letter by letter in a face whose letters are all of one width."""
    page = draw([("n", 200, 40 + 30 * row) for row in range(14)], (800, 500))
    assert len(uncovered(page_ink(pixels(page)), [])[0]) == 14


def test_where_thin_dashed_rules_meet_is_no_letter() -> None:
    """Dashes too thin to count as letters still show that the piece between them is none."""
    page = draw([("M", 200, 100)], (800, 500))
    pen = PIL.ImageDraw.Draw(page)
    for at in range(24, 760, 16):
        pen.rectangle((at, 60, at + 10, 61), fill="black")
    for rule in (100, 292, 484):
        pen.rectangle((rule - 8, 60, rule + 12, 61), fill="black")
        pen.rectangle((rule, 60, rule + 2, 78), fill="black")
        for at in range(84, 340, 16):
            pen.rectangle((rule, at, rule + 1, at + 10), fill="black")
    assert [x // 100 for x, *_ in uncovered(page_ink(pixels(page)), [])[0]] == [2]


def test_the_far_dashes_of_a_rule_show_that_what_stands_on_it_is_no_letter() -> None:
    """Where the next dash is too far off to be seen beside the piece."""
    page = draw([("M", 200, 150)], (800, 500))
    pen = PIL.ImageDraw.Draw(page)
    for at in range(20, 760, 24):
        pen.rectangle((at, 60, at + 9, 61), fill="black")
    for junction in (106, 306, 506):
        pen.rectangle((junction - 9, 58, junction + 20, 64), fill="white")
        pen.rectangle((junction, 60, junction + 9, 61), fill="black")
        pen.rectangle((junction + 4, 60, junction + 6, 70), fill="black")
    assert [x // 100 for x, *_ in uncovered(page_ink(pixels(page)), [])[0]] == [2]


def test_light_letters_on_dark_ground_count_too() -> None:
    page = pixels(draw([("F", 400, 300)], (800, 500)))
    assert len(uncovered(page_ink(255 - page), [])[0]) == 1


def test_a_large_corner_and_specks_are_no_overlooked_letters() -> None:
    page = np.full((600, 800, 3), 255, dtype=np.uint8)
    page[500:580, 20:28] = page[572:580, 20:90] = 60  # the corner of a sheet
    page[300:304, 400:404] = 0
    lines = [box(100, 100, 150, 30), box(300, 100, 150, 30)]
    assert len(uncovered(page_ink(page), [])[0]) == 2
    assert uncovered(page_ink(page), lines)[0] == []


def test_ink_side_by_side_is_a_word_and_letters_in_a_column_are_not() -> None:
    column = [(90, 300, 14, 20), (91, 330, 12, 20)]
    assert len(words([*column, (106, 301, 12, 19)])) == 2
    (word, *_) = words([(100, 100, 4, 20), (100, 92, 4, 5)])  # an "i" and its dot
    assert word[0].tolist() == [100 - 0.25 * 28, 92 - 0.25 * 28]


def test_what_is_known_already_is_not_found_again() -> None:
    """One "M" that is read twice becomes two Mondays."""
    known = [box(100, 100, 30, 30)]
    again, inside, beside = box(95, 104, 36, 30), box(90, 90, 200, 60), box(140, 100, 30, 30)
    corner = box(300, 300, 90, 95)
    assert new([again, inside, beside, corner], known) == [beside]


@pytest.mark.parametrize(("left", "fresh"), [(59, True), (65, False)])
def test_a_box_that_another_covers_by_a_fifth_is_a_part_of_it(left: int, fresh: bool) -> None:
    """The middle of neither is in the other."""
    part, line = box(left, 100, 50, 30), box(101, 98, 120, 32)
    assert bool(new([part], [line])) is fresh


@pytest.mark.parametrize(
    ("likely", "taken"),
    [(box(500, 101, 16, 20), True), (box(500, 120, 16, 20), False), (box(500, 98, 16, 27), False)],
    ids=["beside the certain ones", "lower", "larger"],
)
def test_a_letter_that_is_likely_counts_beside_certain_ones(
    likely: Quad, taken: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    certain = [box(100, 100, 15, 20), box(300, 102, 17, 20)]
    texts = {id(likely): ("S", 0.75), **{id(each): ("T", 0.98) for each in certain}}
    engine = Engine(EngineSettings.load())
    monkeypatch.setattr(engine, "scores", lambda _, boxes, angle: [texts[id(each)] for each in boxes])
    page = np.zeros((300, 700, 3), np.uint8)
    assert len(engine._certain(page, [likely, *certain])) == 2 + taken
    assert len(engine._certain(page, [likely, certain[0]])) == 1
    texts[id(likely)] = ("S", 0.6)
    assert len(engine._certain(page, [likely, *certain])) == 2


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
