"""Reads a list of courses, as students' portals print it: a row each, with one or more cells that say day and time.

A cell that says when is known by what it says ("SELASA 10.20-12.00"), or by a day and a time right beside or above each
other in it. The rows are ruled, or parted by what is between their texts; which column is the course's is told by its
head, or it is the one of most words. A room's column holds for the meeting before it.
"""

import math
from dataclasses import dataclass, field, replace
from itertools import pairwise

from services.extractor.reading.axes.bands import split_between
from services.extractor.reading.axes.view import View
from services.extractor.reading.cell.cells import CellText, page_words, read_cells
from services.extractor.reading.cell.columns import Column, columns_of, name_column, set_heads, without_codes, wordiness
from services.extractor.reading.evidence.order import joined
from services.extractor.reading.lexicon.columns import head_role
from services.extractor.reading.lexicon.days import read_days
from services.extractor.reading.lexicon.times import resolve
from services.extractor.reading.lexicon.words import (
    before_person,
    is_free,
    is_person,
    is_room,
    people_and_rooms,
)
from services.extractor.reading.lists.meetingcells import MeetingCell, beside_days, under_days, under_each_other
from services.extractor.reading.model import HALF, BlockDraft, LayoutResult, Line, Rect, bounds, united

MIN_MEETINGS = 3
_LETTERS = 3
"""Of what takes place, at least."""
_MOST = 0.8
"""Of the lines that say when: how many say what, too, where they are a list by themselves."""
_HEAD = 4.0
"""Text heights from the first row up to where its head may stand, and from the last one down to where it ends."""


@dataclass(slots=True)
class _Row:
    lo: float
    hi: float
    cells: list[MeetingCell] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)


def read_courselist(view: View) -> LayoutResult | None:
    """Read the page as such a list; null if fewer than a few texts say when, or no column says what."""
    ways = [(view, cells) for cells in (under_each_other(view), *under_days(view))]
    if parted := _lessons_apart(view, ways[0][1]):
        ways.append((parted, under_each_other(parted)))
    read = [_read(page, cells) for page, cells in ways if len(cells) >= MIN_MEETINGS]
    if len(beside := beside_days(view)) >= MIN_MEETINGS:
        read.append(_read(view, beside, alone=True))
    found = [result for result in read if result]
    return max(found, key=lambda result: len(result.drafts), default=None)


def _lessons_apart(view: View, cells: list[MeetingCell]) -> View | None:
    """The page with what stands behind day and time as texts of their own, where most lines that say when say what, too
    ("07:00-07:50 - WED: Art (Bell)"); else null."""
    parts: dict[int, list[Line]] = {}
    for cell in cells:
        line, rest = cell.lines[0], "".join(cell.rest)
        at = line.text.rfind(rest.rstrip(")")) if len(cell.lines) == 1 and rest else -1
        if at > 0 and sum(map(str.isalpha, rest)) >= _LETTERS:
            edge = line.rect.x0 + line.rect.width * at / len(line.text)
            parts[line.id] = [
                line.part(line.text[:at].rstrip(" -–:"), replace(line.rect, x1=edge)),
                line.part(line.text[at:], replace(line.rect, x0=edge)),
            ]
    if len(parts) < max(MIN_MEETINGS, _MOST * len(cells)):
        return None
    # The lessons are one column, however long what stands before them is.
    column = max(part.rect.x0 for _, part in parts.values())
    for pair in parts.values():
        pair[1] = replace(pair[1], rect=replace(pair[1].rect, x0=column, x1=max(pair[1].rect.x1, column + 1)))
        pair[0] = replace(pair[0], rect=replace(pair[0].rect, x1=column - view.size))
    return replace(view, lines=[part for line in view.lines for part in parts.get(line.id, [line])])


