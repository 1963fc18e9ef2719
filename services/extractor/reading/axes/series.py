"""Names of days that stand level with each other in the order of the week: words, initials, or both."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import accumulate, pairwise

from services.extractor.reading.axes.letters import MIN_ROW, days_of_initials, stacked_days
from services.extractor.reading.axes.view import View
from services.extractor.reading.lexicon.calendar import days_in_turn
from services.extractor.reading.lexicon.days import (
    DayText,
    between_days,
    cycle_day,
    letter_days,
    ordinal,
    read_days,
    undated,
)
from services.extractor.reading.lexicon.wordfiles import plain
from services.extractor.reading.model import HALF, Line
from shared.messages import DAYS, WEEKS, Day, WeekLetter

MAX_NAMES = 200
"""Texts that may name a day; a page of single letters (a word search) has many, and every pair is compared."""
_UNEVEN, _OFF, _FARTHEST = 1.5, 0.3, 3.0
"""Times the narrowest gap of initials: others of that step, and the widest; of a step, how far off one is."""
_NUMBERS = frozenset(range(2, 7))
MIN_NUMBERS = 4
"""Of the five ordinals that days can have: fewer may be what is left of a row of periods."""
_SHORTENED = 6
"""Characters of a name that is shortened, with a stop or a date behind it."""
MAX_ROW = 24
"""Texts of one row that are looked at for a series with initials."""


_DATED = re.compile(r"\W*([^\W\d_])\s?\d{1,2}")


@dataclass(slots=True)
class DayBand:
    """One day's column (in `u`)."""

    day: Day
    line: Line
    week: WeekLetter | None = None
    cycle: int | None = None
    """The day of a cycle that is named with the weekday, or instead of it."""
    weekday: bool = True
    """Whether the weekday is named: a cycle's days alone take their places in a week, and lose them at the end."""
    lo: float = 0.0
    hi: float = 0.0
    every: bool = False
    """What stands here holds for every day that has no entry of its own."""
    fields: tuple[tuple[str, float], ...] = ()
    """What the heads of the columns within it say, each with its middle; empty where it is one column."""
    group: str | None = None
    """The class that it is of, where the table has a column for each of several."""

    @property
    def weight(self) -> float:
        """What the name says for its header against another one: words more than letters."""
        return 0.8 if len(self.line.text.strip(".")) == 1 else 1.0


@dataclass(slots=True)
class DayHeader:
    """A row of day names."""

    bands: list[DayBand]
    v0: float
    v1: float
    implied: list[Day] = field(default_factory=list)
    """Days whose names were not read."""
    below: list[Line] = field(default_factory=list)
    """The days' dates below their names, and the names of the weeks within the days."""

    @property
    def read(self) -> int:
        """How many names were read and understood."""
        return len(self.bands) - len(self.implied)

    @property
    def u0(self) -> float:
        return self.bands[0].lo

    @property
    def u1(self) -> float:
        return self.bands[-1].hi


@dataclass(frozen=True, slots=True)
class _Name:
    """A text that may name a day: one day, or those a single letter can stand for."""

    line: Line
    options: tuple[Day, ...]
    week: WeekLetter | None = None
    number: int | None = None
    cycle: int | None = None
    letter: bool = False
    weekday: bool = True


def week_from(first: Day) -> tuple[Day, ...]:
    """The days in the order of a week whose first is named `first`: it begins on Saturday, on Sunday, or on Monday."""
    at = DAYS.index(first) if first in ("saturday", "sunday") else 0
    return (*DAYS[at:], *DAYS[:at])


def find_series(view: View) -> list[DayHeader]:
    """Every series of at least two different days, in no order; one text can be in several."""
    stacks, spelt = stacked_days(view.lines, view.size)
    found = [_Name(line, (day,)) for line, day in stacks]
    for line in view.lines:
        if line.id in spelt:
            continue
        if read := read_days(line.text, view.spoken):
            found.extend(_apart(line, read, view))
        elif cycle := cycle_day(line.text):
            found.append(_Name(line, (DAYS[cycle - 1],), cycle=cycle, weekday=False))
        elif options := between_days(line.text) or letter_days(_undated(line.text)):
            found.append(_Name(line, options, letter=len(_undated(line.text)) == 1))
    found.extend(_ordinals(view))
    found = _numbered_weeks(_once(found)[:MAX_NAMES])
    headers = [*_words(view, [item for item in found if not item.letter]), *_with_initials(view, found)]
    return headers if any(len(header.bands) >= MIN_ROW for header in headers) else [*headers, *_shortened(view)]


