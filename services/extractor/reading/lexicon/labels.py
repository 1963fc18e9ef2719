"""Labels of periods ("1", "P2", "Lesson 3", "Break"), and whether one is short for another."""

import re
import unicodedata
from collections.abc import Sequence
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
_DIGITS, _SERIES = 3, 3
"""Of a number that is no period's any more; labels that make a series."""
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
    return _plain(text) or None


def _plain(text: str) -> str:
    return re.sub(r"\W+", "", unicodedata.normalize("NFKC", text).casefold())


def is_period(text: str) -> bool:
    """Whether `text` is a period's number, with or without the word."""
    return bool(_NUMBERED.match(text.strip(" :.-–=()[]")))


def counts(keys: list[str | None]) -> bool:
    """Whether labels are numbers, each the one after the one before: they count rows."""
    numbers = [int(key) for key in keys if key and key.isdecimal()]
    return len(numbers) == len(keys) > 1 and all(after - before == 1 for before, after in pairwise(numbers))


def numbered_alike(texts: Sequence[str]) -> list[int]:
    """Which texts are one label with rising numbers ("1. pamoka", "2. pamoka", "3. pamoka"), in whatever language.

    Args:
        texts: in the order in which they stand.

    Returns:
        The places of the most texts that are; empty if there are fewer than three.
    """
    found: dict[str, list[tuple[int, int]]] = {}
    for at, text in enumerate(texts):
        numbers = re.findall(r"\d+", text)
        if len(text) <= _LONGEST and len(numbers) == 1 and len(numbers[0]) < _DIGITS:
            found.setdefault(re.sub(r"\d", "", _plain(text)), []).append((at, int(numbers[0])))
    rising = [
        [at for at, _ in same]
        for word, same in found.items()
        if word and all(after[1] > before[1] for before, after in pairwise(same))
    ]
    return max((places for places in rising if len(places) >= _SERIES), key=len, default=[])
