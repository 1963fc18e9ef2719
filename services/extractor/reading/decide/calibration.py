"""How likely a reading is right: the page as a whole, and each of its blocks.

Three logistic regressions over `features`, learnt from pages whose truth is known (``python -m tests.real.calibrate``):
the chance that a block is right by what it shows and what the page is like; the chance that a page is (block F1 of 0.9
or more), by what the page shows and by its blocks' chances; and a block's chance once its page's is known.
"""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from statistics import fmean

from services.extractor.reading.axes.implied import UNREAD
from services.extractor.reading.decide.features import Evidence, Features, block_features, page_features
from services.extractor.reading.model import BlockDraft

WEIGHTS = Path(__file__).parent / "data" / "calibration.json"


@dataclass(frozen=True)
class Model:
    """A logistic regression.

    Attributes:
        weights: by a feature's name its mean, its scale, and its weight once it is standardised.
    """

    bias: float
    weights: dict[str, tuple[float, float, float]]

    def score(self, features: Features) -> float:
        """The log odds; a feature that lies far outside of what was learnt from counts as its edge."""
        total = self.bias
        for name, (mean, scale, weight) in self.weights.items():
            total += weight * max(-EDGE, min(EDGE, (features[name] - mean) / scale))
        return total


EDGE = 4.0
"""Standard deviations."""
_FARTHEST = 40.0
"""Log odds that are as good as certain; far beyond, their power is no number."""


@lru_cache
def vouched_from() -> float:
    """The chance from which on a page may be called validated, so that few of those are not right."""
    return float(json.loads(WEIGHTS.read_text())["vouched from"])


@dataclass(frozen=True)
class Models:
    """Of a block by itself, of a page, and of a block by both."""

    block: Model
    page: Model
    both: Model


@lru_cache
def models() -> Models:
    """What was learnt; read once."""
    kept = json.loads(WEIGHTS.read_text())
    block, page, both = (
        Model(kept[name]["bias"], {key: tuple(value) for key, value in kept[name]["weights"].items()})
        for name in ("block", "page", "both")
    )
    return Models(block, page, both)


def chance(score: float) -> float:
    """The chance of log odds."""
    return 1 / (1 + math.exp(-max(-_FARTHEST, min(_FARTHEST, score))))


_LOWEST = 5
"""One in so many blocks is among the lowest."""
SURE = 0.9
"""A block at or above this chance may be relied on."""
_READ_PLACE = 0.85
"""Below this certainty of its place, or on a line that nobody read, a block's day or time was inferred: pages that lose
a header are too few to learn its chance from."""
_INFERRED = 0.89
"""What is inferred is never sure."""


def with_page(block: Features, page: Features) -> Features:
    """A block's features with those of its page."""
    return block | {f"page {name}": value for name, value in page.items()}


def with_blocks(page: Features, chances: Sequence[float]) -> Features:
    """A page's features with its blocks' chances."""
    ordered = sorted(chances)
    return page | {
        "blocks expected": fmean(ordered),
        "blocks lowest": fmean(ordered[: max(1, len(ordered) // _LOWEST)]),
        "blocks sure": fmean(value >= SURE for value in ordered),
    }


def judged(given: Evidence) -> tuple[float, list[float]]:
    """The chance that a page's reading is right, and each of its blocks'."""
    learnt = models()
    blocks = block_features(given)
    page = page_features(given, blocks)
    alone = [learnt.block.score(with_page(block, page)) for block in blocks]
    score = learnt.page.score(with_blocks(page, [chance(each) for each in alone]))
    chances = [chance(learnt.both.score({"block": each, "page": score})) for each in alone]
    # A block without a time, where a time of the table was not understood, may be lacking just that.
    times_left = any(each.kind == "time" and each.where == "inside" for each in given.left)
    return chance(score), [
        min(value, _INFERRED) if _inferred(draft) or (times_left and draft.start is None) else value
        for draft, value in zip(given.result.drafts, chances, strict=True)
    ]


def _inferred(draft: BlockDraft) -> bool:
    return draft.certainty < _READ_PLACE * draft.named or any(line.confidence <= UNREAD for line in draft.lines)
