"""Day names and period numbers that were not read, where their neighbours leave one possibility only."""

import math
from dataclasses import replace
from itertools import pairwise
from statistics import median

from services.extractor.reading.axes.series import DayBand, DayHeader, week_from
from services.extractor.reading.axes.view import RULED, View
from services.extractor.reading.lexicon.labels import is_period
from services.extractor.reading.lexicon.times import find_times
from services.extractor.reading.lexicon.wordfiles import plain
from services.extractor.reading.model import Line, Rect, sources_of
from shared.messages import Warning_

UNREAD = 0.7
"""Score of a day whose name was not read and that only its place tells."""
_FEW = 0.25
"""Of the texts that a day's column usually holds."""
_LONG = 0.8
"""Of the days' names, along the days: one letter as long as that is a name misread."""

Span = tuple[float, float]


def add_unread(view: View, header: DayHeader) -> None:
    """Add the days whose names are not known or were missed: between others, or before or after them.

    Words among the names that are of no known language are days where there are just as many as days are missing.

    A ruled table shows how many columns there are; the days are added only if just as many are missing from Monday,
    to Friday or between two. Without rules the names themselves must be evenly spaced.
    """
    bands = header.bands
    if len(sources_of(band.line for band in bands)) < len(bands):
        return
    week = week_from(bands[0].day)
    for day, line in _by_words(view, header).items():
        bands.append(DayBand(week[day], replace(line, confidence=min(UNREAD, line.confidence)), bands[0].week))
        header.implied.append(week[day])
    bands.sort(key=lambda band: view.rect(band.line).cx)
    places = _by_columns(view, header)
    if places is None:
        places = _by_pitch(view, header) if len(bands) > 2 else {}
    model = bands[0].line
    rect = view.rect(model)
    for day, at in places.items():
        shift = at - rect.cx
        moved = view.back(replace(rect, x0=rect.x0 + shift, x1=rect.x1 + shift))
        line = replace(model.part("", moved), confidence=UNREAD, sources=())
        bands.append(DayBand(week[day], line, bands[0].week))
    header.implied.extend(week[day] for day in sorted(places))
    bands.sort(key=lambda band: view.rect(band.line).cx)


def _by_words(view: View, header: DayHeader) -> dict[int, Line]:
    """Missing days with the words that stand for them in the names' row, over as many texts as the days have."""
    week = week_from(header.bands[0].day)
    friday, order = week.index("friday"), [week.index(band.day) for band in header.bands]
    rects = [view.rect(band.line) for band in header.bands]
    own = sources_of(band.line for band in header.bands)
    body = [line for line in view.lines if view.rect(line).cy > header.v1]

    def under(rect: Rect) -> list[Line]:
        return [line for line in body if rect.x0 < view.rect(line).cx < rect.x1]

    least = max(2, _FEW * median(len(under(rect)) for rect in rects))
    words: list[tuple[float, Line]] = []
    for line in view.lines:
        rect = view.rect(line)
        named = header.v0 <= rect.cy <= header.v1 and own.isdisjoint(line.origins) and len(plain(line.text)) > 1
        if not named or find_times(line.text) or is_period(line.text):
            continue
        texts = under(rect)
        timed = sum(bool(find_times(text.text)) or is_period(text.text) for text in texts)
        if len(texts) >= least > timed:
            words.append((rect.cx, line))
    edges = [-math.inf, *(rect.cx for rect in rects), math.inf]
    found: dict[int, Line] = {}
    for (lo, hi), first, last in zip(pairwise(edges), [-1, *order], [*order, friday + 1], strict=True):
        inside = [line for at, line in sorted(words, key=lambda item: item[0]) if lo < at < hi]
        missing = range(first + 1, last)
        if len(inside) == len(missing):
            found |= dict(zip(missing, inside, strict=True))
    return found


