"""Reads a table of several classes: a column for each, and rows that run through the times of one day after another.

The days stand beside the times, each where its times begin anew. What belongs to one day is a table of its own, whose
columns are the classes' instead of the days'. Where some classes have other hours, these stand before their columns.
"""

import math
from dataclasses import dataclass, replace
from itertools import pairwise

from services.extractor.reading.axes.headers import find_day_headers
from services.extractor.reading.axes.legend import Legend
from services.extractor.reading.axes.series import DayBand, DayHeader
from services.extractor.reading.axes.view import View
from services.extractor.reading.lexicon.columns import column_role
from services.extractor.reading.lexicon.labels import is_period, label_key
from services.extractor.reading.lexicon.times import find_times, resolve, without_times
from services.extractor.reading.model import LayoutResult, Line
from services.extractor.reading.table.grid import read_table

_FEWEST = 2
"""Days, and classes, of such a table."""
_LONGEST = 28
"""Letters of a class's name, at most."""
_LETTERS = 3
"""Beside the time in a row's label, at most ("am", "1st")."""


@dataclass(frozen=True, slots=True)
class _Strip:
    """The rows of one day, from `lo` to `hi` along the times."""

    day: DayBand
    lo: float
    hi: float


def read_class_columns(view: View) -> LayoutResult | None:
    """Read the page as such a table; null if the days' times do not follow each other along one line."""
    across = replace(view, turned=not view.turned)
    header = max(find_day_headers(across), key=lambda each: each.read, default=None)
    if header is None or header.read < _FEWEST:
        return None
    labels = _labels(view, header)
    strips = _strips(view, header, labels[0]) if labels else []
    if not strips:
        return None
    columns = _classes(view, labels)
    if len(columns) < _FEWEST:
        return None
    begins = [min(view.rect(line).x0 for line in column) for column in labels]
    result = LayoutResult("class columns")
    heads = [line for _, line in columns]
    v0, v1 = min(view.rect(line).y0 for line in heads), max(view.rect(line).y1 for line in heads)
    # What each of a class's columns holds, below its name.
    top = view.rect(labels[0][0]).y0
    fields = [line for line in view.lines if v0 < view.rect(line).cy < top and column_role(line.text)]
    for strip in strips:
        before = len(result.drafts)
        within = [line for line in view.lines if strip.lo < view.rect(line).cy < strip.hi]
        for begin, end in pairwise([-math.inf, *begins[1:], math.inf]):
            own = [(name, line) for name, line in columns if begin < view.rect(line).cx < end]
            bands = [replace(strip.day, line=line, group=name, lo=0.0, hi=0.0) for name, line in own]
            if not bands:
                continue
            lines = [line for line in (*fields, *within) if begin <= view.rect(line).x0 < end]
            part = replace(view, lines=[*(line for _, line in own), *lines])
            days = DayHeader(bands, v0, max(v1, strip.lo))
            read_table(part, days, [days], Legend(), result)
        result.use([strip.day.line])
        for draft in result.drafts[before:]:
            draft.lines.append(strip.day.line)
    return result if result.drafts else None


def _labels(view: View, header: DayHeader) -> list[list[Line]]:
    """The columns of times (or else the one of the periods' numbers nearest to the days) behind the days."""
    for tells in (_is_time, is_period):
        found = [line for line in view.lines if view.rect(line).x0 > header.v0 and tells(line.text)]
        columns: list[list[Line]] = []
        while found:
            at = view.rect(min(found, key=lambda line: view.rect(line).cx))
            column = [line for line in found if at.stacked(view.rect(line), 0)]
            found = [line for line in found if not at.stacked(view.rect(line), 0)]
            if len(column) >= _FEWEST * len(header.bands):
                columns.append(sorted(column, key=lambda line: view.rect(line).cy))
        if columns:
            return columns if tells is _is_time else columns[:1]
    return []


def _is_time(text: str) -> bool:
    """Whether a text says a time and little else, as its row's label does."""
    spans = find_times(text)
    return bool(spans) and sum(map(str.isalpha, without_times(text, spans))) <= _LETTERS


def _strips(view: View, header: DayHeader, column: list[Line]) -> list[_Strip]:
    """Each day's rows: between two days' names the labels begin anew, just once."""
    values: list[int] = []
    for line in column:
        values.append(_value(line.text, values[-1] if values else 0))
    rects = [view.rect(line) for line in column]
    falls = [(a.cy + b.cy) / 2 for (a, x), (b, y) in pairwise(zip(rects, values, strict=True)) if y < x]
    days = sorted((band for band in header.bands if not band.every), key=lambda band: view.rect(band.line).cy)
    middles = [view.rect(band.line).cy for band in days]
    between = [[fall for fall in falls if lo < fall < hi] for lo, hi in pairwise(middles)]
    if any(len(each) != 1 for each in between):
        return []
    ends = [fall for (fall,) in between]
    edges = [rects[0].y0 - rects[0].height, *ends, rects[-1].y1 + rects[-1].height]
    return [_Strip(day, lo, hi) for day, (lo, hi) in zip(days, pairwise(edges), strict=True)]


def _value(text: str, after: int | None) -> int:
    spans = find_times(text)
    if spans:
        return resolve(spans[0])[0]
    key = label_key(text) or ""
    return int(key) if key.isdecimal() else (after or 0) + 1


def _classes(view: View, labels: list[list[Line]]) -> list[tuple[str, Line]]:
    """The classes' names: a row over the times whose texts are all different and head no list, the first or nearest."""
    u, top = max(view.rect(line).x1 for line in labels[0]), min(view.rect(column[0]).y0 for column in labels)
    over = [line for line in view.lines if view.rect(line).cx > u and view.rect(line).y1 < top + view.size / 2]
    tops = [view.rect(column[0]) for column in labels[1:]]
    over = [line for line in over if not any(at.stacked(view.rect(line), 0) for at in tops)]
    best: list[Line] = []
    while over:
        nearest = max(over, key=lambda line: view.rect(line).cy)
        row = [line for line in over if view.rect(line).level(view.rect(nearest))]
        row.sort(key=lambda line: view.rect(line).cx)
        over = [line for line in over if not view.rect(line).level(view.rect(nearest))]
        names = [line.text.strip() for line in row]
        if len(row) < _FEWEST or len(set(names)) < len(names) or max(map(len, names)) > _LONGEST:
            continue
        if any(column_role(name) for name in names):
            return []
        if not best or view.rect(row[0]).x1 < view.rect(best[0]).x0:
            best = row
    return [(line.text.strip(), line) for line in best]
