"""Words set letter by letter: wide apart in one cell, or spread over the cells of a row (B-R-E-A-K)."""

from collections.abc import Mapping
from difflib import SequenceMatcher

from services.extractor.reading.lexicon.words import is_weekly

_COMMON = "BREAK LUNCH SNACK DINNER RECESS RECREIO RECREO ALMUERZO PAUSE PAUSA PAUZE MITTAG PRANZO PRZERWA OBIAD"
_SPREAD = _COMMON.split()
"""What is set so, in the languages read."""
_ENOUGH = 4
"""Letters that make a word."""
_LEAST, _PIECE, _LIKE = 3, 2, 0.6
"""Letters left of a word, letters of one piece at most, and how much of both is the same."""


def whole_word(letters: str) -> str:
    """A word read letter by letter, as it must be where it is a common one: one of
    them may not have been read ("UNCH")."""
    upper = letters.upper()
    if upper in _SPREAD:
        return letters
    fits = [word for word in _SPREAD if any(word[:at] + word[at + 1 :] == upper for at in range(len(word)))]
    return fits[0] if len(fits) == 1 and len(letters) >= _ENOUGH else letters


def likely_word(pieces: list[str]) -> str | None:
    """The common word that pieces of one or two letters are left of ("N", "CH", "D" of "LUNCH"), in either direction;
    null if they are others, or like no word or several."""
    letters = "".join(char for piece in pieces for char in piece.upper() if char.isalpha())
    if len(letters) < _LEAST or any(len(piece) > _PIECE for piece in pieces):
        return None
    ratios = {word: max(_likeness(letters, word), _likeness(letters[::-1], word)) for word in _SPREAD}
    best = max(ratios, key=lambda word: ratios[word])
    return best if ratios[best] >= _LIKE and list(ratios.values()).count(ratios[best]) == 1 else None


def _likeness(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other, autojunk=False).ratio()


def unspaced(name: str, words: frozenset[str]) -> str:
    """A word set with wide spaces between its letters ("R E C R E O", read as "R EC RE 0") as one.

    Args:
        words: the page's, from `cells.page_words`.
    """
    parts = name.split()
    if len(parts) < 3 or any(len(part) > 2 for part in parts):
        return name
    word = "".join(parts)
    if any(letter.isalpha() for letter in word):
        word = word.replace("0", "O")
    known = word.casefold() in words or is_weekly(word)
    # "A or B" is no word set wide.
    spelt = len(parts) > 3 and sum(len(part) == 1 for part in parts) > len(parts) / 2
    return whole_word(word) if word.isalpha() and (known or spelt) else name


def spread_word(letters: Mapping[int, str], days: int) -> str | None:
    """The word whose letters stand in the cells of a row, one a day; null if they spell none.

    Args:
        letters: by the index of the day.
        days: how many days the table has; at most one was not read.
    """
    word = "".join(letter for _, letter in sorted(letters.items()))
    return whole_word(word) if word.isalpha() and len(letters) >= max(_ENOUGH, days - 1) else None
