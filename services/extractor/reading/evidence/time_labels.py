"""Labels of a time axis: hours without minutes, and starts and ends that stand apart though they are one range."""

import re
from dataclasses import replace
from itertools import pairwise
from statistics import median

from services.extractor.reading.evidence.order import UPWARDS
from services.extractor.reading.lexicon.labels import is_period
from services.extractor.reading.lexicon.times import HOUR, UNTIL_WORDS, find_times, resolve
from services.extractor.reading.model import Line, Rect

DASH = "-–—−~"
CLOCK = r"\d{1,2}\s?(?:[:.uU]\s?\d{2}|[hH]\s?\d{2}(?!\s?[hH])|[hH](?!\w))"
_HOUR = r"(?:[01]?\d|2[0-4])(?:\s?[hH])?"
CLOCK_ALONE = re.compile(rf"{CLOCK}(?:\s?[ap]\.?m\.?|[ap](?!\w))?", re.IGNORECASE)
_CLOCK_OR_DIGITS = re.compile(rf"{CLOCK_ALONE.pattern}|[012]\d[0-5]\d", re.IGNORECASE)
NEXT = (0.4, 1.9)
"""Text heights from a text's middle to that of one on the next line."""
_NEARLY_ALL = 0.75
"""Of a page's times: how many have the other end of their range beside them or below."""
PAIRS = 3
"""Starts with an end below them that make a pattern."""
_LONGEST = 6 * 60
"""Minutes of a range."""
_TWO_LINES = 1.5
"""Heights of a text."""
_SCALE, _STEP, _FIRST, _LAST_PERIOD = 5, 2 * 60, 6 * 60, 12
"""Labels of hours that make a scale, minutes between two of them at most, the first one's minutes at least, and the
number that no school's period has."""
_NEAR = 2.5
"""Text heights from a period's number to its times, at most."""
_BESIDE = 2.0
"""Times the distance from an end to the next column's start: that from a start to its own column's end, at least."""
_NEARER = 0.75
"""An end's distance to its start, as a share of that to any other time of the column."""
# "8:00a" is a morning's, "8:00 a" goes on below.
UNTIL = re.compile(rf"\s*(?:[{DASH}]|(?<=[\dmh\s])(?!(?<=:\d\d)a\s*$)(?:{UNTIL_WORDS}))[{DASH}\s]*$", re.IGNORECASE)
FROM = re.compile(rf"^[{DASH}\s]*(?:[{DASH}]|(?:{UNTIL_WORDS})(?=[\s\d]))\s*", re.IGNORECASE)


def with_minutes(lines: list[Line]) -> list[Line]:
    """The lines, hours without minutes as times ("7", "7:30", "8"; "8" to "18"; "8h" to "12h"): labels of one column or
    row that rise.

    Numbers alone are periods, unless they go beyond those of a day.
    """
    labels = [line for line in lines if line.upright and re.fullmatch(rf"{_HOUR}|{CLOCK}", line.text.strip())]
    ranges = [line.rect for line in lines if any(span.end for span in find_times(line.text))] if labels else []
    made: dict[int, Line] = {}
    for across in (False, True):
        left, scales = labels, list[list[Line]]()
        while left:
            seed = left[0].rect
            row = [line for line in left if (Rect.level if across else Rect.stacked)(seed, line.rect)]
            left = [line for line in left if all(line is not other for other in row)]
            ordered = sorted(row, key=lambda line: line.rect.cx if across else line.rect.cy)
            if _is_scale(ordered) and not _timed(ordered, ranges):
                scales.append([line for line in row if re.fullmatch(_HOUR, line.text.strip())])
        # Rows of numbers under each other are a month.
        if len(scales) > 1:
            scales = [scale for scale in scales if not any(line.text.strip().isdigit() for line in scale)]
        for line in (line for scale in scales for line in scale):
            made[line.id] = replace(line, text=f"{line.text.strip(' hH')}:00")
    return [made.get(line.id, line) for line in lines]


def _is_scale(row: list[Line]) -> bool:
    at = [_minutes(line.text) for line in row]
    steps = [after - before for before, after in pairwise(at)]
    if len(row) < _SCALE or min(steps) <= 0 or max(steps) > _STEP or at[0] < _FIRST:
        return False
    marked = not any(line.text.strip().isdigit() for line in row)
    return marked or at[-1] > _LAST_PERIOD * HOUR or any(value % HOUR for value in at)


