"""How far a page leans, and the shear that takes it out."""

import numpy as np
import pytest

from shared.skew import drifts, measured, straightening
from tests.unit.extractor.reading.sheet import Grid, Sheet


def _ruled() -> Sheet:
    page = Sheet()
    Grid(page, 6, 5)
    for row in range(6):
        page.rule(40, 100 + 110 * row, 1120, 100 + 110 * row)
    for column in range(7):
        page.rule(40 + 180 * column, 100, 40 + 180 * column, 650)
    return page


@pytest.mark.parametrize("degrees", [0.0, 0.2, -1.1, 3.0])
def test_rules_tell_how_far_a_page_leans_and_are_straight_afterwards(degrees: float) -> None:
    picture = _ruled().leaning(-degrees).picture
    slopes = measured(picture)
    assert slopes is not None
    lean = np.tan(np.radians(degrees))
    assert slopes == pytest.approx((lean, -lean), abs=0.003)
    height, width = picture.shape[:2]
    assert drifts(slopes, width, height) == bool(degrees)
    matrix, wide, tall = straightening(slopes, width, height)
    across, down = matrix @ (1.0, lean, 0.0), matrix @ (-lean, 1.0, 0.0)
    assert abs(across[1] / across[0]) < 0.003
    assert abs(down[0] / down[1]) < 0.003
    for x, y in ((0, 0), (width, 0), (width, height), (0, height)):
        moved = matrix @ (x, y, 1.0)
        assert -1 <= moved[0] <= wide + 1
        assert -1 <= moved[1] <= tall + 1


def test_a_blank_page_tells_nothing() -> None:
    assert measured(np.full((400, 600, 3), 255, np.uint8)) is None