def _by_columns(view: View, header: DayHeader) -> dict[int, float] | None:
    """Missing days with the middles of their ruled columns; None where the header is not ruled."""
    rects = [view.rect(band.line) for band in header.bands]
    columns = _columns(view, header)
    own = [next((i for i, (lo, hi) in enumerate(columns) if lo < rect.cx < hi), -1) for rect in rects]
    if -1 in own or len(set(own)) < len(own):
        return None
    body = [line for line in view.lines if view.rect(line).cy > header.v1]
    counts = [len(_inside(view, body, columns[at])) for at in own]
    widths = [columns[at][1] - columns[at][0] for at in own]
    # Letters under each other that were read as one text stand on their side, or are one letter as long as a name.
    heads = [line for line in view.lines if line.upright and header.v0 <= view.rect(line).cy <= header.v1]
    if all(band.line.rect.height > band.line.rect.width for band in header.bands):
        long = _LONG * median(rect.width for rect in rects)
        heads = [line for line in heads if len(plain(line.text)) > 1 or view.rect(line).width < long]

    def blank(at: int) -> bool:
        lo, hi = columns[at]
        texts = _inside(view, body, columns[at])
        timed = sum(bool(find_times(line.text)) or is_period(line.text) for line in texts)
        alike = 0.5 * min(widths) < hi - lo < 2 * max(widths)
        enough = len(texts) >= max(2, 0.25 * median(counts)) and timed < 0.5 * len(texts)
        # A letter that was misread stands for the name; a word names something else.
        named = any(len(plain(line.text)) > 2 or is_period(line.text) for line in _inside(view, heads, columns[at]))
        return alike and enough and not named

    week = week_from(header.bands[0].day)
    friday, order = week.index("friday"), [week.index(band.day) for band in header.bands]
    gaps = [(range(a + 1, b), range(i + 1, j)) for (i, a), (j, b) in pairwise(zip(order, own, strict=True))]
    found = [(days, at) for at, days in gaps]
    if order[0]:
        first = own[0]
        while first > 0 and blank(first - 1):
            first -= 1
        found.append((range(order[0]), range(first, own[0])))
    if order[-1] < friday:
        last = own[-1] + 1
        while last < len(columns) and blank(last):
            last += 1
        found.append((range(order[-1] + 1, friday + 1), range(own[-1] + 1, last)))
    out: dict[int, float] = {}
    for days, at in found:
        if len(days) == len(at) and all(blank(each) for each in at):
            out |= {day: sum(columns[each]) / 2 for day, each in zip(days, at, strict=True)}
    return out


def _columns(view: View, header: DayHeader) -> list[Span]:
    """The table's columns as ruled in the header and below it."""
    v0, v1, reach = header.v0, header.v1, header.v1 + 8 * view.size
    margin = 0.5 * view.size
    edges: list[float] = []
    for rail in sorted(view.u_rails, key=lambda each: each.at):
        head, body = view.u_seen(rail, v0, v1), view.u_seen(rail, v1, reach)
        # Names that fill their cells (stacked letters) hide the rules between them; those are seen beside the names.
        hidden = body > 0.9 and view.u_seen(rail, v0 - margin, v1 + margin) > 0.4
        if min(head, body) < RULED and not hidden:
            continue
        if not edges or rail.at - edges[-1] > 0.8 * view.size:
            edges.append(rail.at)
    return list(pairwise(edges))


def _inside(view: View, lines: list[Line], column: Span) -> list[Line]:
    return [line for line in lines if column[0] < view.rect(line).cx < column[1]]


def _by_pitch(view: View, header: DayHeader) -> dict[int, float]:
    """Missing days with the places where their names would stand among evenly spaced ones."""
    week = week_from(header.bands[0].day)
    order = [week.index(band.day) for band in header.bands]
    middles = [view.rect(band.line).cx for band in header.bands]
    named = list(pairwise(zip(middles, order, strict=True)))
    pitch = median([(b - a) / (j - i) for (a, i), (b, j) in named])
    steps = [(b - a) / pitch / (j - i) for (a, i), (b, j) in named] if pitch > 0 else [0.0]
    if pitch < 2 * view.size or max(steps) > 1.3 or min(steps) < 0.7:
        return {}
    first, last = order[0], order[-1]
    wanted = [day for day in range(first + 1, last) if day not in order]
    return {day: middles[0] + (day - first) * pitch for day in wanted}


def implied_day(day: str) -> Warning_:
    """The warning about a day that was added."""
    return Warning_(
        code="implied_day",
        message=f"The name of {day.capitalize()} was not understood; its place tells it.",
    )
