"""Puts right how the OCR cut the page's text into lines: read twice, run together, or wrapped within a cell."""

import re
from dataclasses import replace

from services.extractor.reading.evidence.order import reading_frame
from services.extractor.reading.evidence.rowheads import with_days_apart, with_numbers_apart, with_row_heads
from services.extractor.reading.evidence.time_labels import (
    CLOCK,
    CLOCK_ALONE,
    DASH,
    FROM,
    PAIRS,
    UNTIL,
    is_range,
    joined_abreast,
    joined_below,
    level_with,
    overlapping,
    range_of,
    rises,
    with_minutes,
)
from services.extractor.reading.lexicon.days import read_days
from services.extractor.reading.lexicon.labels import is_period
from services.extractor.reading.lexicon.times import find_times, resolve_all
from services.extractor.reading.model import Line, Rect

TWIN = 0.5
"""Share of the smaller box that two readings of one text have in common."""
_FIGURES = "IlOo"
"""Letters that a figure is read as."""
_AND = ",&+/ "
"""What stands behind one day where another follows."""
_HALF = r"(?:\s?[AaPp]\.?[Mm](?![^\W\d])\.?)?"
_HALF_FIRST = re.compile(rf"(?:[ap]\.?\s?m\.?|noon)(?:$|\s?[{DASH}]\s?{CLOCK}{_HALF}$)", re.IGNORECASE)
_RANGE = re.compile(rf"{CLOCK}{_HALF}\s*[{DASH}]\s*{CLOCK}{_HALF}")
# A rule right beside a time, read as a figure: "108:00-08:15!".
_RULED = re.compile(r"^[1Iil|!](?=\d\d:\d\d(?!\d))|^[i|!](?=\d:\d\d(?!\d))|(?<=\d:\d\d)[1Il|!]$")
# A clock's seconds ("07:00:00"), as spreadsheets print them.
_SECONDS = re.compile(r"(?<=\d:[0-5]\d):[0-5]\d(?![\d:.])")

# "Reg08:40-08:55", "P311:00-12:00": the label, what it may share with the hour, and the rest of the range.
_STUCK = re.compile(rf"(?<!\w)([^\W\d_]{{1,14}})(\d{{1,4}})(?=([:.]\d\d{_HALF}\s*[{DASH}]\s*{CLOCK}{_HALF}))")

_ALIKE = str.maketrans("αοριυχνκτΑΒΕΖΗΙΚΜΝΟΡΤΥΧаеорсухкАВЕКМНОРСТХ", "aopiuxvktABEZHIKMNOPTYXaeopcyxkABEKMHOPCTX")
"""Greek and Cyrillic letters that look like Latin ones."""
_FOREIGN = re.compile("[\u0370-\u03ff\u0400-\u04ff]")


def repair_lines(lines: list[Line]) -> list[Line]:
    """The page's lines without doubles, one for each range of times that several columns or rows of a header show.

    A part of a line, and a line made of two, are tokens of their own that keep what they are made of.
    """
    lines = [replace(line, text=_clean(line.text)) for line in _once(lines)]
    lines = [part for line in lines for part in _apart(line)]
    lines = with_numbers_apart(with_days_apart([part for line in lines for part in _starts(line, lines)]))
    return with_row_heads(joined_below(joined_abreast(_joined(_halved(_enumerated(with_minutes(lines)))))))


def _clean(text: str) -> str:
    """A line's text without what is no part of its words and times."""
    return _unstuck(_SECONDS.sub("", _RULED.sub("", _latin(text))))


def _latin(text: str) -> str:
    """`text` with the foreign letters in words of others put right; words that are not Latin without them stay."""

    def put_right(word: re.Match[str]) -> str:
        latin = word.group().translate(_ALIKE)
        return word.group() if _FOREIGN.search(latin) else latin

    return re.sub(r"\w*[A-Za-z]\w*", put_right, text)


