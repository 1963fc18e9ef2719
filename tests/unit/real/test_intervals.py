"""Intervals of shares and of pages."""

import pytest

from tests.benchmarks.scorer import Score
from tests.real.__main__ import block_f1, figures
from tests.real.intervals import of_pages, of_share


def test_a_share_of_few_is_wide_and_of_many_narrow() -> None:
    assert of_share(9, 10) == pytest.approx((0.596, 0.982), abs=1e-3)  # Wilson's, as in any table
    assert of_share(900, 1000) == pytest.approx((0.880, 0.917), abs=1e-3)


def test_of_nothing_nothing_is_known() -> None:
    assert of_share(0, 0) == (0.0, 1.0)
    assert of_pages([], block_f1) == (0.0, 1.0)


def test_pages_interval_holds_its_figure_and_is_the_same_each_time() -> None:
    scores = [Score(1, 10, 10, right) for right in (10, 2, 7, 9, 0)]
    low, high = of_pages(scores, block_f1)
    assert low < block_f1(scores) < high
    assert of_pages(scores, block_f1) == (low, high)
    assert figures(scores)["blockF1"]["value"] == pytest.approx(28 / 50)
