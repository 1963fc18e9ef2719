"""What a text says about days: one, several, a range; and the week or the day of a cycle that it names with them."""

import re
from dataclasses import dataclass
from functools import lru_cache

from services.extractor.reading.lexicon.calendar import HABITS, Languages, day_named, is_month, spelt_right
from services.extractor.reading.lexicon.wordfiles import plain
from shared.messages import DAYS, WEEKS, Day, WeekLetter

_LETTERS: dict[str, tuple[Day, ...]] = {letter: tuple(days) for letter, days in HABITS["letters"].items()}
_PATTERN: dict[str, Day] = HABITS["pattern"]
_WEEK_WORDS, _DAY_WORDS, _AND, _THROUGH, _EVERY = (
    frozenset(plain(word) for word in HABITS[kind]) for kind in ("week", "day", "and", "through", "every")
)
_TURNS: dict[str, WeekLetter] = {plain(word): WEEKS[at] for at, words in enumerate(HABITS["turns"]) for word in words}
"""Which of several weeks a word names: "two", "even" (of the year's) and "II" are the second."""
WEEKDAYS = DAYS[:5]
MOST_CYCLE = 10
"""Days of a cycle, at most."""

_NUMBERED = re.compile(r"^([2-6])\.?\s*[ªaºoᵃ]?\.?\s*-?\s*feira$", re.IGNORECASE)
"""Portuguese counts its days: "2.ª feira" is Monday."""
_ORDINAL = re.compile(r"^([1-7])\s?(?:\.?[ªaºo°])$")
_WORD = re.compile(r"[^\W\d_]+\.?|\d[\w./-]*|[-–—&]")
_DATE = r"\d{1,2}[./-]\d{1,2}(?:[./-](?:\d{2,4})?)?"
_DATE_BEHIND = re.compile(rf"(?:\s*\({_DATE}\)|[\s,]\s*{_DATE})\s*$")
_STUCK = re.compile(r"^([A-D])([A-Z][a-z]\w+)$|^([A-Z][a-z]\w+?)[\s-]?([A-D])$")
"""A day with its week's letter, before or behind it ("AMon", "Tue-B")."""
_BETWEEN: dict[str, tuple[Day, ...]] = {"ma": ("monday", "tuesday")}
"""Short names that are one day in one language and another in others: their neighbours tell."""
_SHORTEST = 5
"""Letters of a full name."""
_LABEL = 30
"""Characters of a text that names a week and little else."""


@dataclass(frozen=True, slots=True)
class DayText:
    """What a text says about days."""

    days: tuple[Day, ...]
    week: WeekLetter | None = None
    """``A`` to ``D`` if the text names a week."""
    number: int | None = None
    """A number beside the day, of which its neighbours tell whether it is a date or a week."""
    cycle: int | None = None
    """The day of a cycle ("Day 6 | Monday")."""


def one_day(word: str, spoken: Languages = ()) -> Day | None:
    """The day a single word names, full or short; a full name may have one wrong letter in it."""
    if match := _NUMBERED.match(word.strip()):
        return DAYS[int(match[1]) - 2]
    return day_named(word, spoken)


def cycle_day(text: str) -> int | None:
    """The day of a cycle that a text names and no weekday with it ("Day 3"); as many as a week has are read."""
    words = _WORD.findall(text)
    known = len(words) == 2 and plain(words[0]) in _DAY_WORDS and words[1] in map(str, range(1, len(DAYS) + 1))
    return int(words[1]) if known else None


def turn(word: str) -> WeekLetter | None:
    """Which of several weeks a word, a letter or a number names: ``A`` to ``D``."""
    return _TURNS.get(plain(word))


@lru_cache(maxsize=4096)
def week_named(text: str) -> WeekLetter | None:
    """``A`` to ``D`` if the text names a week and little else ("Week A", "WEEK 2", "A week", "(B)")."""
    if len(text) > _LABEL:
        return None
    return _without_week(text)[1]


def _without_week(text: str) -> tuple[str, WeekLetter | None]:
    """A text without the week it names, and that: a word for it beside a letter or a number, or "(A)"."""
    if match := re.search(r"\(([A-Da-d])\)", text):
        return f"{text[: match.start()]} {text[match.end() :]}", turn(match[1])
    words = list(re.finditer(r"[^\W\d_]+|\d+", text))
    for at, word in enumerate(words):
        if plain(word.group()) not in _WEEK_WORDS:
            continue
        for beside in (*words[at + 1 : at + 2], *words[max(0, at - 1) : at]):
            # "the week", "3 weeks": a week is named by a letter, a low number or a word for it, close to its own.
            first, last = sorted((word, beside), key=lambda each: each.start())
            if (named := turn(beside.group())) and last.start() - first.end() <= 1:
                return f"{text[: first.start()]} {text[last.end() :]}", named
    return text, None


def is_every_day(text: str) -> bool:
    """Whether `text` says that what stands beside it holds for every day ("EVERY DAY", "Täglich", "Mon-Fri")."""
    if plain(text) in _EVERY:
        return True
    read = read_days(text) if re.search(r"[-–—]|\bto\b", text) else None
    return read is not None and read.days == WEEKDAYS


