"""What calamine leaves out of an XLSX: how numbers are shown, colours, lines, widths, and what is hidden.

A walk over the sheets' XML (ECMA-376 part 1, 18.3 and 18.8), element by element. Whatever is odd in it is passed over:
the cells and merges stand without it.
"""

import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from services.compressor.archive import DAMAGED, open_archive
from services.compressor.docx.styles import hex_colour
from services.compressor.sheets.formats import BUILT_IN, shown
from services.compressor.sheets.model import NO_EDGES, Edges, Sheet, SheetCell
from services.compressor.typeset.model import Align

_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_ALIGN: dict[str, Align] = {"center": "center", "centerContinuous": "center", "right": "right"}
_THEME = ("lt1", "dk1", "lt2", "dk2", "accent1", "accent2", "accent3", "accent4", "accent5", "accent6")
"""In the order that cells count them in, which is not the theme's own."""
_INDEXED = (
    "000000", "ffffff", "ff0000", "00ff00", "0000ff", "ffff00", "ff00ff", "00ffff", "800000", "008000", "000080",
    "808000", "800080", "008080", "c0c0c0", "808080", "9999ff", "993366", "ffffcc", "ccffff", "660066", "ff8080",
    "0066cc", "ccccff", "000080", "ff00ff", "ffff00", "00ffff", "800080", "800000", "008080", "0000ff", "00ccff",
    "ccffff", "ccffcc", "ffff99", "99ccff", "ff99cc", "cc99ff", "ffcc99", "3366ff", "33cccc", "99cc00", "ffcc00",
    "ff9900", "ff6600", "666699", "969696", "003366", "339966", "003300", "333300", "993300", "993366", "333399",
    "333333",
)  # fmt: skip
"""Colours 8 to 63 (18.8.27)."""
_COLUMNS, _ROWS = 16_384, 5_000
_POINTS = 5.25
"""Of a character's width in the default font."""
_STRANGE = "This workbook is of a kind that cannot be read. Save it as PDF and upload that."


@dataclass(frozen=True, slots=True)
class _Style:
    code: str
    fill: str | None
    bold: bool
    colour: str | None
    edges: Edges
    align: Align
    angle: Literal[0, 90, 270]


@dataclass(slots=True)
class Look:
    """Of one sheet."""

    area: int = 0
    """Cells of the rectangle that its cells span."""
    styles: dict[tuple[int, int], _Style] = field(default_factory=dict)
    numbers: dict[tuple[int, int], str] = field(default_factory=dict)
    """Numbers as they are shown."""
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    widths: dict[int, float] = field(default_factory=dict)

    def apply(self, sheet: Sheet) -> None:
        """Give a sheet's cells their looks."""
        sheet.hidden_rows, sheet.hidden_columns, sheet.widths = self.hidden_rows, self.hidden_columns, self.widths
        for at, style in self.styles.items():
            cell = sheet.cells.get(at)
            if cell is None:
                if style.fill is None and not any(style.edges):
                    continue
                cell = sheet.cells[at] = SheetCell("")
            elif at in self.numbers:
                cell.text = self.numbers[at]
            cell.fill, cell.bold, cell.colour, cell.edges = style.fill, style.bold, style.colour, style.edges
            cell.align, cell.angle = style.align, style.angle


def read_looks(data: bytes) -> dict[str, Look]:
    """The looks of a workbook's sheets by name; without styles where those are odd, none where the whole workbook is.

    Raises:
        UnreadableError: damaged, a bomb, or with a document type declaration.
    """
    from lxml import etree

    odd = (*DAMAGED, etree.LxmlError, KeyError, ValueError, StopIteration)
    with open_archive(data, _STRANGE) as archive:
        try:
            styles = _styles(archive)
        except odd:
            styles = []  # how far its cells reach has to be known all the same
        try:
            book = _parsed(archive, "xl/workbook.xml")
            targets = {
                each.get("Id"): each.get("Target", "") for each in _parsed(archive, "xl/_rels/workbook.xml.rels")
            }
            properties = next(_children(book, "workbookPr"), None)
            since_1904 = properties is not None and properties.get("date1904") in ("1", "true")
            looks = {}
            for sheet in _children(next(_children(book, "sheets")), "sheet"):
                key = next((value for name, value in sheet.items() if name.endswith("}id")), None)
                path = posixpath.normpath(posixpath.join("/xl", targets.get(key, ""))).lstrip("/")
                if path in archive.NameToInfo and path.startswith("xl/worksheets/"):
                    looks[sheet.get("name", "")] = _look(archive, path, styles, since_1904)
        except odd:
            return {}
    return looks


def _look(archive: zipfile.ZipFile, path: str, styles: list[_Style], since_1904: bool) -> Look:
    from lxml import etree

    look = Look()
    low, high = [1 << 30, 1 << 30], [-1, -1]
    row = column = -1
    with archive.open(path) as part:
        for event, element in etree.iterparse(
            part, ("start", "end"), resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
        ):
            name = element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
            if event == "start":
                if name == "row":
                    row, column = _number(element.get("r"), row + 2) - 1, -1
                    if element.get("hidden") in ("1", "true"):
                        look.hidden_rows.add(row)
                continue
            if name == "col":
                _column(look, element)
            elif name == "c":
                # Without its place a cell stands behind the one before it: so does calamine take it.
                at = _place(element.get("r")) or (row, column + 1)
                column = at[1]
                value = next((each.text for each in element if each.tag.endswith("}v")), None)
                if at[0] < _ROWS:
                    _cell(look, element, at, value, styles, since_1904)
                if value is not None or len(element):
                    low = [min(low[0], at[0]), min(low[1], at[1])]
                    high = [max(high[0], at[0]), max(high[1], at[1])]
            if name in ("row", "c"):
                # What was looked at goes, or a sheet of a million rows would stay in memory.
                element.clear()
                while name == "row" and element.getprevious() is not None:
                    del element.getparent()[0]
    look.area = (high[0] - low[0] + 1) * (high[1] - low[1] + 1) if high[0] >= 0 else 0
    return look


