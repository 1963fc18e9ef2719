"""Puts right how the OCR cut the page's text into lines: read twice, run together, or wrapped within a cell."""

import re
from dataclasses import replace

import numpy as np

from services.extractor.reading.evidence.order import reading_frame
from services.extractor.reading.evidence.rowheads import (
    with_days_apart,
    with_numbers_apart,
    with_numbers_below,
    with_row_heads,
)
from services.extractor.reading.evidence.time_labels import (
    CLOCK,
    CLOCK_ALONE,
    DASH,
    FROM,
    NEXT,
    PAIRS,
    UNTIL,
    is_range,
    joined_abreast,
    joined_across,
    joined_below,
    range_of,
    rises_evenly,
    with_minutes,
)
from services.extractor.reading.lexicon.labels import is_period
from services.extractor.reading.lexicon.times import find_times
from services.extractor.reading.model import Line, Rect

TWIN = 0.5
"""Share of the smaller box that two readings of one text have in common."""
_CLOCK_LETTERS = 14
"""Of a start or an end alone ("from 10:45 a.m."), at most."""
_FIGURES = "IlOo"
"""Letters that a figure is read as."""
_HALF = r"(?:\s?[AaPp]\.?[Mm](?![^\W\d])\.?|[AaPp](?!\w))?"
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

_SMALL_L = re.compile(r"l\.\s?[a-zß-ÿăşșţț].*")
_FOR_L = re.compile(r"[I1|]\.\s?[a-zß-ÿăşșţț].*")
"""A word of one letter, as Romanian schools' plans have it ("l. rom." is a language), and what it is read as."""
_SECOND = re.compile(r"(?:II|2)\.\s?[^\W\d_]")
_FEWEST_L = 3
"""Lines that show the letter as it is."""


def repair_lines(lines: list[Line]) -> list[Line]:
    """The page's lines without doubles, one for each range of times that several columns or rows of a header show.

    A part of a line, and a line made of two, are tokens of their own that keep what they are made of.
    """
    lines = [replace(line, text=_clean(line.text)) for line in _once(lines)]
    lines = _with_small_l([part for line in lines for part in _apart(line)])
    lines = with_numbers_below([part for line in lines for part in _starts(line, lines)])
    lines = with_numbers_apart(with_days_apart(lines))
    return with_row_heads(joined_below(joined_across(joined_abreast(_joined(with_minutes(lines))))))


def _clean(text: str) -> str:
    """A line's text without what is no part of its words and times."""
    return _unstuck(_SECONDS.sub("", _RULED.sub("", _latin(text))))


def _latin(text: str) -> str:
    """`text` with the foreign letters in words of others put right; words that are not Latin without them stay."""

    def put_right(word: re.Match[str]) -> str:
        latin = word.group().translate(_ALIKE)
        return word.group() if _FOREIGN.search(latin) else latin

    return re.sub(r"\w*[A-Za-z]\w*", put_right, text)


def _with_small_l(lines: list[Line]) -> list[Line]:
    """The lines, a letter put right that stands alone before a word in small letters ("I. rom.", "1. fr.").

    Only where it was read as an l in several lines; a figure only where the same was read with the letter, too. Where
    a line begins with a second number, the first is one.
    """
    texts = {line.text for line in lines}
    shown = sum(bool(_SMALL_L.fullmatch(line.text)) for line in lines)
    if shown < _FEWEST_L or any(map(_SECOND.match, texts)):
        return lines

    def put_right(text: str) -> str:
        small = f"l{text[1:]}"
        return small if _FOR_L.fullmatch(text) and (text[0] == "I" or small in texts) else text

    return [replace(line, text=put_right(line.text)) for line in lines]


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
        return [line]
    step = line.rect.width / len(line.text)
    return [
        line.part(line.text[lo:hi], replace(line.rect, x0=line.rect.x0 + lo * step, x1=line.rect.x0 + hi * step))
        for lo, hi in parts
    ]


def _starts(line: Line, lines: list[Line]) -> list[Line]:
    """The starts that were read in one line ("8:50 9:00") in a row of starts, or that are a row of themselves."""
    clocks = list(CLOCK_ALONE.finditer(line.text)) if line.upright else []
    if len(clocks) < 2 or CLOCK_ALONE.sub("", line.text).strip():
        return [line]
    row = [other for other in lines if other is not line and line.rect.level(other.rect)]
    alone = sum(bool(CLOCK_ALONE.fullmatch(other.text.strip())) for other in row)
    if alone < PAIRS and not rises_evenly([clock.group() for clock in clocks]):
        return [line]
    step = line.rect.width / len(line.text)
    middles = [line.rect.x0 + (clock.start() + clock.end()) / 2 * step for clock in clocks]
    if rises_evenly([clock.group() for clock in clocks]):
        # Figures are not of one width; what rises evenly stands so.
        middles = np.linspace(middles[0], middles[-1], len(middles)).tolist()
    halves = [(clock.end() - clock.start()) / 2 * step for clock in clocks]
    return [
        line.part(clock.group(), replace(line.rect, x0=at - half, x1=at + half))
        for clock, at, half in zip(clocks, middles, halves, strict=True)
    ]


def _joined(lines: list[Line]) -> list[Line]:
    """A start and its end on the next line, or read apart ("8:00 -" over or beside "8:45"), are one text."""
    short = [(line, find_times(line.text)) for line in lines if len(line.text) <= _CLOCK_LETTERS]
    clocks = [line for line, spans in short if len(spans) == 1 and spans[0].end is None]
    taken: set[int] = set()
    made: dict[int, Line] = {}
    for line in clocks:
        near = [after for after in clocks if after is not line and after.id not in taken and _wraps(line, after)]
        # What is beside it goes before what is below: that may be the next row's.
        for after in sorted(near, key=lambda other: not _frame(line).level(_frame(other))):
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
    below = a.stacked(b)
    # "8:15 -" beside "9:10 -" are the headers of two columns.
    behind = a.level(b) and abs(b.x0 - a.x1) < line.size
    return (below and NEXT[0] * line.size < b.cy - a.cy < NEXT[1] * max(line.size, after.size)) or behind


def _frame(line: Line) -> Rect:
    return reading_frame(line.rect, line.angle)