def day_at_end(text: str) -> int:
    """Where the full name of a day begins that ends a text of something else ("Time Monday", "8bMonday"); 0 if none."""
    cuts = (match.start() for match in re.finditer(r"(?<=[\W\d_])[^\W\d_]|(?<=[a-zß-ÿ])[A-ZÀ-Þ]", text))
    return next((cut for cut in cuts if len(text) - cut >= _SHORTEST and spelt_right(text[cut:].strip(" :."))), 0)


def between_days(word: str) -> tuple[Day, ...]:
    """The days that a short name can stand for by its language, in the week's order; empty for any other text."""
    return _BETWEEN.get(plain(word), ())


def ordinal(text: str) -> int | None:
    """The number of a feminine ordinal ("2ª", read as "2a" or "2º" too), 1 to 7; null for any other text."""
    match = _ORDINAL.match(text.strip())
    return int(match[1]) if match else None


def undated(text: str) -> str:
    """A day's name without the date behind it ("T2 (03/08)", "M 12.10.2021")."""
    return _DATE_BEHIND.sub("", text)


def days_of_pattern(text: str) -> tuple[Day, ...]:
    """The days of a course's pattern ("MWF", "TR", "MTWR", "TuTh"); empty for what is none."""
    parts = re.findall("|".join(sorted(_PATTERN, key=len, reverse=True)), text.strip())
    found = tuple(_PATTERN[part] for part in parts)
    ordered = [DAYS.index(day) for day in found]
    return found if "".join(parts) == text.strip() and ordered == sorted(set(ordered)) else ()


def letter_days(letter: str) -> tuple[Day, ...]:
    """The days a single letter can stand for, the likeliest first; a row of letters settles which."""
    bare = plain(letter)
    return _LETTERS.get(bare, ()) if len(bare) == 1 else ()


@lru_cache(maxsize=4096)
def read_days(text: str, spoken: Languages = ()) -> DayText | None:
    """The days a text consists of: "Monday", "MON.", "Mon 12/5", "Monday, Tuesday & Thursday", "Mon - Fri", "Tue (A)".

    A day may stand with what tells it from that of another week ("A Mon", "Mon two", "E - Mon"), or with its place in a
    cycle ("Day 6 | Monday").

    Args:
        spoken: see `day_named`.

    Returns:
        None if the text says anything else besides days, dates, a week and a cycle's day.
    """
    text, week = _without_week(text.strip())
    if (stuck := _STUCK.match(text.strip())) and (day := one_day(stuck[2] or stuck[3], spoken)):
        letter = turn(stuck[1] or stuck[4])
        return DayText((day,), letter) if week in (None, letter) and not one_day(text, spoken) else None
    # "Wednesday (Block A)": what stands in brackets behind a day explains it.
    text = re.sub(r"(?<=[^\W\d_]{3})\s*\([^()]*\)\s*$", "", undated(text))
    joined = re.sub(r"\s*-\s*feira\b", "", text, flags=re.IGNORECASE)
    whole = one_day(text, spoken) or one_day(joined, spoken)
    return DayText((whole,), week) if whole else _in_words(joined, week, spoken)


def _in_words(text: str, week: WeekLetter | None, spoken: Languages) -> DayText | None:
    words = _WORD.findall(text)
    days: list[Day] = []
    tags: set[WeekLetter] = set()
    numbers: list[int] = []
    cycle: int | None = None
    through = dated = False
    for before, word, after in zip(["", *words], words, [*words[1:], ""], strict=False):
        bare = plain(word)
        if word in "-–—":
            through = bool(days)
        elif bare.isdecimal() and plain(before) in _DAY_WORDS and int(bare) <= MOST_CYCLE:
            cycle = int(bare)
        elif word[0].isdecimal():
            numbers.append(int(bare) if bare.isdecimal() else 0)
        elif bare in _THROUGH and days and one_day(after, spoken):
            through = True
        elif day := one_day(word, spoken):
            if through and DAYS.index(day) > DAYS.index(days[-1]):
                days.extend(DAYS[DAYS.index(days[-1]) + 1 : DAYS.index(day)])
            days.append(day)
            through = False
        elif is_month(word) and (numbers or after[:1].isdecimal()):
            dated = True
        elif (named := turn(word)) and (len(bare) > 1 or word.isupper()):
            tags.add(named)
        elif bare and not (bare in _AND and word.islower()) and not (bare in _DAY_WORDS and after.isdecimal()):
            return None
    # A letter beside one day tells its week; among several days it is something else.
    if not days or (tags and (len(set(days)) > 1 or len(tags) > 1 or week)):
        return None
    number = numbers[0] if len(numbers) == 1 and not dated and 0 < numbers[0] <= len(WEEKS) else None
    return DayText(tuple(dict.fromkeys(days)), week or (tags.pop() if tags else None), number, cycle)
