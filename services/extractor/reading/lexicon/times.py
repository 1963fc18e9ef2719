"""Times of day as people print them, and which of the two possible hours was meant.

Parsing finds clocks and ranges in a text and keeps what is printed (hour, minute, am/pm or nothing). Resolving turns
them into minutes after midnight: without am/pm a school day is understood, so 1:15 after 12:00 is 13:15.
"""

import re
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import pairwise

from services.extractor.reading.lexicon.wordfiles import load, pattern

HOUR = 60
"""Minutes."""
NOON = 12
"""Hours."""
HALF_DAY = NOON * HOUR
EARLIEST = 7 * 60
"""A bare hour before this is an afternoon's: no school day starts at 1:15 in the night."""
LATEST = 19 * 60
"""A bare hour that its place in a list would put after this is a morning's: 9:10 below 11:10 begins a column."""

_BULLETS = " \t•·▪◦●○‣*.-–—"
_NOON = 13 * 60
"""The first time that only a clock of 24 hours shows, or later."""
_YEARS = (1990, 2060)
"""Four digits that are years, with the one or two after the first."""
_EVENING = 17
"""Who prints this hour so prints no hour of the afternoon as one of the morning's."""


@dataclass(frozen=True, slots=True)
class Clock:
    """A printed time of day."""

    hour: int
    minute: int
    half: str | None = None
    """``am``, ``pm`` or null if not printed."""
    mark: str = field(default="", compare=False)
    """What stands between hour and minute; empty where nothing does, or where no minute is printed."""
    bare: bool = field(default=False, compare=False)
    """Whether the hour is printed alone."""


@dataclass(frozen=True, slots=True)
class Span:
    """A printed range, or a start alone."""

    start: Clock
    end: Clock | None
    at: tuple[int, int]
    """First character and the one after the last, in the text that was searched."""


_WORDS = load("words")
UNTIL_WORDS = pattern(_WORDS["until"])
"""Between a start and its end."""
_UNIT = rf"(?:\s?(?:{pattern(_WORDS['hours'])})(?:\b\.?|(?=à)))"
_SINCE = re.compile(rf"^(?:{pattern(_WORDS['since'])})(?=[\s\d])\.?\s*(?=\d)", re.IGNORECASE)
# The OCR drops the blank behind it now and then ("10:45amMaths"). A letter alone stands close to minutes
# ("8:00a-8:50a"): "8a" is a class, and "8:00a 8:50" lost the blank before its "a".
_HALF = r"(?:\s*(?P<{0}half>[ap])(?:\.?\s?m(?:\b|(?-i:(?=[A-Z][a-z])))\.?|(?<=:\d\d[ap])(?!\w|\s?\d)))"
_CLOCK = (
    r"(?:(?P<{0}h>[012OolI]?[\dOolI])\s?(?:[:;.,](?!\s\d\d?\s?h)|\s?[hH](?!\s?\d\d?\s?h)\s?|[uU](?=\d))\s?(?P<{0}m>[0-5OoQ][\dOolI§]|[Il](?:[\d§]|(?-i:O\b))|§(?:[\d§]|(?-i:S))|(?-i:S)[\d§](?=\s?[-–—]|$)|[0-5]s(?=\s?[ap]\.?\s?m\b)|[0-5Il](?-i:S)(?=\s?[-–—]|$))(?![\d]|\s?[hH:.]\s?\d\d)"
    + _UNIT
    + "?"
    r"|(?P<{0}mil>[012]?\d[0-5]\d)" + _UNIT + "?"
    r"|(?P<{0}b>[012]?\d|(?-i:I[I1]|l[l1]|1[Il])(?!\w))(?P<{0}u>" + _UNIT + ")?)" + _HALF + "?"
)
_SLASH = r"(?:(?<=[:h]\d\d)|(?<=[:h]\d\d\s))/(?=\s?\d{1,2}[:h]\d\d)"
# Blanks that the OCR lost around the word ("19:35a20:15"), and "a" that it read as a number, between two whole times.
_AFTER_TIME, _AT_TIME = r"(?:(?<=[:.h]\d\d)|(?<=[:.h]\d\d\s))", r"\d{1,2}[:.h]\d\d"
_CLOSE = rf"{_AFTER_TIME}(?:(?:{UNTIL_WORDS})(?=\s?{_AT_TIME})|(?<=\s)8(?=\s{_AT_TIME}))"
_DASH = (
    r"\s*(?:[-‐‑‒–—−~→÷»>_]+|"
    + _SLASH
    + rf"|{_CLOSE}|(?<=[\s.])(?:{UNTIL_WORDS})(?=\s)"
    + r"|(?<=[\dh\s])à(?=[\s\d]))\s*"
)
_RANGE = re.compile(
    r"(?<![\d:.,/])(?:(?<![^\W_])|(?<=\bh))" + _CLOCK.format("s") + _DASH + _CLOCK.format("e") + r"(?!\d|/\s?\d)",
    re.IGNORECASE,
)
# A letter before it makes it a room ("B1.07"), not a time.
_SINGLE = re.compile(r"(?<![\d:.,/])(?<![^\W_])(?<![^\W_][.-])" + _CLOCK.format("s") + r"(?![\d:/])", re.IGNORECASE)
# A label's colon that the OCR set close to the time ("Snack:10.15", "Period 4:11:30").
_AFTER_LABEL = re.compile(r"([^\W\d_]{3}):(?=\d)|((?:^|\W)[^\W\d_]+[\s.]?\d):(?=\d{1,2}\s?[:.]\s?\d\d(?!\s?[:.]))")
# The stop behind a period's number, with the time close to it ("1.7:45", "6.12:10").
_AFTER_NUMBER = re.compile(r"^\s*\d{1,2}\.(?=\d{1,2}:\d\d)")
# A stop for the dash between two whole times ("18.30.19.30").
_STOP_FOR_DASH = re.compile(r"(?<![\d.:])(\d{1,2}([.:])[0-5]\d)\.(?=[012]?\d\2[0-5]\d(?![\d.:]))")
_NOON_WORD = re.compile(r"(?<=12 )noon\b|(?<=12:00 )noon\b|(?<=12.00 )noon\b", re.IGNORECASE)
_FOREIGN = str.maketrans("\u0399\u0406\u039f\u041e\u03bf\u043e", "IIOOoo")
"""Greek and Cyrillic letters that look like these."""
# Both cases of each: the patterns ignore case.
_LOOKALIKE = str.maketrans("OoQqlLIi§sS", "00001111555")


