"""A sheet of cells as its reader hands it on. Rows and columns count from 0, lengths are points."""

from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from services.compressor.typeset.model import Align
from shared.outcomes import UnreadableError

MAX_ROWS = 1_000
MAX_COLUMNS = 64
"""Of a sheet, once its empty and hidden ones are gone."""
MAX_CHARACTERS = 200_000
"""Of a file; a cell counts for one, too."""

TOO_LARGE = "The table is far larger than a timetable. Upload only the part with the timetable."
NO_TABLE = "The file holds no table. If it shows a timetable all the same, print it to a PDF and upload that."
LOCKED = "This workbook is locked with a password. Save a copy without one and upload that."
BROKEN = "The workbook is cut off or damaged. Upload it again, or save it as PDF and upload that."


class Edges(NamedTuple):
    """Which sides of a cell have a line."""

    left: bool = False
    top: bool = False
    right: bool = False
    bottom: bool = False


NO_EDGES = Edges()


@dataclass(slots=True)
class SheetCell:
    text: str
    """As shown, with ``\\n`` between lines."""
    fill: str | None = None
    """``rrggbb``; None for none and for white."""
    bold: bool = False
    align: Align = "left"
    colour: str | None = None
    angle: Literal[0, 90, 270] = 0
    """As `typeset.model.Cell.angle`."""
    edges: Edges = NO_EDGES


class Span(NamedTuple):
    """Cells that are one, both ends included."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(slots=True)
class Sheet:
    name: str = ""
    """What the person who made it called it; empty for what a program did."""
    cells: dict[tuple[int, int], SheetCell] = field(default_factory=dict)
    """By row and column; those without text only where they have a fill or lines."""
    spans: list[Span] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    widths: dict[int, float] = field(default_factory=dict)
    """Of columns, where the file says one."""
    above: list[str] = field(default_factory=list)
    """Lines of text that stand before it."""
    below: list[str] = field(default_factory=list)

    @property
    def holds_text(self) -> bool:
        return any(cell.text.strip() for cell in self.cells.values())


class Budget:
    """How much text a file may still hold."""

    def __init__(self) -> None:
        self._left = MAX_CHARACTERS

    def take(self, text: str) -> str:
        """The text, once it is counted. Raises `UnreadableError`: it is too much."""
        self._left -= len(text) + 1
        if self._left < 0:
            raise UnreadableError(TOO_LARGE)
        return text