def _shortened(view: View) -> list[DayHeader]:
    """Rows of names that nobody knows one by one, but that begin days' names in turn ("Se", "Se", "Ra", "Ka", "Ju")."""
    short = [line for line in view.lines if len(line.text) <= _SHORTENED and line.text[:1].isalpha()][:MAX_NAMES]
    out: list[DayHeader] = []
    done: set[int] = set()
    for seed in short:
        if seed.id in done:
            continue
        row = [line for line in short if view.rect(seed).level(view.rect(line))][:MAX_ROW]
        row.sort(key=lambda line: view.rect(line).cx)
        done |= {line.id for line in row}
        parts = (row[at : at + count] for count in range(7, MIN_ROW, -1) for at in range(len(row) - count + 1))
        for part in parts:
            steps = next(_places([view.rect(line).cx for line in part]), [])
            if steps == list(range(len(part))) and (days := days_in_turn(tuple(line.text for line in part))):
                out.append(_header(view, [DayBand(day, line) for day, line in zip(days, part, strict=True)]))
                break
    return out


def _undated(text: str) -> str:
    """A text without the date behind a letter ("M 12.10."), or its day ("T 4", below a mark that was read as a dot)."""
    text = undated(text)
    dated = _DATED.fullmatch(text)
    return dated[1] if dated else text.strip(".")


def _ordinals(view: View) -> list[_Name]:
    """Portuguese days by number alone, "2ª" to "6ª": a first one level with them makes them periods."""
    numbered = [(number, line) for line in view.lines if (number := ordinal(undated(line.text)))]
    out: list[_Name] = []
    for number, line in numbered:
        row = {other for other, each in numbered if view.rect(line).level(view.rect(each))}
        if 1 not in row and len(row & _NUMBERS) >= MIN_NUMBERS and number > 1:
            out.append(_Name(line, (DAYS[number - 2],)))
    return out


def _numbered_weeks(found: list[_Name]) -> list[_Name]:
    """The names, each with the week that the number beside it tells ("Mon 1" .. "Fri 1", "Mon 2" ..): every number then
    stands beside several days, as those of dates do not."""
    days = {number: {item.options for item in found if item.number == number} for number in range(1, len(WEEKS) + 1)}
    if not any(days.values()) or any(len(each) == 1 for each in days.values()):
        return found
    return [replace(item, week=item.week or (WEEKS[item.number - 1] if item.number else None)) for item in found]


def _once(found: list[_Name]) -> list[_Name]:
    """Without names that were read twice at nearly the same place, where the longer reading is kept."""
    out: list[_Name] = []
    for item in sorted(found, key=lambda each: (-len(each.line.text), -each.line.confidence)):
        twins = (other for other in out if other.line.rect.overlap(item.line.rect) > HALF)
        if not any(set(other.options) & set(item.options) for other in twins):
            out.append(item)
    kept = {id(item) for item in out}
    return [item for item in found if id(item) in kept]


def _apart(line: Line, read: DayText, view: View) -> list[_Name]:
    """A line the OCR read across several columns ("Mon Tue Wed Thu Fri"), taken apart by its letters' places."""
    if len(read.days) == 1:
        return [_Name(line, read.days, read.week, read.number, read.cycle)]
    words = list(re.finditer(r"\S+", line.text))
    if len(read.days) < MIN_ROW or len(words) != len(read.days) or not _along_days(line, view):
        return []
    pairs = zip(words, read.days, strict=True)
    return [
        _Name(_stretch(line, word.group(), word.start(), word.end(), view), (day,), read.week) for word, day in pairs
    ]


def _along_days(line: Line, view: View) -> bool:
    """Whether a line's names stand beside each other as they read, or its letters down the side of a table."""
    rect = view.rect(line)
    return rect.width > MIN_ROW * rect.height if view.turned else line.upright


def _stretch(line: Line, text: str, start: float, end: float, view: View) -> Line:
    """The part of a line with this text, from one character to another by their share of its length."""
    along = view.rect(line)
    step = along.width / max(1, len(line.text))
    rect = view.back(replace(along, x0=along.x0 + start * step, x1=along.x0 + end * step))
    return line.part(text, rect)


def _row(view: View, seed: _Name, found: list[_Name]) -> list[_Name]:
    row = [item for item in found if view.rect(seed.line).level(view.rect(item.line))]
    return sorted(row, key=lambda item: view.rect(item.line).cx)


def _words(view: View, found: list[_Name]) -> list[DayHeader]:
    """Words that follow the week's order."""
    headers: list[DayHeader] = []
    for seed in found:
        run: list[DayBand] = []
        row = _row(view, seed, found)
        for item, after in zip([*row, None], [*row[1:], None, None], strict=True):
            day = _day_of(item, run, after) if item else None
            if item and day and _follows(run, day, item.week):
                run.append(DayBand(day, item.line, item.week, item.cycle, item.weekday))
                continue
            if item and run and _repeats(run[-1], item):
                run[-1] = replace(run[-1], line=run[-1].line.joined(item.line, f"{run[-1].line.text} {item.line.text}"))
                continue
            if len(run) > 2 or (len(run) == 2 and not _doubtful(run)):
                headers.append(_header(view, run))
            run = [DayBand(item.options[0], item.line, item.week, item.cycle, item.weekday)] if item else []
    return headers