def _read(view: View, cells: list[MeetingCell], *, alone: bool = False) -> LayoutResult | None:
    """Read a list whose cells say when.

    Args:
        alone: one column alone has words, for it may be a table of several classes.
    """
    rows, heads = _rows(view, cells)
    columns = _columns(view, rows)
    set_heads(columns, heads)
    timed = {line.id for cell in cells for line in cell.lines}
    others: list[Column] = []
    for column in columns:
        if any(line.id in timed for lines in column.cells.values() for line in lines):
            _take_rest(rows, column, timed)
        else:
            others.append(column)
    name = name_column(others, len(rows))
    if name is None:
        return None
    wordy = [each for each in others if each.role in (None, "name") and wordiness(each) > HALF * wordiness(name)]
    if alone and wordy != [name]:
        return None
    words = page_words(view.lines)
    named = [at for at in range(len(rows)) if at in name.cells]
    parts = _parts(name, named, alone=not alone and not name.head and bool(cells[0].over))
    places = [
        (lines, Rect(name.lo, rows[at].lo, name.hi, rows[at].hi)) for (lines, _), at in zip(parts, named, strict=True)
    ]
    result = LayoutResult("row list")
    result.use([*heads, *(line for cell in cells for line in cell.over)])
    others = [column for column in others if column is not name]
    for at, (_, codes), cell in zip(named, parts, read_cells(places, words), strict=True):
        _draw(result, rows[at], at, cell, codes, others)
    if len(result.drafts) < MIN_MEETINGS:
        return None
    area = bounds([*heads, *(line for row in rows for line in row.lines)])
    for draft in result.drafts:
        area = area.union(draft.rect)
    result.area = area
    return result


def _parts(name: Column, named: list[int], *, alone: bool) -> list[tuple[list[Line], list[str]]]:
    """Of some rows the lines that may be the name, and what else stands in the name's column.

    Args:
        alone: nothing says that more than the name stands there, however its words are printed.
    """
    parts = [without_codes(name.cells[at]) for at in named]
    whole = [united(lines, joined(lines)) for lines, _ in parts]
    told = [before_person(line.text) for line in whole]
    # "Module / Lecturer": all before the person is the name, however many lines it takes.
    with_persons = sum(each is not None for each in told) > HALF * len(parts)
    if not (alone or with_persons):
        return parts
    return [
        ([replace(line, text=each[0] if each else line.text, aside=None)], [*codes, each[1]] if each else codes)
        for line, each, (_, codes) in zip(whole, told, parts, strict=True)
    ]


def _rows(view: View, cells: list[MeetingCell]) -> tuple[list[_Row], list[Line]]:
    """The list's rows from the first meeting to the last, with their other texts; and the texts of their head."""
    own = {line.id for cell in cells for line in cell.lines}
    others = [line for line in view.lines if line.upright and line.id not in own]
    top, bottom = min(cell.rect.y0 for cell in cells), max(cell.rect.y1 for cell in cells)
    heads = _heads(view, [line for line in others if top - _HEAD * view.size < line.rect.cy < top])
    lo, hi = min(cell.rect.x0 for cell in cells), max(cell.rect.x1 for cell in cells)
    rails = sorted(rail.at for rail in view.v_rails if view.v_ruled(rail, lo, hi))
    edges = [at for at in rails if top < at < bottom]
    first = max((at for at in rails if at <= top), default=top - _HEAD * view.size)
    last = min((at for at in rails if at >= bottom), default=bottom + _HEAD * view.size)
    first = max([max(first, top - _HEAD * view.size), *(line.rect.y1 for line in heads)])
    last = min(last, bottom + _HEAD * view.size)
    known = {line.id for line in heads}
    inside = [line for line in others if first < line.rect.cy < last and line.id not in known]
    if len(edges) + 1 >= HALF * len(_level(cells)):
        rows = [_Row(lo, hi) for lo, hi in pairwise([first, *edges, last])]
        for row in rows:
            row.cells = [cell for cell in cells if row.lo <= cell.rect.cy < row.hi]
            row.lines = [line for line in inside if row.lo <= line.rect.cy < row.hi]
        return [row for row in rows if row.cells], heads
    return _spaced(view, cells, inside), heads


def _heads(view: View, above: list[Line]) -> list[Line]:
    """The lowest row of texts above a list that say what stands below them in more than one way."""
    told = {line.id: role for line in above if (role := head_role(line.text))}
    told |= {line.id: "day" for line in above if read_days(line.text, view.spoken)}
    seeds = sorted((line for line in above if line.id in told), key=lambda line: -line.rect.cy)
    rows = ([line for line in above if line.beside(seed)] for seed in seeds)
    return next((row for row in rows if len({told[line.id] for line in row if line.id in told}) > 1), [])


def _level(cells: list[MeetingCell]) -> list[list[MeetingCell]]:
    """The cells, those level with each other together, from the top."""
    found: list[list[MeetingCell]] = []
    for cell in sorted(cells, key=lambda each: each.rect.cy):
        if found and found[-1][-1].rect.level(cell.rect):
            found[-1].append(cell)
        else:
            found.append([cell])
    return found


