"""Reads a list: one row a lesson, with a column for the day, one for the time and some for what and where.

The header row names the columns ("Day | Time | Module | Location / Staff"); without one, columns are known by what
stands in them. A day or a time printed once holds for the rows below it until the next one.
The days' column needs no head, and one head ("Subjects") may stand over several cells of lessons at once.
"""

import re
from dataclasses import dataclass, field, replace

from services.extractor.reading.axes.bands import split_between
from services.extractor.reading.axes.view import RULED, View
from services.extractor.reading.cell.cells import page_words, read_cell
from services.extractor.reading.evidence.rules import Rail
from services.extractor.reading.lexicon.classes import is_class
from services.extractor.reading.lexicon.columns import column_role, is_title
from services.extractor.reading.lexicon.days import days_of_pattern, read_days
from services.extractor.reading.lexicon.times import Span, find_times, resolve
from services.extractor.reading.lexicon.words import is_free, is_person, is_room
from services.extractor.reading.lists.meetingcells import told_by_place
from services.extractor.reading.model import HALF, BlockDraft, LayoutResult, Line, Rect, bounds, sources_of, united
from shared.messages import Day

MIN_ROWS = 3


@dataclass(slots=True)
class _Column:
    role: str
    lo: float = 0.0
    hi: float = 0.0


@dataclass(slots=True)
class _Row:
    lo: float
    hi: float
    cells: dict[int, list[Line]] = field(default_factory=dict)
    lane: tuple[float, float] | None = None
    """Where the lesson's cell begins and ends, of a row of several."""


def read_rowlist(view: View) -> LayoutResult | None:
    """Read the page as such a list; null if its columns of days and times are not there."""
    found = _header(view)
    if found is None:
        return None
    columns, header = found
    bottom = max(line.rect.y1 for line in view.lines)
    top = bounds(header).y1
    below = [line for line in view.lines if line.rect.cy > top and line.id not in {each.id for each in header}]
    _set_columns(view, columns, header, top, bottom)
    rows = _rows(view, columns, below, bottom)
    if len(rows) < MIN_ROWS:
        return None
    if (edge := _edge(view, rows, columns[-1])) > columns[-1].hi:
        columns[-1].hi = edge
        rows = _rows(view, columns, below, bottom)
    result = LayoutResult("row list", used=sources_of(header))
    words = page_words(view.lines)
    for row, days, day_lines in _days_of_rows(view, rows, columns):
        result.use(day_lines)
        if days:
            for part in _lessons(view, row, columns):
                _read_row(part, columns, days, day_lines, words, result)
    if result.drafts:
        rects = [draft.rect for draft in result.drafts]
        area = bounds(header)
        for rect in rects:
            area = area.union(rect)
        result.area = area
    return result if len(result.drafts) >= MIN_ROWS else None


def _header(view: View) -> tuple[list[_Column], list[Line]] | None:
    """The row of column names: it must name the day and a time; the lesson's column is the first that is left, if none
    names it."""
    for seed in sorted(view.lines, key=lambda line: line.rect.cy):
        role = column_role(seed.text)
        if role not in ("day", "time"):
            continue
        row = [line for line in view.lines if seed.beside(line)]
        row.sort(key=lambda line: line.rect.x0)
        if role == "time":
            row = _with_days(view, seed, row)
        roles = ["day" if not line.text else _role(line.text) for line in row]
        if "day" not in roles:
            continue
        classes = [role is None and _is_class(line.text) for role, line in zip(roles, row, strict=True)]
        if sum(classes) > 1:
            # A column for each of several classes.
            continue
        if "name" not in roles and None in roles:
            roles[roles.index(None)] = "name"
        if ("time" in roles or "start" in roles) and "name" in roles:
            # "Course | Title", "Activity | Title | Type": the code goes with the name.
            titles = [at for at, line in enumerate(row) if is_title(line.text)] or [roles.index("name")]
            roles = ["notes" if role == "name" and at != titles[0] else role for at, role in enumerate(roles)]
            return [_Column(role or "notes") for role in roles], row
    return None


