"""How a line is printed, measured in pictures drawn here in two sizes, weights and greys."""

import cv2
import numpy as np
import pytest

from services.extractor.reading.evidence.typography import Floats, likeness, strongest, with_types
from services.extractor.reading.model import Line, Picture, Rect, Type
from tests.unit.extractor.reading.sheet import Grid, Sheet, find, lesson, plain

SMALLER, DIFFERENT, SAME = 0.82, 0.72, 0.93
"""Likeness of a note at most, of one in quite another print at most, of two lines of one print at least."""
FINE = 6
"""Times the picture's size at which text is drawn, so that a stroke may be a part of a pixel thicker than another."""
INK, PAPER = 20, 255
EM = 26.0
"""Size of a name's type, pixels: the height of a box around it with a tenth of room above and below."""


def write(
    text: str, *, em: float = EM, weight: float = 0.1, ink: int = INK, ground: int = PAPER
) -> tuple[Picture, Rect]:
    """A picture of one text, and where it stands in it.

    Args:
        em: height of its capitals, tails and a little room, pixels.
        weight: thickness of its strokes, share of `em`.
        ink, ground: grey levels.
    """
    font = cv2.FONT_HERSHEY_SIMPLEX
    scale = FINE * em / 32
    thick = max(1, round(FINE * weight * em))
    (width, height), base = cv2.getTextSize(text, font, scale, thick)
    edge = 12 * FINE
    big = np.full((height + base + 2 * edge, width + 2 * edge), ground, np.uint8)
    cv2.putText(big, text, (edge, edge + height), font, scale, (ink,), thick, cv2.LINE_AA)
    small = cv2.resize(big, None, fx=1 / FINE, fy=1 / FINE, interpolation=cv2.INTER_AREA)
    x0, y0 = edge / FINE - 3, edge / FINE - 3
    middle = y0 + (height + base) / FINE / 2 + 3
    rect = Rect(x0, middle - em / 2 - 2, x0 + width / FINE + 6, middle + em / 2 + 2)
    return np.repeat(small[:, :, None], 3, axis=2).astype(np.uint8), rect


def measured(picture: Picture, rect: Rect, text: str, *, angle: int = 0) -> Type | None:
    size = rect.height if angle in (0, 180) else rect.width
    (line,) = with_types(picture, [Line(0, text, 0.99, angle, rect, size)])
    return line.type


def printed(text: str, *, em: float = EM, weight: float = 0.1, ink: int = INK, ground: int = PAPER) -> Type:
    picture, rect = write(text, em=em, weight=weight, ink=ink, ground=ground)
    found = measured(picture, rect, text)
    assert found is not None
    return found


def alike(name: Type, other: Type) -> float:
    found = likeness(name, other)
    assert found is not None
    return found


@pytest.mark.parametrize("text", ["Maths", "Geography", "mauve", "Singing Assembly", "HISTORY", "y7"])
def test_the_same_print_measures_the_same_whatever_its_letters(text: str) -> None:
    """Tails and capitals change how high a text is, and a box around it, but not how it is printed."""
    name, other = printed("Geography"), printed(text)
    assert other.em == pytest.approx(name.em, rel=0.05)
    assert other.stroke == pytest.approx(name.stroke, rel=0.1)
    assert other.contrast == pytest.approx(name.contrast, rel=0.05)
    assert alike(name, other) >= SAME


def test_smaller_type_is_another() -> None:
    name, other = printed("Geography"), printed("Mr Rossi", em=0.8 * EM)
    assert other.em / name.em == pytest.approx(0.83, abs=0.04)
    assert alike(name, other) < SMALLER
    assert alike(name, printed("Mr Rossi", em=0.7 * EM)) < DIFFERENT


def test_lighter_type_of_the_same_size_is_another() -> None:
    name, other = printed("Geography"), printed("Mr Rossi", weight=0.05)
    assert other.em == pytest.approx(name.em, rel=0.05)
    assert other.stroke < 0.7 * name.stroke
    assert alike(name, other) < DIFFERENT


def test_paler_type_of_the_same_size_is_another() -> None:
    name, other = printed("Geography"), printed("Mr Rossi", ink=110)
    assert other.stroke == pytest.approx(name.stroke, rel=0.1)
    assert other.contrast < 0.75 * name.contrast
    assert alike(name, other) < DIFFERENT


def test_larger_type_tells_nothing() -> None:
    """The box may hold parts of other lines: only the stroke counts then."""
    name = Type(20, 2, 200)
    assert likeness(name, Type(30, 2, 200)) == 1
    assert likeness(name, Type(30, 1.5, 200)) == 0.75
    assert likeness(name, Type(15, 2, 200)) == 0.75


