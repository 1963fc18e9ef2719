"""The order lines are read in, whichever way they are turned."""

from collections.abc import Iterable

from services.extractor.reading.model import HALF_TURN, Line, Rect

DOWNWARDS, UPWARDS = 90, 270
"""Angles of text on its side."""
_SHARED = 0.55
"""Of the lower one's height: what texts of one row share."""


def reading_frame(rect: Rect, angle: int) -> Rect:
    """`rect` in axes where text of this angle runs left to right and its lines top to bottom."""
    if angle == DOWNWARDS:
        return Rect(rect.y0, -rect.x1, rect.y1, -rect.x0)
    if angle == HALF_TURN:
        return Rect(-rect.x1, -rect.y1, -rect.x0, -rect.y0)
    if angle == UPWARDS:
        return Rect(-rect.y1, rect.x0, -rect.y0, rect.x1)
    return rect


def main_angle(lines: Iterable[Line]) -> int:
    """The angle most of the text reads at; short upright words lose against longer turned ones."""
    weight: dict[int, float] = {}
    for line in lines:
        weight[line.angle] = weight.get(line.angle, 0.0) + max(line.rect.width, line.rect.height)
    return max(weight, key=lambda angle: weight[angle]) if weight else 0


def in_reading_order(lines: list[Line]) -> list[list[Line]]:
    """Rows of lines as a person reads them."""
    angle = main_angle(lines)
    placed = sorted(((reading_frame(line.rect, angle), line) for line in lines), key=lambda item: item[0].cy)
    rows: list[list[tuple[Rect, Line]]] = []
    for rect, line in placed:
        if rows:
            last = rows[-1][-1][0]
            overlap = min(rect.y1, last.y1) - max(rect.y0, last.y0)
            gap = 0.5 * line.size
            # From all of the row: a range over two lines stands beside both the name and what is under it.
            apart = all(rect.x0 >= other.x1 - gap or other.x0 >= rect.x1 - gap for other, _ in rows[-1])
            if apart and overlap > _SHARED * min(rect.height, last.height):
                rows[-1].append((rect, line))
                continue
        rows.append([(rect, line)])
    return [[line for _, line in sorted(row, key=lambda item: item[0].x0)] for row in rows]


def joined(lines: list[Line]) -> str:
    """All text of `lines` in reading order, one space between them."""
    return " ".join(line.text for row in in_reading_order(lines) for line in row)