def _cell(
    look: Look, element: Any, at: tuple[int, int], value: str | None, styles: list[_Style], since_1904: bool
) -> None:
    number = _number(element.get("s"), 0)
    if number >= len(styles):
        return
    style = look.styles[at] = styles[number]
    if value and element.get("t", "n") == "n":
        try:
            look.numbers[at] = shown(float(value), style.code, since_1904=since_1904)
        except (ValueError, OverflowError):
            return


def _column(look: Look, element: Any) -> None:
    first, last = _number(element.get("min"), 1), _number(element.get("max"), 1)
    try:
        width = float(element.get("width") or 8.43)
    except ValueError:
        width = 8.43
    for column in range(first - 1, min(last, _COLUMNS)):
        if element.get("hidden") in ("1", "true"):
            look.hidden_columns.add(column)
        look.widths[column] = width * _POINTS


def _styles(archive: zipfile.ZipFile) -> list[_Style]:
    if "xl/styles.xml" not in archive.NameToInfo:
        return []
    root, theme = _parsed(archive, "xl/styles.xml"), _theme(archive)
    parts = {each.tag.rpartition("}")[2]: each for each in root if isinstance(each.tag, str)}
    codes = {_number(each.get("numFmtId"), -1): each.get("formatCode", "") for each in parts.get("numFmts", ())}
    fills = [_fill(each, theme) for each in _children(parts.get("fills", ()), "fill")]
    fonts = list(_children(parts.get("fonts", ()), "font"))
    borders = [_edges(each) for each in _children(parts.get("borders", ()), "border")]
    found = []
    for xf in _children(parts.get("cellXfs", ()), "xf"):
        key = _number(xf.get("numFmtId"), 0)
        font = _at(fonts, xf.get("fontId"))
        alignment = next(_children(xf, "alignment"), None)
        bold = None if font is None else next(_children(font, "b"), None)
        colour = None if font is None else next(_children(font, "color"), None)
        turned = _number(None if alignment is None else alignment.get("textRotation"), 0)
        found.append(
            _Style(
                code=codes.get(key, BUILT_IN.get(key, "General")),
                fill=_at(fills, xf.get("fillId")),
                bold=bold is not None and bold.get("val") not in ("0", "false"),
                colour=None if colour is None or colour.get("theme") == "1" else _colour(colour, theme),
                edges=_at(borders, xf.get("borderId")) or NO_EDGES,
                align=_ALIGN.get("" if alignment is None else alignment.get("horizontal", ""), "left"),
                angle=270 if turned == 90 else 90 if turned == 180 else 0,
            )
        )
    return found


def _fill(element: Any, theme: list[str]) -> str | None:
    pattern = next(_children(element, "patternFill"), None)
    if pattern is None or pattern.get("patternType") in (None, "none", "gray125"):
        return None
    colour = next(_children(pattern, "fgColor"), None)
    found = None if colour is None else _colour(colour, theme)
    return None if found == "ffffff" else found


def _edges(element: Any) -> Edges:
    lines = {each.tag.rpartition("}")[2] for each in element if each.get("style") not in (None, "none")}
    return Edges(bool(lines & {"left", "start"}), "top" in lines, bool(lines & {"right", "end"}), "bottom" in lines)


def _colour(element: Any, theme: list[str]) -> str | None:
    """``rrggbb`` of a colour that may be one of the theme's, lighter or darker."""
    index, number = _number(element.get("indexed"), -1), _number(element.get("theme"), -1)
    if 0 <= number < len(theme):
        found: str | None = theme[number]
    elif 0 <= index < 64:
        found = _INDEXED[index % 8 if index < 8 else index - 8]
    else:
        found = hex_colour((element.get("rgb") or "")[-6:])
    tint = float(element.get("tint") or 0)
    if found is None or not tint:
        return found and found.lower()
    parts = (int(found[at : at + 2], 16) for at in (0, 2, 4))
    # The standard tints the lightness; along each part it comes out close enough to tell colours apart.
    mixed = (part * (1 + tint) if tint < 0 else part + (255 - part) * tint for part in parts)
    return "".join(f"{min(255, max(0, round(part))):02x}" for part in mixed)


def _theme(archive: zipfile.ZipFile) -> list[str]:
    if "xl/theme/theme1.xml" not in archive.NameToInfo:
        return []
    scheme = next((e for e in _parsed(archive, "xl/theme/theme1.xml").iter() if str(e.tag).endswith("}clrScheme")), ())
    named = {each.tag.rpartition("}")[2]: each for each in scheme if len(each)}
    return [(named[name][0].get("lastClr") or named[name][0].get("val") or "")[-6:] for name in _THEME if name in named]


def _parsed(archive: zipfile.ZipFile, path: str) -> Any:
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    return etree.fromstring(archive.read(path), parser)


def _children(parent: Any, name: str) -> Iterator[Any]:
    return (each for each in parent if isinstance(each.tag, str) and each.tag.rpartition("}")[2] == name)


def _place(reference: str | None) -> tuple[int, int] | None:
    """Row and column of "B3"."""
    found = _REFERENCE.fullmatch(reference or "")
    if found is None:
        return None
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - 64
    return int(found[2]) - 1, column - 1


def _at(items: list[Any], number: str | None) -> Any:
    index = _number(number, -1)
    return items[index] if 0 <= index < len(items) else None


def _number(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 10 else otherwise
