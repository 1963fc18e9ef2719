"""How a page draws its week, from the boxes of its blocks: along which axis days lie, and what stands side by side."""

from bisect import bisect_left, bisect_right
from collections import Counter
from itertools import combinations
from typing import Literal

from shared.messages import Box, TimeBlock

Axis = Literal["x", "y"]
_ACROSS: dict[Axis, Axis] = {"x": "y", "y": "x"}

_APART = 0.4
"""Of the smaller box: how far two next to each other may reach into each other. Boxes are upright: those of a page that
slants by some degrees do by a quarter."""
_LEVEL = 0.1
"""Of the smaller box: how much of it two that lie next to each other share at least, along the other axis."""


class Drawing:
    """The boxes of a week's blocks.

    Args:
        blocks: the week; those without a box are in no drawing.
        spans: start and end of each block in minutes, null where they are not known.
    """

    def __init__(self, blocks: list[TimeBlock], spans: list[tuple[int, int] | None]) -> None:
        self._middles: dict[tuple[int, Axis], dict[str, list[float]]] = {}
        self._votes: Counter[tuple[int, Axis]] = Counter()
        by_day: dict[tuple[int, str], list[tuple[tuple[int, int], Box]]] = {}
        for block, span in zip(blocks, spans, strict=True):
            if block.box is None:
                continue
            for axis in _ACROSS:
                days = self._middles.setdefault((block.page, axis), {})
                days.setdefault(block.day_name, []).append(sum(_side(block.box, axis)) / 2)
            if span is not None:
                by_day.setdefault((block.page, block.day_name), []).append((span, block.box))
        for days in self._middles.values():
            for middles in days.values():
                middles.sort()
        for (page, _), day in by_day.items():
            for ((_, end), one), ((start, _), other) in combinations(sorted(day, key=lambda item: item[0]), 2):
                # What comes later on a day lies further along the times' axis; the days lie along the other one.
                for axis, along in _ACROSS.items():
                    if end <= start and _side(one, along) < _side(other, along) and _next_to(one, other, along):
                        self._votes[page, axis] += 1

    def side_by_side(self, a: TimeBlock, b: TimeBlock) -> bool:
        """Whether two blocks of a day share its column (days across) or its row (days down), beside each other in it.

        False where a box is missing, where it cannot be told along which axis the days lie, and for blocks of two
        tables: then those of other days stand between them.
        """
        if a.page != b.page or a.box is None or b.box is None:
            return False
        across, down = self._votes[a.page, "x"], self._votes[a.page, "y"]
        axis: Axis = "x" if across > down else "y"
        if across == down or not _next_to(a.box, b.box, axis):
            return False
        lo, hi = sorted(sum(_side(box, axis)) / 2 for box in (a.box, b.box))
        others = (middles for day, middles in self._middles[a.page, axis].items() if day != a.day_name)
        return all(bisect_left(middles, hi) <= bisect_right(middles, lo) for middles in others)


def _side(box: Box, axis: Axis) -> tuple[int, int]:
    """Where a box begins and ends along an axis."""
    return (box.x, box.x + box.width) if axis == "x" else (box.y, box.y + box.height)


def _next_to(a: Box, b: Box, axis: Axis) -> bool:
    """Whether two boxes lie apart along an axis and level with each other along the other one."""
    return _shared(a, b, axis) <= _APART and _shared(a, b, _ACROSS[axis]) >= _LEVEL


def _shared(a: Box, b: Box, axis: Axis) -> float:
    """The share of the shorter one's side that both cover; below zero where they are apart."""
    (a0, a1), (b0, b1) = _side(a, axis), _side(b, axis)
    return (min(a1, b1) - max(a0, b0)) / max(1, min(a1 - a0, b1 - b0))
