"""What a class is called, and the words that are nobody's name."""

import re

from services.extractor.reading.lexicon.times import find_times

_ORDINAL = r"(?:\.?\s?[ºª°]|(?:er|[èe]me|e|nde|de|st|nd|rd|th)(?![a-z]))"
_NAMED = (
    r"(?:\s(?:[-–]\s)?(?!(?:term|class|period|lesson|week|weekly|daily|day|room|time|school|group|schedule|"
    r"programme|program|timetable|plan|list|notice|pupil|student|min|minute|hour|semana|semaine|woche)s?\b)[^\W\d_]{3,})?"
)
"""The name a school gives a class ("Year 4 Willow", "3 Oak", "Grade 3 - Sampaguita")."""
_CLASS = re.compile(
    r"^(?:(?:year|class|form|grade|primary|reception|nursery|kindergarten|klasse|klas|klasa|classe|clase|turma|grupo|"
    r"groep|grupa|kelas|l[ớo]p|osztály|t[řr]ída|trieda|razred|luokka|sınıf|section|batch|"
    rf"room|set)(?![a-z])\s*\d{{0,2}}{_ORDINAL}?\s?[-.]?\s?[a-z]{{0,3}}\d?{_NAMED}"
    rf"|[ivx]{{1,4}}[\s.-]\s?[a-z]\d?"
    rf"|(?:[a-z]\s?-?)?\d{{1,2}}{_ORDINAL}?\s?[-.]?\s?[a-z]{{0,2}}\d?"
    rf"|[a-z]{{1,2}}-?\d{{1,2}}[a-z]?|(?:[a-z]\s?)?\d{{1,2}}(?:\s?/\s?\d{{1,2}})?{_NAMED}"
    r"|\d{1,2}(?:st|nd|rd|th)\s+grade|(?:first|second|third|fourth|fifth|sixth)\s+grade|(?!(?:this|the|each|every|our|my|whole|in|of)\b)\w+\s+class)$",
    re.IGNORECASE,
)
_STUDY = "(?:year|sem(?:ester)?|semestre|ano|año|anno|année|an|rok|yıl|per[íi]odo)"
_YEAR = re.compile(
    rf"(?:\d{{1,2}}{_ORDINAL}?|[ivx]{{1,4}})[\s.-]*{_STUDY}"
    rf"|{_STUDY}[\s.-]*(?:\d{{1,2}}|[ivx]{{1,4}})",
    re.IGNORECASE,
)
_NO_CLASS = re.compile(r"[a-z]\d{3}|\d{1,2}\s?h\d*", re.IGNORECASE)
_YOUNGEST = frozenset(("reception", "nursery", "kindergarten"))
MONTH = re.compile(
    r"\b(?:jan(?:uary|uar|vier)?|feb(?:ruary|ruar)?|f[ée]vrier|mar(?:ch|s)?|m[aä]rz|apr(?:il)?|avril|may|mai|june?|juni|"
    r"juin|july?|juli|juillet|aug(?:ust)?|ao[ûu]t|sept?(?:ember|embre)?|o[ck]t(?:ober|obre)?|nov(?:ember|embre)?|"
    r"de[cz](?:ember)?|d[ée]cembre|enero|febrero|marzo|abril|mayo|junio|julio|agosto)\b",
    re.IGNORECASE,
)
"""Whole words only: "Juniper" and "Marlow" are classes."""
_ANYBODY = (
    "my our the new weekly daily class staff bell list master school student teacher lesson lessons block blocks "
    "period whole day week morning full general view print home excel word google sheets docs calendar team year term "
    "routine regular chairman coordinator representative adviser advisor in charge incharge"
)
ANYBODYS = frozenset(_ANYBODY.split())
"""Words of a title that say nothing of whose timetable it is."""


def is_class(text: str) -> bool:
    """Whether a text is a class's name and no date, count or number."""
    if not _CLASS.match(text) or MONTH.search(text) or not re.search(r"[^\W\d_]", text) or find_times(text):
        return False
    # The word for a class alone is a heading; a letter with three figures is a room, "11h" an hour.
    if _NO_CLASS.fullmatch(text) or (text.isalpha() and text.casefold() not in _YOUNGEST):
        return False
    named = re.match(r"^[\d/\s]+\s([^\W\d_]+)$", text)
    return (named is None or named[1][0].isupper()) and not set(text.casefold().split()) <= ANYBODYS


def is_year(text: str) -> bool:
    """Whether a text is a year or semester of study ("2nd Year", "Sem III"): a class where classes stand."""
    return bool(_YEAR.fullmatch(text.strip()))