def _unstuck(text: str) -> str:
    """`text` with a blank between a label and its range, which the OCR ran together.

    A period's number goes with its word, whatever is left is the hour; only where one way to part them makes a range.
    """

    def parted(match: re.Match[str]) -> str:
        word, digits, rest = match.groups()
        numbered = is_period(f"{word}1")
        if not (numbered or len(word) > 1) or not set(word) - set(_FIGURES):
            return match.group()
        cuts = [cut for cut in (range(1, 3) if numbered else (0,)) if cut < len(digits) <= cut + 2]
        cuts = [cut for cut in cuts if digits[0] != "0" or not cut]
        fitting = [cut for cut in cuts if is_range(digits[cut:] + rest)]
        return f"{word}{digits[: fitting[0]]} {digits[fitting[0] :]}" if len(fitting) == 1 else match.group()

    return _STUCK.sub(parted, text)


def _once(lines: list[Line]) -> list[Line]:
    """Without texts that were read twice at nearly the same place, where the surer reading is kept."""
    kept: dict[str, list[Line]] = {}
    for line in sorted(lines, key=lambda each: -each.confidence):
        twins = kept.setdefault(line.text, [])
        if all(other.rect.overlap(line.rect) < TWIN for other in twins):
            twins.append(line)
    ids = {line.id for same in kept.values() for line in same}
    return [line for line in lines if line.id in ids]


def _apart(line: Line) -> list[Line]:
    """A line of nothing but ranges ("8:55-9:35 9:35-9:50"): the headers of as many columns, read in one."""
    if not line.upright:
        return [line]
    parts = [found.span() for found in _RANGE.finditer(line.text)]
    if len(parts) < 2 or any(char.isalnum() for char in _RANGE.sub("", line.text)):
        parts = _two_ranges(line.text)
    if len(parts) < 2:
        return [line]
    step = line.rect.width / len(line.text)
    return [
        line.part(line.text[lo:hi], replace(line.rect, x0=line.rect.x0 + lo * step, x1=line.rect.x0 + hi * step))
        for lo, hi in parts
    ]


def _two_ranges(text: str) -> list[tuple[int, int]]:
    """Where two ranges stand in a text of nothing else, with no blank between them ("11h10-12h12h-12h50"): the second
    begins when the first ends, or soonest after that. Empty if they are not two.
    """
    if sum(char in DASH for char in text) != 2:
        return []
    found: list[tuple[int, int]] = []
    for cut in range(4, len(text) - 3):
        halves = [(half, find_times(half)) for half in (text[:cut], text[cut:])]
        if any(len(spans) != 1 or spans[0].end is None or spans[0].at != (0, len(half)) for half, spans in halves):
            continue
        (_, end), (start, after) = resolve_all([spans[0] for _, spans in halves])
        if end is not None and after is not None and end <= start < after:
            found.append((start - end, cut))
    return [(0, min(found)[1]), (min(found)[1], len(text))] if found else []


def _starts(line: Line, lines: list[Line]) -> list[Line]:
    """The starts that were read in one line: of "10:00 -11:00 -", whose last dash was not read, if below each stands
    its end; of "8:50 9:00" in a row of starts."""
    clocks = list(CLOCK_ALONE.finditer(line.text)) if line.upright else []
    if len(clocks) < 2 or CLOCK_ALONE.sub("", line.text).strip(DASH + " "):
        return [line]
    step = line.rect.width / len(line.text)
    left = line.rect.x0
    starts = [
        line.part(clock.group(), replace(line.rect, x0=left + clock.start() * step, x1=left + clock.end() * step))
        for clock in clocks
    ]
    if not any(char in DASH for char in line.text):
        row = [other for other in lines if other is not line and level_with(line.rect, other.rect)]
        return starts if sum(bool(CLOCK_ALONE.fullmatch(other.text.strip())) for other in row) >= PAIRS else [line]
    starts = [replace(start, text=f"{start.text} -") for start in starts]
    for start in starts:
        below = [
            other
            for other in lines
            if CLOCK_ALONE.fullmatch(other.text.strip())
            and overlapping(start.rect, other.rect)
            and 0.4 * line.size < other.rect.cy - line.rect.cy < 1.9 * max(line.size, other.size)
        ]
        if len(below) != 1 or not rises(start, below[0]):
            return [line]
    return starts


