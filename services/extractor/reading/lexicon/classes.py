"""What a class is called, and the words that are nobody's name."""

import re

_ORDINAL = r"(?:\.?\s?[ºª°]|(?:er|[èe]me|e|nde|de|st|nd|rd|th)(?![a-z]))"
_NAMED = (
    r"(?:\s(?:[-–]\s)?(?!(?:term|class|period|lesson|week|weekly|daily|day|room|time|school|group|schedule|"
    r"programme|program|timetable|plan|list|notice|pupil|student|min|minute|hour)s?\b)[^\W\d_]{3,})?"
)
"""The name a school gives a class ("Year 4 Willow", "3 Oak", "Grade 3 - Sampaguita")."""
_CLASS = re.compile(
    r"^(?:(?:year|class|form|grade|primary|reception|nursery|kindergarten|klasse|klas|klasa|classe|clase|turma|grupo|"
    rf"groep|room|set)(?![a-z])\s*\d{{0,2}}{_ORDINAL}?\s?[-.]?\s?[a-z]{{0,3}}\d?{_NAMED}"
    rf"|(?:[a-z]\s?-?)?\d{{1,2}}{_ORDINAL}?\s?[-.]?\s?[a-z]{{0,2}}\d?"
    rf"|[a-z]{{1,2}}-?\d{{1,2}}[a-z]?|(?:[a-z]\s?)?\d{{1,2}}(?:\s?/\s?\d{{1,2}})?{_NAMED}"
    r"|\d{1,2}(?:st|nd|rd|th)\s+grade|(?:first|second|third|fourth|fifth|sixth)\s+grade|(?!(?:this|the|each|every|our|my|whole|in|of)\b)\w+\s+class)$",
    re.IGNORECASE,
)
MONTH = re.compile(
    r"\b(?:jan(?:uary|uar|vier)?|feb(?:ruary|ruar)?|f[ée]vrier|mar(?:ch|s)?|m[aä]rz|apr(?:il)?|avril|may|mai|june?|juni|"
    r"juin|july?|juli|juillet|aug(?:ust)?|ao[ûu]t|sept?(?:ember|embre)?|o[ck]t(?:ober|obre)?|nov(?:ember|embre)?|"
    r"de[cz](?:ember)?|d[ée]cembre|enero|febrero|marzo|abril|mayo|junio|julio|agosto)\b",
    re.IGNORECASE,
)
"""Whole words only: "Juniper" and "Marlow" are classes."""
_ANYBODY = (
    "my our the new weekly daily class staff bell list master school student teacher lesson lessons block blocks "
    "period whole day week morning full general view print home excel word google sheets docs calendar team year term"
)
ANYBODYS = frozenset(_ANYBODY.split())
"""Words of a title that say nothing of whose timetable it is."""


def is_class(text: str) -> bool:
    """Whether a text is a class's name and no date, count or number."""
    if not _CLASS.match(text) or MONTH.search(text) or not re.search(r"[^\W\d_]", text):
        return False
    named = re.match(r"^[\d/\s]+\s([^\W\d_]+)$", text)
    return (named is None or named[1][0].isupper()) and not set(text.casefold().split()) <= ANYBODYS
