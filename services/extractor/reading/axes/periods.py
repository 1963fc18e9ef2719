"""Rows that are numbered instead of timed: those whose number was not read, and what it must be."""

from itertools import pairwise

from services.extractor.reading.axes.bands import TimeBand
from services.extractor.reading.axes.legend import Legend
from services.extractor.reading.axes.series import DayHeader
from services.extractor.reading.axes.view import View
from services.extractor.reading.lexicon.labels import is_period, label_key
from services.extractor.reading.lexicon.words import is_weekly


def unread_around(
    view: View, bands: list[TimeBand], header: DayHeader, column: tuple[float, float], v_end: float
) -> list[TimeBand]:
    """`bands` with the ruled rows before and after them that hold lessons, but no label that was read."""
    if not bands:
        return bands
    before = _unread_rows(view, header, column, header.v1, bands[0].lo)
    after = _unread_rows(view, header, column, bands[-1].hi, v_end)
    if before and abs(before[-1].hi - bands[0].lo) > 0.8 * view.size:
        before = []
    if after and abs(after[0].lo - bands[-1].hi) > 0.8 * view.size:
        after = []
    return [*before, *bands, *after]


def _unread_rows(view: View, header: DayHeader, column: tuple[float, float], top: float, end: float) -> list[TimeBand]:
    """Ruled rows from `top` to `end`; none if something stands in their header, or nothing in their cells."""
    edges: list[float] = []
    for rail in view.v_rails:
        near = top - 0.5 * view.size < rail.at < end + 0.5 * view.size
        drawn = near and min(view.v_cut(rail.at, *column), view.v_cut(rail.at, header.u0, header.u1)) > 0.6
        if drawn and (not edges or rail.at - edges[-1] > 0.8 * view.size):
            edges.append(rail.at)
    rects = [view.rect(line) for line in view.lines]
    out: list[TimeBand] = []
    for lo, hi in pairwise(edges):
        inside = [rect for rect in rects if lo < rect.cy < hi]
        read = any(rect.cx < header.u0 for rect in inside)
        if read or not any(header.u0 < rect.cx < header.u1 for rect in inside):
            break
        out.append(TimeBand(lo, hi))
    return out


def mark_weekly(view: View, bands: list[TimeBand], header: DayHeader, legend: Legend) -> None:
    """Find the rows without a label whose cells say what has no number."""
    for band in bands:
        texts = _texts(view, band, header)
        named = sum(is_weekly(text) or label_key(text) in legend.times for text in texts)
        band.weekly = not band.lines and (not texts or named > 0.5 * len(texts) or len(texts) == 1)


def _texts(view: View, band: TimeBand, header: DayHeader) -> list[str]:
    """What stands in the days' columns of a row."""
    return [
        line.text
        for line in view.lines
        if band.lo < view.rect(line).cy < band.hi and header.u0 < view.rect(line).cx < header.u1
    ]


def find_entries(bands: list[TimeBand], legend: Legend) -> None:
    """Set which entry of the legend each row is."""
    for band in bands:
        key = label_key(band.label)
        band.key = key if key in legend.times else None


def imply_numbers(bands: list[TimeBand], legend: Legend) -> None:
    """Number the rows whose period number was not read, where just as many numbers as rows are missing.

    Numbers can be missing before the first, between two, and after the last up to the legend's last.
    """
    numbered = [(-1, 0)] + [(i, number) for i, band in enumerate(bands) if (number := _number(band))]
    known = [int(key) for key in legend.times if key.isdecimal()]
    if len(numbered) > 2 and known and max(known) > numbered[-1][1]:
        numbered.append((len(bands), max(known) + 1))
    for (i, before), (j, after) in pairwise(numbered):
        missing = range(before + 1, after)
        rows = [band for band in bands[i + 1 : j] if not band.label and band.start is None and not band.weekly]
        if missing and len(rows) == len(missing):
            for band, number in zip(rows, missing, strict=True):
                band.label, band.implied = str(number), True


def _number(band: TimeBand) -> int:
    """A period's number; 0 if it has none."""
    key = label_key(band.label) if band.label and is_period(band.label) else None
    return int(key) if key and key.isdecimal() else 0
