"""ODS (OpenDocument 1.3 part 3, chapter 9): cells as they are shown, merges, colours, lines and what is hidden.

Not by calamine, which knows no merges of ODS and leaves out cells that do not say their type. The file holds every
cell's text as it was shown, so nothing has to be formatted anew.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import product
from typing import Any, Literal, NamedTuple

from services.compressor.archive import DAMAGED, open_archive
from services.compressor.docx.styles import hex_colour
from services.compressor.sheets.model import BROKEN, LOCKED, MAX_COLUMNS, Budget, Edges, Sheet, SheetCell, Span
from services.compressor.typeset.model import Align
from shared.outcomes import UnreadableError

_ALIGN: dict[str, Align] = {"center": "center", "end": "right", "right": "right"}
_TIME = re.compile(r"PT(\d+)H(\d+)M")
_LENGTH = re.compile(r"([\d.]+)(cm|mm|in|pt)")
_POINTS = {"cm": 28.35, "mm": 2.835, "in": 72.0, "pt": 1.0}
_THROUGH = {
    "table-row-group", "table-header-rows", "table-rows", "table-column-group", "table-header-columns", "table-columns",
}  # fmt: skip
_REPEATED = 1_000
"""Times that a cell with something in it is repeated at most."""
_ROWS, _COLUMNS = 5_000, 1_024
"""Looked at."""
_STRANGE = "This workbook is of a kind that cannot be read. Save it as PDF and upload that."


def read_ods(data: bytes) -> list[Sheet]:
    """The visible sheets of a workbook.

    Raises:
        UnreadableError: damaged, locked, a bomb, or far too large.
    """
    from lxml import etree

    with open_archive(data, _STRANGE) as archive:
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
        try:
            if "META-INF/manifest.xml" in archive.NameToInfo and b"encryption-data" in archive.read(
                "META-INF/manifest.xml"
            ):
                raise UnreadableError(LOCKED)
            root = etree.fromstring(archive.read("content.xml"), parser)
        except (*DAMAGED, etree.LxmlError, KeyError):
            raise UnreadableError(BROKEN) from None
    styles = {_of(each, "name"): _Style(each) for each in root.iter() if _name(each) == "style"}
    budget = Budget()
    tables = [each for each in root.iter() if _name(each) == "table" and _name(each.getparent()) == "spreadsheet"]
    return [_sheet(each, styles, budget) for each in tables if not _style(styles, each).hidden]


class _Style:
    """Of a cell, a column or a table."""

    def __init__(self, element: Any) -> None:
        said = {} if element is None else {
            name.rpartition("}")[2]: value for child in element for name, value in child.items()
        }  # fmt: skip
        fill = hex_colour(said.get("background-color", "").lstrip("#").lower())
        self.fill = None if fill == "ffffff" else fill
        self.bold = said.get("font-weight") == "bold"
        self.colour = hex_colour(said.get("color", "").lstrip("#").lower())
        self.align: Align = _ALIGN.get(said.get("text-align", ""), "left")
        self.angle: Literal[0, 90, 270] = (
            270 if said.get("rotation-angle") == "90" else 90 if said.get("rotation-angle") == "270" else 0
        )
        around = said.get("border", "none")
        left, top, right, bottom = (
            said.get(f"border-{side}", around) != "none" for side in ("left", "top", "right", "bottom")
        )
        self.edges = Edges(left, top, right, bottom)
        self.hidden = said.get("display") == "false"
        wide = _LENGTH.fullmatch(said.get("column-width", ""))
        self.width = float(wide[1]) * _POINTS[wide[2]] if wide else 0.0


_PLAIN = _Style(None)


class _Run(NamedTuple):
    """A cell as its row holds it: side by side as often as it is repeated."""

    columns: range
    cell: SheetCell
    high: int
    wide: int
    """Rows and columns that each covers."""


def _sheet(table: Any, styles: dict[str, _Style], budget: Budget) -> Sheet:
    sheet = Sheet(_of(table, "name"))
    defaults: dict[int, _Style] = {}
    found: list[tuple[range, _Run]] = []
    column = row = 0
    for element in _inside(table):
        if _name(element) == "table-column":
            times = _number(_of(element, "number-columns-repeated"), 1)
            for at in range(column, min(column + times, _COLUMNS)):
                if _of(element, "visibility") in ("collapse", "filter"):
                    sheet.hidden_columns.add(at)
                sheet.widths[at] = _style(styles, element).width
                defaults[at] = styles.get(_of(element, "default-cell-style-name"), _PLAIN)
            column += times
        elif _name(element) == "table-row" and row < _ROWS:
            times = _number(_of(element, "number-rows-repeated"), 1)
            if _of(element, "visibility") in ("collapse", "filter"):
                sheet.hidden_rows |= set(range(row, min(row + times, _ROWS)))
            rows = range(row, min(row + times, row + _REPEATED, _ROWS))
            found += ((rows, run) for run in _runs(element, styles, defaults))
            row += times
    for rows, run in found:
        if run.cell.text.strip():
            _put(sheet, rows, run.columns, run, budget)
    # Those that only have a fill or lines count where they may belong to one with text: in its column, and no further
    # down than text reaches. A sheet that is coloured as a whole has 17 billion of them. Of one with text in more
    # columns than `MAX_COLUMNS` nothing is shown.
    written = sorted({column for _, column in sheet.cells} - sheet.hidden_columns)[:MAX_COLUMNS]
    end = 1 + max([row for row, _ in sheet.cells] + [span.bottom for span in sheet.spans], default=-1)
    for rows, run in found:
        if not run.cell.text.strip():
            columns = [column for column in written if column in run.columns]
            _put(sheet, range(rows.start, min(rows.stop, end)), columns, run, budget)
    return sheet


def _put(sheet: Sheet, rows: range, columns: Iterable[int], run: _Run, budget: Budget) -> None:
    for row, column in product(rows, columns):
        budget.take(run.cell.text)
        sheet.cells[row, column] = run.cell
        if run.high > 1 or run.wide > 1:
            sheet.spans.append(Span(row, column, row + run.high - 1, column + run.wide - 1))


def _runs(row: Any, styles: dict[str, _Style], defaults: dict[int, _Style]) -> Iterator[_Run]:
    """The cells of a row that hold or show something."""
    column = 0
    for element in row:
        if _name(element) not in ("table-cell", "covered-table-cell"):
            continue
        times = _number(_of(element, "number-columns-repeated"), 1)
        if _name(element) == "table-cell" and column < _COLUMNS:
            named = _of(element, "style-name")
            style = styles.get(named, _PLAIN) if named else defaults.get(column, _PLAIN)
            text = _text(element)
            if text.strip() or style.fill or any(style.edges):
                yield _Run(
                    range(column, min(column + times, column + _REPEATED, _COLUMNS)),
                    SheetCell(text, style.fill, style.bold, style.align, style.colour, style.angle, style.edges),
                    _number(_of(element, "number-rows-spanned"), 1),
                    _number(_of(element, "number-columns-spanned"), 1),
                )
        column += times


def _text(cell: Any) -> str:
    lines = ["".join(_letters(each)) for each in cell if _name(each) == "p"]
    if lines:
        return "\n".join(lines)
    time = _TIME.match(_of(cell, "time-value"))
    if time:
        return f"{int(time[1]):02}:{time[2]}"
    return _of(cell, "string-value") or _of(cell, "date-value") or _of(cell, "value")


def _letters(element: Any) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        name = _name(child)
        if name == "s":
            yield " " * min(_number(_of(child, "c"), 1), 100)
        elif name == "tab":
            yield " "
        elif name == "line-break":
            yield "\n"
        elif name in ("span", "a"):
            yield from _letters(child)
        yield child.tail or ""


def _inside(table: Any) -> Iterator[Any]:
    """The columns and rows of a table, those in groups too."""
    for child in table:
        if _name(child) in _THROUGH:
            yield from _inside(child)
        else:
            yield child


def _style(styles: dict[str, _Style], element: Any) -> _Style:
    return styles.get(_of(element, "style-name"), _PLAIN)


def _name(element: Any) -> str:
    tag = None if element is None else element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _of(element: Any, name: str) -> str:
    """An attribute by its name without the namespace; empty where there is none."""
    return next((value for key, value in element.items() if key.rpartition("}")[2] == name), "")


def _number(text: str, otherwise: int) -> int:
    return max(1, int(text)) if text.isdecimal() and len(text) < 10 else otherwise