def _enumerated(lines: list[Line]) -> list[Line]:
    """Days that head one list ("Mon," beside "Wed," beside "Fri") are one text."""
    days = [line for line in lines if line.upright and read_days(line.text.rstrip(_AND))]
    made = {line.id: line for line in days}
    for line in sorted(days, key=lambda each: -each.rect.x0):
        if line.text[-1] not in _AND:
            continue
        after = [
            other
            for key, other in made.items()
            if key != line.id and level_with(line.rect, other.rect) and abs(other.rect.x0 - line.rect.x1) < line.size
        ]
        if after:
            rest = min(after, key=lambda other: other.rect.x0)
            del made[next(key for key, other in made.items() if other is rest)]
            made[line.id] = line.joined(rest, f"{line.text} {rest.text}")
    heads = {line.id for line in days}
    return [made.get(line.id, line) for line in lines if line.id in made or line.id not in heads]


def _halved(lines: list[Line]) -> list[Line]:
    """A time whose "am" or "pm" wraps to the next line ("9:00 am - 10:30" over "am", "10:50" over "AM-11:10" over "AM")
    as one text."""
    made = {line.id: line for line in lines}
    for half in sorted(lines, key=lambda line: line.rect.cy):
        if not half.upright or not _HALF_FIRST.match(half.text):
            continue
        above = [
            (line.rect.cy, key)
            for key, line in made.items()
            if line.upright
            and line.rect.x0 < half.rect.cx < line.rect.x1
            and 0.4 * half.size < half.rect.y1 - line.rect.y1 < 1.9 * half.size
        ]
        key = max(above, default=(0.0, None), key=lambda item: item[0])[1]
        if key is not None and _lacks_half((line := made[key]).text):
            made[key] = line.joined(half, f"{line.text} {half.text}")
            del made[half.id]
    return [made[line.id] for line in lines if line.id in made]


def _lacks_half(text: str) -> bool:
    """Whether a text ends in a time without am or pm."""
    spans = find_times(text)
    return bool(spans) and spans[-1].at[1] == len(text.rstrip()) and (spans[-1].end or spans[-1].start).half is None


def _joined(lines: list[Line]) -> list[Line]:
    """A start and its end on the next line, or read apart ("8:00 -" over or beside "8:45"), are one text."""
    clocks = [line for line in lines if len(line.text) <= 14 and (spans := find_times(line.text)) and len(spans) == 1]
    clocks = [line for line in clocks if find_times(line.text)[0].end is None]
    taken: set[int] = set()
    made: dict[int, Line] = {}
    for line in clocks:
        near = [after for after in clocks if after is not line and after.id not in taken and _wraps(line, after)]
        # What is beside it goes before what is below: that may be the next row's.
        for after in sorted(near, key=lambda other: not level_with(_frame(line), _frame(other))):
            if line.id in taken:
                break
            text = range_of(line, after)
            spans = find_times(text)
            if len(spans) == 1 and spans[0].end is not None:
                taken |= {line.id, after.id}
                made[line.id] = line.joined(after, text)
    return [made.get(line.id, line) for line in lines if line.id in made or line.id not in taken]


def _wraps(line: Line, after: Line) -> bool:
    """Whether `after` goes on from `line`: a dash between them, and right below or behind it as the text runs."""
    opens, goes_on = bool(UNTIL.search(line.text)), bool(FROM.match(after.text))
    closed = not UNTIL.search(after.text) and not FROM.match(line.text)
    if line.angle != after.angle or not (opens or goes_on) or not closed:
        return False
    a, b = _frame(line), _frame(after)
    below = min(a.x1, b.x1) - max(a.x0, b.x0) > 0.5 * min(a.width, b.width)
    # "8:15 -" beside "9:10 -" are the headers of two columns.
    behind = level_with(a, b) and abs(b.x0 - a.x1) < line.size
    return (below and 0.4 * line.size < b.cy - a.cy < 1.9 * max(line.size, after.size)) or behind


def _frame(line: Line) -> Rect:
    return reading_frame(line.rect, line.angle)
