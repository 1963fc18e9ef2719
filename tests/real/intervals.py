"""How far a figure can be trusted."""

import math
import random
from collections.abc import Callable, Sequence

from tests.benchmarks.scorer import Score

_NORMAL = 1.96
_DRAWS = 2000


def of_share(count: int, of: int) -> tuple[float, float]:
    """The 95 % interval of a share by Wilson's formula; 0 to 1 of nothing."""
    if not of:
        return 0.0, 1.0
    share, square = count / of, _NORMAL**2
    middle = (share + square / (2 * of)) / (1 + square / of)
    reach = _NORMAL / (1 + square / of) * math.sqrt(share * (1 - share) / of + square / (4 * of**2))
    return max(0.0, middle - reach), min(1.0, middle + reach)


def of_pages(scores: Sequence[Score], figure: Callable[[Sequence[Score]], float]) -> tuple[float, float]:
    """The 95 % interval of a figure of several pages, by drawing as many pages again and again (with repeats)."""
    if not scores:
        return 0.0, 1.0
    rng = random.Random(7)
    drawn = sorted(figure(rng.choices(scores, k=len(scores))) for _ in range(_DRAWS))
    return drawn[round(0.025 * (_DRAWS - 1))], drawn[round(0.975 * (_DRAWS - 1))]