def find_times(text: str) -> list[Span]:
    """Every range and lone time in `text`, left to right.

    Hours without minutes ("9-10", "2 - 3pm", "9 a 10 hs") count only where they fill the text or have a unit, one alone
    ("9h") where it does both, four digits ("0900-0945") only in ranges or alone, so that years, rooms and course codes
    are not taken for times.
    """
    return list(_spans(text))


@lru_cache(maxsize=4096)
def _spans(text: str) -> tuple[Span, ...]:
    """As `find_times`; a page asks of each of its texts some twenty times."""
    if text[:1] in ":.,":
        # A rule before the text is read as a stop; positions stay.
        text = " " + text[1:]
    text = text.translate(_FOREIGN)
    # As long as before: positions stay.
    text = _NOON_WORD.sub(" p m", text)
    text = _AFTER_LABEL.sub(lambda match: match.group()[:-1] + " ", text)
    text = _AFTER_NUMBER.sub(lambda match: match.group()[:-1] + " ", text)
    text = _STOP_FOR_DASH.sub(r"\1-", text)
    spans: list[Span] = []
    stripped = _SINCE.sub("", text.strip(" .()[]|*-–—"))
    position = 0
    while match := _RANGE.search(text, position):
        start, end = _clock(match, "s"), _clock(match, "e")
        # "9 - 10: Maths", with or without a list's dot before it.
        listed = re.match(r"\s*:(?!\d)", text[match.end() :]) and not text[: match.start()].strip(_BULLETS)
        whole = bool(listed) or match.group().strip(" .") == stripped
        if start and end and _plausible(match, whole):
            spans.append(Span(start, end, match.span()))
            position = match.end()
        else:
            position = match.start() + 1
    for match in _SINGLE.finditer(text):
        if any(match.start() < span.at[1] and span.at[0] < match.end() for span in spans):
            continue
        clock = _clock(match, "s")
        if clock is None:
            continue
        whole = match.group().strip() == stripped
        if match["sh"] or match["shalf"] or (match["smil"] and whole and len(match["smil"]) == len("0900")):
            # "5, 20 pupils" and "3.50" in prose: a comma is a clock's only where the clock stands alone.
            if match["sh"] and not whole and "," in match.group():
                continue
            spans.append(Span(clock, None, match.span()))
        # "9h" among "10h15" and "10h30"; "2 h" is how long something takes.
        elif match["su"] and match.group().strip(" .") == stripped and clock.hour * HOUR >= EARLIEST:
            spans.append(Span(clock, None, match.span()))
    return tuple(sorted(spans, key=lambda span: span.at))


def _clock(match: re.Match[str], side: str) -> Clock | None:
    half = match[f"{side}half"]
    half = half.lower() + "m" if half else None
    if match[f"{side}h"]:
        hour = int(match[f"{side}h"].translate(_LOOKALIKE))
        minute = int(match[f"{side}m"].translate(_LOOKALIKE))
    elif match[f"{side}mil"]:
        hour, minute = int(match[f"{side}mil"][:-2]), int(match[f"{side}mil"][-2:])
    else:
        hour, minute = int(match[f"{side}b"].translate(_LOOKALIKE)), 0
    if hour > 2 * NOON or minute >= HOUR or (half and hour > NOON):
        return None
    mark = re.sub(r"[\dOolIQqsS§\s]", "", match.string[match.start(f"{side}h") : match.end(f"{side}m")])
    return Clock(hour, minute, half, mark if match[f"{side}h"] else "", bare=bool(match[f"{side}b"]) and not half)


