"""A Word table as a grid with merged cells (ECMA-376 part 1, 17.4)."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, Literal, TypeAlias

from services.compressor.docx.styles import hex_colour
from services.compressor.typeset.model import Cell, Paragraph, Table
from shared.outcomes import UnreadableError

Cells: TypeAlias = tuple[list[Paragraph], bool]
"""A cell's paragraphs, and whether another table that tells something is in it."""

_COLUMNS = 64
"""Word allows 63."""
_ROWS = 1_000
_FRAME = 4
"""Cells of a table that is only there to hold others."""
_WIDTH = 72.0
_LETTERS = 3
_DIRECTIONS: dict[str, Literal[0, 90, 270]] = {"btLr": 270, "tbRl": 90, "tbRlV": 90, "tbV": 90, "rl": 90, "lr": 270}
_VALIGN: dict[str, Literal["top", "center", "bottom"]] = {"center": "center", "bottom": "bottom"}

TOO_LARGE = "A table of this Word document is far larger than a timetable. Upload only the pages with the timetable."


def read_table(element: Any, inside: Callable[[Any], Cells]) -> tuple[Table, list[Any]]:
    """A table's grid.

    Args:
        element: ``w:tbl``.
        inside: returns what a ``w:tc`` holds.

    Returns:
        The table; and where it is only a frame around other tables, its cells' elements, to be read instead of it.

    Raises:
        UnreadableError: it is too large.
    """
    from docx.oxml.ns import qn

    grid = [_twips(column.get(qn("w:w"))) for column in element.iterfind(f"{qn('w:tblGrid')}/{qn('w:gridCol')}")]
    asked: dict[int, float] = {}
    table = Table(grid[:_COLUMNS], [], [])
    above: dict[int, Cell] = {}
    elements: list[Any] = []
    framed = False
    for row, tr in enumerate(_children(element, "tr", qn)):
        if row >= _ROWS:
            raise UnreadableError(TOO_LARGE)
        properties = tr.find(qn("w:trPr"))
        table.heights.append(_twips(_value(properties, "w:trHeight", qn)))
        if table.headers == row and properties is not None and properties.find(qn("w:tblHeader")) is not None:
            table.headers = row + 1
        at = _count(_value(properties, "w:gridBefore", qn), 0)
        now: dict[int, Cell] = {}
        last: Cell | None = None
        for tc in _children(tr, "tc", qn):
            properties = tc.find(qn("w:tcPr"))
            span = max(1, _count(_value(properties, "w:gridSpan", qn), 1))
            if at + span > _COLUMNS:
                raise UnreadableError(TOO_LARGE)
            width = None if properties is None else properties.find(qn("w:tcW"))
            if span == 1 and width is not None and width.get(qn("w:type")) in (None, "dxa"):
                asked[at] = max(asked.get(at, 0.0), _twips(width.get(qn("w:w"))))
            cell = above.get(at)
            if _merge(properties, "w:hMerge", qn) == "continue" and last is not None:
                last.columns += span
            elif _merge(properties, "w:vMerge", qn) == "continue" and cell is not None and cell.columns == span:
                cell.rows += 1
                now[at] = cell
            else:
                paragraphs, holds = inside(tc)
                framed |= holds
                elements.append(tc)
                last = now[at] = _cell(row, at, span, paragraphs, properties, qn)
                table.cells.append(last)
            at += span
        above = now
    _widen(table, asked)
    return table, elements if framed and len(table.cells) <= _FRAME else []


def _cell(row: int, at: int, span: int, paragraphs: list[Paragraph], properties: Any, qn: Any) -> Cell:
    while len(paragraphs) > 1 and not paragraphs[-1].text.strip():
        paragraphs.pop()
    cell = Cell(row, at, 1, span, _joined(paragraphs))
    if properties is not None:
        shade = properties.find(qn("w:shd"))
        cell.fill = None if shade is None else hex_colour(shade.get(qn("w:fill")))
        cell.angle = _DIRECTIONS.get(_value(properties, "w:textDirection", qn) or "", 0)
        cell.valign = _VALIGN.get(_value(properties, "w:vAlign", qn) or "", "top")
    return cell


def _widen(table: Table, asked: dict[int, float]) -> None:
    """Every column a width: what its cells ask for, which Word goes by too, else the grid's."""
    count = max((cell.column + cell.columns for cell in table.cells), default=0)
    table.widths = [
        min(asked.get(at) or (table.widths[at] if at < len(table.widths) else 0.0) or _WIDTH, 1500.0)
        for at in range(count)
    ]


def _joined(paragraphs: list[Paragraph]) -> list[Paragraph]:
    """Letters of a paragraph each, which spell a word down a narrow cell, as that word."""
    letters = [each.text.strip() for each in paragraphs]
    if sum(map(bool, letters)) < _LETTERS or any(len(each) > 1 or (each and not each.isalpha()) for each in letters):
        return paragraphs
    word = " ".join("".join(each or " " for each in letters).split())
    return [replace(paragraphs[0], text=word)]


def _children(element: Any, name: str, qn: Any) -> Iterator[Any]:
    """Rows of a table or cells of a row, those in content controls and tracked insertions too."""
    for child in element.iterchildren():
        if child.tag == qn(f"w:{name}"):
            deleted = child.find(f"{qn('w:trPr')}/{qn('w:del')}") if name == "tr" else None
            if deleted is None:
                yield child
        elif child.tag in (qn("w:sdt"), qn("w:sdtContent"), qn("w:ins"), qn("w:customXml")):
            yield from _children(child, name, qn)


def _value(properties: Any, name: str, qn: Any) -> str | None:
    element = None if properties is None else properties.find(qn(name))
    return None if element is None else element.get(qn("w:val"))


def _merge(properties: Any, name: str, qn: Any) -> str | None:
    element = None if properties is None else properties.find(qn(name))
    return None if element is None else element.get(qn("w:val"), "continue")


def _count(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.isdigit() and len(text) < 6 else otherwise


def _twips(text: str | None) -> float:
    """Twentieths of a point as points; 0 for percentages and rubbish."""
    try:
        value = float(text or 0) / 20
    except ValueError:
        return 0.0
    return value if 0 < value < 5000 else 0.0