def _spaced(view: View, cells: list[MeetingCell], lines: list[Line]) -> list[_Row]:
    """Rows that no rules part: a row of meetings is another course's if most columns have a text level with it."""
    under = [line for line in lines if any(line.rect.stacked(cell.rect) for cell in cells)]
    texts = [column.cells[0] for column in columns_of([[line for line in lines if line not in under]])]

    def begins(level: list[MeetingCell]) -> bool:
        seed = level[0].lines[0]
        share = sum(any(seed.beside(line) for line in column) for column in texts)
        return share >= HALF * sum(len(column) > HALF * len(levels) for column in texts)

    levels = _level(cells)
    rows: list[_Row] = []
    for level in levels:
        if not rows or begins(level):
            rows.append(_Row(0.0, 0.0))
        rows[-1].cells += level
    whole = [[line for cell in row.cells for line in cell.lines] for row in rows]
    middles = [bounds(each).cy for each in whole]
    for line in under:
        # A room under a time is in the middle of its row with it.
        whole[min(range(len(rows)), key=lambda at: abs(middles[at] - line.rect.cy))].append(line)
    rects = [bounds(each) for each in whole]
    spans = split_between(
        [(rect.y0, rect.y1) for rect in rects],
        [],
        lambda _: 0.0,
        size=view.size,
        starts=[line.rect.y0 for line in lines],
        centres=[line.rect.cy for line in lines],
    )
    for row, (lo, hi) in zip(rows, spans, strict=True):
        row.lo, row.hi = lo, hi
        row.lines = [line for line in lines if lo <= line.rect.cy < hi]
    return rows


def _columns(view: View, rows: list[_Row]) -> list[Column]:
    edges = [rail.at for rail in view.u_rails if view.u_seen(rail, rows[0].lo, rows[-1].hi) > HALF]
    return columns_of([[*row.lines, *(line for cell in row.cells for line in cell.lines)] for row in rows], edges)


def _take_rest(rows: list[_Row], column: Column, timed: set[int]) -> None:
    """Give a column's other texts to the meetings that they stand beside or under."""
    for at, lines in column.cells.items():
        own = [cell for cell in rows[at].cells if any(line in lines for line in cell.lines)]
        for line in lines:
            if own and line.id not in timed:
                nearest = min(own, key=lambda cell: abs(cell.rect.cy - line.rect.cy))
                nearest.rest.append(line.text)


def _draw(result: LayoutResult, row: _Row, at: int, cell: CellText, codes: list[str], columns: list[Column]) -> None:
    """A row's blocks: one for each day of each of its meetings."""
    result.use([*row.lines, *(line for each in row.cells for line in each.lines)])
    if not cell.name or is_free(cell.name):
        return
    told = [text for text in (*codes, cell.notes) if text]
    teacher = cell.teacher or next(filter(is_person, codes), None)
    rooms: list[tuple[float, str]] = []
    for column in columns:
        text = joined(column.cells.get(at, []))
        if not any(letter.isalnum() for letter in text):
            continue
        if column.role == "room" or (column.role is None and is_room(text) and column.lo > row.cells[0].rect.x1):
            rooms.append((column.lo, text))
            continue
        told.append(text)
        if column.role == "teacher" or (column.role is None and is_person(text)):
            teacher = teacher or text
    for when in sorted(row.cells, key=lambda each: (each.rect.y0, each.rect.x0)):
        behind = min((each.rect.x0 for each in row.cells if each.rect.x0 > when.rect.x1), default=math.inf)
        # The only room of a course is that of all its meetings.
        near = [text for x, text in rooms if when.rect.x1 < x < behind] or [
            text for _, text in rooms if len(rooms) == 1
        ]
        where = people_and_rooms([("", text) for text in when.rest])[1] or " ".join(near) or cell.room
        notes = told + when.rest + near
        for meeting in when.meetings:
            start, end = resolve(meeting.span)
            for day in meeting.days:
                result.drafts.append(
                    BlockDraft(
                        day=day,
                        name=cell.name,
                        rect=bounds([*row.lines, *when.lines]),
                        lines=[*cell.lines, *when.lines, *when.over],
                        start=start,
                        end=end,
                        source="printed",
                        notes=", ".join(notes) or None,
                        room=where,
                        teacher=teacher,
                        week=meeting.week,
                        certainty=cell.chance,
                        named=cell.chance,
                    )
                )
