"""Takes apart heads that the OCR read in one with what stands beside them, with nothing drawn between: a row's time or
number and its first cell ("9:15-10:10 Maths", "8English"), a day and the head before it ("Time Monday"). And puts
together those on two lines, a word and its number."""

import re
from dataclasses import dataclass, replace
from statistics import median

from services.extractor.reading.lexicon.days import day_at_end, read_days
from services.extractor.reading.lexicon.labels import counts
from services.extractor.reading.lexicon.times import find_times
from services.extractor.reading.model import Line, united

_ALONE = 3
"""Times with nothing behind them that make a column."""
_MARGIN = 4
"""Times before a table's days that make a column, with or without a cell behind them."""
_DAYS = 3
_TEXT = 2
"""Letters of a name."""
_NUMBERS = 4
"""Rows numbered one after the other that make a column."""
_HEADS, _BELOW = 4, 2.0
"""Columns that one word and a number below it head; times the word's height, how far below."""
_NUMBER = re.compile(r"(\d{1,2})[.:)]?(?:\s*(?=[^\W\d_])|$)")
"""A row's number, alone or with a text behind it."""


@dataclass(frozen=True, slots=True)
class _Timed:
    """A line that begins with its only time."""

    line: Line
    ranged: bool
    cut: int
    """Characters of the time."""

    @property
    def rest(self) -> str:
        return self.line.text[self.cut :]

    @property
    def end(self) -> float:
        """Where the time ends, by its share of the characters."""
        return self.line.rect.x0 + self.line.rect.width / len(self.line.text) * self.cut


def with_row_heads(lines: list[Line]) -> list[Line]:
    """The lines, those that hold a row's time and its first cell in two.

    So they are where other times stand alone in a column that begins and ends as theirs do, or where they are the only
    times below a row of days and stand before the first of these.
    """
    timed = [each for line in lines if (each := _timed(line))]
    alone = [each for each in timed if not each.rest.strip()]
    mixed = [each for each in timed if each.rest[:1] == " " and sum(char.isalpha() for char in each.rest) >= _TEXT]
    margin = _margin(lines, alone, mixed)
    made: dict[int, tuple[Line, Line]] = {}
    for each in mixed:
        line = each.line
        column = [
            other.line.rect.x1
            for other in alone
            if other.ranged == each.ranged
            and abs(other.line.rect.x0 - line.rect.x0) + abs(other.line.rect.x1 - each.end) < 2 * line.size
        ]
        if (len(column) < _ALONE or len(column) <= len(mixed)) and not margin:
            continue
        end = min(median(column), line.rect.x1) if column else each.end
        made[line.id] = (
            line.part(line.text[: each.cut], replace(line.rect, x1=end)),
            line.part(each.rest.strip(), replace(line.rect, x0=max(each.end, end))),
        )
    return [part for line in lines for part in made.get(line.id, (line,))]


def with_numbers_below(lines: list[Line]) -> list[Line]:
    """The lines, those of a row that all say one word, each with a number of its own right below it ("THU" over "2",
    "Day" over "1"), as one with it: heads of columns on two lines."""
    below: dict[str, list[tuple[Line, Line]]] = {}
    numbers = [line for line in lines if line.upright and re.fullmatch(r"\d{1,2}", line.text)]
    for line in lines if len(numbers) >= _HEADS else []:
        if line.upright and line.text.isalpha():
            under = [each for each in numbers if line.rect.stacked(each.rect) and each.rect.cy - line.rect.cy > 0]
            near = min(under, key=lambda each: each.rect.cy, default=None)
            if near and near.rect.cy - line.rect.cy < _BELOW * line.size:
                below.setdefault(line.text.casefold(), []).append((line, near))
    made: dict[int, Line] = {}
    gone: set[int] = set()
    for pairs in below.values():
        row = [pair for pair in pairs if pair[0].rect.level(pairs[0][0].rect)]
        if len(row) >= _HEADS and len({number.text for _, number in row}) == len(row):
            made |= {word.id: united([word, number], f"{word.text} {number.text}") for word, number in row}
            gone |= {number.id for _, number in row}
    return [made.get(line.id, line) for line in lines if line.id not in gone]


