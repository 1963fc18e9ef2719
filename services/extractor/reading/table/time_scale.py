"""A scale of times that is drawn to be measured by: which line through the labels gives the cells' edges likely times.

Where the labels' times rise evenly along the page, a label may name the line at its middle, at one of its edges, or the
row around it. What holds is told by the cells: their edges are at times that a week is planned in. Each way is weighed
by how likely the edges are with it: at a time that the labels print, at a quarter of an hour, at five minutes, or
anywhere. No way of reading is preferred by a threshold; one has only to be clearly likelier than the rows are.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

import numpy as np
import numpy.typing as npt

from services.extractor.reading.axes.bands import TimeBand
from services.extractor.reading.lexicon.times import find_times
from services.extractor.reading.model import Line, Rect, bounding

Floats = npt.NDArray[np.float64]

FEWEST_LABELS, FEWEST_EDGES = 4, 3
"""Of a scale, and of cells whose edges tell how it is to be read."""
_STRAIGHT = 0.4
"""Of a label's height: how far one may stand from the line through all."""
_BLUR = 1.5
"""Pixels by which an edge may be off; a minute at least."""
_GRIDS = ((15, 0.3), (5, 0.15))
"""Minutes that a week is planned in, and the chance that an edge is at one of these."""
_SPREAD = 0.25
"""Heights of a label from its middle to its line, as they differ from page to page."""
_HALF = 0.3
"""The chance that a cell of a plain table begins or ends in the middle of a row, as one of two lines does."""
_ANYWHERE = 0.05
"""The chance that it is at none of these, nor at a printed time."""
_CLEARLY = 6.0
"""Log likelihood by which a scale must be likelier than the rows."""
_SHIFTS = np.linspace(-0.6, 0.6, 25)
"""Heights of a label from its middle to the line that it names."""
_NEAR = 1.0
"""Heights of a label to the line on which its row was laid, at most; a line farther away is another's."""
_MOSTLY = 0.8
"""Of the times that cells print: how many are where they are drawn on a scale."""
_SAME = 4.0
"""Pixels up to which two edges are one."""


@dataclass(frozen=True, slots=True)
class TimeScale:
    """Minutes after midnight by the place along the times: `slope` times it, plus `base`."""

    slope: float
    base: float

    def at(self, place: float) -> float:
        return self.slope * place + self.base

    def planned(self, place: float) -> int:
        """The likeliest time near a place: a quarter of an hour, unless five minutes are much nearer."""
        time, blur = self.at(place), max(1.0, _BLUR * self.slope)
        near = [(round(time / step) * step, share * step) for step, share in _GRIDS]
        return max(near, key=lambda item: item[1] * math.exp(-0.5 * ((item[0] - time) / blur) ** 2))[0]


def find_time_scale(
    bands: Sequence[TimeBand], edges: Sequence[float], rect_of: Callable[[Line], Rect]
) -> TimeScale | None:
    """The scale that the labels of a table's rows are; null where they are just rows.

    Args:
        edges: where its cells begin and end along the times.
    """
    timed = [band for band in bands if band.start is not None and any(find_times(line.text) for line in band.lines)]
    labels = [_label(band, rect_of) for band in timed]
    distinct = _distinct(edges)
    if len(labels) < FEWEST_LABELS or len(distinct) < FEWEST_EDGES:
        return None
    middles = np.array([rect.cy for rect, *_ in labels])
    height = median(rect.height for rect, *_ in labels)
    starts = np.array([start for _, start, _, _ in labels], float)
    ranges = sum(ranged for *_, ranged in labels) > len(labels) / 2
    times = np.array([(start + end) / 2 if ranges and end is not None else start for _, start, end, _ in labels], float)
    line = _straight(middles, times, _STRAIGHT * height)
    if line is None or not _even(starts):
        return None
    printed = sorted({time for _, start, end, _ in labels for time in (start, end) if time is not None})
    span = (starts[0], starts[-1] + float(np.median(np.diff(starts))))
    blur = max(1.0, _BLUR * line.slope)
    # A label in the middle of its row, on the line that it names, or where the rows were found.
    shifts = [0.0] if ranges else (_SHIFTS * height).tolist()
    scales = [TimeScale(line.slope, line.base - line.slope * shift) for shift in shifts]
    rows = scales[0] if ranges else TimeScale(line.slope, line.base + float(np.median(np.diff(starts))) / 2)
    scales.append(rows)
    laid = _straight(np.array([band.lo for band in timed]), starts, _STRAIGHT * height)
    if laid and abs(laid.at(middles[0]) - starts[0]) < _NEAR * height * line.slope:
        scales.append(laid)
    worths = [_likelihood(scale.slope * distinct + scale.base, printed, span, blur) for scale in scales]
    off = [*(shift / height for shift in shifts), *[0.0] * (len(scales) - len(shifts))]
    worths = [worth - 0.5 * (each / _SPREAD) ** 2 for worth, each in zip(worths, off, strict=True)]
    best = max(range(len(scales)), key=lambda at: worths[at])
    step = float(np.median(np.diff(starts)))
    found = np.interp(distinct, [*(band.lo for band in timed), timed[-1].hi], [*starts, starts[-1] + step])
    plain = [found, *(each.slope * distinct + each.base for each in scales[len(shifts) :])]
    table = max(_likelihood(each, printed, span, blur, [(step / 2, _HALF)]) for each in plain)
    return scales[best] if worths[best] > table + _CLEARLY else None


