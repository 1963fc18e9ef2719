"""Which way each line of a page runs, by what it reads as from several sides."""

from collections import Counter
from typing import TypeAlias

from shared.messages import Doubt

Readings: TypeAlias = dict[int, dict[int, tuple[float, str, list[Doubt]]]]
"""Of each line that holds text, by its number: confidence, text and doubts at every angle it was read at."""

_WORD = 3
"""Letters of a word that tells which way it runs."""
_UPRIGHT = 0.9
"""Confidence of a single character that stands upright, though from the side it may read a little surer."""


def ways(read: Readings) -> dict[int, int]:
    """Which way each line runs: as its text is surest. But nobody turns a single character: a "2" that reads upright,
    too, is so. And figures upside down are figures ("9-9" is "6-6"): a turned line of nothing else runs as the page's
    turned words do.

    Returns:
        Each line's angle.
    """
    surest = {line: _surest(each) for line, each in read.items()}
    words = Counter(
        angle
        for line, angle in surest.items()
        if angle in (90, 270) and sum(letter.isalpha() for letter in read[line][angle][1]) >= _WORD
    )
    if len(words) != 1:
        return surest
    ((way, _),) = words.items()
    for line, angle in surest.items():
        figures = not any(letter.isalpha() for letter in read[line][angle][1])
        if angle == 360 - way and figures and any(letter.isdigit() for letter in read[line].get(way, (0, "", []))[1]):
            surest[line] = way
    return surest


def _surest(each: dict[int, tuple[float, str, list[Doubt]]]) -> int:
    upright, text, _ = each.get(0, (0.0, "", []))
    if upright >= _UPRIGHT and len(text) == 1 and text.isalnum():
        return 0
    return max((score, angle) for angle, (score, *_) in each.items())[1]
