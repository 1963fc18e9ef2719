"""Cells that hold nothing but a room or a person, next to the cell of the lesson: a lesson in several cells."""

from collections.abc import Callable
from dataclasses import replace

from services.extractor.reading.axes.bands import TimeBand
from services.extractor.reading.axes.series import DayBand
from services.extractor.reading.axes.view import View
from services.extractor.reading.evidence.order import joined
from services.extractor.reading.evidence.typography import likeness
from services.extractor.reading.lexicon.times import find_times
from services.extractor.reading.lexicon.words import is_aside
from services.extractor.reading.model import Line, Rect
from services.extractor.reading.table.regions import Region
from services.extractor.reading.table.timecells import behind, below

_SMALLER = 0.82
"""Likeness of prints below which one is a note's."""
_LEAST = 3
_MOST = 0.8
"""Share of the cells next to another one of the same day and time that hold notes."""


def with_their_notes(regions: list[Region], size: float) -> list[Region]:
    """The cells, each with the cells of its notes next to it, where a table has a row or a column for these.

    Args:
        regions: a table's cells, times joined with what happens then.
        size: height of its text.

    Returns:
        The same cells where fewer than three, or not most of those next to another one, hold notes: then they are
        lessons at the same time.
    """
    for beside in (behind, below):
        regions = _joined_along(regions, beside, size)
    return regions


def with_their_rest(regions: list[Region], bands: list[TimeBand]) -> list[Region]:
    """The cells, those of one row that goes on below its first line whole: all of a day's texts in it."""
    out: dict[tuple[tuple[int, ...], int, int] | int, Region] = {}
    for region in sorted(regions, key=lambda each: each.rect.y0):
        whole = region.first == region.last and bands[region.first].several
        key = (tuple(region.days), region.first, region.last) if whole else id(region)
        above = out.get(key)
        out[key] = (
            replace(above, rect=above.rect.union(region.rect), lines=above.lines + region.lines) if above else region
        )
    return list(out.values())


def with_headed_fields(view: View, days: list[DayBand], regions: list[Region]) -> list[Region]:
    """The cells, those under the heads of one lesson's fields ("Subject", "Room") whole, each text with its field.

    A field's cell over several lessons is each one's, but a text of its own beside one of them is that one's.
    """
    told = [_told(view, days, region) for region in regions]
    fields = [region for region in told if all(line.field not in (None, "name") for line in region.lines)]
    lessons = [region for region in told if any(line.field == "name" for line in region.lines)]
    taken = {id(region) for region in lessons}
    out: list[Region] = []
    for region in lessons:
        beside = [
            other
            for other in fields
            if other.days == region.days and other.first <= region.last and region.first <= other.last
        ]
        taken |= {id(other) for other in beside}
        x0 = min([region.rect.x0, *(other.rect.x0 for other in beside)])
        x1 = max([region.rect.x1, *(other.rect.x1 for other in beside)])
        lines = [line for other in beside for line in _level(view, other, region)]
        out.append(replace(region, rect=replace(region.rect, x0=x0, x1=x1), lines=[*region.lines, *lines]))
    return [*out, *(region for region in told if id(region) not in taken)]


def _level(view: View, field: Region, lesson: Region) -> list[Line]:
    """The texts of a field's cell that stand beside a lesson; all where none does, or there is one alone."""
    level = [line for line in field.lines if lesson.rect.y0 < view.rect(line).cy < lesson.rect.y1]
    return level if level and len(field.lines) > 1 else field.lines


def _told(view: View, days: list[DayBand], region: Region) -> Region:
    """A cell, its texts with the fields that they stand under."""
    fields = days[region.days[0]].fields if len(region.days) == 1 else ()
    if [role for role, _ in fields].count("name") != 1:
        return region

    def field(line: Line) -> str:
        return min(fields, key=lambda each: abs(each[1] - view.rect(line).cx))[0]

    return replace(region, lines=[replace(line, field=field(line)) for line in region.lines])


def with_their_fields(regions: list[Region], size: float) -> list[Region]:
    """The cells, those beside each other whole where columns are parted into a lesson's fields (teacher, name, room).

    So they are in most places, and with other words in each: lessons at once have the same words now and then.
    """
    rows: list[list[Region]] = []
    for region in sorted(regions, key=lambda each: (each.days, each.first, each.rect.y0, each.rect.x0)):
        last = rows[-1][-1] if rows else None
        if last and last.days == region.days and len(region.days) == 1 and behind(last.rect, region.rect, size):
            rows[-1].append(region)
        else:
            rows.append([region])
    lessons = [row for row in rows if not all(find_times(joined(region.lines)) for region in row)]
    parted = [row for row in lessons if len(row) > 1]
    words: list[set[str]] = [set() for _ in range(max(map(len, parted), default=0))]
    for row in parted:
        for at, region in enumerate(row):
            words[at].add(joined(region.lines).casefold())
    if len(parted) < max(_LEAST, _MOST * len(lessons)) or sum(map(len, words)) > len(set[str]().union(*words)):
        return regions
    out: list[Region] = []
    for row in rows:
        # A field that is blank on this row is a part of the cell, too.
        column = [region.rect for region in regions if region.days == row[0].days]
        x0, x1 = min(rect.x0 for rect in column), max(rect.x1 for rect in column)
        rect = replace(row[0].rect, x0=x0, x1=x1, y1=max(region.rect.y1 for region in row))
        out.append(replace(row[0], rect=rect, lines=[line for region in row for line in region.lines]))
    return out


def _joined_along(regions: list[Region], beside: Callable[[Rect, Rect, float], bool], size: float) -> list[Region]:
    by_place: dict[tuple[tuple[int, ...], int, int], list[Region]] = {}
    for region in regions:
        by_place.setdefault((tuple(region.days), region.first, region.last), []).append(region)
    before: dict[int, Region] = {}
    for place in by_place.values():
        for region in place:
            hosts = [other for other in place if other is not region and beside(other.rect, region.rect, size)]
            if len(hosts) == 1:
                before[id(region)] = hosts[0]

    def lesson(region: Region) -> Region:
        """The cell that a row of cells next to each other begins with."""
        while id(region) in before:
            region = before[id(region)]
        return region

    later = [region for region in regions if id(region) in before]
    notes = [region for region in later if _is_note(region, lesson(region))]
    if len(notes) < max(_LEAST, _MOST * len(later)):
        return regions
    whole = {id(region): region for region in regions}
    for note in notes:
        first = whole[id(lesson(note))]
        whole[id(lesson(note))] = replace(first, rect=first.rect.union(note.rect), lines=first.lines + note.lines)
        del whole[id(note)]
    return [whole[id(region)] for region in regions if id(region) in whole]


def _is_note(region: Region, lesson: Region) -> bool:
    """Whether a cell says a room or a person, or is printed smaller than the lesson's."""
    if is_aside(joined(region.lines)):
        return not is_aside(joined(lesson.lines))
    one, other = lesson.lines[0].type, region.lines[0].type
    alike = likeness(one, other) if one and other else None
    return alike is not None and alike < _SMALLER
