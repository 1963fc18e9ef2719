"""Tables that print the lesson in the middle of its cell and all that is about it in the corners."""

from collections.abc import Sequence

from services.extractor.reading.cell.fragments import Cut

_MIDDLE = 0.08
"""Of the cell's width: how far from its middle a line is that stands in it at most."""
_CORNER = 0.12
"""And how far one is at least that stands in a corner."""
_NEAR = 0.7
"""Of its size: how far from the cell's edge a line is at most that stands at it."""
_FEWEST = 4
"""Cells that show the habit, at least."""
_MOST, _BOTH = 0.5, 0.3
"""Of the cells with several lines: how many show it, and how many with corners to either side."""


def middles(cuts: Sequence[Cut]) -> list[list[int]]:
    """Of each cell the fragments that stand in its middle, where a table has all others in the corners.

    Returns:
        None of any cell where it has no such habit; none of a cell in which nothing stands in a corner.
    """
    several = sum(len(cut.fragments) > 1 for cut in cuts)
    found = [_middle(cut) for cut in cuts]
    # Long lines that begin at the left as all others do reach over the middle, too.
    clear = sum(any(_to_edge(cut, at) > _NEAR for at in middle) for cut, middle in zip(cuts, found, strict=True))
    between = sum(bool(middle) and _either_side(cut) for cut, middle in zip(cuts, found, strict=True))
    shown = clear >= max(_FEWEST, _MOST * several) or between >= max(_FEWEST, _BOTH * several)
    return found if shown else [[] for _ in cuts]


def _middle(cut: Cut) -> list[int]:
    """The fragments in the middle of a cell whose others all stand in corners; none without both."""
    off = [abs(_off(cut, at)) for at in range(len(cut.fragments))]
    middle = [at for at, far in enumerate(off) if far <= _MIDDLE]
    corners = [at for at, far in enumerate(off) if far >= _CORNER and _to_edge(cut, at) <= _NEAR]
    return middle if corners and len(middle) + len(corners) == len(off) else []


def _either_side(cut: Cut) -> bool:
    """Whether a cell has corners to the left and to the right."""
    off = [_off(cut, at) for at in range(len(cut.fragments))]
    return min(off) <= -_CORNER and max(off) >= _CORNER


def _off(cut: Cut, at: int) -> float:
    """How far a fragment is to the right of its cell's middle, of the cell's width."""
    return (cut.fragments[at].rect.cx - cut.frame.cx) / max(1.0, cut.frame.width)


def _to_edge(cut: Cut, at: int) -> float:
    """How far a fragment is from the nearer edge of its cell, to the left or right, of its size."""
    rect = cut.fragments[at].rect
    return min(rect.x0 - cut.frame.x0, cut.frame.x1 - rect.x1) / max(1.0, cut.fragments[at].size)
