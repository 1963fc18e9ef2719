"""What of a Word document matters here. Lengths are points, 72 to an inch."""

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

Align: TypeAlias = Literal["left", "center", "right"]


@dataclass(slots=True)
class Paragraph:
    """A paragraph, or a part of one up to a line break."""

    text: str
    """With ``\\t`` for tabs."""
    size: float = 11.0
    bold: bool = False
    align: Align = "left"
    colour: str | None = None
    """``rrggbb``; None for whatever reads well on what lies behind."""
    tabs: tuple[float, ...] = ()
    """Places of its tab stops from the left margin."""


@dataclass(slots=True)
class Cell:
    row: int
    column: int
    rows: int
    """How many it covers."""
    columns: int
    paragraphs: list[Paragraph]
    fill: str | None = None
    """``rrggbb``."""
    angle: Literal[0, 90, 270] = 0
    """Reading direction in degrees clockwise: 90 top to bottom, 270 bottom to top."""
    valign: Literal["top", "center", "bottom"] = "top"


@dataclass(slots=True)
class Table:
    widths: list[float]
    heights: list[float]
    """Least height of each row."""
    cells: list[Cell]
    headers: int = 0
    """Rows at its top that are repeated on the next page."""

    @property
    def tells(self) -> bool:
        """Whether it holds text in two directions, as a timetable does."""
        full = [cell for cell in self.cells if any(each.text.strip() for each in cell.paragraphs)]
        return len({cell.row for cell in full}) > 1 and len({cell.column for cell in full}) > 1


@dataclass(slots=True)
class Frame:
    """A box that stands where it was put, whatever the text around it does."""

    x: float
    y: float
    """From the page's upper left corner."""
    width: float
    height: float
    cell: Cell
    """What is in it."""
    flows: bool = False
    """`y` counts from where the block before it ends."""


class PageBreak:
    """What follows stands on a new page."""


Flow: TypeAlias = Paragraph | Table | PageBreak
"""What stands below what came before it."""
Block: TypeAlias = Flow | Frame


@dataclass(slots=True)
class Content:
    width: float
    """Of the page."""
    height: float
    margin: float
    blocks: list[Block] = field(default_factory=list)
    pictures: list[bytes] = field(default_factory=list)
    """Files, in order."""
