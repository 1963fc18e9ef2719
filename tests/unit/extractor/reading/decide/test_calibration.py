"""The chance that a reading is right: of what it is made, and that it moves the right way."""

from dataclasses import replace

import pytest

from services.extractor.reading.decide import calibration
from services.extractor.reading.decide.calibration import Model, Models, judged, models, with_blocks, with_page
from services.extractor.reading.decide.features import Evidence, block_features, page_features
from services.extractor.reading.decide.unread import Unread
from services.extractor.reading.model import BlockDraft, LayoutResult, Line, Rect
from shared.messages import DAYS


def evidence(left: int = 0) -> Evidence:
    """A week of five days and four lessons, with some texts in the table that were not used."""
    lines: list[Line] = []
    drafts: list[BlockDraft] = []
    for column, day in enumerate(DAYS[:5]):
        for row in range(4):
            rect = Rect(100 * column, 60 * row, 100 * column + 90, 60 * row + 50)
            text = Line(len(lines), ("Maths", "Art", "Music", "Drama")[(column + row) % 4], 0.99, 0, rect, 20)
            lines.append(text)
            start = 540 + 60 * row
            drafts.append(BlockDraft(day, text.text, rect, [text], start, start + 60, "header"))
    result = LayoutResult("grid across", drafts, {line.id for line in lines})
    over = [Line(1000 + at, "Something else", 0.99, 0, Rect(110, 65, 180, 85), 20) for at in range(left)]
    return Evidence([*lines, *over], result, [Unread(line, "text", "inside") for line in over], [])


def test_the_models_take_the_features_that_are_measured() -> None:
    given = evidence()
    blocks = block_features(given)
    features = page_features(given, blocks)
    assert set(models().page.weights) == set(with_blocks(features, [0.5]))
    assert set(models().block.weights) == set(with_page(blocks[0], features))


def test_a_page_with_texts_left_over_is_less_likely_right() -> None:
    (clean, clean_blocks), (torn, torn_blocks) = judged(evidence()), judged(evidence(left=12))
    assert 0 < torn < clean < 1
    assert len(clean_blocks) == 20
    assert sum(torn_blocks) < sum(clean_blocks)


def test_the_same_page_always_has_the_same_chance() -> None:
    assert judged(evidence()) == judged(evidence())


def test_a_feature_far_outside_of_what_was_learnt_counts_as_its_edge() -> None:
    model = Model(0.5, {"a": (10.0, 2.0, 1.5)})
    assert model.score({"a": 12.0}) == 0.5 + 1.5
    assert model.score({"a": 1000.0}) == 0.5 + 1.5 * calibration.EDGE


def test_only_what_was_inferred_is_never_sure(monkeypatch: pytest.MonkeyPatch) -> None:
    sure = Model(5.0, {})
    monkeypatch.setattr(calibration, "models", lambda: Models(sure, sure, sure))
    given = evidence()
    timeless, blurred, inferred, *_ = given.result.drafts
    timeless.start = timeless.end = timeless.source = None
    blurred.lines = [replace(line, confidence=0.75) for line in blurred.lines]
    inferred.certainty = 0.8
    _, chances = judged(given)
    assert min(chances[0], chances[1], *chances[3:]) > calibration.SURE > chances[2]


def test_a_block_without_a_time_is_not_sure_where_a_time_in_the_table_was_not_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sure = Model(5.0, {})
    monkeypatch.setattr(calibration, "models", lambda: Models(sure, sure, sure))
    given = evidence()
    given.left.append(Unread(given.lines[0], "time", "inside"))
    given.result.drafts[0].start = given.result.drafts[0].end = None
    _, chances = judged(given)
    assert min(chances[1:]) > calibration.SURE > chances[0]