def _timed(row: list[Line], ranges: list[Rect]) -> bool:
    """Whether most labels have a range of times of their own beside or below them: then they are periods' numbers."""
    near = [
        any(
            abs(rect.cy - line.rect.cy) < _NEAR * line.size
            and rect.x0 < line.rect.x1 + line.size
            and rect.x1 > line.rect.x0
            for rect in ranges
        )
        for line in row
    ]
    return 2 * sum(near) > len(row)


def _minutes(text: str) -> int:
    hour, _, minute = re.sub(r"\D+", ":", text.strip()).partition(":")
    return 60 * int(hour) + int(minute or 0)


def rises_evenly(clocks: list[str]) -> bool:
    """Whether times are a scale's: enough of them, each as long after the one before."""
    at = [resolve(find_times(clock)[0])[0] for clock in clocks if find_times(clock)]
    steps = {after - before for before, after in pairwise(at)}
    return len(at) == len(clocks) >= _SCALE and len(steps) == 1 and min(steps) > 0


def joined_abreast(lines: list[Line]) -> list[Line]:
    """Starts with their ends right beside them ("0900", "1010"), row after row: ranges whose dash was not read."""
    clocks = [line for line in lines if line.upright and _CLOCK_OR_DIGITS.fullmatch(line.text.strip(DASH + " "))]
    # By identity: a page of nothing but times would be compared three times over.
    timed = {line.id for line in clocks}
    pairs: list[tuple[Line, Line]] = []
    for line in clocks:
        row = [other for other in lines if line.rect.level(other.rect)]
        after = min((each for each in row if each.rect.cx > line.rect.cx), key=lambda each: each.rect.x0, default=None)
        if after is None or after.id not in timed:
            continue
        near = after.rect.x0 - line.rect.x1 < 2 * line.size
        if near and sum(each.id in timed for each in row) == 2 and rises(line, after):
            pairs.append((line, after))
    aligned = [
        pair
        for pair in pairs
        if sum(all(a.rect.stacked(b.rect) for a, b in zip(pair, other, strict=True)) for other in pairs) >= PAIRS
    ]
    return _as_ranges(lines, aligned) if 2 * len(aligned) >= _NEARLY_ALL * len(clocks) else lines


def joined_across(lines: list[Line]) -> list[Line]:
    """Starts and ends at the two sides of the columns that they head ("08:15 ... 09:00|09:15 ... 10:00"), as ranges.

    An end stands right before the next start, with the width of its column from its own.
    """
    clocks = [line for line in lines if line.upright and CLOCK_ALONE.fullmatch(line.text.strip())]
    pairs: list[tuple[Line, Line]] = []
    while clocks:
        row = sorted((line for line in clocks if line.beside(clocks[0])), key=lambda line: line.rect.x0)
        clocks = [line for line in clocks if not line.beside(clocks[0])]
        gaps = [after.rect.x0 - before.rect.x1 for before, after in pairwise(row)]
        columns = list(zip(row[::2], row[1::2], strict=False))
        sides = len(columns) >= PAIRS and len(row) % 2 == 0 and _BESIDE * max(gaps[1::2]) < min(gaps[::2])
        if sides and max(gaps[1::2]) < row[0].size and all(rises(start, end) for start, end in columns):
            pairs.extend(columns)
    return _as_ranges(lines, pairs)


def range_of(line: Line, after: Line) -> str:
    return f"{UNTIL.sub('', line.text).rstrip()} - {FROM.sub('', after.text).lstrip()}"


def rises(line: Line, after: Line) -> bool:
    """Whether a range of both is one of a school day."""
    return is_range(range_of(line, after))


def is_range(text: str) -> bool:
    """Whether a text is a range of a school day."""
    spans = find_times(text)
    if len(spans) != 1 or spans[0].end is None:
        return False
    start, end = resolve(spans[0])
    return end is not None and end - start <= _LONGEST


def _as_ranges(lines: list[Line], pairs: list[tuple[Line, Line]]) -> list[Line]:
    """The lines with each pair of a start and an end as one."""
    made = {line.id: line.joined(after, range_of(line, after)) for line, after in pairs}
    ends = {after.id for _, after in pairs}
    return [made.get(line.id, line) for line in lines if line.id not in ends]


