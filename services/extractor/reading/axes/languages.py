"""The languages of a page whose short day names are not known everywhere: those in which its days follow on."""

from collections import defaultdict
from itertools import pairwise

from services.extractor.reading.lexicon.calendar import Languages, day_named, days_by_language
from services.extractor.reading.lexicon.days import undated
from services.extractor.reading.lexicon.times import find_times
from services.extractor.reading.model import Line
from shared.messages import DAYS

_ENOUGH = 3
"""Days in the order of the week, in one row or one column, that are a language's and no chance."""
_LETTERS = 8
"""Of these days' names together: fewer are a row of initials, or of subjects' codes."""
_KNOWN = ""
"""Stands for the languages that are known everywhere."""
_WORDS = 3
"""Of a text that names a day and a date or a week."""


def languages_of(lines: list[Line]) -> Languages:
    """Languages with at least three days level with each other or before times, more than those known everywhere."""
    named: defaultdict[str, list[tuple[Line, int]]] = defaultdict(list)
    timed: defaultdict[str, set[int]] = defaultdict(set)
    for line in lines:
        words = line.text.split()
        # A list of courses says day and time in one text, in the order of the courses.
        for word in line.text[: spans[0].at[0]].split() if (spans := find_times(line.text)) else ():
            if known := day_named(word):
                timed[_KNOWN].add(DAYS.index(known))
            for language, day in days_by_language(word):
                timed[language].add(DAYS.index(day))
        # No set: words of one line stand at one place, and their order says which day follows which.
        for word in dict.fromkeys((undated(line.text), *words)) if len(words) <= _WORDS else ():
            if known := day_named(word):
                named[_KNOWN].append((line, DAYS.index(known)))
            for language, day in days_by_language(word):
                named[language].append((line, DAYS.index(day)))
    found = {
        language: max(
            _longest(named[language], across=True), _longest(named[language], across=False), len(timed[language])
        )
        for language in {*named, *timed}
        if len({day for _, day in named[language]} | timed[language]) >= _ENOUGH
    }
    least = max(_ENOUGH, found.get(_KNOWN, 0) + 1)
    return tuple(sorted((name for name in found if found[name] >= least), key=lambda name: (-found[name], name)))


def _longest(own: list[tuple[Line, int]], *, across: bool) -> int:
    """The most different days that stand level with each other in the order of the week; a list repeats each."""
    placed = [(line.rect if across else line.rect.turned(), line, day) for line, day in own]
    best = 0
    for seed, first, _ in placed:
        beside = [item for item in placed if abs(item[0].cy - seed.cy) < first.size / 2]
        row = [(day, len(line.text)) for _, line, day in sorted(beside, key=lambda item: item[0].cx)]
        run, letters = 1, row[0][1]
        for (before, _), (day, length) in pairwise(row):
            if day != before:
                run, letters = (run + 1, letters + length) if day > before else (1, length)
            best = max(best, run if letters >= _LETTERS else 0)
    return best