def printed_scale(points: Sequence[tuple[float, int]]) -> TimeScale | None:
    """The scale on which cells lie as the times say that they print themselves; null where they do not lie so.

    Args:
        points: where cells begin and end along the times, each with the time that is printed for it.
    """
    if len({time for _, time in points}) < FEWEST_LABELS:
        return None
    places, times = (np.array(values, float) for values in zip(*sorted(points), strict=True))
    one, other = np.triu_indices(len(places), 1)
    apart = places[other] - places[one] > _SAME
    if not apart.any():
        return None
    slope = float(np.median((times[other] - times[one])[apart] / (places[other] - places[one])[apart]))
    base = float(np.median(times - slope * places))
    off = np.abs(slope * places + base - times)
    fits = float(np.mean(off < max(_GRIDS[-1][0] / 2, _SAME * slope)))
    return TimeScale(slope, base) if slope > 0 and fits >= _MOSTLY else None


def _label(band: TimeBand, rect_of: Callable[[Line], Rect]) -> tuple[Rect, int, int | None, bool]:
    """A row's label: its place, its times, and whether both are printed."""
    lines = [line for line in band.lines if find_times(line.text)]
    ends = any(span.end for line in lines for span in find_times(line.text))
    return bounding(map(rect_of, lines)), band.start or 0, band.end, ends


def _distinct(edges: Sequence[float]) -> Floats:
    found: list[float] = []
    for edge in sorted(edges):
        if not found or edge - found[-1] > _SAME:
            found.append(edge)
    return np.array(found)


def _even(starts: Floats) -> bool:
    """Whether rows are of one length, as hours are; some may be missing. Lessons with breaks between them are not."""
    steps = np.diff(starts)
    least = float(steps.min())
    return least > 0 and bool((steps % least == 0).all()) and int((steps == least).sum()) > len(steps) / 2


def _straight(places: Floats, times: Floats, slack: float) -> TimeScale | None:
    """The line through all but a few of the points (Theil-Sen), `slack` pixels beside it at most, or null."""
    one, other = np.triu_indices(len(places), 1)
    if np.min(np.diff(places)) <= 0 or np.min(np.diff(times)) <= 0:
        return None
    slope = float(np.median((times[other] - times[one]) / (places[other] - places[one])))
    base = float(np.median(times - slope * places))
    off = np.abs(slope * places + base - times) > slack * slope
    return TimeScale(slope, base) if int(off.sum()) <= len(places) // 6 else None


def _likelihood(
    times: Floats,
    printed: Sequence[int],
    span: tuple[float, float],
    blur: float,
    grids: Sequence[tuple[float, float]] = _GRIDS,
) -> float:
    """How likely it is that cells begin and end at these times, as a logarithm.

    Args:
        grids: steps in minutes from the first row's time on, with the chance of each.
    """
    length = max(1.0, span[1] - span[0])

    def bell(off: Floats) -> Floats:
        values: Floats = np.exp(-0.5 * (off / blur) ** 2) / (blur * math.sqrt(2 * math.pi))
        return values

    chance = np.full(len(times), _ANYWHERE / length)
    at_printed = 1 - _ANYWHERE - sum(share for _, share in grids)
    chance += at_printed / len(printed) * bell(np.abs(times[:, None] - np.array(printed)[None, :])).sum(axis=1)
    for step, share in grids:
        chance += share / (length / step) * bell(np.abs((times - span[0] + step / 2) % step - step / 2))
    return float(np.log(chance).sum())
