"""Reads lists under day headings: one list a day, or one that several days share, of times and what happens then.

A heading is a text of nothing but day names ("Monday, Tuesday, Thursday"). What stands below it, down to the next
heading and across to the next list, is its list. An entry begins at each line with a time; its name stands beside the
time, or right below it as on cards.
"""

from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from services.extractor.reading.axes.view import View
from services.extractor.reading.cell.cells import page_words, read_cells
from services.extractor.reading.evidence.order import in_reading_order
from services.extractor.reading.lexicon.days import DayText, read_days
from services.extractor.reading.lexicon.labels import is_period
from services.extractor.reading.lexicon.times import Span, find_times, resolve_all, without_times
from services.extractor.reading.lexicon.words import is_free
from services.extractor.reading.model import BlockDraft, LayoutResult, Line, Rect, bounds
from shared.messages import DAYS, TimeSource

MIN_ENTRIES = 3
TABLE = 0.93
"""What lists are worth whose entries stand in rows: so do a table's cells, and lists know nothing of merged ones."""
_WIDE = 0.8
"""Of the distance between two lists' headings: text as wide as this is no entry of one of them."""
TORN = 0.7
"""What lists are worth with a third of their entries over a rule: blocks with the name above the time, read wrongly."""
_ALONG = 0.8
"""Of two texts' width: along which a rule between them parts them."""
_LONGEST = 4 * 60
"""Minutes that an entry of a list may last whose end is the next one's start."""


@dataclass(slots=True)
class _List:
    heading: Line
    days: DayText
    lo: float
    hi: float
    end: float


@dataclass(slots=True)
class _Entry:
    line: Line
    span: Span
    lines: list[Line]


def read_daylist(view: View) -> LayoutResult | None:
    """Read the page as such lists; null if no heading has at least a few timed entries below it."""
    lists = _lists(view)
    if not lists:
        return None
    result = LayoutResult("day lists")
    words = page_words(view.lines)
    headings = {each.heading.id for each in lists}
    drawn: list[_Entry] = []
    certainty = 0.75 if _beside_times(view, lists) else 0.96
    for each in lists:
        inside = [
            line
            for line in view.lines
            if line.id not in headings
            and each.lo <= line.rect.cx <= each.hi
            and each.heading.rect.y1 - 0.3 * view.size < line.rect.cy < each.end
        ]
        entries = _entries(inside, view, each)
        if not entries:
            continue
        # Row numbers are understood, too: they count.
        numbers = _numbers(inside, [entry.line for entry in entries])
        result.use([each.heading, *(line for line in inside if line.id in numbers)])
        _draw(result, each, entries, words, certainty)
        drawn += entries
    if len(result.drafts) < MIN_ENTRIES:
        return None
    if _in_rows(result.drafts, view.size):
        result.weight = TABLE
    if sum(_torn(view, entry) for entry in drawn) > sum(len(entry.lines) > 1 for entry in drawn) / 3:
        result.weight *= TORN
    area = result.drafts[0].rect
    for draft in result.drafts:
        area = area.union(draft.rect)
    result.area = area
    return result


def _lists(view: View) -> list[_List]:
    """Headings and how far their lists reach: to the heading beside (or a rule before it) and the one below."""
    found = _headings(view)
    # In a grid with days down the side, day names stand under each other beside their lessons: no headings of lists.
    right = max((line.rect.x1 for line in view.lines), default=0.0) + 1
    bottom = max((line.rect.y1 for line in view.lines), default=0.0) + 1
    out: list[_List] = []
    for line, days in found:
        # A list's neighbours have their headings at about its own height.
        row = [other for other, _ in found if abs(other.rect.cy - line.rect.cy) < 3 * view.size]
        # A list that began further up goes on beside this one, unless another heading ends it before.
        row += [other for other, _ in found if _reaches(other, line, [each for each, _ in found], view.size)]
        before = [other.rect for other in row if other.rect.x1 < line.rect.x0]
        after = [other.rect for other in row if other.rect.x0 > line.rect.x1]
        left = max((rect.x1 for rect in before), default=None)
        until = min((rect.x0 for rect in after), default=None)
        lo = 0.0 if left is None else _between(view, left, line.rect.x0, line)
        hi = right if until is None else _between(view, line.rect.x1, until, line)
        below = [
            other.rect.y0
            for other, _ in found
            if other.rect.y0 > line.rect.y1 + 0.5 * view.size and lo < other.rect.cx < hi
        ]
        out.append(_List(line, days, lo, hi, min(below, default=bottom)))
    return out


