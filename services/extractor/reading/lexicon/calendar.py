"""The days' names by language: CLDR's (`data/calendar.json`, made by `python -m tests.lexicon`), and schools' own.

A full name is known wherever it stands. A short one of the languages most read is, too; those of others ("pe" is Friday
in Finnish) only on a page that is known to be in their language, because too many are subjects or rooms elsewhere.
"""

import re
import unicodedata
from collections import defaultdict
from functools import lru_cache

from rapidfuzz.distance import Levenshtein

from services.extractor.reading.lexicon.wordfiles import load, plain
from shared.messages import DAYS, Day

Languages = tuple[str, ...]
"""Of a page, the likeliest first."""

SCRIPTS = ("LATIN", "GREEK", "CYRILLIC")
"""Of the languages in the calendar, as Unicode calls them."""
_READ = 0x24F
"""The last Latin letter that the text recogniser knows: Vietnamese ones beyond it are missing in what it reads."""
_FEWEST, _IN_TURN = 4, 8
"""Shortened names that are days by their order alone, and their letters together."""
_WHOLE = 2
"""Short names of those of which letters were not read, that were read whole."""
_ANYWHERE = 5
"""Letters from which on a full name is no other language's everyday word."""


def _as_read(name: str) -> str:
    latin = ((letter, unicodedata.name(letter, "").startswith("LATIN")) for letter in name)
    return "".join(letter for letter, own in latin if ord(letter) <= _READ or not own)


def _spelt(word: str) -> str:
    """A name with its accents, to tell those apart that differ in nothing else ("St" and "Št")."""
    return unicodedata.normalize("NFC", word).casefold().strip(". ")


def _named(language: str, kind: str) -> dict[str, Day]:
    """Days by their names, with their accents and plain, without those that are two days'."""
    found: tuple[defaultdict[str, set[Day]], ...] = (defaultdict(set), defaultdict(set))
    for day, names in zip(DAYS, _CALENDAR[language][kind], strict=True):
        for name in names:
            found[1][_spelt(name)].add(day)
            for variant in (name, _as_read(name), name.casefold().translate(_LEGACY.get(language, {}))):
                found[0][plain(variant)].add(day)
    single = ((name, days) for each in found for name, days in each.items() if len(days) == 1)
    return {name: next(iter(days)) for name, days in single if name and not name.isdigit()}


def _find(names: dict[str, Day], word: str, bare: str) -> Day | None:
    return names.get(_spelt(word)) or names.get(bare)


_CALENDAR = load("calendar")
HABITS = load("habits")
_LEGACY = {language: str.maketrans(letters) for language, letters in HABITS["legacy"].items()}
"""Letters as a font of before Unicode shows them where it is missing."""
_FULL = {name: _named(name, "full") for name in _CALENDAR}
_SHORT = {name: {**_named(name, "letter"), **_named(name, "short")} for name in _CALENDAR}
for _language, _cut in HABITS["cut"].items():
    _SHORT[_language] |= {plain(name): day for name, day in zip(_cut.split(), DAYS, strict=True)}
_OURS: dict[str, Day] = {name: day for day, names in HABITS["full"].items() for name in names.split()}
for _language in HABITS["known"]:
    _OURS |= _FULL[_language]
_OURS |= {f"{name}s": day for name, day in _OURS.items() if f"{name}s" not in _OURS}
"""Full names, and plurals, in the languages most read."""
_SHORTS: dict[str, Day] = {name: day for day, names in HABITS["short"].items() for name in names.split()}
MONTHS = frozenset(
    plain(name)
    for language, each in _CALENDAR.items()
    for month in each["months"]
    for name in (month if language in HABITS["known"] else month[:1])
) - {""}


def _everywhere() -> dict[str, Day]:
    found: defaultdict[str, set[Day]] = defaultdict(set)
    for names in _FULL.values():
        for name, day in names.items():
            found[name].add(day)
    return {name: days.pop() for name, days in found.items() if len(days) == 1 and len(name) >= _ANYWHERE} | _OURS


_ANY = _everywhere()


@lru_cache(maxsize=8192)  # each layout's reader asks for every word of the page, a tenth of a page's time
def day_named(word: str, spoken: Languages = ()) -> Day | None:
    """The day that a word names, full or short; a full name may have one wrong letter in it, or lack its end.

    Args:
        spoken: languages of the page, beside those whose short names are always known.
    """
    bare = plain(word)
    if not bare or bare.isdigit():
        return None
    for names in (_ANY, *(names for each in spoken for names in (_FULL[each], _SHORT[each])), _SHORTS):
        if found := _find(names, word, bare):
            return found
    if len(bare) < _ANYWHERE:
        return None
    known = {**_OURS, **{name: day for each in spoken for name, day in _FULL[each].items()}}
    near = {day for name, day in known.items() if Levenshtein.distance(bare, name, score_cutoff=1) <= 1}
    # Or its end was not read ("Wednesd").
    near = near or {day for name, day in known.items() if name.startswith(bare)}
    return near.pop() if len(near) == 1 else None


