"""Puts a line's spaces where its ink has gaps.

The recogniser sees a line in steps of a sixth of its height, and where words stand close it joins them ("ofweb
application"); where the letters of one word stand apart it parts some of them ("P A US E"). The gaps between the pieces
of the line's own ink tell, where the recogniser holds a space for possible: a word's gap is wider than those between
its letters, and those of a lettered word are all alike. Nothing is looked up in a dictionary.
"""

from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

import cv2
import numpy as np
from numpy.typing import NDArray

from services.ocr.crops import Image
from services.ocr.line_model import Letter, LineText

_INK = 0.4
"""Share of the line's contrast from which a pixel is ink."""
_FAINT = 24
"""Grey levels of contrast; below, nothing tells ink from grain."""
_EDGE = 0.08
"""Of the height, off above and below: what stands there may be a rule or a neighbour."""
_WORDS = 0.19
"""Of the height: the narrowest gap between two words. In lines drawn in every face of a machine it was 0.21, and gaps
between letters 0.04 to 0.17, up to 0.21 where those of the line's words were twice that."""
_NEAR = 0.14
"""Of the height: the narrowest in a line that has a space elsewhere, to be held against."""
_FIGURES = 0.3
"""Of the height: the narrowest between two figures that are not one number."""
_WIDER = 2.2
"""Times the median of the gaps between letters, from which a gap parts words."""
_LIKE_OTHERS = 0.75
"""Times the median gap at the spaces of the same line, from which a gap is one, too."""
_LIKELY = 0.1
"""Chance that the recogniser gives a space, from which ink may show one that it did not read. Small print has single
pixels between its letters, and two where one of them is set wider ("FISI CA", "11 :00"): of 44 spaces on drawn and real
pages that were right to add 43 had more, of 35 wrong ones 3."""
_LETTERED, _APART = 0.12, 0.8
"""Of the height: the gaps between the letters of a word that is set apart. Wider ones part columns ("M T W T F")."""
_EVEN = 1.7
"""The widest over the narrowest gap of such a word."""
_FEW = 4
"""Letters of one, at least."""
_BROAD, _LOW = 0.15, 0.4
"""Of the height: how broad and high ink is, at least, that must be a letter."""
_CLOSE = 0.1
"""Of the height: the gap between two letters of a word set close."""
_OFF = 0.12
"""Of the height: how far a letter's place may be off."""


@dataclass(frozen=True, slots=True)
class Ink:
    """What of a line's picture is ink."""

    mask: NDArray[np.uint8]
    """(height, width), without the picture's upper and lower edge: 1 for ink."""
    height: int
    """Of the picture, pixels."""
    pieces: list[tuple[int, int]]
    """First column of each piece of ink and the one after its last; in the order of the line, none touching."""

    @property
    def width(self) -> int:
        return int(self.mask.shape[1])

    def gaps(self) -> list[int]:
        """Columns between each two pieces."""
        return [start - end for (_, end), (start, _) in pairwise(self.pieces)]


def ink_of(crop: Image) -> Ink | None:
    """The ink of a line; None where nothing tells it from the ground.

    Args:
        crop: (height, width, 3), BGR, reading left to right.
    """
    grey = cv2.cvtColor(crop, cv2.COLOR_BGR2GRAY)
    counts = np.bincount(grey.ravel(), minlength=256)
    # The ground is the median, the contrast what a hundredth of the pixels is farther from it than.
    ground = int(np.searchsorted(np.cumsum(counts), grey.size / 2))
    off = np.abs(np.arange(256) - ground)
    contrast = int(np.searchsorted(np.cumsum(np.bincount(off, weights=counts)), 0.99 * grey.size))
    if contrast < _FAINT:
        return None
    margin = int(_EDGE * len(grey))
    mask = (off > _INK * contrast).astype(np.uint8)[grey[margin : len(grey) - margin]]
    columns = np.flatnonzero(mask.any(axis=0))
    if not columns.size:
        # A bar along the edge, of a box that reached over it.
        return None
    ends = np.flatnonzero(np.diff(columns) > 1)
    starts, lasts = columns[[0, *(ends + 1)]], columns[[*ends, -1]] + 1
    return Ink(mask, len(grey), list(zip(starts.tolist(), lasts.tolist(), strict=True)))


def spaced(ink: Ink, line: LineText) -> LineText:
    """A line as it was read, with the spaces that its ink shows."""
    letters = [letter for letter in line.letters if letter.text != " "]
    if len(letters) < 2 or len(ink.pieces) < 2:
        return line
    before = _spaces(line)
    widths = _between(ink, letters)
    _settle(widths, before)
    after = _lettered(widths, before) or _parted(letters, widths, before)
    return line if after == before else _with(line, letters, after)