def with_numbers_apart(lines: list[Line]) -> list[Line]:
    """The lines, those of the first column below a row of days in two that begin with their row's number, where the
    numbers count the rows."""
    row = _row_of_days(lines)
    if len(row) < _DAYS:
        return lines
    first = row[0].rect
    found = [
        (match[1], match.end(), line)
        for line in sorted(lines, key=lambda line: line.rect.cy)
        if line.upright and line.rect.cy > first.cy and line.rect.x0 < first.cx
        if (match := _NUMBER.match(line.text)) and not find_times(line.text)
    ]
    numbers = [number for number, _, _ in found]
    begins = [line.rect.x0 for _, _, line in found]
    if len(found) < _NUMBERS or not counts(numbers) or max(begins) - min(begins) > 2 * row[0].size:
        return lines
    made = {line.id: _cut(line, cut) for _, cut, line in found if line.text[cut:]}
    return [part for line in lines for part in made.get(line.id, (line,))]


def with_days_apart(lines: list[Line]) -> list[Line]:
    """The lines, those that end in a day's name in two where most of a row are or end in one."""
    ends = {line.id: day_at_end(line.text) for line in lines if line.upright and not read_days(line.text)}
    made: dict[int, tuple[Line, ...]] = {}
    for line in lines:
        if cut := ends.get(line.id):
            level = [other for other in lines if line.beside(other)]
            if sum(bool(ends.get(other.id) or read_days(other.text)) for other in level) >= _DAYS:
                made[line.id] = _cut(line, cut)
    return [part for line in lines for part in made.get(line.id, (line,))]


def _cut(line: Line, cut: int) -> tuple[Line, Line]:
    """A line's two parts before and from a character, by their share of its length."""
    step, before = line.rect.width / len(line.text), line.text[:cut].rstrip()
    return (
        line.part(before, replace(line.rect, x1=line.rect.x0 + step * len(before))),
        line.part(line.text[cut:], replace(line.rect, x0=line.rect.x0 + step * cut)),
    )


def _row_of_days(lines: list[Line]) -> list[Line]:
    """The most days that stand in one row, from the left."""
    days = [line for line in lines if line.upright and (read := read_days(line.text)) and len(read.days) == 1]
    rows = [[other for other in days if line.beside(other)] for line in days]
    longest: list[Line] = max(rows, key=len, default=[])
    return sorted(longest, key=lambda line: line.rect.x0)


def _timed(line: Line) -> _Timed | None:
    if not line.upright:
        return None
    spans = find_times(line.text)
    if len(spans) != 1 or line.text[: spans[0].at[0]].strip():
        return None
    return _Timed(line, spans[0].end is not None, spans[0].at[1])


def _margin(lines: list[Line], alone: list[_Timed], mixed: list[_Timed]) -> bool:
    """Whether these are the times in the margin of a table, one below the other before the first of its days."""
    row = _row_of_days(lines)
    if len(row) < _DAYS:
        return False
    first, second = row[:2]
    column = sorted(
        (each for each in [*alone, *mixed] if each.line.rect.cy > first.rect.cy), key=lambda each: each.line.rect.cy
    )
    if len(column) < _MARGIN or len(column) < len(alone) + len(mixed):
        return False
    # Lists under the days have times under each of them.
    begins = [each.line.rect.x0 for each in column]
    if max(begins) - min(begins) > first.size or max(each.end for each in column) > first.rect.cx:
        return False
    # What stands behind a time is the row's label ("9:00 Period 1") where the first day has a text of its own.
    until = (first.rect.cx + second.rect.cx) / 2
    return not any(
        each.line.beside(other) and each.line.rect.x1 <= other.rect.cx < until for each in mixed for other in lines
    )
