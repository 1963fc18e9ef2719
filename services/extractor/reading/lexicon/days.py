"""Names of the days of the week in a dozen languages, short ones in eight, and lists and ranges of them."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import Levenshtein

from shared.messages import DAYS, Day

# One row a language, Monday to Sunday; accents are dropped before comparing.
_FULL = """
monday tuesday wednesday thursday friday saturday sunday
montag dienstag mittwoch donnerstag freitag samstag sonntag
lundi mardi mercredi jeudi vendredi samedi dimanche
lunes martes miercoles jueves viernes sabado domingo
lunedi martedi mercoledi giovedi venerdi sabato domenica
segunda terca quarta quinta sexta sabado domingo
maandag dinsdag woensdag donderdag vrijdag zaterdag zondag
poniedzialek wtorek sroda czwartek piatek sobota niedziela
luan mairt ceadaoin deardaoin aoine satharn domhnach
llun mawrth mercher iau gwener sadwrn sul
dilluns dimarts dimecres dijous divendres dissabte diumenge
mandag tirsdag onsdag torsdag fredag lordag sondag
mandag tisdag onsdag torsdag fredag lordag sondag
"""
_SHORT: dict[Day, str] = {
    "monday": "mon mo m0n lun lu seg pon pn pon",
    "tuesday": "tue tues tu di die mar mardi ter tra dins wt wto",
    "wednesday": "wed weds we wedn mi mit mer mie mier qua woe wo sr sro",
    "thursday": "thu thur thurs th do don jeu je jue gio gi qui dond czw cz",
    "friday": "fri fr fre ven ve vie vi sex vri vr pt pia",
    "saturday": "sat sa sam sab za zat sob sb",
    "sunday": "sun su so son dim dom zo zon nd niedz",
}
_LETTERS: dict[str, tuple[Day, ...]] = {
    "m": ("monday", "tuesday", "wednesday"),
    "t": ("tuesday", "thursday"),
    "w": ("wednesday", "tuesday"),
    "f": ("friday",),
    "s": ("saturday", "sunday", "wednesday"),
    "d": ("tuesday", "thursday", "sunday"),
    "l": ("monday",),
    "j": ("thursday",),
    "v": ("friday",),
    "g": ("thursday",),
    "x": ("wednesday",),
    "r": ("thursday",),
    "u": ("sunday",),
    "q": ("wednesday", "thursday"),
    "p": ("monday", "friday"),
    "c": ("thursday",),
    "n": ("sunday",),
    "z": ("saturday", "sunday"),
}
_PATTERN: dict[str, Day] = {
    "M": "monday", "Tu": "tuesday", "T": "tuesday", "W": "wednesday", "Th": "thursday", "R": "thursday",
    "F": "friday", "Sa": "saturday", "S": "saturday", "Su": "sunday", "U": "sunday",
}  # fmt: skip
_DATE = re.compile(
    r"\b\d{1,2}(?:st|nd|rd|th|\.)?\s*(?:[./-]\s*\d{1,2}(?:[./-]\s*\d{2,4})?)?\b"
    r"|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\b",
    re.IGNORECASE,
)
_WEEK = re.compile(
    r"\b(?:week|wk|woche|semaine|semana)\s*([ab12])\b|\(([ab])\)|\b([ab])[\s-]*(?:week|woche)\b", re.IGNORECASE
)
_OF_WEEK = re.compile(r"^([A-Z][a-z]{2,8})[\s-]?([AB])$")
"""A day with its week's letter ("MonA", "Tue-B")."""
_BRACKETED_END = re.compile(r"\s*\([^()]*\)\s*$")
_SPACED = re.compile(r"^(?:M|Tu?|Th|W|R|F|Sa?)(?:[\s/,&]+(?:M|Tu?|Th|W|R|F|Sa?))+$")
"""A pattern of days whose letters stand apart, as lists are headed: "M W F", "T/Th"."""


def plain(text: str) -> str:
    """Letters and digits only, without accents, in lower case."""
    text = text.replace("ł", "l").replace("Ł", "L")
    text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().casefold()
    return re.sub(r"[^a-z0-9]+", "", text)


_NAMES: dict[str, Day] = {}
for _row in _FULL.strip().splitlines():
    for _day, _name in zip(DAYS, _row.split(), strict=True):
        _NAMES[_name] = _day
        _NAMES.setdefault(_name + "s", _day)