def _repeats(band: DayBand, item: _Name) -> bool:
    """Whether a name is that of the day before it once more, in another language ("Ma" over "Tue"): one heading. The
    same word twice heads two columns."""
    named = plain(item.line.text) not in map(plain, band.line.text.split())
    return named and item.week == band.week and item.options == (band.day,)


def _follows(run: list[DayBand], day: Day, week: WeekLetter | None) -> bool:
    """Whether a day comes after those before it: later in the week, or in another week that they are not of."""
    if not run:
        return True
    week_days = week_from(run[0].day)
    if week_days.index(day) > week_days.index(run[-1].day):
        return True
    return bool(week and run[-1].week) and all((band.day, band.week) != (day, week) for band in run)


def _day_of(item: _Name, run: list[DayBand], after: _Name | None) -> Day:
    """The day of a name: of several, the first after the one before it, or else the last before the next."""
    if run:
        week = week_from(run[0].day)
        later = (day for day in item.options if week.index(day) > week.index(run[-1].day))
        return next(later, item.options[0])
    earlier = [day for day in item.options if after and DAYS.index(day) < DAYS.index(after.options[0])]
    return earlier[-1] if earlier else item.options[0]


def _doubtful(pair: list[DayBand]) -> bool:
    """Whether two names are mere pairs of letters ("do", "so", "me") that do not even follow each other."""
    one, two = (DAYS.index(band.day) for band in pair)
    return two - one > 1 and all(len(plain(band.line.text)) <= 2 for band in pair)


def _with_initials(view: View, found: list[_Name]) -> list[DayHeader]:
    """Rows of initials, with or without words among them, that are a week in some language.

    One by one, a letter could be several days, or a mark on the paper: the places between them must fit, too.
    """
    out: list[DayHeader] = []
    done: set[int] = set()
    for seed in found:
        if not seed.letter or seed.line.id in done:
            continue
        row = _row(view, seed, found)[:MAX_ROW]
        done |= {item.line.id for item in row}
        while bands := _week(view, row):
            out.append(_header(view, bands))
            # Two weeks beside each other have their letters in one row.
            used = {band.line.id for band in bands}
            row = [item for item in row if item.line.id not in used]
    return out


def _week(view: View, row: list[_Name]) -> list[DayBand]:
    """The longest stretch of a row that is one week; empty if none is."""
    for count in range(min(len(DAYS), len(row)), MIN_ROW - 1, -1):
        for first in range(len(row) - count + 1):
            part = row[first : first + count]
            if not any(item.letter for item in part):
                continue
            for places in _places([view.rect(item.line).cx for item in part]):
                by_place: dict[int, _Name] = dict(zip(places, part, strict=True))
                slots = [by_place.get(place) for place in range(places[-1] + 1)]
                days = days_of_initials(
                    [plain(item.line.text)[:1] if item else None for item in slots],
                    [None if item is None or item.letter else item.options[0] for item in slots],
                )
                if days:
                    return [DayBand(days[at], item.line, item.week) for at, item in by_place.items()]
    return []


def _places(middles: list[float]) -> Iterator[list[int]]:
    """How many columns each name is away from the first: by even steps, then (in uneven tables) one after another."""
    gaps = [b - a for a, b in pairwise(middles)]
    least = min(gaps)
    if least <= 0:
        # Two texts over each other are no neighbours.
        return
    near = [gap for gap in gaps if gap < _UNEVEN * least]
    pitch = sum(near) / len(near)
    steps = [round(gap / pitch) for gap in gaps]
    even = pitch > 0 and all(abs(gap / pitch - step) <= _OFF * step for gap, step in zip(gaps, steps, strict=True))
    if even and sum(steps) < len(DAYS):
        yield [0, *accumulate(steps)]
        if 2 * sum(steps) < len(DAYS):
            # Every other one was missed: "M", "W", "F" of five.
            yield [0, *accumulate(2 * step for step in steps)]
    if (not even or max(steps) > 1) and max(gaps) < _FARTHEST * least and len(middles) > MIN_ROW:
        yield list(range(len(middles)))


def _header(view: View, bands: list[DayBand]) -> DayHeader:
    rects = [view.rect(band.line) for band in bands]
    return DayHeader(bands, min(rect.y0 for rect in rects), max(rect.y1 for rect in rects))