def test_a_name_much_paler_than_what_follows_it_tells_nothing() -> None:
    assert likeness(Type(20, 2, 100), Type(15, 1.5, 126)) is None
    assert likeness(Type(20, 2, 100), Type(15, 2, 120)) == pytest.approx(0.9)
    assert likeness(printed("Geography", ink=130), printed("Mr Rossi")) is None


def test_light_ink_on_a_dark_ground() -> None:
    dark, light = printed("Geography", ink=235, ground=20), printed("Geography")
    assert dark.em == pytest.approx(light.em, rel=0.02)
    assert dark.stroke == pytest.approx(light.stroke, rel=0.02)
    assert alike(dark, printed("Mr Rossi", ink=235, ground=20, em=0.8 * EM)) < SMALLER
    assert alike(dark, printed("Mr Rossi", ink=120, ground=20)) < DIFFERENT


@pytest.mark.parametrize("angle", [90, 270])
def test_turned_text_is_measured_across_its_reading_direction(angle: int) -> None:
    picture, rect = write("Geography")
    height, width = picture.shape[:2]
    if angle == 270:
        turned = np.rot90(picture, 1)
        box = Rect(rect.y0, width - rect.x1, rect.y1, width - rect.x0)
    else:
        turned = np.rot90(picture, -1)
        box = Rect(height - rect.y1, rect.x0, height - rect.y0, rect.x1)
    assert measured(turned, box, "Geography", angle=angle) == printed("Geography")


def test_parts_of_the_lines_above_and_below_in_a_loose_box_do_not_count() -> None:
    picture, rect = write("Mr Rossi", em=20)
    alone = measured(picture, rect, "Mr Rossi")
    x0, x1 = int(rect.x0), int(rect.x1)
    for y in (int(rect.y0) - 2, int(rect.y1) + 2):
        for x in range(x0 + 4, x1 - 4, 12):
            picture[y - 4 : y + 3, x : x + 3] = INK
    loose = Rect(rect.x0, rect.y0 - 6, rect.x1, rect.y1 + 6)
    found = measured(picture, loose, "Mr Rossi")
    assert alone is not None
    assert found is not None
    assert found.stroke == pytest.approx(alone.stroke, rel=0.1)
    assert found.em == pytest.approx(alone.em * (loose.height / rect.height) ** 0.5, rel=0.05)


def test_a_bar_through_the_box_or_a_cell_s_edge_in_it_leaves_the_text_unmeasured() -> None:
    picture, rect = write("Art")
    assert measured(picture, rect, "Art") is not None
    struck = picture.copy()
    struck[int(rect.cy) - 6 : int(rect.cy) + 6] = INK
    assert measured(struck, rect, "Art") is None
    edge = picture.copy()
    edge[:, : int(rect.x0 + 20)] = INK
    assert measured(edge, rect, "Art") is None


def test_the_boldest_type_is_still_measured() -> None:
    assert printed("Art", weight=0.2).stroke > 1.8 * printed("Art").stroke


@pytest.mark.parametrize("ink", [PAPER, PAPER - 15])
def test_what_shows_no_ink_is_not_measured(ink: int) -> None:
    picture, rect = write("Maths", ink=ink)
    assert measured(picture, rect, "Maths") is None


@pytest.mark.parametrize("from_edge", [-2, 5])
def test_a_box_beyond_the_picture_is_not_measured(from_edge: int) -> None:
    picture, rect = write("Maths")
    top = picture.shape[0] + from_edge
    assert measured(picture, Rect(rect.x0, top, rect.x1, top + 30), "Maths") is None


def test_a_paler_line_of_a_page_s_cell_is_a_note() -> None:
    """Of the same size, and with half of the cell free beside it: only the picture tells."""
    page = Sheet(1200, 600)
    grid = Grid(page, 6, 5)
    plain(grid)
    page.text(310, 240, "Fractions", colour=(130, 130, 130))
    page.text(490, 240, "Fractions")
    reading = page.read()
    assert find(reading, "monday", lesson(0, 0)).notes == "Fractions"
    assert find(reading, "tuesday", f"{lesson(1, 0)} Fractions").notes is None


def _values() -> list[Floats]:
    """Of few and of many pixels: mostly ground, of any depth, all alike."""
    random = np.random.default_rng(5)
    depths = [random.integers(0, 511, count) / 2 for count in (1, 2, 3, 100, 101, 102, 2_600, 30_001)]
    return [
        np.asarray(each, np.float32)
        for depth in depths
        for each in (depth, np.where(depth < 250, 0.0, depth), np.full_like(depth, 7.5), depth / 3)
    ]


@pytest.mark.parametrize("depth", _values(), ids=lambda depth: str(len(depth)))
def test_the_strongest_ink_is_numpys_percentile_to_the_bit(depth: Floats) -> None:
    assert strongest(depth.reshape(1, -1)) == float(np.percentile(depth, 99))