def _with_days(view: View, first: Line, row: list[Line]) -> list[Line]:
    """A header whose first column says that it is of times, with a head without text over the days before it."""
    days = [line for line in view.lines if line.rect.y0 > first.rect.y1 and line.rect.x1 < first.rect.x0]
    days = [line for line in days if read_days(line.text, view.spoken)]
    if row[0] is not first or len(days) < MIN_ROWS:
        return row
    beside = bounds(days)
    return [replace(united(days, ""), rect=Rect(beside.x0, first.rect.y0, beside.x1, first.rect.y1), sources=()), *row]


def _role(text: str) -> str | None:
    """What stands in a column, as its head says, or a word of it: the lesson's, else the last ("Module Title")."""
    if (whole := column_role(text)) is not None:
        return whole
    roles = [role for part in text.split() if (role := column_role(part))]
    return "name" if "name" in roles else next(reversed(roles), None)


def _is_class(text: str) -> bool:
    return is_class(text) or len(text.strip()) == 1


def _set_columns(view: View, columns: list[_Column], header: list[Line], top: float, bottom: float) -> None:
    body = [line.rect for line in view.lines if line.rect.cy > top]

    def cut(rail: Rail) -> float:
        return view.u_seen(rail, top, bottom)

    spans = split_between(
        [(line.rect.x0, line.rect.x1) for line in header],
        view.u_rails,
        cut,
        size=view.size,
        starts=[rect.x0 for rect in body],
        centres=[rect.cx for rect in body],
    )
    for column, (lo, hi) in zip(columns, spans, strict=True):
        column.lo, column.hi = lo, hi


def _edge(view: View, rows: list[_Row], last: _Column) -> float:
    """Where the table ends behind its last head: at the last rule that its rows run on to, over several cells maybe."""
    edge = last.hi
    for rail in sorted(view.u_rails, key=lambda each: each.at):
        if rail.at > edge + view.size and view.u_seen(rail, rows[0].lo, rows[-1].hi) >= RULED:
            if sum(view.v_drawn(row.lo, edge, rail.at) for row in rows) <= HALF * len(rows):
                break
            edge = rail.at
    return edge


def _rows(view: View, columns: list[_Column], below: list[Line], bottom: float) -> list[_Row]:
    """Rows by their times: every lesson prints one, and each other line belongs to the nearest."""
    at = next(i for i, column in enumerate(columns) if column.role in ("time", "start"))
    anchors = [line for line in below if columns[at].lo <= line.rect.cx <= columns[at].hi and find_times(line.text)]
    anchors.sort(key=lambda line: line.rect.cy)
    if len(anchors) < MIN_ROWS:
        return []

    def cut(rail: Rail) -> float:
        return view.v_seen(rail, columns[0].lo, columns[-1].hi)

    spans = split_between(
        [(line.rect.y0, line.rect.y1) for line in anchors],
        view.v_rails,
        cut,
        size=view.size,
        starts=[line.rect.y0 for line in below],
        centres=[line.rect.cy for line in below],
    )
    rows = [_Row(lo, hi) for lo, hi in spans]
    for line in below:
        for row in rows:
            if row.lo <= line.rect.cy <= row.hi:
                index = next((i for i, col in enumerate(columns) if col.lo <= line.rect.cx <= col.hi), None)
                if index is not None:
                    row.cells.setdefault(index, []).append(line)
                break
    return rows


def _days_of_rows(
    view: View, rows: list[_Row], columns: list[_Column]
) -> list[tuple[_Row, tuple[Day, ...], list[Line]]]:
    """Each row's days: those of the ruled cell it lies beside, else the last that were printed above it."""
    column = next(column for column in columns if column.role == "day")
    rails = [
        rail.at
        for rail in view.v_rails
        if view.v_ruled(rail, column.lo, column.hi) and rows[0].lo - view.size < rail.at < rows[-1].hi + view.size
    ]
    named = [
        (line, days)
        for row in rows
        for line in _of(row, columns, "day")
        if (days := read.days if (read := read_days(line.text, view.spoken)) else days_of_pattern(line.text))
    ]
    days_of = {line.id: days for line, days in named}
    texts = [line for row in rows for line in _of(row, columns, "day")]
    named += told_by_place([(line, days_of.get(line.id, ())) for line in texts])
    out: list[tuple[_Row, tuple[Day, ...], list[Line]]] = []
    last: tuple[tuple[Day, ...], list[Line]] = ((), [])
    for row in rows:
        middle = (row.lo + row.hi) / 2
        cell = sum(rail < middle for rail in rails)
        beside = [(line, days) for line, days in named if sum(rail < line.rect.cy for rail in rails) == cell]
        own = [item for item in named if row.lo <= item[0].rect.cy <= row.hi]
        if len(beside) == 1 and len(rails) >= 2:
            last = (beside[0][1], [beside[0][0]])
        elif own:
            last = (own[0][1], [own[0][0]])
        out.append((row, *last))
    return out


