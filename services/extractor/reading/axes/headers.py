"""Finds the header of days in a page's text."""

import math
import re
from dataclasses import replace
from itertools import pairwise

from services.extractor.reading.axes.bands import split_between
from services.extractor.reading.axes.implied import add_unread
from services.extractor.reading.axes.series import DayBand, DayHeader, find_series
from services.extractor.reading.axes.view import View
from services.extractor.reading.evidence.rules import Rail
from services.extractor.reading.lexicon.calendar import is_month
from services.extractor.reading.lexicon.columns import column_role
from services.extractor.reading.lexicon.days import is_every_day, week_named
from services.extractor.reading.lexicon.labels import counts, is_period, label_key
from services.extractor.reading.lexicon.times import find_times
from services.extractor.reading.model import Line, Rect, sources_of
from shared.messages import DAYS, WEEKS, WeekLetter

_BELOW = 2.5
"""Heights of a day's name, or of its date, from the middle of the one to that of the other."""

_DATE, _LAST = 3, 31
"""Numbers of a date, and the last day of a month."""

_OF_ROWS = ("time", "start", "end", "day")
"""What a column before the days holds."""
_REPEATED = 3
"""Times at the places of the header's, from which on it is the header once more."""


def find_day_headers(view: View) -> list[DayHeader]:
    """Rows of at least two different days in the order of the week, the fullest first; bands are not set yet."""
    headers = find_series(view)
    headers.sort(key=lambda header: -sum(band.weight for band in header.bands))
    taken: set[int] = set()
    weeks = _labels_of_weeks(view.lines)
    out: list[DayHeader] = []
    for header in headers:
        names = sources_of(band.line for band in header.bands)
        if not names & taken:
            out.append(header)
            taken |= names
            _name_week(view, header, weeks)
            _add_dates(view, header)
            add_unread(view, header)
            _add_routine(view, header)
    if view.turned:
        for header in out:
            _name_week_over(view, header, weeks, [other for other in out if other is not header])
    return out


def _labels_of_weeks(lines: list[Line]) -> list[tuple[Line, WeekLetter]]:
    """The texts that name a week. A third one follows a second: alone, "Week 3" is the term's, or misread."""
    found = [(line, week) for line in lines if (week := week_named(line.text))]
    named = {week for _, week in found}
    return [(line, week) for line, week in found if week in "AB" or named.issuperset(WEEKS[: WEEKS.index(week)])]


def _add_dates(view: View, header: DayHeader) -> None:
    """Dates below the names that go on from day to day ("MON" over "11" or "11. FEB") belong to the header."""
    if view.turned:
        return
    found: list[tuple[int, Line]] = []
    for band in header.bands:
        name = band.line.rect
        below = [
            line
            for line in view.lines
            if 0 < line.rect.cy - name.cy < _BELOW * max(name.height, line.rect.height)
            and name.x0 - view.size < line.rect.cx < name.x1 + view.size
            and _day_of_month(line.text)
        ]
        if below:
            date = min(below, key=lambda line: line.rect.cy)
            found.append((_day_of_month(date.text) - DAYS.index(band.day), date))
    # The month ends in the middle of a week now and then.
    same = [line for first, line in found if sum(other == first for other, _ in found) >= 2]
    if len(found) == len(header.bands) and len(same) >= 2:
        header.below = [line for _, line in found]
        header.v1 = max(header.v1, *(line.rect.y1 for line in header.below))


def _day_of_month(text: str) -> int:
    """The day of a date that has no more than a month with it ("11", "11. Feb", "11/02"); 0 for any other text."""
    words = re.findall(r"\d+|[^\W\d_]+", text)
    numbers = [int(word) for word in words if word.isdecimal()]
    date = 0 < len(numbers) <= _DATE and all(word.isdecimal() or is_month(word) for word in words)
    return numbers[0] if date and numbers[0] <= _LAST and not find_times(text) else 0


