"""Boxes of text that stand where they were put, made one group for each page of their document.

Their places are right against each other only: the pages are our own, and the text between the boxes is set above and
below the group, where it cannot run into them.
"""

from collections.abc import Callable

from services.compressor.typeset.model import Block, Flow, Frame, PageBreak, Paragraph, Table

_COVERED = 0.5
"""Of the smaller of two texts' boxes: what covers so much of another stands on another page."""


class Frames(list[Frame]):
    """A group, its places from the upper left corner of the page."""


def grouped(blocks: list[Block], top: float, height: Callable[[Block], float]) -> list[Flow | Frames]:
    """The blocks with the frames of each page as one, where the first of them stands.

    Args:
        top: where a page's text begins, in points.
        height: of a block in the flow of the text, about.
    """
    out: list[Flow | Frames] = []
    group: Frames | None = None
    at = top
    for block in blocks:
        if isinstance(block, Frame):
            placed = Frame(block.x, block.y + (at if block.flows else 0.0), block.width, block.height, block.cell)
            if group is not None and any(_covers(placed, other) for other in group):
                out.append(PageBreak())
                group, at = None, top
                placed.y = block.y + (at if block.flows else 0.0)
            if group is None:
                group = Frames()
                out.append(group)
            group.append(placed)
            continue
        if isinstance(block, PageBreak) or (isinstance(block, Table) and block.tells):
            group, at = None, top
            out.append(block)
            continue
        above = group is not None and at < min(frame.y for frame in group)
        at += height(block)
        if group is None:
            out.append(block)
        elif not isinstance(block, Paragraph) or block.text.strip():
            # A title whose paragraph holds the boxes stands above them. Empty paragraphs, which made room for the boxes
            # or hold them, would put what follows far off.
            out.insert(next(index for index, each in enumerate(out) if each is group) if above else len(out), block)
    return out


def _covers(one: Frame, other: Frame) -> bool:
    wide = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
    high = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
    least = min(one.width * one.height, other.width * other.height)
    both = all(any(each.text.strip() for each in frame.cell.paragraphs) for frame in (one, other))
    return both and wide > 0 and high > 0 and wide * high > _COVERED * least
