"""The choice between a page's readings: the best scored one where it is likely, else by what the network finds, too."""

import math
from collections.abc import Callable
from statistics import fmean

from services.extractor.reading.decide.calibration import judged
from services.extractor.reading.decide.features import Evidence
from services.extractor.reading.decide.layouts import layout_score
from services.extractor.reading.decide.related import read_relations
from services.extractor.reading.decide.relations import Relations
from services.extractor.reading.decide.several import weeks_of
from services.extractor.reading.decide.unread import unread
from services.extractor.reading.model import LayoutResult, Line, sources_of

LIKELY = 0.5
"""The best scored reading is taken from this chance on."""
_BEHIND = 0.3
"""Of the best score: a reading below that is not looked at."""
_SOME_CHANCE, _SOME_END = 0.05, 0.3
"""Added to a reading's chance, and to how likely the network finds its ends, so that neither alone decides."""


def chosen(
    lines: list[Line], results: list[tuple[LayoutResult, float]], asked: Callable[[], Relations | None]
) -> tuple[LayoutResult, float] | None:
    """The reading that is taken, with its `layout_score`; null where there is none.

    Where the best scored one is not likely to be right, the layout readers' readings and the network's own are weighed
    by their score, the square root of their chance, and how likely the network finds their lessons' ends: nothing is as
    often wrong unnoticed as the times.

    Args:
        lines: the page's text.
        results: the layout readers' readings with their scores, the best first.
        asked: asks the network about the page.
    """
    if results and _chance(lines, results[0][0]) >= LIKELY:
        return results[0]
    relations = asked()
    if relations is None:
        return results[0] if results else None
    own = read_relations(lines, relations)
    every = [*results, (own, layout_score(own, len(sources_of(lines))))] if own is not None else results
    best = max((score for _, score in every), default=0.0)
    near = [(result, score) for result, score in every if score >= _BEHIND * best]
    return max(near, key=lambda each: each[1] * _likely(lines, each[0], relations), default=None)


def _chance(lines: list[Line], result: LayoutResult) -> float:
    """The chance that a reading is right, whatever the others say."""
    about = frozenset[int]().union(*(week.meta.used for week in weeks_of(lines, result)))
    return judged(Evidence(lines, result, unread(lines, result, about), []))[0]


def _likely(lines: list[Line], result: LayoutResult, relations: Relations) -> float:
    ends = fmean(relations.end(draft) for draft in result.drafts)
    return math.sqrt(_chance(lines, result) + _SOME_CHANCE) * (ends + _SOME_END)