def lost(ink: Ink, line: LineText) -> bool:
    """Whether ink as high as a letter is none of the line's letters ("LUNC" where LUNCH is set apart)."""
    if not line.letters:
        return False
    reach = _OFF * ink.height
    places = [letter.at * ink.width for letter in line.letters if letter.text != " "]
    joined: list[tuple[int, int]] = []
    for start, end in ink.pieces:
        near = joined and start - joined[-1][1] <= _LETTERED * ink.height
        joined[-1:] = [(joined[-1][0], end)] if near else [*joined[-1:], (start, end)]
    for start, end in joined:
        if end - start < _BROAD * ink.height or any(start - reach <= place <= end + reach for place in places):
            continue
        rows = np.flatnonzero(ink.mask[:, start:end].any(axis=1))
        # A rule beside the text is narrow, or as high as the crop.
        if _LOW * ink.height <= rows[-1] - rows[0] + 1 < len(ink.mask):
            return True
    return False


def closed_up(crop: Image, ink: Ink) -> Image:
    """The line with its pieces of ink so much nearer to each other that a word set apart is one set close."""
    kept = np.ones(ink.width, dtype=bool)
    narrow = max(1, int(_CLOSE * ink.height))
    gaps = ink.gaps()
    less = max(int(np.median(gaps)) - narrow, 0) if gaps else 0
    for (_, end), gap in zip(ink.pieces, gaps, strict=False):
        kept[end + narrow : end + min(less, gap - narrow) + narrow] = False
    return np.ascontiguousarray(crop[:, kept])


def _spaces(line: LineText) -> list[bool]:
    """Whether a space follows each letter but the last."""
    out: list[bool] = []
    for letter in line.letters:
        if letter.text == " ":
            if out:
                out[-1] = True
        else:
            out.append(False)
    return out[:-1]


def _between(ink: Ink, letters: list[Letter]) -> list[float]:
    """The widest gap between each two letters, in heights; 0 where their ink touches."""
    reach = _OFF * ink.height
    places = [letter.at * ink.width for letter in letters]
    widths = [0.0] * (len(letters) - 1)
    for (_, end), (start, _) in pairwise(ink.pieces):
        middle = (end + start) / 2
        # Between the two letters whose middle it is nearest to; one inside of a letter (a poor scan's "n") is narrow.
        fits = [
            (abs(middle - (a + b) / 2), pair)
            for pair, (a, b) in enumerate(pairwise(places))
            if a - reach < middle < b + reach
        ]
        if fits:
            pair = min(fits)[1]
            widths[pair] = max(widths[pair], (start - end) / ink.height)
    return widths


def _settle(widths: list[float], before: list[bool]) -> None:
    """Give a word's gap to the space beside it that has none: letters' places are off by up to half a letter."""
    for pair, width in enumerate(widths):
        if width >= _NEAR and not before[pair]:
            for near in (pair - 1, pair + 1):
                if 0 <= near < len(widths) and before[near] and widths[near] < _LIKE_OTHERS * width:
                    widths[pair], widths[near] = widths[near], width
                    break


def _lettered(widths: list[float], before: list[bool]) -> list[bool] | None:
    """No spaces, where the line is one word whose letters stand apart and were partly taken for words; else None."""
    if len(widths) < _FEW - 1 or not any(before) or all(before):
        return None
    low, high = min(widths), max(widths)
    even = low >= _LETTERED and high <= min(_APART, _EVEN * low)
    return [False] * len(widths) if even else None


def _parted(letters: list[Letter], widths: list[float], before: list[bool]) -> list[bool]:
    """Where words are parted: where there were spaces, and where a gap is as wide as those."""
    words = [width for width, had in zip(widths, before, strict=True) if had]
    inner = [width for width, had in zip(widths, before, strict=True) if not had]
    if len(inner) < _FEW:
        return before
    wider, like = _WIDER * median(inner), median(words) if words else 0.0
    least = max(_NEAR if words else _WORDS, wider, _LIKE_OTHERS * like)
    # A "1" stands in as much room as an "8".
    least_of_figures = max(_FIGURES, wider, like)
    figures = [a.text.isdigit() and b.text.isdigit() for a, b in pairwise(letters)]
    return [
        had or (letter.space >= _LIKELY and width >= (least_of_figures if both else least))
        for letter, had, width, both in zip(letters, before, widths, figures, strict=False)
    ]


def _with(line: LineText, letters: list[Letter], spaces: list[bool]) -> LineText:
    out: list[Letter] = []
    for letter, space in zip(letters, [*spaces, False], strict=True):
        out.append(letter)
        if space:
            out.append(Letter(" ", letter.space, "", 1.0 - letter.space, letter.at, 0.0))
    return replace(line, letters=tuple(out))
