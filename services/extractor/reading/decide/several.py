"""Parts what a page or a document shows into its timetables: two classes beside or above each other, a class a page, a
row for each class within every day.

Tables are one week where they complete each other (mornings and afternoons, Monday to Wednesday and the rest); they are
several where they would be at the same time on the same days, or name different classes.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from services.extractor.reading.decide.confidence import overlap
from services.extractor.reading.decide.meta import Meta, read_meta
from services.extractor.reading.model import BlockDraft, LayoutResult, Line, Rect, bounding

_CLASHING = 0.25
"""Of the blocks of the smaller table: how many may be at the same time as one of the other, if both are one week."""


@dataclass(frozen=True)
class Week:
    """One of a page's timetables, and whose it is."""

    drafts: list[BlockDraft]
    meta: Meta


def weeks_of(lines: list[Line], result: LayoutResult) -> list[Week]:
    """A page's timetables, at least one, each under its own name."""
    whole = read_meta(lines, result.used, result.area)
    rows = by_group(result.drafts)
    if rows:
        return [Week(drafts, replace(whole, class_name=name)) for name, drafts in rows.items() if drafts]
    weeks = by_table(result.drafts)
    if len(weeks) == 1:
        return [Week(weeks[0], whole)]
    areas = [extent(week) for week in weeks]
    heads = [_above(lines, result.used, areas, index) for index in range(len(weeks))]
    metas = [read_meta(own, result.used, area) for own, area in zip(heads, areas, strict=True)]
    named = any(meta.class_name for meta in metas)
    for meta in metas:
        # What stands over all of them is each one's, but for a name where they have their own.
        meta.class_name = meta.class_name or (None if named else whole.class_name)
        meta.teacher = meta.teacher or (whole.teacher if sum(bool(each.teacher) for each in metas) < 2 else None)
        meta.term, meta.year = meta.term or whole.term, meta.year or whole.year
        meta.used |= whole.used
    return [Week(week, meta) for week, meta in zip(weeks, metas, strict=True)]


def _above(lines: list[Line], used: set[int], areas: list[Rect], index: int) -> list[Line]:
    """The texts over a table and below what stands over it."""
    area = areas[index]
    over = [other.y1 for other in areas if other.y1 <= area.y0 + 1 and other.stacked(area, 0)]
    top = max(over, default=-math.inf)
    # A title often begins over the column of times, left of the days.
    left = max((other.x1 for other in areas if other.x1 <= area.x0 and other.level(area)), default=-math.inf)
    return [
        line
        for line in lines
        if not used.issuperset(line.origins) and top <= line.rect.cy < area.y0 and left <= line.rect.cx <= area.x1
    ]


def by_table(drafts: Sequence[BlockDraft]) -> list[list[BlockDraft]]:
    """The drafts of each timetable, in the page's order."""
    tables: dict[int, list[BlockDraft]] = {}
    for draft in drafts:
        tables.setdefault(draft.table, []).append(draft)
    weeks: list[list[BlockDraft]] = []
    for table in _in_order(list(tables.values())):
        free = [week for week in weeks if not excludes(week, table)]
        if free:
            free[0].extend(table)
        else:
            weeks.append(list(table))
    return weeks


def _in_order(tables: list[list[BlockDraft]]) -> list[list[BlockDraft]]:
    """From the top down, and from the left where they are level."""
    waiting = sorted(((extent(table), table) for table in tables), key=lambda item: item[0].y0)
    out: list[list[BlockDraft]] = []
    while waiting:
        row = [item for item in waiting if item[0].level(waiting[0][0])]
        out += [table for _, table in sorted(row, key=lambda item: item[0].x0)]
        waiting = [item for item in waiting if item not in row]
    return out


def excludes(one: Sequence[BlockDraft], other: Sequence[BlockDraft]) -> bool:
    """Whether two tables cannot be of one week: too much of the smaller would be at the same time as the other's."""
    small, large = sorted((one, other), key=len)
    clashing = sum(any(overlap(draft, each) for each in large) for draft in small)
    return clashing > max(1.0, _CLASHING * len(small))


def extent(drafts: Sequence[BlockDraft]) -> Rect:
    """The rectangle around some drafts and the days' names they stand under."""
    return bounding(draft.extent for draft in drafts)


def by_group(drafts: Sequence[BlockDraft]) -> dict[str, list[BlockDraft]]:
    """The drafts of each class of a table that has rows or columns for several; empty for any other."""
    groups = dict.fromkeys(draft.group for draft in drafts if draft.group)
    return {group: [draft for draft in drafts if draft.group == group] for group in groups}
