"""Lines that say in most of a table's cells whose lesson it is: the class that the timetable is of."""

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from services.extractor.reading.cell.fragments import Cut
from services.extractor.reading.model import HALF

_CODE = re.compile(r"(?=\w*\d)(?=\w*[^\W\d_])\w{2,}")
_BETWEEN = re.compile(r"[\s,;/.…]+")
_FEWEST = 4
"""Cells that one code stands in, and in which it is a line of its own."""


def whose(cuts: Sequence[Cut]) -> list[npt.NDArray[np.bool_]]:
    """Of each cell which fragments are nothing but codes, one of which stands in at least half of the table's cells.

    It must be a line of its own in some: one that never is ("COS10 C1") may be a part of a course's code.
    """
    told = [[_codes(fragment.text) for fragment in cut.fragments] for cut in cuts]
    several = [found for found in told if len(found) > 1]
    counts = Counter(code for found in several for code in frozenset().union(*found))
    alone = Counter(code for found in several for codes in found if len(codes) == 1 for code in codes)
    most = max(_FEWEST, HALF * len(several))
    everywhere = {code for code, count in counts.items() if count >= most and alone[code] >= _FEWEST}
    return [np.array([bool(codes & everywhere) for codes in found]) for found in told]


def _codes(text: str) -> frozenset[str]:
    """The codes that a text is made of ("HING17A, ANV16B..."); none where it says anything else."""
    words = [word for word in _BETWEEN.split(text.casefold()) if word]
    return frozenset(words) if all(map(_CODE.fullmatch, words)) else frozenset()