def _headings(view: View) -> list[tuple[Line, DayText]]:
    """Texts of nothing but days."""
    lines = [line for line in view.lines if line.upright]
    return [(line, read) for line in lines if (read := read_days(line.text, view.spoken))]


def _reaches(heading: Line, line: Line, headings: list[Line], size: float) -> bool:
    """Whether the list under a heading above `line` is still going on at its height."""
    rect, end = heading.rect, line.rect.y0 - 3 * size
    if rect.cy >= end:
        return False
    under = (other.rect for other in headings if rect.y1 < other.rect.cy < line.rect.y1)
    return not any(rect.stacked(other, 0) for other in under)


def _beside_times(view: View, lists: list[_List]) -> bool:
    """Whether the headings stand in one row behind a margin of times: a table, read as lists."""
    first = min(lists, key=lambda each: each.heading.rect.x0).heading
    row = [each for each in lists if abs(each.heading.rect.cy - first.rect.cy) < view.size]
    # A heading in the middle of its list has times before it, too; then so do the others.
    others = [each for each in row if each.heading is not first]
    if sum(_own_times(view, each) >= MIN_ENTRIES for each in others) > 0.5 * len(others):
        return False
    margin = [
        line
        for line in view.lines
        if line.rect.cx < first.rect.x0 and line.rect.cy > first.rect.cy and (spans := find_times(line.text))
        and not any(letter.isalpha() for letter in without_times(line.text, spans))
    ]  # fmt: skip
    under = max((sum(abs(a.rect.cx - b.rect.cx) < 2 * view.size for b in margin) for a in margin), default=0)
    return len(row) >= 2 and under >= 4


def _in_rows(drafts: list[BlockDraft], size: float) -> bool:
    """Whether most entries are level with one of the same time in another list."""
    level = sum(
        any(
            one.start == other.start
            and abs(one.rect.cx - other.rect.cx) > size
            and abs(one.rect.y0 - other.rect.y0) < 0.5 * size
            for other in drafts
        )
        for one in drafts
    )
    return level > 0.7 * len(drafts)


def _torn(view: View, entry: _Entry) -> bool:
    """Whether something is drawn between an entry's time and a text below it, all along both."""
    time = entry.line.rect
    for line in entry.lines:
        lo, hi = min(time.x0, line.rect.x0), max(time.x1, line.rect.x1)
        between = (rail.at for rail in view.v_rails if time.y1 <= rail.at <= line.rect.y0 + 0.3 * view.size)
        if any(view.v_cut(at, lo, hi) > _ALONG for at in between):
            return True
    return False


def _own_times(view: View, each: _List) -> int:
    """How many lines of a list say a time."""
    inside = (line for line in view.lines if each.lo < line.rect.cx < each.hi and each.heading.rect.y1 < line.rect.cy)
    return sum(bool(find_times(line.text)) for line in inside if line.rect.cy < each.end)


def _between(view: View, lo: float, hi: float, heading: Line) -> float:
    """Where two lists side by side meet: in the widest gap that no text below the headings crosses."""
    rects = sorted(
        (
            line.rect
            for line in view.lines
            if line.rect.cy > heading.rect.y1
            and line.rect.x1 > lo
            and line.rect.x0 < hi
            # A note under both lists hides the gap between them.
            and line.rect.width < _WIDE * (hi - lo)
        ),
        key=lambda rect: rect.x0,
    )
    best, reach, middle = 0.0, lo, (lo + hi) / 2
    for rect in [*rects, Rect(hi, 0, hi, 0)]:
        gap = min(rect.x0, hi) - reach
        if gap > best:
            best, middle = gap, reach + gap / 2
        reach = max(reach, rect.x1)
    return middle


