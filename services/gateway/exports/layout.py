"""A week as a grid: rows of time, and for each day as many lanes as blocks stand side by side at once."""

from collections.abc import Sequence
from datetime import time
from itertools import pairwise
from typing import NamedTuple

from services.gateway.exports.week import columns, times
from shared.messages import TimeBlock


class Place(NamedTuple):
    """Where a block stands."""

    block: TimeBlock
    row: int
    rows: int
    """How many it fills."""
    column: int
    """Lane, counted over all days."""
    columns: int
    """How many it fills: one, and what stands empty to its right."""


class Grid(NamedTuple):
    days: list[tuple[str, int]]
    """Each day's name and how many lanes it has."""
    rows: list[tuple[time, time | None]]
    """The stretches of time, in order; without an end where nothing says when the last one ends."""
    places: list[Place]
    untimed: list[Place]
    """Blocks without a start, below the rows: their `row` counts from 0 there."""


def lay_out(blocks: Sequence[TimeBlock]) -> Grid:
    """The grid of a week. No two places of it overlap."""
    rows = _rows(blocks)
    starts = {start: number for number, (start, _) in enumerate(rows)}
    days: list[tuple[str, int]] = []
    places: list[Place] = []
    untimed: list[Place] = []
    column = 0
    for day in columns(blocks):
        own = [block for block in blocks if block.day_name == day]
        lanes: list[int] = []  # the row from which each is free
        placed: list[Place] = []
        for block in sorted((each for each in own if times(each)[0]), key=_order):
            start, end = times(block)
            row = starts[start] if start else 0
            last = row + 1
            while end and last < len(rows) and rows[last][0] < end:
                last += 1
            lane = next((number for number, free in enumerate(lanes) if free <= row), len(lanes))
            lanes[lane : lane + 1] = [last]
            placed.append(Place(block, row, last - row, column + lane, 1))
        bare = [block for block in own if not times(block)[0]]
        width = max(1, len(lanes))
        untimed += [Place(block, number, 1, column, width) for number, block in enumerate(bare)]
        places += _widened(placed, column + width)
        days.append((day, width))
        column += width
    return Grid(days, rows, places, untimed)


def _widened(places: list[Place], end: int) -> list[Place]:
    """A day's places, each as wide as what is free to its right; `end` is the lane after the day's last."""
    taken = {(place.row + number, place.column) for place in places for number in range(place.rows)}
    found = []
    for place in places:
        columns = 1
        while place.column + columns < end and not any(
            (place.row + number, place.column + columns) in taken for number in range(place.rows)
        ):
            columns += 1
        found.append(place._replace(columns=columns))
    return found


def _rows(blocks: Sequence[TimeBlock]) -> list[tuple[time, time | None]]:
    """Each stretch between two neighbouring times in which a block runs, and a last one for what only begins."""
    spans = [(start, end) for start, end in map(times, blocks) if start]
    edges = sorted({edge for span in spans for edge in span if edge})
    rows: list[tuple[time, time | None]] = [
        (start, end)
        for start, end in pairwise(edges)
        if any(first == start or (last and first <= start and end <= last) for first, last in spans)
    ]
    if edges and any(first == edges[-1] for first, _ in spans):
        rows.append((edges[-1], None))
    return rows


def _order(block: TimeBlock) -> tuple[time, bool, str]:
    start, end = times(block)
    return start or time.min, end is None, block.week or ""
