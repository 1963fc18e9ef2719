"""Cells of a list that say when a course meets: day and time in one, or times in a column under a day's name."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import groupby

from services.extractor.reading.axes.headers import find_day_headers, set_day_bands
from services.extractor.reading.axes.view import View
from services.extractor.reading.lexicon.days import DayText, read_days
from services.extractor.reading.lexicon.meetings import Meeting, read_meetings
from services.extractor.reading.lexicon.times import Span, find_times, without_times
from services.extractor.reading.lexicon.words import is_keyed, is_person, is_room
from services.extractor.reading.model import HALF, Line, Rect, bounds
from shared.messages import DAYS, Day

_BETWEEN = 2.0
"""Text heights between a day and the time that stands under it in one cell, at most."""
_TIMES = 0.8
"""Of the texts under days' names: how many say times or rooms at least where rows say what takes place then."""
_FEWEST = 3
"""Days that make a column."""


@dataclass(slots=True)
class MeetingCell:
    """A cell that says when, with what else stands in it."""

    meetings: tuple[Meeting, ...]
    lines: list[Line]
    rest: list[str]
    over: list[Line] = field(default_factory=list)
    """The day's name, where that heads its column."""

    @property
    def rect(self) -> Rect:
        return bounds(self.lines)


def under_each_other(view: View) -> list[MeetingCell]:
    """The texts that say day and time, from the top: one that says both, or a day with the time under or behind it.

    Returns:
        None where most of them stand under no other.
    """
    lines = [line for line in view.lines if line.upright]
    found = [
        MeetingCell(meetings, [line], [rest] if rest else [])
        for line in lines
        for meetings, rest in (read_meetings(line.text, view.spoken),)
        if meetings
    ]
    times = [(line, spans) for line in lines if (spans := _only_times(line.text))]
    told = {line.id: day for line, day in _days_column(view)}
    for line in lines:
        day = told.get(line.id) or read_days(line.text, view.spoken)
        if day and (own := _time_of(line, times, lines)):
            found.append(MeetingCell((Meeting(day.days, own[1], day.week),), [line, *own[0]], []))
    rects = [cell.rect for cell in found]
    under = sum(any(one is not other and one.stacked(other) for other in rects) for one in rects)
    return sorted(found, key=lambda cell: cell.rect.cy) if under > HALF * len(rects) else []


def under_days(view: View) -> Iterator[list[MeetingCell]]:
    """For each row of days' names the times under them, where nothing but times and rooms stands there."""
    for header in find_day_headers(view):
        body = [line for line in view.lines if line.rect.cy > header.v1 and line.upright]
        set_day_bands(view, header, max((line.rect.y1 for line in body), default=header.v1))
        inside = [(line, band) for line in body for band in header.bands if band.lo <= line.rect.cx < band.hi]
        found = [
            MeetingCell((Meeting((band.day,), spans[0], band.week),), [line], [rest] if rest else [], [band.line])
            for line, band in inside
            for spans, rest in (_times(line.text),)
            if len(spans) == 1 and (not rest or _is_place(rest))
        ]
        # What stands below the table is none of its cells.
        end = max((cell.rect.y1 for cell in found), default=header.v1) + _BETWEEN * view.size
        texts = [line.text for line, _ in inside if line.rect.cy < end]
        if len(found) + sum(map(_is_place, texts)) > _TIMES * len(texts):
            yield sorted(found, key=lambda cell: cell.rect.cy)


