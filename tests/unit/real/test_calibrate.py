"""Learning the chances: from other sources than those that are judged, and with the bars where they are promised."""

import random
from typing import Any

import numpy as np
import pytest

from services.extractor.reading import reader
from services.extractor.reading.decide.choice import chosen
from services.extractor.reading.model import LayoutResult
from tests.benchmarks.scorer import Truth
from tests.real.calibrate import (
    FALSE_AT_MOST,
    Judged,
    Sample,
    cross_validated,
    measured,
    runner_up,
    sure_shift,
    vouched_from,
)
from tests.unit.extractor.reading.sheet import Grid, Sheet, plain


def samples(count: int = 60) -> list[Sample]:
    """Pages of which the clearer ones are right, and their blocks with them."""
    rng = random.Random(3)
    out = []
    for number in range(count):
        clear = rng.random()
        right = [rng.random() < clear for _ in range(5)]
        blocks = [{"named": clear + rng.gauss(0, 0.05)} for _ in right]
        page = {"unread": 1 - clear + rng.gauss(0, 0.05)}
        f1 = 1.0 if clear > 0.5 else 0.2
        out.append(Sample(f"page-{number}", f"owner/{number}", "real", f1, page, blocks, right, allowed=True))
    return out


def test_right_pages_and_blocks_of_unseen_sources_are_told_from_wrong_ones() -> None:
    judged = cross_validated(samples(600))
    assert len(judged) == 600
    good = [each.page for each in judged if each.sample.good]
    bad = [each.page for each in judged if not each.sample.good]
    assert min(good) > sum(bad) / len(bad)
    assert sum(good) / len(good) > sum(bad) / len(bad) + 0.3


def test_runner_ups_teach_but_are_not_judged() -> None:
    given = samples()
    for each in given[::2]:
        each.kind = "runner-up"
    assert {each.sample.kind for each in cross_validated(given)} == {"real"}


def judged(chances: list[float], good: list[bool]) -> list[Judged]:

    return [
        Judged(Sample("", "", "real", float(right), {}, [{}], [right], allowed=True), chance, np.array([chance]))
        for chance, right in zip(chances, good, strict=True)
    ]


def test_the_bar_lets_few_wrong_pages_through() -> None:
    chances = [1 - at / 100 for at in range(50)]
    bar = vouched_from(judged(chances, [at not in (20, 21, 22, 23, 24, 25) for at in range(50)]))
    passed = [chance for chance in chances if chance >= bar]
    wrong = sum(round((1 - chance) * 100) in range(20, 26) for chance in passed)
    assert 0 < wrong <= FALSE_AT_MOST * len(passed)


def test_blocks_are_sure_from_where_on_nearly_all_are_right() -> None:
    chances = [0.99 - at / 1000 for at in range(400)]
    shift = sure_shift(judged(chances, [at < 250 for at in range(400)]))
    assert shift > 0  # 250 of the first 257 are right: 0.9 was too strict
    assert sure_shift(judged(chances, [at % 2 == 0 for at in range(400)])) < 0


def test_a_page_is_measured_as_it_is_read_and_as_it_was_not(monkeypatch: pytest.MonkeyPatch) -> None:
    sheet = Sheet()
    plain(Grid(sheet, 6, 5))
    best: list[LayoutResult] = []

    def noted(*given: Any) -> tuple[LayoutResult, float] | None:
        taken = chosen(*given)
        assert taken is not None
        best.append(taken[0])
        return taken

    monkeypatch.setattr(reader, "chosen", noted)
    taken = measured("page", "owner/page", [sheet.page()], Truth(), "real")
    assert taken is not None
    assert len(taken.blocks) == len(best[0].drafts) == len(taken.right)
    monkeypatch.setattr(reader, "chosen", runner_up)
    other = measured("page", "owner/page", [sheet.page()], Truth(), "runner-up")
    assert other is None or other.kind == "runner-up"
