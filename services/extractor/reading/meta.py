"""Whose week it is: teacher, class, term and year, from what is written around the table."""

import re
from dataclasses import dataclass

from services.extractor.reading.model import Line, Rect
from services.extractor.reading.words import is_person

_KEYS = {
    "class_name": r"class(?:\s*name)?|form|group|tutor\s*group|grade|klasse|classe|clase|turma|klas|klasa|year\s*group",
    "term": r"term|semester|half[\s-]*term|trimester|trimestre|quarter",
    "teacher": r"(?:class\s*)?teacher|tutor|form\s*tutor|instructor|lehrer(?:in)?|enseignante?|professeure?|profesora?|"
    r"insegnante|docente|docent|leraar|nauczyciel(?:ka)?|name",
    "year": r"(?:school\s*|academic\s*)?year|schuljahr|session",
}
_ANY = "|".join(_KEYS.values())
_PAIR = re.compile(
    rf"\b(?P<key>{_ANY})\s*[:=]\s*(?P<value>.+?)\s*(?=(?:[|,;•]\s*)?\b(?:{_ANY}|room|school|date)\s*[:=]|$)",
    re.IGNORECASE,
)
_SEASON = re.compile(
    r"\b(?:(?:autumn|spring|summer|winter|fall|michaelmas|hilary|trinity|lent|easter)\s*(?:half\s*)?(?:term|semester)?"
    r"\s*\d?(?:\s+term)?|(?:term|semester|trimester|quarter)\s*[1-4]|(?:first|second|third)\s+(?:term|semester))"
    r"(?:\s*,?\s*(?:20\d\d)(?:\s*[/–-]\s*(?:20)?\d\d)?)?",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?<!\d)(20[0-4]\d)(?!\d)")
_TITLE = re.compile(
    r"^(?P<who>.{1,40}?)(?:['’]s)?\s*[-–—:]?\s*(?:class\s+|weekly\s+|school\s+)*"
    r"(?:time\s*-?\s*table|schedule|stundenplan|horario|emploi du temps)\b",
    re.IGNORECASE,
)
_CLASS = re.compile(
    r"^(?:(?:year|class|form|grade|klasse|reception|nursery)\s*\d{0,2}\s?[a-z]{0,3}|\d{1,2}\s?[a-z]{1,3}\d?|[a-z]{1,2}\d{1,2}[a-z]?)$",
    re.IGNORECASE,
)
_WORDS = {"my", "weekly", "daily", "class", "school", "lesson", "the", "our", "week", "student", "teacher"}
MAX_VALUE = 60
"""Characters; what is longer is a sentence, not a name."""


@dataclass(slots=True)
class Meta:
    """What the page says about itself; null where it does not."""

    teacher: str | None = None
    class_name: str | None = None
    term: str | None = None
    year: int | None = None
    used: frozenset[int] = frozenset()


def read_meta(lines: list[Line], used: set[int], area: Rect | None) -> Meta:
    """Read the lines around the table.

    Args:
        lines: the page's text.
        used: ids of the lines the table is made of.
        area: the table; lines inside are never meant.
    """
    meta = Meta()
    seen: set[int] = set()
    around = [
        line
        for line in lines
        if line.id not in used and line.upright and not (area and area.contains(line.rect.cx, line.rect.cy))
    ]
    around.sort(key=lambda line: (line.rect.cy, line.rect.cx))
    for line in around:
        for match in _PAIR.finditer(line.text):
            if _set(meta, match["key"], match["value"]):
                seen.add(line.id)
    for line in around:
        if _free_text(meta, line.text):
            seen.add(line.id)
    if meta.term:
        meta.term = re.sub(r"(?<=[a-z])(?=\d)", " ", meta.term)
    meta.used = frozenset(seen)
    return meta


def _set(meta: Meta, key: str, value: str) -> bool:
    value = value.strip(" .,;|-–—•")
    if not value or len(value) > MAX_VALUE:
        return False
    name = next(name for name, pattern in _KEYS.items() if re.fullmatch(pattern, key, re.IGNORECASE))
    if name == "year":
        if year := _YEAR.search(value):
            meta.year = meta.year or int(year[1])
        elif meta.class_name is None and len(value) <= 8:
            meta.class_name = f"Year {value}"
        return True
    if getattr(meta, name) is None:
        setattr(meta, name, value)
    if name == "term" and (year := _YEAR.search(value)):
        meta.year = meta.year or int(year[1])
    return True


def _free_text(meta: Meta, text: str) -> bool:
    used = False
    if match := _TITLE.match(text):
        who = match["who"].strip(" -–—:")
        used = True
        if _CLASS.match(who):
            meta.class_name = meta.class_name or who
        elif is_person(who):
            meta.teacher = meta.teacher or re.sub(r"['’]s$", "", who)
    elif _CLASS.match(text.strip()) and len(text.split()) <= 3:
        meta.class_name = meta.class_name or text.strip()
        used = True
    elif is_person(text) and len(text.split()) <= 4:
        meta.teacher = meta.teacher or text.strip()
        used = True
    if (season := _SEASON.search(text)) and meta.term is None:
        meta.term = season.group().strip(" ,")
        used = True
    if (year := _YEAR.search(text)) and meta.year is None:
        meta.year = int(year[1])
        used = True
    return used
