"""When a course meets, as lists print it in one text: "SELASA 10.20-12.00", "MWF 9:00am-9:50am", "Mo 10-12"."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from services.extractor.reading.lexicon.calendar import Languages
from services.extractor.reading.lexicon.days import days_of_pattern, ordinal, read_days
from services.extractor.reading.lexicon.times import Span, find_times
from services.extractor.reading.lexicon.wordfiles import load, pattern
from shared.messages import DAYS, Day, WeekLetter

_AROUND = " \t,;:.()[]|/*•·–—-"
_SINCE = re.compile(rf"\s(?:{pattern(load('words')['since'])})\.?$", re.IGNORECASE)
_COUNTED = re.compile(r"(?:\s*-?\s*feiras?\b)|(?<=[ªaº°])s\b", re.IGNORECASE)
_BETWEEN = re.compile(r"\s*(?:[,/&+-]|\be\b)\s*")
_FRIDAY = 6
"""The last day that Portuguese counts: its Monday is the second."""


@dataclass(frozen=True, slots=True)
class Meeting:
    """One time at which something takes place, on each of some days."""

    days: tuple[Day, ...]
    span: Span
    week: WeekLetter | None = None


@lru_cache(maxsize=4096)
def read_meetings(text: str, spoken: Languages = ()) -> tuple[tuple[Meeting, ...], str]:
    """The meetings that a text begins with.

    Args:
        spoken: languages of the page, beside those whose short names are always known.

    Returns:
        The meetings, none where the text does not begin with days and a time or with a time and days; and what stands
        behind them ("MK 203" of "Rabu 13.00-15.30 MK 203").
    """
    spans = [span for span in find_times(text) if span.end is not None]
    if not spans:
        return _in_hours(text, spoken)
    found: list[Meeting] = []
    at = 0
    days, week = _days(text[: spans[0].at[0]], spoken)
    if not days and not text[: spans[0].at[0]].strip(_AROUND):
        return _days_behind(text, spans, spoken)
    for span in spans:
        before = text[at : span.at[0]]
        if before.strip(_AROUND):
            own, week = _days(before, spoken)
            if not own:
                break
            days = own
        if not days:
            break
        found.append(Meeting(days, span, week))
        at = span.at[1]
    return tuple(found), text[at:].strip(_AROUND) if found else text


def _days_behind(text: str, spans: Sequence[Span], spoken: Languages) -> tuple[tuple[Meeting, ...], str]:
    """The meeting of a text whose time stands before its days ("10.20-12.00 Selasa")."""
    if len(spans) > 1:
        return (), text
    words = text[spans[0].at[1] :].split()
    # "SEG: Artes": behind a colon stands what takes place, however like a day it looks.
    last = next((at for at, word in enumerate(words, 1) if word.endswith(":")), len(words))
    for count in range(last, 0, -1):
        days, week = _days(" ".join(words[:count]), spoken)
        if days:
            return (Meeting(days, spans[0], week),), " ".join(words[count:])
    return (), text


def _in_hours(text: str, spoken: Languages) -> tuple[tuple[Meeting, ...], str]:
    """The meeting of a text that names days and a range of hours, which is one only where nothing else stands there."""
    words = text.split()
    for count in range(len(words) - 1, 0, -1):
        days, week = _days(" ".join(words[:count]), spoken)
        if not days:
            continue
        spans = find_times(" ".join(words[count:]))
        if len(spans) == 1 and spans[0].end is not None:
            return (Meeting(days, spans[0], week),), ""
    return (), text


def _days(text: str, spoken: Languages) -> tuple[tuple[Day, ...], WeekLetter | None]:
    """The days that a text consists of, in words, as a pattern or counted ("2as e 4as"), and their week."""
    bare = _SINCE.sub("", text.strip(_AROUND)).strip(_AROUND)
    if not bare:
        return (), None
    if read := read_days(bare, spoken):
        return read.days, read.week
    compact = re.sub(r"[\s,/&-]+", "", bare)
    if days := days_of_pattern(compact):
        return days, None
    counted = [ordinal(part) or 0 for part in _BETWEEN.split(_COUNTED.sub("", bare))]
    if all(1 < number <= _FRIDAY for number in counted):
        return tuple(DAYS[number - 2] for number in counted), None
    return (), None
