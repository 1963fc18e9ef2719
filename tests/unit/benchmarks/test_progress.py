"""How percentages are held against the time."""

import pytest

from tests.benchmarks.progress import differences, plateau


def test_a_bar_that_moves_with_the_time_is_right() -> None:
    even = [(number / 100, number) for number in range(100)]
    assert max(differences(even)) <= 1
    assert plateau(even) == pytest.approx(0.01)


def test_a_bar_that_stands_is_wrong_by_what_has_passed() -> None:
    stands = [(0.0, 13), (0.9, 90)]
    assert max(differences(stands)) == pytest.approx(76.5)
    assert plateau(stands) == pytest.approx(0.9)


def test_the_same_percentage_again_is_no_move() -> None:
    assert plateau([(0.1, 10), (0.5, 10), (0.8, 20)]) == pytest.approx(0.7)
    assert plateau([]) == 1.0
