"""Labels of periods ("1", "P2", "Lesson 3", "Break"), and whether one is short for another."""

import re
from itertools import pairwise

from services.extractor.reading.lexicon.wordfiles import load, pattern

_WORDS = load("words")
_WORD = pattern(_WORDS["periods"])
_NUMBERED = re.compile(
    rf"^(?:{_WORD})?\.?\s*(?:no\.?\s*)?(\d{{1,2}}|[ivx]{{1,4}})"
    rf"(?:{pattern(_WORDS['ordinals'])}|[ªº]|a(?=\s*(?:h?ora|lezione))|\.|:)?\s*"
    rf"(?:{pattern(_WORDS['periods after'])})?$",
    re.IGNORECASE,
)
_UNNUMBERED = re.compile(rf"^(?:{_WORD})$", re.IGNORECASE)
_RULE = re.compile(r"^[|!Il:]\s+(?=\w{2,}|\d)|\s+[|!l:]$")
_LONGEST = 24
"""Characters of a label."""
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6, "vii": 7, "viii": 8, "ix": 9, "x": 10}


def label_key(text: str) -> str | None:
    """A label to compare by: "P1", "Period 1", "1." and "1st" are all ``1``; words stay words.

    Returns:
        None for what is too long to be a label.
    """
    # A rule beside the text is read as a letter of its own.
    text = _RULE.sub("", text).strip(" :.-–=()[]")
    if not text or len(text) > _LONGEST:
        return None
    if match := _NUMBERED.match(text):
        number = match[1].casefold()
        return str(_ROMAN.get(number, number)).lstrip("0") or "0"
    return re.sub(r"\W+", "", text.casefold()) or None


def is_period(text: str) -> bool:
    """Whether `text` is a period's number, with or without the word."""
    return bool(_NUMBERED.match(text.strip(" :.-–=()[]")))


def counts(keys: list[str | None]) -> bool:
    """Whether labels are numbers, each the one after the one before: they count rows."""
    numbers = [int(key) for key in keys if key and key.isdecimal()]
    return len(numbers) == len(keys) > 1 and all(after - before == 1 for before, after in pairwise(numbers))
