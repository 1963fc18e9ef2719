"""Takes a line apart that says more than the lesson's name: a room, a person, a group behind it."""

import re
from functools import lru_cache

from services.extractor.reading.lexicon.words import is_initials, is_person, is_room

# In small letters: "Maths I" is finished.
_UNFINISHED = re.compile(
    r"\s(?:(?i:and|und|et|en|of|the|for|de|del|della|delle|di|da|do|du|des|dos|das|der|die|den|zur|zum|van|von|für|para|"
    r"pour|per|och|og|för|pro|pre|pentru|și|dan|untuk|ve|és)|in|to|with|by|mit|avec|con|com|met|med|til|na|[eyizsvuwoa]|&)$"
    r"|[^\W\d_]-$|^(?:CM|TD|TP|CTD|(?:CM|TD)/T[DP])$"
)
"""How no name ends, and kinds of lessons, which are none alone. "By" in capitals begins a note that wraps."""
_GOES_ON = re.compile(
    r"(?:and|und|et|y|och|og|ja|és|și|dan|of|de|du|des|del|della|delle|di|der|van|voor|für|for|para|pour|per|pro|pre|pentru|"
    r"s|se|&)\s\S"
)
"""How the second line of a name begins, and no note: "with", "in" and the like may begin one."""
_RECORD = re.compile(r"^(.*?[^\s(\[])\s*(?:;|\||::)\s*(\S.*)$")
"""What names never hold: "Algebra; A. Lind; A411", "CST-390 :: Group A: By Lind"."""
_PARTS = re.compile(r"\s[-–—]\s")
_MIXED = re.compile(r"(?=\S*\d)(?=\S*[^\W\d_])\S{3,10}")
"""A code of letters and figures: a figure alone behind a dash is a group's ("10291 - 1"), which its name tells."""
_SHARED = 2
"""Names behind which a code stands."""
_BRACKETED_CODE = re.compile(r"^[^\s()a-zß-ÿ]+\([^\s()]+\)$")
"""A code whose bracket is set close to it is one ("BIO(RS)", "MC(B2)")."""
_ROOM_BEHIND = re.compile(r"^(?P<name>.*[a-zß-ÿ][^\W\d_]*\.?)\s?(?P<room>[A-Z]{1,2}-?\d{2,4}[a-z]?)$")
"""A name with a code behind it, set close or read without the blank ("Maths B406", "MathsB406")."""
_LESSON = re.compile(r"^(?:lab|labo|laboratory|laboratorio|laboratório|laboratoire)\.?$", re.IGNORECASE)
"""In brackets the kind of a lesson, however much it is a room elsewhere ("Databases (Lab)")."""
_TITLED = re.compile(
    r"^(\S.*?)\s+((?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Herr|Frau|Mme|Mlle|Mevr|Dhr|Sra?|Sig)\b\.?\s?[^\W\d_a-z].*)$"
)


def unfinished(name: str) -> bool:
    """Whether a name ends as none does ("Music with"): what follows belongs to it."""
    return bool(_UNFINISHED.search(name))


def goes_on(text: str) -> bool:
    """Whether a line begins as no note does ("for Beginners"): it belongs to the line before."""
    return bool(_GOES_ON.match(text))


@lru_cache(maxsize=8)
def _shared_codes(words: frozenset[str]) -> frozenset[str]:
    """The codes that stand behind a dash after different names in a page's lines: rooms and classes."""
    heads: dict[str, set[str]] = {}
    for name, *codes in map(_PARTS.split, words):
        for code in filter(_MIXED.fullmatch, codes):
            heads.setdefault(code, set()).add(name)
    return frozenset(code for code, names in heads.items() if len(names) >= _SHARED)


def inline(text: str, words: frozenset[str]) -> tuple[str, list[str]]:
    """Split a line such as "Physics (Mr Rossi)" or "Maths - Lab 2" into the name and its asides.

    Args:
        text: the line, without times.
        words: the page's, from `cells.page_words`.
    """
    if _BRACKETED_CODE.match(text):
        return text, []
    if match := _RECORD.match(text):
        name, aside = inline(match[1], words)
        return name, [*aside, match[2]]
    name, *codes = _PARTS.split(text)
    if codes and all(code.casefold() in _shared_codes(words) for code in codes):
        return name, codes
    # Both stand by themselves elsewhere on the page: neither is a part of the other.
    if (
        (match := _ROOM_BEHIND.match(text))
        and not _LESSON.match(match["name"])
        and {match["room"].casefold(), *match["name"].casefold().split()} <= words
    ):
        return match["name"], [match["room"]]
    if match := re.match(r"^(.*[^\s(\[])\s*[(\[]([^()\[\]]+)[)\]]?$", text):
        inside = [part.strip() for part in re.split(r"[,;/]", match[2]) if part.strip()]
        # The OCR reads a bracket's comma as a full stop now and then ("Lab 2. Mr Byrne").
        inside += [part.strip() for part in re.split(r"\.\s", match[2]) if part.strip()]
        known = any(is_person(part) or is_room(part) or is_initials(part) for part in inside)
        known = known and not _LESSON.match(inside[0])
        # "(half class)", "(Unit 3)" explain; "Word Work (Phonics)" and "Algebra (seminar)" are titles.
        if known or (match[2][0].islower() and " " in match[2]) or re.search(r"\d", match[2]):
            return match[1], [match[2].strip()]
    if (match := re.match(r"^(.*\S)\s*(?:[,;|·•]|\s[-–—])\s*(\S.*)$", text)) and (
        is_person(match[2]) or is_room(match[2])
    ):
        return match[1], [match[2]]
    if (match := _TITLED.match(text)) and not is_person(text) and not unfinished(match[1]):
        return match[1], [match[2]]
    return text, []
