"""Hour scales: labels that stand on lines, to be measured by, instead of in rows."""

from functools import partial
from itertools import pairwise
from statistics import median, mode

from services.extractor.reading.axes.bands import TimeBand
from services.extractor.reading.axes.series import DayHeader
from services.extractor.reading.axes.view import View
from services.extractor.reading.lexicon.times import find_times, resolve
from services.extractor.reading.model import Line

_BESIDE = 0.6
"""Of the labels' column: along which the lines are drawn that run on into it, on average."""
_AMONG = 0.2
"""Of the days' columns: along which they are drawn at least, where nothing is beside the labels."""
_MOST, _HALF = 0.8, 0.5
"""Of labels that stand right behind their lines, and of hours that are parted alike and of ticks that are seen."""
_TICKS = (5, 10, 15)
"""Minutes from one tick to the next."""
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
    if _lay_on_ticks(view, bands, labelled, header):
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


def _lay_on_ticks(view: View, bands: list[TimeBand], labelled: list[TimeBand], header: DayHeader) -> bool:
    """Turn rows to the parts of a scale where labels stand right behind their lines and others part the way to the next
    ("8h", three ticks for its quarters, "9h"), however wide each is drawn; whether they do."""
    rects = [view.rect(band.lines[0]) for band in labelled]
    u0, u1 = min(rect.x0 for rect in rects), max(rect.x1 for rect in rects)
    rails = sorted(view.v_rails, key=lambda rail: rail.at)
    lines = [min((rail.at for rail in rails), key=partial(_off, rect.y0), default=rect.y0) for rect in rects]
    behind = [_off(rect.y0, line) < view.near for line, rect in zip(lines, rects, strict=True)]
    lines = [line if there else rect.y0 for line, there, rect in zip(lines, behind, rects, strict=True)]
    inner = [[rail for rail in rails if a + view.near < rail.at < b - view.near] for a, b in pairwise(lines)]
    usual = mode(map(len, inner))
    seen = [view.v_ruled(rail, u0, u1) for part in inner if len(part) == usual for rail in part]
    regular = sum(len(part) == usual for part in inner) >= _HALF * len(inner)
    times = [band.start or 0 for band in labelled]
    steps = {after - before for before, after in pairwise(times)}
    step = max(steps) / (usual + 1)
    # Lines within rows that are as many as a cell's lines of text are no quarters.
    if len(steps) > 1 or step not in _TICKS or not regular:
        return False
    if sum(behind) < _MOST * len(rects) or sum(seen) < _HALF * len(seen):
        return False
    pitch = median(after - before for before, after in pairwise(lines))
    # What has no label: before the first, and behind the last up to where the next one would stand.
    first = [rail.at for rail in rails if max(header.v1 - view.near, lines[0] - pitch) < rail.at < lines[0] - view.near]
    last = [rail.at for rail in rails if rail.at > lines[-1] + view.near][: usual + 1]
    marks = [(at, times[0] - step * count) for count, at in enumerate(reversed(first), 1)][::-1]
    for band, line, part in zip(labelled, lines, [*inner, []], strict=True):
        own = [line, *(rail.at for rail in part)] if len(part) == usual else [line]
        marks += [(at, (band.start or 0) + step * count) for count, at in enumerate(own)]
    marks += [(at, times[-1] + step * count) for count, at in enumerate(last, 1)]
    of = {line: band.lines for line, band in zip(lines, labelled, strict=True)}
    bands[:] = [
        TimeBand(lo, hi, of.get(lo, []), round(start), round(end), source="drawn")
        for (lo, start), (hi, end) in pairwise(marks)
    ]
    return True


def _off(one: float, other: float) -> float:
    return abs(one - other)


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
