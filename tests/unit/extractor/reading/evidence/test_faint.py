"""Rules that texts cover or that noise hides, and the boxes that reach over them."""

import numpy as np

from services.extractor.reading.evidence.rules import find_rules
from services.extractor.reading.evidence.trim import trimmed
from services.extractor.reading.model import Line, Picture, Rect

SIZE = 24.0


def page(noise: float = 0.0, ground: float = 225.0) -> Picture:
    """A blank page, 400 x 600, with the same noise every time."""
    seen = np.full((400, 600, 3), ground)
    seen += np.random.default_rng(7).normal(0, noise, (400, 600, 1))
    return np.clip(seen, 0, 255).astype(np.uint8)


def line(number: int, text: str, x0: float, y0: float, x1: float, y1: float) -> Line:
    return Line(number, text, 0.99, 0, Rect(x0, y0, x1, y1), SIZE)


LINES = [line(1, "Maths", 40, 40, 100, 64), line(2, "Art", 40, 300, 80, 324)]


def test_a_dashed_rule_in_a_noisy_photo_is_found_where_it_runs_and_not_where_a_cell_is_merged() -> None:
    picture = page(noise=7.0)
    for y in range(60, 360, 10):
        if not 170 <= y < 270:  # a merged cell
            picture[y : y + 5, 300:302] = np.clip(picture[y : y + 5, 300:302].astype(int) - 34, 0, 255)
    rules = find_rules(picture, LINES)
    assert rules.column_cut(301, 70, 160) > 0.8
    assert rules.column_cut(301, 280, 350) > 0.8
    assert rules.column_cut(301, 190, 250) < 0.5


def test_noise_alone_and_a_streak_that_runs_off_the_picture_are_no_rules() -> None:
    picture = page(noise=7.0)
    picture[:, 450:452] = np.clip(picture[:, 450:452].astype(int) - 14, 0, 255)
    rules = find_rules(picture, LINES)
    assert rules.column_cut(451, 100, 300) < 0.3
    assert rules.column_cut(301, 60, 350) < 0.1
    picture = page(noise=7.0)
    picture[60:340, 450:452] = np.clip(picture[60:340, 450:452].astype(int) - 6, 0, 255)
    assert find_rules(picture, LINES).column_cut(451, 100, 300) < 0.3


def test_a_rule_under_the_boxes_of_two_lines_divides_their_cell_from_the_next() -> None:
    picture = page()
    picture[50:200, 200:204] = 40
    boxes = [*LINES, line(3, "Further", 196, 60, 280, 92), line(4, "Maths", 196, 88, 260, 120)]
    rules = find_rules(picture, boxes)
    assert rules.column_cut(202, 62, 118) == 1.0


def test_a_rule_that_stops_behind_a_box_does_not_divide_what_it_holds() -> None:
    picture = page()
    picture[30:70, 200:204] = picture[95:140, 200:204] = 40
    boxes = [*LINES, line(3, "Further Maths", 150, 57, 290, 110)]
    assert find_rules(picture, boxes).column_cut(202, 72, 93) == 0.0


def test_a_pale_streak_in_noise_is_no_rule() -> None:
    picture = page(noise=7.0)
    picture[80:320, 450:452] = np.clip(picture[80:320, 450:452].astype(int) - 10, 0, 255)
    assert find_rules(picture, LINES).column_cut(451, 100, 300) < 0.3


def test_stems_of_lines_below_each_other_are_no_rule() -> None:
    picture = page()
    for y in (64, 92):
        picture[y : y + 20, 220:224] = 40
    boxes = [*LINES, line(3, "Il", 216, 60, 280, 90), line(4, "Il", 216, 88, 280, 118)]
    assert find_rules(picture, boxes).column_cut(222, 62, 116) == 0.0


def test_a_stroke_as_high_as_its_box_is_no_rule() -> None:
    picture = page()
    picture[60:90, 220:224] = 40
    boxes = [*LINES, line(3, "|", 216, 60, 280, 90)]
    assert find_rules(picture, boxes).column_cut(222, 62, 88) == 0.0


def test_a_box_ends_at_the_rules_that_it_covered() -> None:
    picture = page()
    picture[50:200, 200:204] = 40
    picture[58:62, 100:400] = 40
    boxes = [*LINES, line(3, "Further", 196, 57, 290, 92)]
    found = trimmed(boxes, find_rules(picture, boxes))
    assert found[0].rect == boxes[0].rect
    assert 203 <= found[2].rect.x0 <= 207
    assert 60 <= found[2].rect.y0 <= 65
    assert (found[2].rect.x1, found[2].rect.y1) == (290, 92)


def test_a_rule_ends_above_the_text_of_a_low_merged_cell() -> None:
    """Between the rule and the text next to nothing is seen, but what is seen is empty."""
    picture = page(noise=7.0)
    for y in range(60, 360, 8):
        if not 180 <= y < 230:
            picture[y : y + 4, 300:302] = np.clip(picture[y : y + 4, 300:302].astype(int) - 34, 0, 255)
    rules = find_rules(picture, [*LINES, line(3, "Morning Break", 260, 192, 340, 218)])
    assert rules.column_cut(301, 70, 176) > 0.8
    assert rules.column_cut(301, 182, 228) < 0.5
