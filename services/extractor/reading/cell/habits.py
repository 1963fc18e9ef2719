"""What stands in the same place of a table's other cells, in the same print: a table keeps to its habits.

One surname alone looks like a subject; below the subject in every cell, in one print, twenty of them do not.
"""

import math
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from services.extractor.reading.cell.fragments import Cut, Fragment

Floats = npt.NDArray[np.float64]

_SHARED = (
    "like subject", "like person", "like room", "like note", "person", "room", "subject", "initials", "digits",
    "capitals", "starts capital", "words", "length", "before roomless", "width",
)  # fmt: skip
"""What is told of the fragments that stand in the same place of other cells, in the same print."""
_COMPARED = ("like subject", "like person", "subject")
"""And held against what is told of the others of a fragment's own cell."""
_LEAST = 0.5
"""Of a whole fragment: so much must be alike elsewhere."""
_WIDTHS = {"em": 0.07, "size": 0.15, "weight": 0.02, "contrast": 0.15, "left": 0.15, "top": 0.25}
"""How far two prints and places may differ to count as one: logarithms of sizes, shares of the cell."""
_OTHER_ROW = 2.0
_UNKNOWN = 0.5
"""Squared differences, in those widths: of a row that counts neither from the top nor from the end alike, of what is
not known."""


def elsewhere(cuts: list[Cut], own: Floats, columns: tuple[str, ...]) -> tuple[tuple[str, ...], Floats]:
    """What stands in the same place of a table's other cells, in the same print: a table keeps to its habits."""
    names = ("elsewhere", "elsewhere again", *(f"elsewhere {name}" for name in _SHARED))
    names += tuple(f"against {name}" for name in _COMPARED)
    together, pairs = _together(cuts)
    fragments = [fragment for cut in cuts for fragment in cut.fragments]
    if len(cuts) == 1:
        unknown = np.full((len(fragments), len(names) - 1), np.nan)
        return (*names, *together), np.hstack([np.zeros((len(fragments), 1)), unknown, pairs])
    cell = np.array([index for index, cut in enumerate(cuts) for _ in cut.fragments])
    nearness = _nearness(cuts, fragments)
    nearness[cell[:, None] == cell[None, :]] = 0
    mass = nearness.sum(axis=1, keepdims=True)
    at = [columns.index(column) for column in _SHARED]
    known = np.nan_to_num(own[:, at], nan=0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        means = (nearness @ known) / mass
    means[mass[:, 0] < _LEAST] = np.nan
    texts = np.array([fragment.text.casefold() for fragment in fragments])
    with np.errstate(invalid="ignore", divide="ignore"):
        again = (nearness * (texts[:, None] == texts[None, :])).sum(axis=1, keepdims=True) / mass
    compared = np.full((len(fragments), len(_COMPARED)), np.nan)
    for index in range(len(fragments)):
        others = (cell == cell[index]) & (np.arange(len(fragments)) != index)
        if others.any():
            for column, name in enumerate(_COMPARED):
                rest = means[others, _SHARED.index(name)]
                if not np.isnan(rest).all():
                    compared[index, column] = means[index, _SHARED.index(name)] - np.nanmax(rest)
    share = mass / max(1, len(cuts))
    return (*names, *together), np.hstack([share, again, means, compared, pairs])


def _together(cuts: list[Cut]) -> tuple[tuple[str, ...], Floats]:
    """How true two lines are to each other in the other cells: halves of a name always meet, a teacher has others."""
    cells = [["".join(filter(str.isalnum, each.text.casefold())) for each in cut.fragments] for cut in cuts]
    at: dict[str, set[int]] = {}
    meet: dict[tuple[str, str], set[int]] = {}
    for index, texts in enumerate(cells):
        for text in texts:
            at.setdefault(text, set()).add(index)
        for pair in pairwise(texts):
            meet.setdefault(pair, set()).add(index)

    def truth(pair: tuple[str, str], index: int) -> list[float]:
        """Shares of the other cells with the first that have the second behind it, and the other way round."""
        both = len(meet[pair] - {index})
        counts = [len(at[text] - {index}) for text in pair]
        return [both / count if count else math.nan for count in counts]

    rows = []
    for index, texts in enumerate(cells):
        steps = [[math.nan] * 2, *(truth(pair, index) for pair in pairwise(texts)), [math.nan] * 2]
        for place, text in enumerate(texts):
            others = at[text] - {index}
            alone = sum(len(cells[other]) == 1 for other in others) / len(others) if others else math.nan
            rows.append([*steps[place], *steps[place + 1], len(others) / len(cells), alone])
    names = ("before's next", "next of before", "after's next", "next of after", "said elsewhere", "alone elsewhere")
    return names, np.array(rows, np.float64)


def _nearness(cuts: list[Cut], fragments: list[Fragment]) -> Floats:
    """How much each two fragments have one print and one place in their cells, 1 for wholly."""
    types = [fragment.type for fragment in fragments]
    frames = [cut.frame for cut in cuts for _ in cut.fragments]
    last = np.array([cut.fragments[-1].row for cut in cuts for _ in cut.fragments])
    row = np.array([fragment.row for fragment in fragments])
    pairs = [(fragment.rect, frame) for fragment, frame in zip(fragments, frames, strict=True)]
    values = {
        "em": np.array([math.log(one.em) if one else math.nan for one in types]),
        "size": np.array([math.log(max(1.0, fragment.size)) for fragment in fragments]),
        "weight": np.array([one.stroke / one.em if one else math.nan for one in types]),
        "contrast": np.array([one.contrast / 255 if one else math.nan for one in types]),
        "top": np.array([(one.cy - frame.y0) / max(1.0, frame.height) for one, frame in pairs]),
    }
    far = np.zeros((len(fragments), len(fragments)))
    for name, value in values.items():
        off = (value[:, None] - value[None, :]) / _WIDTHS[name]
        far += np.where(np.isnan(off), _UNKNOWN, off**2)
    # Texts are set to the left, to the right or to the middle: the nearest of these counts.
    sides = [
        np.array([(one.x0 - frame.x0) / max(1.0, frame.width) for one, frame in pairs]),
        np.array([(one.cx - frame.cx) / max(1.0, frame.width) for one, frame in pairs]),
        np.array([(one.x1 - frame.x1) / max(1.0, frame.width) for one, frame in pairs]),
    ]
    far += (np.min([np.abs(side[:, None] - side[None, :]) for side in sides], axis=0) / _WIDTHS["left"]) ** 2
    end = last - row
    other = (row[:, None] != row[None, :]) & (end[:, None] != end[None, :])
    near: Floats = np.exp(-0.5 * (far + _OTHER_ROW * other))
    return near