def _name_week_over(
    view: View, header: DayHeader, weeks: list[tuple[Line, WeekLetter]], others: list[DayHeader]
) -> None:
    """A title over a table whose days stand down its side names its week, however high the times' header between them.

    It stands below what ends before this table, and before what begins beside it.
    """
    first, last = view.rect(header.bands[0].line), view.rect(header.bands[-1].line)
    ends = [view.rect(other.bands[-1].line).x1 for other in others]
    before = max((end for end in ends if end < first.x0), default=-math.inf)
    level = [other for other in others if view.rect(other.bands[0].line).x0 < last.x1]
    beside = min((other.v0 for other in level if other.v0 > header.v1), default=math.inf)
    over = [
        (view.rect(line).cx, week)
        for line, week in weeks
        if before < view.rect(line).cx < first.x0 and header.v0 - 3 * view.size < view.rect(line).cy < beside
    ]
    for band in header.bands if over else []:
        band.week = band.week or max(over)[1]


def _add_routine(view: View, header: DayHeader) -> None:
    """A column beside the days that says "Every day" is one of them."""
    for line in view.lines:
        if is_every_day(line.text) and any(view.rect(line).level(view.rect(band.line)) for band in header.bands):
            header.bands.append(DayBand(header.bands[0].day, line, every=True))
            header.bands.sort(key=lambda band: view.rect(band.line).cx)
            return


def _name_week(view: View, header: DayHeader, weeks: list[tuple[Line, WeekLetter]]) -> None:
    """A text such as "Week A" above (or, in a header down the side, before) the days holds for all of them."""
    rects = [view.rect(band.line) for band in header.bands]
    u0, u1 = rects[0].x0 - 3 * view.size, rects[-1].x1 + 3 * view.size
    best: tuple[float, WeekLetter] | None = None
    for line, week in weeks:
        rect = view.rect(line)
        away = header.v0 - rect.cy
        level = -2 * view.size < away < 10 * view.size
        before = level and (u0 <= rect.cx <= u1 or (rect.cx < u0 and u0 - rect.cx < 12 * view.size))
        if before and (best is None or abs(away) < best[0]):
            best = (abs(away), week)
    for band in header.bands:
        band.week = band.week or (best[1] if best else None)


def set_day_bands(view: View, header: DayHeader, v_end: float) -> None:
    """Find where each day's column begins and ends, down to `v_end`."""
    rects = [view.rect(band.line) for band in header.bands]
    size = view.size
    names = sources_of(band.line for band in header.bands)
    body = [view.rect(line) for line in view.lines if names.isdisjoint(line.origins)]
    body = [rect for rect in body if header.v1 <= rect.cy <= v_end and rect.cx > rects[0].x0 - 4 * size]

    def cut(rail: Rail) -> float:
        return (view.u_seen(rail, header.v0, header.v1) + 2 * view.u_seen(rail, header.v1, v_end)) / 2

    spans = split_between(
        _with_their_columns(view, header),
        view.u_rails,
        cut,
        size=size,
        starts=[rect.x0 for rect in body],
        centres=[rect.cx for rect in body],
        # The column that holds for every day has longer texts and is often wider than a day's; the one before it may
        # share its heading.
        even=(not header.bands[0].every, not header.bands[-1].every),
        good=0.5 if header.bands[0].every or header.bands[-1].every else 0.75,
    )
    for band, (lo, hi) in zip(header.bands, spans, strict=True):
        band.lo, band.hi = lo, hi
    _leave_out_times(view, header, v_end)


