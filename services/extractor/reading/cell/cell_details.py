"""Takes a line apart that says more than the lesson's name: a room, a person, a group behind it."""

import re
from functools import lru_cache

from services.extractor.reading.lexicon.words import is_code, is_initials, is_person, is_room, room_at_end

# In small letters: "Maths I" is finished.
_UNFINISHED = re.compile(
    r"\s(?:and|und|et|y|e|en|i|z|of|de|di|da|do|van|von|für|the|for|in|to|with|by|avec|mit|con|com|met|&)$"
)
_SHARED = 2
"""Names behind which a code stands."""
_COURSE = re.compile(r"^[A-Z]{2,5}\s\d{3,4}[A-Z]?$")
"""A course's number ("CHEM 121", "MATH 2413"): its name, whatever other numbers the page has for rooms."""
_GLUED = re.compile(
    # The OCR drops the blank before what follows a name in another style ("ChemiaA. Nowak", "EthikE.295").
    r"^(?P<name>.*[a-zß-ÿł])(?P<aside>(?:(?:Mr|Mrs|Ms|Miss|Dr|Prof|Herr|Frau|Mme|Hr|Fr|Sr|Sra)\.?|D\.|(?<=[^\W\d_]{5})(?:[dp]\.|pani?))\s[^\W\d_a-z].*"
    r"|[A-Z]\.\s?[A-Z][^\W\d_].*|[A-Z]{1,3}[\s.-]?\d{1,3}[a-z]?|(?<=[^\W\d_A-Z]{4})[A-Z]{2,3}|\([^()]*\)?)$"
)
_RECORD = re.compile(r"^(.*?[^\s(\[])\s*(?:;|\||::)\s*(\S.*)$")
"""What names never hold: "Algebra; A. Lind; A411", "CST-390 :: Group A: By Lind"."""
_PARTS = re.compile(r"\s[-–—]\s")
_MIXED = re.compile(r"(?=\S*\d)(?=\S*[^\W\d_])\S{3,10}")
"""A code of letters and figures: a figure alone behind a dash is a group's ("10291 - 1"), which its name tells."""
_BRACKETED_CODE = re.compile(r"^[^\s()a-zß-ÿ]+\([^\s()]+\)$")
"""A code whose bracket is set close to it is one ("BIO(RS)", "MC(B2)")."""
_LESSON = re.compile(r"^(?:lab|labo|laboratory|laboratorio|laboratório|laboratoire)\.?$", re.IGNORECASE)
"""In brackets the kind of a lesson, however much it is a room elsewhere ("Databases (Lab)")."""
_TAIL = re.compile(r"^(.*[^\W\d_].*?)\s+((?=\S*\d)[\w.-]{3,6})$")
_TITLED = re.compile(
    r"^(\S.*?)\s+((?:(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Herr|Frau|Mme|Mlle|Mevr|Dhr|Sra?|Sig|Pani?)\b\.?|[A-Z]\.(?=\s?[^\W\d_a-z][^\W\d_])|p\.)\s?"
    r"[^\W\d_a-z].*)$"
)


def unfinished(name: str) -> bool:
    """Whether a name ends as none does ("Music with"): what follows belongs to it."""
    return bool(_UNFINISHED.search(name))


@lru_cache(maxsize=8)
def _codes(words: frozenset[str]) -> int:
    """How many of a page's whole lines are nothing but a room's code."""
    return sum(is_code(word.upper()) and any(letter.isalpha() for letter in word) for word in words)


@lru_cache(maxsize=8)
def _shared_tails(words: frozenset[str]) -> frozenset[str]:
    """The codes that stand behind different names at the ends of a page's lines, or after a dash in them: rooms and
    classes, as no course's number does."""
    heads: dict[str, set[str]] = {}
    for word in words:
        name, *parts = _PARTS.split(word)
        for head, tail in [(name, part) for part in parts if _MIXED.fullmatch(part)] + _TAIL.findall(word):
            heads.setdefault(tail, set()).add(head)
    return frozenset(tail for tail, names in heads.items() if len(names) >= _SHARED)


def inline(text: str, words: frozenset[str]) -> tuple[str, list[str]]:
    """Split a line such as "Physics (Mr Rossi)" or "Maths - Lab 2" into the name and its asides.

    Args:
        text: the line, without times.
        words: the page's, from `cells.page_words`.
    """
    if _COURSE.match(text) or _BRACKETED_CODE.match(text):
        return text, []
    if match := _RECORD.match(text):
        name, aside = inline(match[1], words)
        return name, [*aside, match[2]]
    name, *codes = _PARTS.split(text)
    if codes and all(code.casefold() in _shared_tails(words) for code in codes):
        return name, codes
    if (match := _TAIL.match(text)) and match[2].casefold() in _shared_tails(words):
        return match[1], [match[2]]
    if match := re.match(r"^(.*[^\W\d_]{2,}\b.*) (\S+)$", text):
        # "History H1" where the page has "H1" or several like it for itself; "Maths P1" may be its name.
        code = match[2]
        # "English 10" is the tenth grade's.
        grade = len(code) <= 2 and code.isdigit()
        if is_code(code) and not grade and (code.casefold() in words or _codes(words) >= 2):
            return match[1], [code]
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
    if match := _GLUED.match(text):
        return match["name"], [match["aside"].strip("()")]
    if (parts := room_at_end(text)) and not is_room(text):
        return parts[0], [parts[1]]
    return text, []