def beside_days(view: View) -> list[MeetingCell]:
    """The times in one column beside a column of days' names, each of which holds for several rows.

    A day is that of the times in its ruled cell, or of those from its height on.
    """
    column = _days_column(view)
    if len({read.days for _, read in column}) < _FEWEST:
        return []
    edge = max(line.rect.x1 for line, _ in column)
    times = [
        (line, spans[0])
        for line in view.lines
        if line.upright and line.rect.x0 > edge and len(spans := _only_times(line.text)) == 1 and spans[0].end
    ]
    next_to = min((line.rect.cx for line, _ in times), default=0.0)
    times = [(line, span) for line, span in times if line.rect.x0 < next_to < line.rect.x1]
    first = min(line.rect.x0 for line, _ in column)
    rails = [rail.at for rail in view.v_rails if view.v_ruled(rail, first, edge)]

    def day_of(line: Line) -> tuple[Line, DayText] | None:
        cell = sum(at < line.rect.cy for at in rails)
        inside = [each for each in column if sum(at < each[0].rect.cy for at in rails) == cell]
        above = [each for each in column if each[0].rect.y0 < line.rect.cy]
        return inside[0] if len(inside) == 1 else max(above, key=lambda each: each[0].rect.cy, default=None)

    timed = [(line, span, day) for line, span in times if (day := day_of(line))]
    if len(timed) <= len(column):
        return []
    return [MeetingCell((Meeting(read.days, span, read.week),), [line], [], [day]) for line, span, (day, read) in timed]


def _days_column(view: View) -> list[tuple[Line, DayText]]:
    """The days' names that stand under the leftmost one, with those that their place tells."""
    days = [(line, read) for line in view.lines if (read := read_days(line.text, view.spoken))]
    first = min((line.rect.x0 for line, _ in days), default=0.0)
    column = [(line, read) for line, read in days if line.rect.x0 < first + _BETWEEN * view.size]
    edge = max((line.rect.x1 for line, _ in column), default=0.0)
    known = {line.id: read.days for line, read in column}
    texts = sorted((line for line in view.lines if first <= line.rect.cx <= edge), key=lambda line: line.rect.cy)
    told = told_by_place([(line, known.get(line.id, ())) for line in texts])
    return column + [(line, DayText(days)) for line, days in told]


def told_by_place(texts: list[tuple[Line, tuple[Day, ...]]]) -> list[tuple[Line, tuple[Day, ...]]]:
    """The texts of a column of days that name none: where all those between two days say the same, and one day stands
    between these, they are that one ("roda" between Tuesday and Thursday).

    Args:
        texts: the column's, from the top, each with the days that it names.
    """
    runs = [(days, [line for line, _ in run]) for days, run in groupby(texts, key=lambda each: each[1])]
    found: list[tuple[Line, tuple[Day, ...]]] = []
    for (before, _), (days, lines), (after, _) in zip(runs, runs[1:], runs[2:], strict=False):
        if not days and before and after and len({line.text for line in lines}) == 1:
            missing = DAYS[DAYS.index(before[-1]) + 1 : DAYS.index(after[0])]
            found += [(line, missing) for line in lines if len(missing) == 1]
    return found


def _is_place(text: str) -> bool:
    """Whether a text says a room or a person and nothing else."""
    return is_room(text) or is_person(text) or is_keyed(text)


def _times(text: str) -> tuple[list[Span], str]:
    """A text's times, and what else it says."""
    spans = find_times(text)
    return spans, without_times(text, spans).strip(" /\\") if spans else text


def _only_times(text: str) -> list[Span]:
    """The times that a text consists of."""
    spans, rest = _times(text)
    return [] if any(letter.isalnum() for letter in rest) else spans


def _time_of(day: Line, times: list[tuple[Line, list[Span]]], lines: list[Line]) -> tuple[list[Line], Span] | None:
    """The time right under a day, or next behind it: a range, or a start and the end behind that."""
    for line, spans in times:
        under = 0 < line.rect.cy - day.rect.cy < _BETWEEN * day.size and day.rect.stacked(line.rect)
        if under and len(spans) == 1 and spans[0].end is not None:
            return [line], spans[0]
    behind = [line for line in lines if line.rect.x0 > day.rect.cx and day.beside(line)]
    behind.sort(key=lambda line: line.rect.x0)
    read = [_only_times(line.text) for line in behind[:2]]
    if read and len(read[0]) == 1 and read[0][0].end is not None:
        return behind[:1], read[0][0]
    if len(read) > 1 and len(read[0]) == len(read[1]) == 1 and read[1][0].end is None:
        return behind[:2], replace(read[0][0], end=read[1][0].start)
    return None