def _leave_out_times(view: View, header: DayHeader, v_end: float) -> None:
    """End the first day's column before the times or numbers that stand between its edge and its name, where no other
    day has as many: they are the rows', and nothing is drawn between them and the days."""
    first, name = header.bands[0], view.rect(header.bands[0].line)
    rects = [(view.rect(line), line) for line in view.lines]
    rects = [(rect, line) for rect, line in rects if header.v1 < rect.cy < v_end and first.lo < rect.cx < header.u1]
    ahead = [(rect, line) for rect, line in rects if rect.x1 <= name.x0 and is_period(line.text)]
    counted = counts([label_key(line.text) for _, line in sorted(ahead, key=lambda item: item[0].cy)])
    labels = [rect for rect, line in rects if find_times(line.text) or (counted and is_period(line.text))]
    before = [rect.x1 for rect in labels if rect.x1 <= name.x0]
    if len(before) > 1 and len(before) > sum(rect.cx > first.hi for rect in labels):
        first.lo = max(before)


def _with_their_columns(view: View, header: DayHeader) -> list[tuple[float, float]]:
    """From where to where each day's heads reach: a column of rooms or people behind a day is that day's, one of times
    before it as well. Such heads become the header's."""
    spans = [(view.rect(band.line).x0, view.rect(band.line).x1) for band in header.bands]
    own = sources_of(band.line for band in header.bands)
    heads: list[Line] = []
    steps = [after[0] - before[0] for before, after in pairwise(spans)]
    others = [(view.rect(line), line) for line in view.lines if own.isdisjoint(line.origins)]
    level = sorted((item for item in others if header.v0 < item[0].cy < header.v1), key=lambda item: item[0].cx)
    found = [(rect, role, line) for rect, line in level if (role := column_role(line.text))]
    if parts := _fields_of_each(found, len(spans)):
        heads.extend(line for part in parts for *_, line in part)
        for band, part in zip(header.bands, parts, strict=True):
            band.fields = tuple((role, rect.cx) for rect, role, _ in part)
        header.below = list({line.id: line for line in [*header.below, *heads]}.values())
        return [(min(lo, part[0][0].x0), max(hi, part[-1][0].x1)) for (lo, hi), part in zip(spans, parts, strict=True)]
    for rect, role, line in found:
        before = sum(lo < rect.cx for lo, _ in spans) - 1
        if before < 0 or rect.cx > spans[-1][0] + max(steps, default=0.0):
            continue
        if role not in _OF_ROWS:
            spans[before] = (spans[before][0], max(spans[before][1], rect.x1))
            heads.append(line)
        elif before + 1 < len(spans):
            spans[before + 1] = (min(spans[before + 1][0], rect.x0), spans[before + 1][1])
            heads.append(line)
    header.below = list({line.id: line for line in [*header.below, *heads]}.values())
    return spans


def _fields_of_each(found: list[tuple[Rect, str, Line]], days: int) -> list[list[tuple[Rect, str, Line]]]:
    """A row of heads in the parts of as many days, where each has the same two or more; else empty.

    Heads of times and days before all of them are the rows'.
    """
    ahead = next((at for at, (_, role, _) in enumerate(found) if role not in _OF_ROWS), len(found))
    for first in range(ahead, -1, -1):
        each, left = divmod(len(found) - first, days)
        parts = [found[at : at + each] for at in range(first, len(found), each)] if each > 1 and not left else []
        if len({tuple(role for _, role, _ in part) for part in parts}) == 1:
            return parts
    return []


def without_repeated(view: View, header: DayHeader) -> View:
    """The view without the times' header where it stands once more between the days, at the same places."""
    over = [line for line in view.lines if view.rect(line).cx < header.u0 and header.v1 < view.rect(line).cy]
    places: dict[str, list[Rect]] = {}
    for line in over:
        places.setdefault(line.text, []).append(view.rect(line))

    def again(line: Line) -> bool:
        rect = view.rect(line)
        return rect.cx > header.u0 and any(rect.level(other) for other in places.get(line.text, ()))

    repeated = {line.id for line in view.lines if again(line)}
    timed = sum(bool(find_times(line.text)) for line in view.lines if line.id in repeated)
    if timed < _REPEATED:
        return view
    return replace(view, lines=[line for line in view.lines if line.id not in repeated])