def joined_below(lines: list[Line]) -> list[Line]:
    """A start right above its end ("08:55" over "09:45", no dash) and the same for (nearly) all times of that column.

    A column of starts alone is evenly set; ends stand clearly nearer to their starts than to the next ones. What stands
    right of a text that runs up the page is below it.
    """
    turned = {line.id: line for line in lines if line.angle == UPWARDS}
    seen = [replace(line, rect=line.rect.turned(), angle=0) for line in turned.values()]
    sideways = [(turned[line.id], turned[after.id]) for line, after in _stacked(seen)]
    return _as_ranges(lines, _stacked(lines) + sideways)


def _stacked(lines: list[Line]) -> list[tuple[Line, Line]]:
    """Starts with the ends below them."""
    clocks = [line for line in lines if line.upright and _CLOCK_OR_DIGITS.fullmatch(line.text.strip())]
    if around := _around_numbers(lines, clocks):
        return around
    pairs: list[tuple[Line, Line]] = []
    for line in clocks:
        column = [other for other in clocks if line.rect.stacked(other.rect)]
        below = [other for other in column if other.rect.cy > line.rect.cy + NEXT[0] * line.size]
        after = min(below, key=lambda other: other.rect.cy, default=None)
        if after is None or after.rect.cy - line.rect.cy > NEXT[1] * max(line.size, after.size):
            continue
        within = after.rect.cy - line.rect.cy
        beyond = [abs(other.rect.cy - each.rect.cy) for each in (line, after) for other in column]
        nearest = all(away < NEXT[0] * line.size or away == within or away * _NEARER > within for away in beyond)
        if nearest and rises(line, after):
            pairs.append((line, after))
    pairs = pairs if len(pairs) >= PAIRS else _meeting(clocks)
    members = [line.id for pair in pairs for line in pair]
    # A column that prints ranges has starts alone where nothing but a start is meant ("Doors open 8:35").
    ranges = [line for line in lines if any(span.end is not None for span in find_times(line.text))]
    # But for those of two lines, of which some have a dash.
    ranges = [line for line in ranges if line.rect.height < _TWO_LINES * line.size]
    beside = sum(any(line.rect.stacked(start.rect) for start, _ in pairs) for line in ranges)
    if len(pairs) < PAIRS or len(set(members)) < len(members) or len(members) < _NEARLY_ALL * (len(clocks) + beside):
        return []
    return pairs


def _around_numbers(lines: list[Line], clocks: list[Line]) -> list[tuple[Line, Line]]:
    """Starts over, and ends under, their period's number ("7:45", "1", "8:35"): most times of the page, each once.

    The end of a row stands nearer to the next row's start than to its own.
    """
    pairs: list[tuple[Line, Line]] = []
    for number in lines:
        if not number.upright or not is_period(number.text):
            continue
        column = [line for line in clocks if line.rect.stacked(number.rect)]
        above = max((o for o in column if o.rect.cy < number.rect.y0), key=lambda o: o.rect.cy, default=None)
        below = min((o for o in column if o.rect.cy > number.rect.y1), key=lambda o: o.rect.cy, default=None)
        if above is not None and below is not None and rises(above, below):
            pairs.append((above, below))
    members = {line.id for pair in pairs for line in pair}
    once = len(members) == 2 * len(pairs) and len(members) >= _NEARLY_ALL * len(clocks)
    return pairs if once and len(pairs) >= PAIRS else []


def _meeting(clocks: list[Line]) -> list[tuple[Line, Line]]:
    """Starts and ends by turns down a column: known where an end is the next start ("7:50", "8:45", "8:45", "9:40").

    A column of starts names a time twice now and then, too (for a break without a length): there what would be between
    lessons is as long as these."""
    if not clocks:
        return []
    column = max(([o for o in clocks if line.rect.stacked(o.rect)] for line in clocks), key=len)
    column.sort(key=lambda line: line.rect.cy)
    at = [resolve(find_times(line.text)[0])[0] if find_times(line.text) else 0 for line in column]
    within = [(start, end) for start, end in zip(at[::2], at[1::2], strict=False)]
    between = [(end, start) for end, start in zip(at[1::2], at[2::2], strict=False)]
    turns = len(column) % 2 == 0 and all(start < end for start, end in within) and all(a <= b for a, b in between)
    met = turns and any(end == start for end, start in between)
    met = met and 2 * median(start - end for end, start in between) < median(end - start for start, end in within)
    return list(zip(column[::2], column[1::2], strict=True)) if met else []
