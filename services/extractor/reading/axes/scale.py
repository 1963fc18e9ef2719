"""Hour scales: labels that stand on lines, to be measured by, instead of in rows."""

from itertools import pairwise
from statistics import median

from services.extractor.reading.axes.bands import TimeBand
from services.extractor.reading.axes.series import DayHeader
from services.extractor.reading.axes.view import View
from services.extractor.reading.lexicon.times import find_times, resolve
from services.extractor.reading.model import Line

_BESIDE = 0.6
"""Of the labels' column: along which the lines are drawn that run on into it, on average."""
_AMONG = 0.2
"""Of the days' columns: along which they are drawn at least, where nothing is beside the labels."""
_EVEN = 1.25
"""Times the narrowest step between two labels: the widest of an even scale, on which alone can be measured."""


def lay_on_scale(view: View, bands: list[TimeBand], header: DayHeader) -> None:
    """Turn rows to the hours of a scale, where the labels stand on the lines instead of between them."""
    labelled = [band for band in bands if band.lines and band.start is not None]
    # What stands before the first hour, as a row of events of all day or a column of rooms does, is beside the scale.
    ahead = next((at for at, band in enumerate(bands) if band.start is not None), 0)
    printed = any(span.end is not None for band in bands for line in band.lines for span in find_times(line.text))
    if len(labelled) < 3 or len(labelled) < len(bands) - ahead or printed or any(b.source == "legend" for b in bands):
        return
    at = [view.rect(band.lines[0]).cy for band in labelled]
    steps = [b.start - a.start for a, b in pairwise(labelled) if a.start is not None and b.start is not None]
    step = min(steps)
    # Where a label was not read, the next one is twice as far and twice as late.
    pitches = [(b - a) * step / max(1, each) for (a, b), each in zip(pairwise(at), steps, strict=True)]
    multiples = step > 0 and all(each % step == 0 for each in steps) and steps.count(step) > len(steps) / 2
    if not multiples or max(pitches) >= _EVEN * min(pitches):
        return
    pitch = median(pitches)
    begin = min(view.rect(line).x0 for band in labelled for line in band.lines)
    # Beside the labels only their lines are drawn. In the days' columns, lessons that begin at half past every hour
    # would pass for them.
    offset = _supported(view, at, begin, header.u0, pitch, _BESIDE)
    if offset is None:
        offset = _supported(view, at, header.u0, header.u1, pitch, _AMONG)
    if offset is None and at[0] - pitch / 2 < header.v1 - 0.2 * view.size:
        # No lines were seen, but a first row around its label would reach into the days' names: it begins there.
        offset = 0.0
    # Labels in the middle between lines are a table's: its rows are what they seem.
    if offset is None or abs(abs(offset) - pitch / 2) < 0.1 * pitch:
        return
    at = [v + offset for v in at]
    begins = bands[ahead - 1].hi if ahead else header.v1
    del bands[:ahead]
    for band, v, after in zip(labelled, at, [*at[1:], at[-1] + pitch], strict=True):
        band.lo, band.hi, band.source = v, after, "drawn"
    last = labelled[-1]
    if _ends_at(view, at[-1], at[-1] + pitch, header):
        bands.remove(last)
    elif last.end is None and last.start is not None:
        last.end = last.start + step
    _begin_before(view, bands, header, max(begins, at[0] - pitch))


def _begin_before(view: View, bands: list[TimeBand], header: DayHeader, begins: float) -> None:
    """Let a scale begin before its first label where a text of a day's column runs across that label's line, or tells
    an earlier time: a column of groups or a row of events of all day is none of it."""
    first = bands[0]
    if first.start is None or first.end is None:
        return
    inside = [(view.rect(line), line) for line in view.lines if header.u0 < view.rect(line).cx < header.u1]
    early = [item for item in inside if begins - view.near < item[0].y0 < first.lo - view.near]
    if any(first.lo < rect.y1 or _tells_before(line, first.start) for rect, line in early):
        length = round((first.end - first.start) * (first.lo - begins) / (first.hi - first.lo))
        bands.insert(0, TimeBand(begins, first.lo, [], first.start - length, first.start, source="drawn"))


def _ends_at(view: View, at: float, below: float, header: DayHeader) -> bool:
    """Whether the days' columns are drawn down to the line at `at` but not from there to `below`."""
    edges = [band.hi for band in header.bands[:-1]]
    above = sum(view.u_drawn(u, 2 * at - below, at) for u in edges)
    under = sum(view.u_cut(u, at + 0.3 * view.size, below, 0.3 * view.size) > 0.2 for u in edges)
    return above >= 0.7 * len(edges) and not under


def _supported(view: View, at: list[float], u0: float, u1: float, pitch: float, least: float) -> float | None:
    """The offset from the labels `at` which the lines between `u0` and `u1` support best, or None.

    Args:
        least: share of that stretch along which the lines must be drawn at least, on average.
    """
    rails = [(rail.at, view.v_seen(rail, u0, u1)) for rail in view.v_rails]
    rails = [rail for rail in rails if rail[1] > 0.1]
    offsets = {0.0} | {rail - v for rail, _ in rails for v in at if abs(rail - v) <= 0.55 * pitch}
    best: tuple[float, float] | None = None
    near = 0.3 * view.size
    for offset in sorted(offsets, key=abs)[:60]:
        cuts = [max((cut for rail, cut in rails if abs(rail - v - offset) < near), default=0.0) for v in at]
        if sum(cut > 0.15 for cut in cuts) < 0.6 * len(at):
            continue
        support = sum(cuts) / len(cuts)
        if support > (best[0] * 1.1 if best else least):
            best = (support, offset)
    return best[1] if best else None


def _tells_before(line: Line, time: int) -> bool:
    return any(resolve(span, near=time)[0] < time for span in find_times(line.text))
