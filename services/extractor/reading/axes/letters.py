"""Day names written in single letters: a row of initials (M T W T F), or a name stacked letter under letter."""

from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from services.extractor.reading.lexicon.calendar import HABITS, Languages, days_by_language
from services.extractor.reading.lexicon.days import one_day
from services.extractor.reading.lexicon.wordfiles import plain
from services.extractor.reading.model import Line, united
from shared.messages import DAYS, Day

MIN_ROW = 3
"""Initials alone name a week only in company."""
MAX_STACK = 400
"""Letters of one column that are looked at."""
_STEP, _STRAIGHT, _WIDER = (0.3, 3.5), 0.6, 1.35
"""Of a stacked name's letters: heights to the next and to the side, and times the usual step to another name."""
_LOOKALIKE = str.maketrans("0135", "oles")


def days_of_initials(letters: Sequence[str | None], known: Sequence[Day | None] | None = None) -> list[Day] | None:
    """The days that a row of initials names in some language; null if it is no week, or could be several.

    Args:
        letters: the initial on each day's place, in order; None on a place where nothing was read.
        known: the days of those places whose name is a whole word.

    Returns:
        A day for every place, those not read included. No day is left out; a week begins on Monday (or on Sunday,
        where the row has six or seven), unless the letters fit at one later place only.
    """
    row = [plain(letter) if letter else "" for letter in letters]
    read = [letter for letter in row if letter]
    if len(read) < MIN_ROW or len(row) > len(DAYS) or any(len(letter) > 1 for letter in read):
        return None
    fits = _fits(row, known or ())
    # A row without a gap that can begin on Monday does.
    whole = {days for days in fits if days[0] == DAYS[0]} if all(row) else set()
    fits = whole or fits
    return list(fits.pop()) if len(fits) == 1 else None


def _fits(row: list[str], known: Sequence[Day | None]) -> set[tuple[Day, ...]]:
    """The days that a row can be in one of the languages most read."""
    fits: set[tuple[Day, ...]] = set()
    for initials in HABITS["weeks"]:
        orders = [(initials, DAYS)]
        if len(row) >= len(DAYS) - 1:
            orders.append((initials[-1] + initials[:-1], (DAYS[6], *DAYS[:6])))
        for week, days in orders:
            for start in range(len(week) - len(row) + 1):
                named = days[start : start + len(row)]
                same = all(not mine or mine == its for mine, its in zip(row, week[start:], strict=False))
                if same and all(not day or day == its for day, its in zip(known, named, strict=False)):
                    fits.add(named)
    return fits


def stacked_days(lines: list[Line], size: float) -> tuple[list[tuple[Line, Day]], set[int]]:
    """Day names written letter under letter.

    Args:
        lines: the page's text.
        size: median text height.

    Returns:
        A line around each name's letters with its day, and the ids of the letters.
    """
    letters = [
        line
        for line in lines
        if (len(line.text) <= 2 and line.text.isalnum() and not line.text.isdigit()) or _nought(line)
    ]
    # Short names in a row are whole: "Mi" over the lesson "E" is no "MIE" letter under letter.
    short = [line for line in letters if len(line.text) == 2 and one_day(line.text)]
    whole = {line.id for line in short if sum(_level(line, other) for other in short) >= MIN_ROW}
    letters = [line for line in letters if line.id not in whole]
    out: list[tuple[Line, Day]] = []
    used: set[int] = set()
    columns = [column[:MAX_STACK] for column in _columns(letters, size)]
    spoken = _languages([part for column in columns for part in _apart(column)])
    for column in columns:
        for part, day in _names(column, spoken):
            text = "".join(line.text for line in part)
            out.append((united(part, text), day))
            used |= {line.id for line in part}
    return out, used


def _level(line: Line, other: Line) -> bool:
    return abs(line.rect.cy - other.rect.cy) < line.size / 2


def _nought(line: Line) -> bool:
    """The OCR reads a lone "o" as a nought."""
    return line.text in ("0", "1", "5", "3")


def _columns(letters: list[Line], size: float) -> list[list[Line]]:
    columns: list[list[Line]] = []
    for line in sorted(letters, key=lambda each: each.rect.cy):
        for column in columns:
            last = column[-1]
            below = _STEP[0] * line.size < line.rect.cy - last.rect.cy < _STEP[1] * max(size, line.size)
            if below and abs(line.rect.cx - last.rect.cx) < _STRAIGHT * max(size, line.size):
                column.append(line)
                break
        else:
            columns.append([line])
    return [column for column in columns if len(column) > 1]


def _languages(parts: list[list[Line]]) -> Languages:
    """Languages in which at least three stacks of letters are days' names, all different, in the order of the week."""
    named: dict[str, list[int]] = {}
    for part in parts:
        for language, day in days_by_language(_text(part)):
            named.setdefault(language, []).append(DAYS.index(day))
    rises = {each for each, days in named.items() if all(a < b for a, b in pairwise(days))}
    return tuple(sorted(each for each in rises if len(named[each]) >= MIN_ROW))


def _apart(column: list[Line]) -> list[list[Line]]:
    """A column of letters between its wider gaps."""
    gaps = [b.rect.cy - a.rect.cy for a, b in pairwise(column)]
    parts: list[list[Line]] = [[column[0]]]
    for gap, line in zip(gaps, column[1:], strict=True):
        if gap > _WIDER * median(gaps):
            parts.append([line])
        else:
            parts[-1].append(line)
    return parts


def _names(column: list[Line], spoken: Languages) -> list[tuple[list[Line], Day]]:
    """Names in a column of letters, between its wider gaps; none where not all of it are names."""
    parts = _apart(column)
    read = [named for part in parts if (named := _parted(part, spoken))]
    return [named for part in read for named in part] if len(read) == len(parts) else []


def _parted(part: list[Line], spoken: Languages) -> list[tuple[list[Line], Day]]:
    """The name of a stack of letters, or the two of one in which a name fills its rows to the next one's first."""
    if len(part) > 1 and (day := _day(part, spoken)):
        return [(part, day)]
    cuts = ((part[:at], part[at:]) for at in range(2, len(part) - 1))
    named = [[(one, a), (other, b)] for one, other in cuts if (a := _day(one, spoken)) and (b := _day(other, spoken))]
    return named[0] if len(named) == 1 else []


def _text(part: list[Line]) -> str:
    return "".join(line.text for line in part).translate(_LOOKALIKE)


def _day(part: list[Line], spoken: Languages) -> Day | None:
    return one_day(_text(part), spoken)
