"""Which way each line of a page runs, by what it reads as from several sides."""

from collections import Counter
from typing import TypeAlias

from shared.messages import Doubt

Readings: TypeAlias = dict[int, dict[int, tuple[float, str, list[Doubt]]]]
"""Of each line that holds text, by its number: confidence, text and doubts at every angle it was read at."""

_WORD = 3
"""Letters of a word that tells which way it runs."""


def ways(read: Readings) -> dict[int, int]:
    """Which way each line runs: as its text is surest. But figures upside down are figures ("9-9" is "6-6"): a turned
    line of nothing else runs as the page's turned words do.

    Returns:
        Each line's angle.
    """
    surest = {line: max((score, angle) for angle, (score, *_) in each.items())[1] for line, each in read.items()}
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