def _lessons(view: View, row: _Row, columns: list[_Column]) -> list[_Row]:
    """A row, once for each cell that rules part the lesson's into: what is at once under one head ("Subjects")."""
    at = next(index for index, column in enumerate(columns) if column.role == "name")
    column, lines = columns[at], row.cells.get(at, [])
    rails = [
        rail.at
        for rail in sorted(view.u_rails, key=lambda each: each.at)
        if column.lo + view.size < rail.at < column.hi - view.size
        and view.u_seen(rail, row.lo, row.hi) >= RULED
        and not any(line.rect.x0 < rail.at < line.rect.x1 for line in lines)
    ]
    parts: dict[int, list[Line]] = {}
    for line in lines:
        parts.setdefault(sum(rail < line.rect.cx for rail in rails), []).append(line)
    if len(parts) <= 1:
        return [row]
    edges = [column.lo, *rails, column.hi]
    return [
        replace(row, cells=row.cells | {at: part}, lane=(edges[number], edges[number + 1]))
        for number, part in sorted(parts.items())
    ]


def _of(row: _Row, columns: list[_Column], role: str) -> list[Line]:
    return [line for index, lines in sorted(row.cells.items()) if columns[index].role == role for line in lines]


def _read_row(
    row: _Row,
    columns: list[_Column],
    days: tuple[Day, ...],
    day_line: list[Line],
    words: frozenset[str],
    result: LayoutResult,
) -> None:
    name_lines = _of(row, columns, "name")
    time_lines = _of(row, columns, "time") + _of(row, columns, "start") + _of(row, columns, "end")
    spans = [span for line in time_lines for span in find_times(line.text)]
    lines = [line for cell in row.cells.values() for line in cell]
    result.use(lines)
    if not name_lines or not spans:
        return
    column = next(column for column in columns if column.role == "name")
    lo, hi = row.lane or (column.lo, column.hi)
    cell = read_cell(name_lines, Rect(lo, row.lo, hi, row.hi), words)
    if not cell.name or is_free(cell.name):
        return
    span = spans[0]
    if span.end is None and len(spans) > 1:
        span = Span(span.start, spans[1].start, span.at)
    start, end = resolve(span)
    notes = [cell.notes] if cell.notes else []
    room, teacher = cell.room, cell.teacher
    for index, cell_lines in sorted(row.cells.items()):
        role = columns[index].role
        if role not in ("room", "teacher", "notes"):
            continue
        text = " ".join(line.text for line in sorted(cell_lines, key=lambda each: (each.rect.cy, each.rect.x0)))
        notes.append(text)
        for part in (each.strip() for each in re.split(r"[,;/]", text)):
            if teacher is None and (is_person(part) or role == "teacher"):
                teacher = part
            elif room is None and (is_room(part) or role == "room"):
                room = part
    for day in days:
        result.drafts.append(
            BlockDraft(
                day=day,
                name=cell.name,
                rect=Rect(row.lane[0], row.lo, row.lane[1], row.hi)
                if row.lane
                else Rect(columns[0].lo, row.lo, columns[-1].hi, row.hi),
                lane=row.lane,
                lines=list({line.id: line for line in [*day_line, *lines]}.values()),
                start=start,
                end=end,
                source="printed",
                notes=", ".join(notes) or None,
                room=room,
                teacher=teacher,
                certainty=cell.chance,
                named=cell.chance,
            )
        )
