"""Parts what a page or a document shows into its timetables: two classes beside or above each other, a class a page, a
row for each class within every day.

Tables are one week where they complete each other (mornings and afternoons, Monday to Wednesday and the rest); they are
several where they would be at the same time on the same days, or name different classes.
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from services.extractor.reading.decide.confidence import overlap
from services.extractor.reading.decide.meta import Meta, read_meta
from services.extractor.reading.lexicon.days import read_days
from services.extractor.reading.lexicon.labels import is_period
from services.extractor.reading.lexicon.times import find_times
from services.extractor.reading.model import BlockDraft, LayoutResult, Line, Rect, bounding

_CLASHING = 0.25
"""Of the blocks of the smaller table: how many may be at the same time as one of the other, if both are one week."""
_EVERY_DAY = 0.7
"""Of the days: on how many a class's label stands at least."""
_FEWEST_DAYS = 3
_LEVEL = 0.5
"""Of the smaller one: how much two tables share of the height or width in which they are level."""
_TITLE_LETTERS = 30
"""A longer text right above a table is a sentence."""
_TITLE_GAP = 3.0
"""Text sizes between a table and its title, at most."""


@dataclass(frozen=True)
class Week:
    """One of a page's timetables, and whose it is."""

    drafts: list[BlockDraft]
    meta: Meta


def weeks_of(lines: list[Line], result: LayoutResult) -> list[Week]:
    """A page's timetables, at least one, each under its own name."""
    whole = read_meta(lines, result.used, result.area)
    rows = by_group(result.drafts) or by_class_rows(result.drafts)
    if rows:
        return [Week(drafts, replace(whole, class_name=name)) for name, drafts in rows.items() if drafts]
    weeks = by_table(result.drafts)
    if len(weeks) == 1:
        return [Week(weeks[0], whole)]
    areas = [extent(week) for week in weeks]
    heads = [_above(lines, result.used, areas, index) for index in range(len(weeks))]
    metas = [read_meta(own, result.used, area) for own, area in zip(heads, areas, strict=True)]
    if not any(meta.class_name for meta in metas):
        titles = [
            _title([line for line in own if line.id not in meta.used], area)
            for own, area, meta in zip(heads, areas, metas, strict=True)
        ]
        if all(titles) and len({line.text for line in titles if line}) == len(titles):
            for meta, line in zip(metas, titles, strict=True):
                if line:
                    meta.class_name, meta.used = line.text.strip(" :.-–—"), meta.used | {line.id}
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
    over = [other.y1 for other in areas if other.y1 <= area.y0 + 1 and min(other.x1, area.x1) > max(other.x0, area.x0)]
    top = max(over, default=-math.inf)
    # A title often begins over the column of times, left of the days.
    left = max((other.x1 for other in areas if other.x1 <= area.x0 and _level(other, area)), default=-math.inf)
    return [
        line
        for line in lines
        if not used.issuperset(line.origins) and top <= line.rect.cy < area.y0 and left <= line.rect.cx <= area.x1
    ]


def _level(one: Rect, other: Rect) -> bool:
    return min(one.y1, other.y1) - max(one.y0, other.y0) > _LEVEL * min(one.height, other.height)


def _title(above: list[Line], area: Rect) -> Line | None:
    """The short text that stands right over a table, and is no header of it."""
    near = [
        line
        for line in above
        if area.y0 - line.rect.cy < _TITLE_GAP * line.size
        and 0 < len(line.text) <= _TITLE_LETTERS
        and not (find_times(line.text) or read_days(line.text) or is_period(line.text))
    ]
    return max(near, key=lambda line: (line.rect.cy, -line.rect.x0), default=None)


def by_table(drafts: Sequence[BlockDraft]) -> list[list[BlockDraft]]:
    """The drafts of each timetable, in the page's order."""
    tables: dict[int, list[BlockDraft]] = {}
    for draft in drafts:
        tables.setdefault(draft.table, []).append(draft)
    weeks: list[list[BlockDraft]] = []
    for table in _in_order(list(tables.values())):
        free = [week for week in weeks if not excludes(week, table)]
        # Of several, the one right above: in two columns of tables, each goes on in its own.
        target = max(free, key=lambda week: _share_columns(week, table), default=None)
        if target is None or (len(weeks) > 1 and not _share_columns(target, table) and weeks[-1] is not target):
            weeks.append(list(table))
        else:
            target.extend(table)
    return weeks


def _in_order(tables: list[list[BlockDraft]]) -> list[list[BlockDraft]]:
    """From the top down, and from the left where they are level."""
    waiting = sorted(((extent(table), table) for table in tables), key=lambda item: item[0].y0)
    out: list[list[BlockDraft]] = []
    while waiting:
        row = [item for item in waiting if _level(item[0], waiting[0][0])]
        out += [table for _, table in sorted(row, key=lambda item: item[0].x0)]
        waiting = [item for item in waiting if item not in row]
    return out


def excludes(one: Sequence[BlockDraft], other: Sequence[BlockDraft]) -> bool:
    """Whether two tables cannot be of one week: too much of the smaller would be at the same time as the other's."""
    small, large = sorted((one, other), key=len)
    clashing = sum(any(overlap(draft, each) for each in large) for draft in small)
    return clashing > max(1.0, _CLASHING * len(small))


def _share_columns(one: Sequence[BlockDraft], other: Sequence[BlockDraft]) -> bool:
    a, b = extent(one), extent(other)
    return min(a.x1, b.x1) - max(a.x0, b.x0) > _LEVEL * min(a.width, b.width)


def extent(drafts: Sequence[BlockDraft]) -> Rect:
    """The rectangle around some drafts and the days' names they stand under."""
    return bounding(draft.extent for draft in drafts)


def by_group(drafts: Sequence[BlockDraft]) -> dict[str, list[BlockDraft]]:
    """The drafts of each class of a table that has rows or columns for several; empty for any other."""
    groups = dict.fromkeys(draft.group for draft in drafts if draft.group)
    return {group: [draft for draft in drafts if draft.group == group] for group in groups}


def by_class_rows(drafts: Sequence[BlockDraft]) -> dict[str, list[BlockDraft]]:
    """The drafts of each class, where every day has a row (or a column) for each of several.

    Their labels were taken for blocks: without a time, each on nearly every day, beside each other within it. What
    reaches over several rows is each of these classes'.

    Returns:
        By label, in the page's order; empty if there are no such rows.
    """
    days = {draft.day for draft in drafts}
    labels = [draft for draft in drafts if draft.start is None and draft.lane is not None]
    # Once for each day, in the page's order.
    on = Counter(name for name, _ in dict.fromkeys((draft.name, draft.day) for draft in labels))
    names = [name for name, count in on.items() if count >= max(_FEWEST_DAYS, _EVERY_DAY * len(days))]
    heads = [draft for draft in labels if draft.name in names]
    if len(names) < 2 or max(Counter((draft.name, draft.day) for draft in heads).values()) > 1:
        return {}
    out: dict[str, list[BlockDraft]] = {}
    for name in names:
        rows = {draft.day: draft.lane for draft in heads if draft.name == name}
        own = [
            draft
            for draft in drafts
            if draft not in heads and draft.day in rows and _in_row(draft, rows[draft.day] or (0.0, 0.0))
        ]
        out[name] = own
    return out


def _in_row(draft: BlockDraft, row: tuple[float, float]) -> bool:
    return draft.lane is None or draft.lane[0] <= (row[0] + row[1]) / 2 <= draft.lane[1]