def _entries(lines: list[Line], view: View, each: _List) -> list[_Entry]:
    """A list's entries with the lines of each: beside its time, and below it up to the next."""
    timed = [(line, spans[0]) for line in lines if (spans := find_times(line.text))]
    if not timed:
        return []
    times = [line for line, _ in timed]
    # In reading order, as cards stand two or three abreast.
    order = {line.id: at for at, line in enumerate(line for row in in_reading_order(times) for line in row)}
    timed.sort(key=lambda item: order[item[0].id])
    numbers = _numbers(lines, [line for line, _ in timed])
    entries = [_Entry(line, span, [line]) for line, span in timed]
    texts = [line for line in lines if line.id not in numbers and not any(line is time for time in times)]
    beside = sum(
        any(line.rect.level(other.rect) for other in texts) or bool(without_times(line.text, [span]))
        for line, span in timed
    )
    cards = beside < 0.5 * len(timed)
    steps = [after.line.rect.cy - entry.line.rect.cy for entry, after in pairwise(entries)]
    # What stands further below the last row than the rows are apart is a note under the list.
    reach = min(5 * view.size, 1.5 * max(median(steps), 2 * view.size)) if steps and not cards else 5 * view.size
    for line in texts:
        column = [entry for entry in entries if not _nearer(entry, line, entries)]
        above = [entry for entry in column if entry.line.rect.cy < line.rect.cy]
        nearest = above[-1] if above else None
        if not cards:
            beside_it = min(column, key=lambda entry: abs(entry.line.rect.cy - line.rect.cy))
            # A line of its own between two rows goes on from the row above it.
            if beside_it.line.rect.level(line.rect) or beside_it.line.rect.cy <= line.rect.cy:
                nearest = beside_it
        if nearest and abs(nearest.line.rect.cy - line.rect.cy) < reach:
            nearest.lines.append(line)
    return entries


def _nearer(entry: _Entry, line: Line, entries: list[_Entry]) -> bool:
    """Whether another entry beside this one stands nearer to a line's beginning, from the left."""
    reach = line.rect.x0 + line.size
    for other in entries:
        if other is entry or not entry.line.rect.level(other.line.rect):
            continue
        if entry.line.rect.x0 < other.line.rect.x0 <= reach or other.line.rect.x0 <= reach < entry.line.rect.x0:
            return True
    return False


def _numbers(lines: list[Line], timed: list[Line]) -> set[int]:
    """Ids of what counts the rows before the times ("3", "1st", "P2")."""

    def before_a_time(line: Line) -> bool:
        return any(line.rect.level(time.rect) and line.rect.x1 < time.rect.cx for time in timed if time is not line)

    return {line.id for line in lines if is_period(line.text) and before_a_time(line)}


def _draw(result: LayoutResult, each: _List, entries: list[_Entry], words: frozenset[str], certainty: float) -> None:
    times = resolve_all([entry.span for entry in entries])
    # Where most print their end, the one that does not ("Doors open 8:35") may have none.
    starts_only = sum(end is None for _, end in times) > len(times) / 2
    nexts = [start if starts_only else None for start, _ in times[1:]] + [None]
    rects = [bounds(entry.lines) for entry in entries]
    places = [Rect(each.lo, rect.y0, each.hi, rect.y1) for rect in rects]
    cells = read_cells(list(zip((entry.lines for entry in entries), places, strict=True)), words)
    for entry, rect, cell, (start, end), after in zip(entries, rects, cells, times, nexts, strict=True):
        source: TimeSource = "printed"
        if end is None and after is not None and start < after <= start + _LONGEST:
            end, source = after, "next"
        result.use(entry.lines)
        if not cell.name or is_free(cell.name):
            continue
        for day in sorted(each.days.days, key=DAYS.index):
            result.drafts.append(
                BlockDraft(
                    day=day,
                    name=cell.name,
                    rect=rect,
                    lines=[each.heading, *entry.lines],
                    start=start,
                    end=end,
                    source=source,
                    notes=cell.notes,
                    room=cell.room,
                    teacher=cell.teacher,
                    week=each.days.week,
                    certainty=certainty * cell.chance,
                    named=cell.chance,
                )
            )