_FEIRAS = ("segundafeira", "tercafeira", "quartafeira", "quintafeira", "sextafeira")
_NAMES |= {**dict(zip(_FEIRAS, DAYS, strict=False)), "sonnabend": "saturday"}
for _name in [name for name in _NAMES if name.startswith(("llun", "mawrth", "mercher", "iau", "gwener"))]:
    _NAMES["dydd" + _name] = _NAMES[_name]
_NUMBERED = re.compile(r"^([2-6])\.?\s*[ªaºoᵃ]?\.?\s*-?\s*feira$", re.IGNORECASE)
"""Portuguese counts its days: "2.ª feira" is Monday."""
_ORDINAL = re.compile(r"^([1-7])\s?(?:\.?[ªaºo°])$")
_BETWEEN: dict[str, tuple[Day, ...]] = {"ma": ("monday", "tuesday")}
"""Short names that are one day in one language and another in others: their neighbours tell."""
_SHORTS: dict[str, Day] = {name: day for day, names in _SHORT.items() for name in names.split()}

_SHORTEST, _LONGEST, _LONGEST_RUN = 5, 13, 80
"""Letters of a full name, and of a week of them."""


@dataclass(frozen=True, slots=True)
class DayText:
    """What a text says about days."""

    days: tuple[Day, ...]
    week: str | None = None
    """``A`` or ``B`` if the text names a week."""


@lru_cache(maxsize=4096)  # each layout's reader asks for every word of the page, a tenth of a page's time
def one_day(word: str) -> Day | None:
    """The day a single word names, full or short; a full name may have one wrong letter in it."""
    if match := _NUMBERED.match(word.strip()):
        return DAYS[int(match[1]) - 2]
    bare = plain(word)
    if not bare or bare.isdigit():
        return None
    if bare in _NAMES:
        return _NAMES[bare]
    if bare in _SHORTS:
        return _SHORTS[bare]
    if len(bare) >= 5:
        near = [name for name in _NAMES if Levenshtein.distance(bare, name, score_cutoff=1) <= 1]
        days = {_NAMES[name] for name in near}
        # Or its end was not read ("Wednesd").
        days = days or {day for name, day in _NAMES.items() if name.startswith(bare)}
        if len(days) == 1:
            return days.pop()
    return None


def spelt_right(word: str) -> bool:
    """Whether a word is a day's full name without an error."""
    return plain(word) in _NAMES


def run_together(text: str) -> list[tuple[int, int, Day]]:
    """Full names of days that follow each other without a gap ("MONDAYTUESDAY"): first character, end, day of each.

    Empty for a text that holds anything else, or days out of the week's order. One letter a name may be wrong.
    """
    # Cheapest way to cut the text up to each character (Viterbi): errors, then the names.
    best: list[tuple[int, list[tuple[int, int, Day]]] | None] = [(0, []), *[None] * len(text)]
    for end in range(_SHORTEST, min(len(text), _LONGEST_RUN) + 1):
        for start in range(max(0, end - _LONGEST), end - _SHORTEST + 1):
            before = best[start]
            if before is None or not (day := one_day(text[start:end])):
                continue
            cost, names = before[0] + (not spelt_right(text[start:end])), before[1]
            known = best[end]
            later = not names or DAYS.index(day) > DAYS.index(names[-1][2])
            if later and (known is None or cost < known[0]):
                best[end] = (cost, [*names, (start, end, day)])
    found = best[-1]
    return found[1] if found and len(found[1]) > 1 else []


def week_named(text: str) -> str | None:
    """``A`` or ``B`` if the text names a week and little else ("Week A", "WEEK 2", "A week")."""
    match = _WEEK.search(text)
    if match is None or len(text) > 30 or len(text) - len(match.group()) > 20:
        return None
    return next(group for group in match.groups() if group).upper().translate(str.maketrans("12", "AB"))


_EVERY = re.compile(
    r"(?:every\s*(?:school\s*)?day|each\s*day|daily|all\s*(?:days|week)|whole\s*week|routine|daily\s*routine|everyday|"
    r"mon(?:day)?\s*(?:-|–|to)\s*fri(?:day)?|t[äa]glich|jeden\s*tag|alle\s*tage|tous\s*les\s*jours|chaque\s*jour|"
    r"todos\s*(?:los|os)\s*d[íi]as|cada\s*d[íi]a|diario|diariamente|ogni\s*giorno|tutti\s*i\s*giorni|elke\s*dag|"
    r"iedere\s*dag|dagelijks|alle\s*dagen|codziennie|ka[żz]dego\s*dnia)[.:]?",
    re.IGNORECASE,
)


