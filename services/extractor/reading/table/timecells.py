"""Days with times of their own: cells that hold nothing but a time, beside or above the cell of what happens then, and
cells side by side that nothing seems to part."""

from collections.abc import Callable
from dataclasses import replace

from services.extractor.reading.evidence.order import joined
from services.extractor.reading.lexicon.times import find_times, without_times
from services.extractor.reading.model import Rect
from services.extractor.reading.table.regions import Region

CERTAINTY = 0.95
"""Lists look like this, too, and whoever reads them as lists is to be believed first."""
_PAIRS = 3
_MOST = 0.6
"""Share of the cells with nothing but a time that stand beside another cell."""
_LEVEL = 0.8
"""Of the longer one's side: how much of it two cells share."""


def with_their_times(regions: list[Region], size: float) -> list[Region]:
    """The cells, each that only times the one behind, below or above it joined with that one.

    Args:
        regions: a table's whose header tells no times.
        size: height of its text.

    Returns:
        The same cells where fewer than three, or not most of such cells, have one to time.
    """
    timing = [region for region in regions if _only_time(region)]
    others = [region for region in regions if not any(region is each for each in timing)]
    best: dict[int, Region] = {}
    for beside in (behind, below, above):
        pairs = _pairs(timing, others, beside, size)
        if len(pairs) > len(best):
            best = pairs
    if len(best) < max(_PAIRS, _MOST * len(timing)):
        timing, best = _heads(regions, size)
    if not best:
        return regions
    made = {
        id(times): replace(
            other,
            rect=times.rect.union(other.rect),
            lines=times.lines + other.lines,
            certainty=CERTAINTY * other.certainty,
        )
        for times in timing
        if (other := best.get(id(times)))
    }
    joined_up = {id(other) for other in best.values()}
    return [made.get(id(region), region) for region in regions if id(region) not in joined_up]


def _heads(regions: list[Region], size: float) -> tuple[list[Region], dict[int, Region]]:
    """The cells with a range of times that head the one next to them, which has none, and the latter by these; nothing
    where not most cells of each kind are."""
    heads = [region for region in regions if any(span.end for span in find_times(joined(region.lines)))]
    others = [region for region in regions if not find_times(joined(region.lines))]
    pairs = max((_pairs(heads, others, beside, size) for beside in (behind, below)), key=len)
    enough = len(pairs) >= max(_PAIRS, _MOST * len(heads), _MOST * len(others))
    return (heads, pairs) if enough else ([], {})


def _only_time(region: Region) -> bool:
    text = joined(region.lines)
    spans = find_times(text)
    return len(spans) == 1 and not any(letter.isalnum() for letter in without_times(text, spans))


def _pairs(
    timing: list[Region], others: list[Region], beside: Callable[[Rect, Rect, float], bool], size: float
) -> dict[int, Region]:
    """For each cell with a time (by its identity) the one that it times; none times two, or is timed twice."""
    pairs: dict[int, Region] = {}
    taken: set[int] = set()
    for times in timing:
        fitting = [other for other in others if other.days == times.days and beside(times.rect, other.rect, size)]
        # What stands over the end of the next one, as a text that is too long for its card does, is farther away.
        fitting.sort(key=lambda other: _apart(times.rect, other.rect))
        apart = [_apart(times.rect, other.rect) for other in fitting]
        if fitting and apart.count(apart[0]) == 1 and id(fitting[0]) not in taken:
            pairs[id(times)] = fitting[0]
            taken.add(id(fitting[0]))
    return pairs


def _apart(one: Rect, other: Rect) -> float:
    """How far two cells beside each other are from touching."""
    across, along = max(one.x0, other.x0) - min(one.x1, other.x1), max(one.y0, other.y0) - min(one.y1, other.y1)
    return abs(max(across, along))


def behind(one: Rect, other: Rect, size: float) -> bool:
    """Whether `other` stands next to `one` on its far side along the days, as high as that."""
    shared = min(one.y1, other.y1) - max(one.y0, other.y0)
    return (
        one.x0 < other.x0 < one.x1 + size
        and one.x1 < other.x0 + size
        and shared > _LEVEL * max(one.height, other.height)
    )


def above(one: Rect, other: Rect, size: float) -> bool:
    """Whether `other` stands next to `one` on its near side along the times, as wide as that."""
    return below(other, one, size)


def below(one: Rect, other: Rect, size: float) -> bool:
    """Whether `other` stands next to `one` on its far side along the times, as wide as that."""
    shared = min(one.x1, other.x1) - max(one.x0, other.x0)
    return (
        one.y0 < other.y0 < one.y1 + size and one.y1 < other.y0 + size and shared > _LEVEL * max(one.width, other.width)
    )
