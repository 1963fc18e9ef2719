"""The bands of a header: where one's column (or row) ends and the next begins, at a separator if one stands between
them, else between their texts."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median

from services.extractor.reading.evidence.rules import Rail
from services.extractor.reading.model import Line
from shared.messages import TimeSource

MIN_CUT = 0.3
"""Share of the looked-at stretch along which a separator must stand to be taken for a boundary."""


@dataclass(slots=True)
class TimeBand:
    """One row of the time header (in `v`)."""

    lo: float
    hi: float
    lines: list[Line] = field(default_factory=list)
    start: int | None = None
    end: int | None = None
    label: str = ""
    source: TimeSource | None = None
    several: bool = False
    """Rules part it into rows of which the first alone has a label: they go on from it."""


def split_between(
    spans: list[tuple[float, float]],
    rails: list[Rail],
    cut: Callable[[Rail], float],
    *,
    size: float,
    starts: list[float],
    centres: list[float],
    even: tuple[bool, bool] = (False, False),
    good: float = 0.75,
    begin: float | None = None,
    least: float = MIN_CUT,
) -> list[tuple[float, float]]:
    """Bands for headers.

    Args:
        spans: where each header's text begins and ends along the axis, ascending.
        rails: separators across the axis.
        cut: how strongly a rail divides the table here, 0 to 1.
        size: text height.
        starts: where the body's texts begin, to tell aligned columns from centred ones.
        centres: the middles of the body's texts.
        even: whether the first and the last band are as wide as the others, so that a rule far from there (the page's
            edge, a box around the page) is not their end.
        begin: where the first band can begin at the earliest; if not known, a little more than a band before its text.
        least: how strongly a rail between two headers divides the table at least.
        good: share of the strongest separator's strength from which a nearer one is the end.

    Returns:
        A (from, to) for each header; neighbours touch.
    """
    middles = [(lo + hi) / 2 for lo, hi in spans]
    pitch = median([b - a for a, b in pairwise(middles)]) if len(spans) > 1 else 6 * size
    aligned = _aligned(spans, starts, centres, size)
    inner: list[float] = []
    for (lo, hi), (next_lo, next_hi) in pairwise(spans):
        best = _best(rails, cut, hi - 0.4 * size, next_lo + 0.4 * size, least)
        if best is not None:
            inner.append(best)
        elif aligned:
            inner.append(max(hi, next_lo - 0.4 * size) if hi < next_lo else (hi + next_lo) / 2)
        else:
            inner.append(
                min(max((lo + hi + next_lo + next_hi) / 4, hi), next_lo) if hi < next_lo else (hi + next_lo) / 2
            )
    first_lo, first_hi = spans[0]
    last_lo, last_hi = spans[-1]
    first = _nearest(rails, cut, first_lo + 0.4 * size, first_lo - 1.1 * pitch if begin is None else begin, good)
    if first is None:
        first = first_lo - 0.5 * size if aligned else (first_lo + first_hi - pitch) / 2
        first = min(max(first, -math.inf if begin is None else begin), first_lo)
    # A header in the middle of its cell tells how wide that is ("Afternoon" over all of one).
    mirrored = last_lo + last_hi - inner[-1] + size if inner else last_hi
    last = _nearest(rails, cut, last_hi - 0.4 * size, max(last_hi + 1.3 * pitch, mirrored), good)
    if last is None:
        last = max(last_lo + pitch - 0.5 * size if aligned else (last_lo + last_hi + pitch) / 2, last_hi)
    width = median([b - a for a, b in pairwise(inner)]) if len(inner) >= 2 else 0.0
    if even[0] and width:
        first = _as_wide(rails, cut, first, inner[0], -width, first_lo)
    if even[1] and width:
        last = _as_wide(rails, cut, last, inner[-1], width, last_hi)
    edges = [first, *inner, last]
    return list(pairwise(edges))


def _as_wide(
    rails: list[Rail], cut: Callable[[Rail], float], found: float, inner: float, width: float, text: float
) -> float:
    """An outer edge at `found` or, if that makes its band far wider than the others, one that does not.

    Args:
        inner: the band's other edge.
        width: of the other bands, negative towards the beginning.
        text: where the header's text ends on this side, which stays inside.
    """
    wanted = inner + width
    if abs(found - inner) < 1.35 * abs(width):
        # A narrow column before the days', ruled off but for their names' row, or a rule within the day's own column:
        # a day's own width tells them from a day.
        same = [rail.at for rail in rails if abs(rail.at - wanted) < 0.05 * abs(width) and cut(rail) >= 0.5]
        unlike = not 0.75 < abs(found - inner) / abs(width) < 1.15
        return min(same, key=lambda at: abs(at - wanted)) if same and unlike else found
    near = [rail.at for rail in rails if abs(rail.at - wanted) < 0.3 * abs(width) and cut(rail) >= 0.5 * MIN_CUT]
    edge = min(near, key=lambda at: abs(at - wanted), default=wanted)
    return min(edge, text) if width < 0 else max(edge, text)


def _aligned(spans: list[tuple[float, float]], starts: list[float], centres: list[float], size: float) -> bool:
    """Whether the body's texts begin where the headers begin rather than being centred under them."""
    near = 0.35 * size
    begin = sum(any(abs(start - lo) < near for lo, _ in spans) for start in starts)
    centred = sum(any(abs(centre - (lo + hi) / 2) < near for lo, hi in spans) for centre in centres)
    return begin > 1.5 * centred and begin >= 0.3 * len(starts)


def _best(rails: list[Rail], cut: Callable[[Rail], float], lo: float, hi: float, least: float) -> float | None:
    inside = [(cut(rail), rail) for rail in rails if lo <= rail.at <= hi]
    inside = [item for item in inside if item[0] >= least]
    return max(inside, key=lambda item: item[0])[1].at if inside else None


def _nearest(rails: list[Rail], cut: Callable[[Rail], float], start: float, limit: float, share: float) -> float | None:
    """The first good separator met going from `start` to `limit`; a much better one a little further wins."""
    lo, hi = min(start, limit), max(start, limit)
    inside = [(cut(rail), rail) for rail in rails if lo <= rail.at <= hi]
    inside = [item for item in inside if item[0] >= MIN_CUT]
    if not inside:
        return None
    strongest = max(item[0] for item in inside)
    good = [rail for value, rail in inside if value >= share * strongest]
    return min(good, key=lambda rail: abs(rail.at - start)).at