def is_every_day(text: str) -> bool:
    """Whether `text` says that what stands beside it holds for every day ("EVERY DAY", "Täglich", "Mon-Fri")."""
    return bool(_EVERY.fullmatch(text.strip()))


def named_days(text: str) -> tuple[Day, ...]:
    """The days a text names among other words ("Late start Wednesday", "Bell times Mon, Tue, Thu"), in its order."""
    words = re.findall(r"[^\W\d_]{3,}", text)
    return tuple(dict.fromkeys(day for word in words if (day := one_day(word))))


def between_days(word: str) -> tuple[Day, ...]:
    """The days that a short name can stand for by its language, in the week's order; empty for any other text."""
    return _BETWEEN.get(plain(word), ())


def ordinal(text: str) -> int | None:
    """The number of a feminine ordinal ("2ª", read as "2a" or "2º" too), 1 to 7; null for any other text."""
    match = _ORDINAL.match(text.strip())
    return int(match[1]) if match else None


def days_of_pattern(text: str) -> tuple[Day, ...]:
    """The days of a course's pattern ("MWF", "TR", "MTWR", "TuTh"); empty for what is none."""
    parts = re.findall(r"M|Tu|Th|T|W|R|F|Sa|Su|S|U", text.strip())
    found = tuple(_PATTERN[part] for part in parts)
    ordered = [DAYS.index(day) for day in found]
    return found if "".join(parts) == text.strip() and ordered == sorted(set(ordered)) else ()


def listed_days(text: str) -> DayText | None:
    """The days that a list is headed with: as `read_days`, or a pattern of two and more ("MWF", "TTh (block)")."""
    if read := read_days(text):
        return read
    pattern = days_of_pattern(_BRACKETED_END.sub("", text))
    return DayText(pattern) if len(pattern) > 1 else None


def letter_days(letter: str) -> tuple[Day, ...]:
    """The days a single letter can stand for, the likeliest first; a row of letters settles which."""
    bare = plain(letter)
    return _LETTERS.get(bare, ()) if len(bare) == 1 else ()


def read_days(text: str) -> DayText | None:
    """The days a text consists of: "Monday", "MON.", "Mon 12/5", "Monday, Tuesday & Thursday", "Mon - Fri", "Tue (A)".

    Returns:
        None if the text says anything else besides days, dates and a week.
    """
    week = None
    if match := _WEEK.search(text):
        week = next(group for group in match.groups() if group).upper().translate(str.maketrans("12", "AB"))
        text = text[: match.start()] + " " + text[match.end() :]
    if match := _OF_WEEK.match(text.strip()):
        day = one_day(match[1])
        if day and (week is None or week == match[2]):
            return DayText((day,), match[2])
    # "Wednesday (Block A)": what stands in brackets behind a day explains it.
    text = re.sub(r"(?<=[^\W\d_]{3})\s*\([^()]*\)\s*$", "", text)
    bare = _BRACKETED_END.sub("", text).strip()
    if _SPACED.match(bare) and (pattern := days_of_pattern(re.sub(r"[\s/,&]+", "", bare))):
        return DayText(pattern, week)
    if _NUMBERED.match(text.strip()):
        return DayText((DAYS[int(text.strip()[0]) - 2],), week)
    joined = re.sub(r"\s*-\s*feira\b", "", text, flags=re.IGNORECASE)
    whole = one_day(re.sub(r"\s+", "", joined)) if len(joined) > 3 else one_day(joined)
    if whole:
        return DayText((whole,), week)
    tokens = re.findall(r"[^\W\d_]+\.?|&|[-–—]|\d\S*", _DATE.sub(" ", joined))
    days: list[Day] = []
    through = False
    for token in tokens:
        if token in ("-", "–", "—") or token.casefold() in ("to", "bis", "thru", "through", "al", "tot"):
            through = bool(days)
        elif token.casefold() in ("&", "and", "und", "et", "y", "e", "en", "i", "a", "only"):
            continue
        elif day := one_day(token):
            if through and DAYS.index(day) > DAYS.index(days[-1]):
                days.extend(DAYS[DAYS.index(days[-1]) + 1 : DAYS.index(day)])
            days.append(day)
            through = False
        else:
            return None
    return DayText(tuple(dict.fromkeys(days)), week) if days else None
