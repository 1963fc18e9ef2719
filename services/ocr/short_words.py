"""Words of two or three letters that run up or down the page: in their boxes they are no taller than a letter.

Such a word hardly reads upright, and well from the side. Days' names in a column of narrow bars do so together: where
two are certain, those above and below them that read a little upright are read from the side, too, and all run one way.
"""

from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np

from services.ocr.angles import Readings
from services.ocr.crops import Quad, short_and_turned, size, square
from shared.messages import Doubt

Look = Callable[[list[tuple[int, int]]], list[tuple[float, str, list[Doubt]]]]
"""Reads lines, each by its number at an angle."""

_UNSURE = 0.8
"""Confidence of an upright reading below which the same is read from the side, too."""
_CERTAIN = 0.97
"""Confidence from which a reading from the side is believed."""
_LIKELY = 0.7
"""Confidence of a reading that runs as its column does."""
_WITNESSES = 2
_SHORT = 4
"""Letters."""
_SIDES = (270, 90)


def add_turned(read: Readings, quads: Sequence[Quad], look: Look) -> None:
    """Add the readings from the side of short words that seem to run there.

    Args:
        read: what was read so far, of some of the `quads`.
    """
    upright = [index for index, each in read.items() if list(each) == [0] and square(quads[index])]
    found = _from_the_side([index for index in upright if read[index][0][0] < _UNSURE], look)
    others = [index for index in upright if index not in found]
    near = [index for index in others if len(_column(index, found, quads)) >= _WITNESSES]
    surer = _from_the_side(near, look)
    found |= {index: each for index, each in surer.items() if max(each.values())[0] > read[index][0][0]}
    for index, each in found.items():
        column = _column(index, found, quads)
        if len(column) >= _WITNESSES:
            # "po" upside down is "od", and "čt" upright is "t": all run as most of the column does.
            way = max(_SIDES, key=lambda angle: sum(angle in found[other] for other in (index, *column)))
            if way in each:
                read[index] = {way: each[way]}
        elif short_and_turned(quads[index]):
            read[index] |= each


def run_as_their_columns(angles: dict[int, int], read: Readings, quads: Sequence[Quad]) -> dict[int, int]:
    """Which way each line runs, short turned words as most of those above and below them ("MON" upside down is "NOW").

    Args:
        angles: by each line's own readings.
    """
    turned = {index: read[index] for index, angle in angles.items() if angle in _SIDES}
    out = dict(angles)
    for index, each in turned.items():
        column = [index, *_column(index, turned, quads)]
        ways = Counter(angles[other] for other in column)
        (way, votes), *_ = ways.most_common()
        short = len(each[angles[index]][1]) <= _SHORT
        if short and len(column) > _WITNESSES and 2 * votes > len(column) and each.get(way, (0.0,))[0] >= _LIKELY:
            out[index] = way
    return out


def _from_the_side(which: list[int], look: Look) -> Readings:
    """Of some lines what is certain and more than a letter from the side."""
    tries = [(index, angle) for index in which for angle in _SIDES]
    found: Readings = {}
    for (index, angle), (score, text, doubts) in zip(tries, look(tries), strict=True):
        if score >= _CERTAIN and sum(letter.isalpha() for letter in text) > 1:
            found.setdefault(index, {})[angle] = score, text, doubts
    return found


def _column(index: int, found: Readings, quads: Sequence[Quad]) -> list[int]:
    """The other found lines that stand above and below one, about as wide."""
    middle, width = quads[index].mean(axis=0)[0], size(quads[index])[0]
    return [other for other in found if other != index and np.abs(quads[other].mean(axis=0)[0] - middle) < width / 2]
