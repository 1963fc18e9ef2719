"""Takes apart a row's time and its first cell that the OCR read in one ("9:15-10:10 Maths"), with nothing drawn between
them."""

import re
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from services.extractor.reading.lexicon.days import read_days
from services.extractor.reading.lexicon.times import find_times, resolve_all
from services.extractor.reading.model import Line

_ALONE = 3
"""Times with nothing behind them that make a column."""
_MARGIN = 4
"""Times before a table's days that make a column, with or without a cell behind them."""
_DAYS = 3
_TEXT = 2
"""Letters of a name."""
_DIGITS = re.compile(r"[012]\d[0-5]\d(?= )")
"""A start in four digits before a text."""


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


def _timed(line: Line) -> _Timed | None:
    if not line.upright:
        return None
    if digits := _DIGITS.match(line.text):
        return _Timed(line, False, digits.end())
    spans = find_times(line.text)
    if len(spans) != 1 or line.text[: spans[0].at[0]].strip():
        return None
    return _Timed(line, spans[0].end is not None, spans[0].at[1])


def _margin(lines: list[Line], alone: list[_Timed], mixed: list[_Timed]) -> bool:
    """Whether these are the times in the margin of a table, one below the other before the first of its days."""
    days = [line for line in lines if line.upright and (read := read_days(line.text)) and len(read.days) == 1]
    rows = [[other for other in days if abs(other.rect.cy - line.rect.cy) < 0.6 * line.size] for line in days]
    longest: list[Line] = max(rows, key=len, default=[])
    row = sorted(longest, key=lambda line: line.rect.x0)
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
    starts = [start for start, _ in resolve_all([find_times(each.line.text[: each.cut])[0] for each in column])]
    if any(start >= after for start, after in pairwise(starts)):
        return False
    # What stands behind a time is the row's label ("9:00 Period 1") where the first day has a text of its own.
    until = (first.rect.cx + second.rect.cx) / 2
    return not any(
        abs(other.rect.cy - each.line.rect.cy) < 0.6 * each.line.size and each.line.rect.x1 <= other.rect.cx < until
        for each in mixed
        for other in lines
    )