def spelt_right(word: str) -> bool:
    """Whether a word is a day's full name without an error."""
    return plain(word) in _ANY


@lru_cache(maxsize=4096)
def days_by_language(word: str) -> tuple[tuple[str, Day], ...]:
    """The days that a word names, full or short, each with a language in which it does."""
    bare = plain(word)
    named = ((each, _find(_FULL[each], word, bare) or _find(_SHORT[each], word, bare)) for each in _CALENDAR)
    found = named if bare else ()
    return tuple((language, day) for language, day in found if day)


@lru_cache
def _weeks() -> list[tuple[list[tuple[str, ...]], list[tuple[str, ...]]]]:
    """Of each language the plain names of each day; and these without the letters that have accents."""
    weeks = [
        [[name for kind in ("full", "short") for name in names[kind][at]] for at in range(len(DAYS))]
        for names in _CALENDAR.values()
    ]
    return [
        (
            [tuple(map(plain, day)) for day in week],
            [tuple(plain(_without_accents(name)) for name in day) for day in week],
        )
        for week in weeks
    ]


def _without_accents(name: str) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFC", name) if letter.isascii())


@lru_cache(maxsize=1024)
def days_in_turn(words: tuple[str, ...]) -> tuple[Day, ...] | None:
    """The days that follow each other which a row of shortened names is, in whatever language: each word begins a name,
    or each of five and more has a name's first letter and others of it in their order ("Sn", "Sl", "Rb", "Km", "Jm"),
    or is a short name that lost its accents' letters ("po", "it", "st", "t", "p" of "po", "út", "st", "čt", "pá").

    Args:
        words: at least four; one of five or more may be misread. All of them have `_IN_TURN` letters at least.

    Returns:
        None where they are no days, or could be several.
    """
    begun = [plain(re.sub(r"\W*\d*\W*$", "", word)) for word in words]
    if len(begun) < _FEWEST or len(set(begun)) < len(begun) - 1 or sum(map(len, begun)) < _IN_TURN:
        return None
    found: set[tuple[Day, ...]] = set()
    picked: set[tuple[Day, ...]] = set()
    for week, bare in _weeks():
        for first in (5, 6, *range(len(DAYS) - len(begun) + 1)):
            days = [(first + at) % len(DAYS) for at in range(len(begun))]
            if len(begun) > _FEWEST and all(_picked(word, week[day]) for word, day in zip(begun, days, strict=True)):
                picked.add(tuple(DAYS[day] for day in days))
            same = [
                bool(word) and any(name.startswith(word) for name in week[day])
                for word, day in zip(begun, days, strict=True)
            ]
            if (
                sum(same) >= len(begun) - (len(begun) > _FEWEST)
                and sum(len(word) for word, own in zip(begun, same, strict=True) if own) >= _IN_TURN
            ):
                found.add(tuple(DAYS[day] for day in days))
            if len(begun) > _FEWEST and _unaccented(begun, [week[day] for day in days], [bare[day] for day in days]):
                picked.add(tuple(DAYS[day] for day in days))
    found = found or picked
    # A row that can begin on Monday does.
    whole = {days for days in found if days[0] == DAYS[0]} or found
    return whole.pop() if len(whole) == 1 else None


def _unaccented(words: list[str], week: list[tuple[str, ...]], bare: list[tuple[str, ...]]) -> bool:
    """Whether all of some words but one are days' names: at least some of them whole, the others without their letters
    with accents, which the text recogniser missed."""
    whole = [len(word) > 1 and word in names for word, names in zip(words, week, strict=True)]
    left = [bool(word) and word in names for word, names in zip(words, bare, strict=True)]
    return sum(whole) >= _WHOLE and sum(map(any, zip(whole, left, strict=True))) >= len(words) - 1


def _picked(word: str, names: tuple[str, ...]) -> bool:
    """Whether a word has the first letter of one of some names, and others of that name in their order."""

    def inside(name: str) -> bool:
        letters = iter(name)
        return name.startswith(word[:1]) and all(letter in letters for letter in word)

    return len(word) > 1 and any(map(inside, names))


def is_month(word: str) -> bool:
    """Whether a word is a month's name, full or short."""
    return plain(word) in MONTHS


def script_of(text: str) -> str | None:
    """The script that most letters of a text are of, as Unicode calls it ("ARABIC"); null without letters."""
    counts: defaultdict[str, int] = defaultdict(int)
    for letter in re.findall(r"[^\W\d_]", text):
        counts[unicodedata.name(letter, "UNKNOWN").split()[0].split("-")[0]] += 1
    return max(counts, key=lambda name: counts[name]) if counts else None