def _plausible(match: re.Match[str], whole: bool) -> bool:
    """Whether a range is one of times rather than of years, pages or school classes."""
    halves = bool(match["shalf"] or match["ehalf"])
    if match["smil"] or match["emil"]:
        if not (match["smil"] and match["emil"]):
            return halves or bool(match["sh"] or match["eh"])
        first, last = int(match["smil"]), int(match["emil"])
        return not (_YEARS[0] <= first <= _YEARS[1] and 1 <= last - first <= 2 and not halves)
    if re.search(r"\d,\s", match.group()):
        # Weeks ("1-13, 15"), not a comma between an hour and its minutes.
        return False
    if match["sh"] or match["eh"] or halves:
        return True
    # "20 a 21 hs" behind a name; "1-2 h" there is how long something takes.
    return whole or bool(match["eu"] and int(match["sb"]) * HOUR >= EARLIEST)


def resolve(span: Span, after: int | None = None, near: int | None = None) -> tuple[int, int | None]:
    """Minutes after midnight of a span.

    Args:
        after: start of the entry before it in a list that only goes forward.
        near: a time it should be close to, such as the header of its column.

    Returns:
        Start and end; an end is always after its start.
    """
    start, end = _without_rule(span.start, span.end), span.end
    if start.half:
        first = _fixed(start, start.half)
    elif end is not None and end.half:
        last = _fixed(end, end.half)
        both = [_fixed(start, "am"), _fixed(start, "pm")] if start.hour <= NOON else [start.hour * 60 + start.minute]
        first = max((value for value in both if value < last), default=both[0])
    else:
        first = _guess(start, after, near)
    if end is None:
        return first, None
    if end.half:
        last = _fixed(end, end.half)
    else:
        last = end.hour * 60 + end.minute
        if last <= first and end.hour <= NOON and last + HALF_DAY > first:
            last += HALF_DAY
    return first, last if last > first else None


def _without_rule(start: Clock, end: Clock | None) -> Clock:
    """The start of a range, without a rule before it that was read as its first figure ("19:45 - 10:45")."""
    wrong = end and not (start.half or end.half) and start.hour >= _EVENING and end.hour <= NOON
    return replace(start, hour=start.hour - 10) if wrong else start


def resolve_all(spans: list[Span]) -> list[tuple[int, int | None]]:
    """Resolve a header's spans, given in the order of the day.

    Where they rise beyond noon as they stand, up to midnight at most, all are of a clock of 24 hours: "6:30" is in the
    morning.
    """
    literal = [60 * span.start.hour + span.start.minute for span in spans]
    if literal[1:] and literal[-1] == 0:
        literal[-1] = 2 * HALF_DAY
    rises = all(before < after for before, after in pairwise(literal)) and literal[-1:] >= [_NOON]
    whole = rises and not any(clock and clock.half for span in spans for clock in (span.start, span.end))
    out: list[tuple[int, int | None]] = []
    after: int | None = None
    for span, value in zip(spans, literal, strict=True):
        times = resolve(span, near=value) if whole else resolve(span, after=after)
        out.append(times)
        after = times[0]
    return _in_order(out) if any(clock and clock.half for span in spans for clock in (span.start, span.end)) else out


def _in_order(times: list[tuple[int, int | None]]) -> list[tuple[int, int | None]]:
    """Times of which each but a few is later than the one before, those few in the other half of the day where they
    fit there alone: "10.00-11.00 PM" before "2.00-3.00 PM", and "12:00 am" for noon."""
    out = list(times)
    for at, (start, end) in enumerate(out):
        lo = out[at - 1][0] if at else -1
        hi = out[at + 1][0] if at + 1 < len(out) else 2 * HALF_DAY
        shift = -HALF_DAY if start >= HALF_DAY else HALF_DAY
        if lo < hi and not lo < start < hi and lo < start + shift < hi:
            out[at] = (start + shift, None if end is None else end + shift)
    return out


def _fixed(clock: Clock, half: str) -> int:
    hour = clock.hour
    if hour <= NOON:
        hour = hour % 12 + (12 if half == "pm" else 0)
    return hour * 60 + clock.minute


def _guess(clock: Clock, after: int | None, near: int | None) -> int:
    value = clock.hour * 60 + clock.minute
    if clock.hour > NOON or clock.hour == 0:
        return value % (24 * 60)
    other = value + HALF_DAY if clock.hour < NOON else value
    if near is not None:
        return min(value, other, key=lambda each: abs(each - near))
    if value < EARLIEST:
        return other
    if after is not None and value < after <= other <= LATEST:
        return other
    return value


def text_of(minutes: int | None) -> str | None:
    """``HH:MM``, or null for null and for what is no time of one day."""
    if minutes is None or not 0 <= minutes < 2 * HALF_DAY:
        return None
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def without_times(text: str, spans: list[Span]) -> str:
    """`text` with its spans cut out and the punctuation that held them tidied away."""
    for span in reversed(spans):
        text = text[: span.at[0]] + " " + text[span.at[1] :]
    text = re.sub(r"\(\s*\)|\[\s*\]", " ", text)
    text = re.sub(r"\s+", " ", text)
    return text.strip(_BULLETS + ":;,|") if spans else text.strip()
