"""Words set letter by letter: wide apart in one cell, or spread over the cells of a row (B-R-E-A-K)."""

from collections.abc import Mapping

from services.extractor.reading.lexicon.words import is_weekly

_ENOUGH = 4
"""Letters that make a word."""


def unspaced(name: str, words: frozenset[str]) -> str:
    """A word set with wide spaces between its letters ("R E C R E O", read as "R EC RE 0") as one.

    Args:
        words: the page's, from `cells.page_words`.
    """
    parts = name.split()
    if len(parts) < _ENOUGH - 1 or any(len(part) > 2 for part in parts):
        return name
    word = "".join(parts)
    if any(letter.isalpha() for letter in word):
        word = word.replace("0", "O")
    known = word.casefold() in words or is_weekly(word)
    # "A or B" is no word set wide.
    spelt = len(parts) >= _ENOUGH and sum(len(part) == 1 for part in parts) > len(parts) / 2
    return word if word.isalpha() and (known or spelt) else name


def spread_word(letters: Mapping[int, str], days: int) -> str | None:
    """The word whose letters stand in the cells of a row, one a day; null if they spell none.

    Args:
        letters: by the index of the day.
        days: how many days the table has; at most one was not read.
    """
    word = "".join(letter for _, letter in sorted(letters.items()))
    return word if word.isalpha() and len(letters) >= max(_ENOUGH, days - 1) else None
