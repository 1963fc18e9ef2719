"""Hour scales: labels that stand on lines, to be measured by, instead of in rows."""

from itertools import pairwise
from statistics import median

from services.extractor.reading.axes.bands import TimeBand
from services.extractor.reading.axes.series import DayHeader
from services.extractor.reading.axes.view import View
from services.extractor.reading.evidence.rules import Rail
from services.extractor.reading.lexicon.times import find_times

_BESIDE = 0.6
"""Of the labels' column: along which the lines are drawn that run on into it, on average."""


def lay_on_scale(view: View, bands: list[TimeBand], header: DayHeader) -> None:
    """Turn rows to the hours of a scale, where the labels stand on the lines instead of between them.

    A label that cannot be read has the hour of its place between the others.
    """
    unread = _unread(view, bands)
    before = [(band, band.start, band.end) for band in bands]
    for index, start in unread.items():
        bands[index].start, bands[index].end = start, bands[index + 1].start
        bands[index - 1].end = start
    if not _lay(view, bands, header):
        for band, started, ended in before:
            band.start, band.end = started, ended


def _unread(view: View, bands: list[TimeBand]) -> dict[int, int]:
    """The hours, in minutes after midnight, of bands whose label says none or one that is out of order ("I:00" for
    11:00), by their number; each label stands in the middle between its neighbours', and so does its hour."""
    found: dict[int, int] = {}
    for index, (before, band, after) in enumerate(zip(bands, bands[1:], bands[2:], strict=False), 1):
        if before.start is None or after.start is None or before.start >= after.start:
            continue
        if before.start < (band.start or 0) < after.start:
            continue
        if not (before.lines and band.lines and after.lines):
            continue
        low, at, high = (view.rect(each.lines[0]).cy for each in (before, band, after))
        middle = (before.start + after.start) / 2
        if abs(at - (low + high) / 2) < 0.05 * (high - low) and middle % 30 == 0:
            found[index] = int(middle)
    return found


def _lay(view: View, bands: list[TimeBand], header: DayHeader) -> bool:
    """Whether the bands are a scale's, and are laid on it."""
    labelled = [band for band in bands if band.lines and band.start is not None]
    printed = any(span.end is not None for band in bands for line in band.lines for span in find_times(line.text))
    if len(labelled) < 3 or len(labelled) < len(bands) or printed or any(b.source == "legend" for b in bands):
        return False
    at = [view.rect(band.lines[0]).cy for band in labelled]
    steps = [b.start - a.start for a, b in pairwise(labelled) if a.start is not None and b.start is not None]
    step = min(steps)
    # Where a label was not read, the next one is twice as far and twice as late.
    pitches = [(b - a) * step / max(1, each) for (a, b), each in zip(pairwise(at), steps, strict=True)]
    multiples = step > 0 and all(each % step == 0 for each in steps) and steps.count(step) > len(steps) / 2
    even = multiples and max(pitches) < 1.25 * min(pitches)
    begin = min(view.rect(line).x0 for band in labelled for line in band.lines)
    offset = _line_offset(view, at, header, begin, median(pitches) if even else 0.0)
    if offset is None and even and at[0] - median(pitches) / 2 < header.v1 - 0.2 * view.size:
        # No lines were seen, but a first row around its label would reach into the days' names: it begins there.
        offset = 0.0
    # Labels in the middle between lines are a table's: its rows are what they seem.
    if offset is None or (even and abs(abs(offset) - median(pitches) / 2) < 0.1 * median(pitches)):
        return False
    at = [v + offset for v in at]
    bottom = [rail.at for rail in view.v_rails if rail.at > at[-1] + view.size and _across(view, rail, header)]
    end = at[-1] + median(pitches) if even or not bottom else bottom[0]
    for band, v, after in zip(labelled, at, [*at[1:], end], strict=True):
        # Even hours are a scale to be measured on; other times only name the lines they stand on.
        band.lo, band.hi, band.source = v, after, "drawn" if even else "next"
    last = labelled[-1]
    if _ends_at(view, at[-1], at[-1] + median(pitches), header):
        bands.remove(last)
    elif even and last.end is None and last.start is not None:
        last.end = last.start + step
    elif last.end is None:
        last.source = "header"
    return True


def _ends_at(view: View, at: float, below: float, header: DayHeader) -> bool:
    """Whether the days' columns are drawn down to the line at `at` but not from there to `below`."""
    edges = [band.hi for band in header.bands[:-1]]
    above = sum(view.u_cut(u, 2 * at - below, at, 0.3 * view.size) > 0.5 for u in edges)
    under = sum(view.u_cut(u, at + 0.3 * view.size, below, 0.3 * view.size) > 0.2 for u in edges)
    return above >= 0.7 * len(edges) and not under


def _line_offset(view: View, at: list[float], header: DayHeader, begin: float, pitch: float) -> float | None:
    """How far from the labels the lines run that they name: 0 on them, less than 0 above.

    Args:
        begin: where the labels' column begins (in `u`).
        pitch: between the labels of an even scale, whose labels may also stand below, above or between their lines;
            0 for others, whose labels can only stand on them.

    Returns:
        None if no such lines are drawn.
    """
    # Beside the labels only their lines are drawn. In the days' columns, lessons that begin at half past every hour
    # would pass for them.
    beside = _supported(view, at, begin, header.u0, pitch, _BESIDE) if pitch else None
    if beside is not None:
        return beside
    return _supported(view, at, header.u0, header.u1, pitch, 0.2 if pitch else 0.3)


def _supported(view: View, at: list[float], u0: float, u1: float, pitch: float, least: float) -> float | None:
    """The offset from the labels `at` which the lines between `u0` and `u1` support best, or None.

    Args:
        least: share of that stretch along which the lines must be drawn at least, on average.
    """
    rails = [(rail.at, view.v_cut(rail.at, u0, u1, (rail.hi - rail.lo) / 2)) for rail in view.v_rails]
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


def _across(view: View, rail: Rail, header: DayHeader) -> bool:
    return view.v_cut(rail.at, header.u0, header.u1) > 0.5
