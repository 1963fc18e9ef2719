"""Tables of web pages, and those that spreadsheets put on the clipboard.

lxml's parser for HTML (libxml2), which the reader of Word documents brings along: it takes what browsers take of
unclosed rows and cells, runs no scripts, and is told to load nothing. Styles are followed as far as an element says
them itself.
"""

import re
from collections import deque
from collections.abc import Iterator
from typing import Any

from services.compressor.docx.styles import hex_colour
from services.compressor.sheets.model import (
    MAX_COLUMNS,
    MAX_ROWS,
    NO_TABLE,
    TOO_LARGE,
    Budget,
    Sheet,
    SheetCell,
    Span,
)
from services.compressor.typeset.model import Align
from shared.outcomes import UnreadableError
from shared.pictures.tables import decode

_IGNORED = {
    "script", "style", "noscript", "template", "head", "nav", "footer", "aside", "form", "button", "select", "textarea",
    "svg", "iframe", "object", "title", "video", "audio", "canvas",
}  # fmt: skip
_BREAKS = {
    "br", "p", "div", "li", "tr", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "td", "th", "hr", "dt", "dd",
    "section", "article", "header", "main", "caption", "blockquote", "pre", "table",
}  # fmt: skip
"""Elements that begin a line of their own."""
_ALIGN: dict[str, Align] = {"center": "center", "right": "right"}
_BEFORE = re.compile(r"^\s*(?:<\?xml[^>]*>|Version:[\d.]+\s[^<]*)")
"""An XML declaration, and what Windows puts before HTML on its clipboard."""
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)")
_COLOUR = re.compile(r"background(?:-color)?\s*:\s*([^;]+)")
_RGB = re.compile(r"rgba?\(\s*(\d+)[\s,]+(\d+)[\s,]+(\d+)")
_NAMED = {
    "yellow": "ffff00", "red": "ff0000", "green": "008000", "lime": "00ff00", "blue": "0000ff", "cyan": "00ffff",
    "orange": "ffa500", "pink": "ffc0cb", "gray": "808080", "grey": "808080", "lightblue": "add8e6", "silver": "c0c0c0",
    "lightgreen": "90ee90", "lightyellow": "ffffe0", "lightgray": "d3d3d3", "lightgrey": "d3d3d3", "black": "000000",
}  # fmt: skip
_DEPTH = 200
_LINES = 30
"""Of text around the tables that are kept, each of at most `_LINE` characters: what is longer is no title."""
_LINE = 200


def read_html(data: bytes) -> list[Sheet]:
    """The tables of a page, each with the text that stands before it.

    Raises:
        UnreadableError: there is no table, or far too much of one.
    """
    from lxml import etree, html

    text = _BEFORE.sub("", decode(data))
    if not text.strip():
        raise UnreadableError(NO_TABLE)
    parser = html.HTMLParser(no_network=True, huge_tree=False, remove_comments=True, remove_pis=True)
    try:
        root = html.document_fromstring(text, parser=parser)
    except (etree.LxmlError, ValueError):
        raise UnreadableError(NO_TABLE) from None
    walk = _Walk()
    walk.go(root, 0)
    if not any(sheet.holds_text for sheet in walk.sheets):
        raise UnreadableError(NO_TABLE)
    walk.sheets[-1].below = walk.lines()
    return walk.sheets


class _Walk:
    """Gathers tables and the lines between them."""

    def __init__(self) -> None:
        self.sheets: list[Sheet] = []
        self._line: list[str] = []
        self._lines: deque[str] = deque(maxlen=_LINES)
        self._budget = Budget()

    def go(self, element: Any, depth: int) -> None:
        name = _name(element)
        if depth > _DEPTH or name in _IGNORED or _is_hidden(element):
            return
        if name == "table" and not self._frames(element):
            sheet = _sheet(element, self._budget)
            if sheet.holds_text:
                sheet.above = [*self.lines(), *sheet.above]
                self.sheets.append(sheet)
            return
        if name in _BREAKS:
            self._end()
        self._line.append(element.text or "")
        for child in element:
            self.go(child, depth + 1)
            self._line.append(child.tail or "")
        if name in _BREAKS:
            self._end()

    def lines(self) -> list[str]:
        """The lines since the last table; they are forgotten."""
        self._end()
        found = [self._budget.take(line) for line in self._lines]
        self._lines.clear()
        return found

    def _end(self) -> None:
        line = " ".join("".join(self._line).split())
        self._line = []
        if line and len(line) <= _LINE:
            self._lines.append(line)

    def _frames(self, table: Any) -> bool:
        """Whether a table is only there to place another one, as pages of old do."""
        return any(len(inner.findall(".//tr")) > 1 and len(inner.findall(".//td")) > 3 for inner in _within(table))


def _within(table: Any) -> Iterator[Any]:
    return (each for each in table.iter("table") if each is not table)


def _sheet(table: Any, budget: Budget) -> Sheet:
    sheet = Sheet()
    taken: set[tuple[int, int]] = set()
    row = 0
    for element in _rows(table):
        if _is_hidden(element):
            continue
        if row >= MAX_ROWS:
            raise UnreadableError(TOO_LARGE)
        column = 0
        for child in element:
            if _name(child) not in ("td", "th") or _is_hidden(child):
                continue
            while (row, column) in taken:
                column += 1
            columns = min(_number(child.get("colspan")), MAX_COLUMNS)
            rows = min(_number(child.get("rowspan")), MAX_ROWS - row)
            if column + columns > MAX_COLUMNS:
                raise UnreadableError(TOO_LARGE)
            sheet.cells[row, column] = _cell(child, element, budget)
            if rows > 1 or columns > 1:
                area = {(r, c) for r in range(row, row + rows) for c in range(column, column + columns)}
                taken |= area
                sheet.spans.append(Span(row, column, row + rows - 1, column + columns - 1))
            column += columns
        row += 1
    # A cell may say that it reaches further than the table has rows.
    sheet.spans = [span._replace(bottom=min(span.bottom, row - 1)) for span in sheet.spans]
    caption = next((each for each in table if _name(each) == "caption"), None)
    sheet.above = [] if caption is None else [line for line in _text(caption).splitlines() if line.strip()]
    return sheet


def _cell(element: Any, row: Any, budget: Budget) -> SheetCell:
    style = element.get("style", "").lower()
    fill = _fill(element) or _fill(row)
    text = budget.take(_text(element))
    strong = sum(len(" ".join(each.itertext()).split()) for each in element.iter("b", "strong"))
    bold = _name(element) == "th" or "font-weight:700" in style.replace(" ", "") or 2 * strong > len(text.split()) > 0
    align = element.get("align", "").lower() or next(iter(re.findall(r"text-align\s*:\s*(\w+)", style)), "")
    return SheetCell(text, fill, bold, _ALIGN.get(align, "left"))


def _fill(element: Any) -> str | None:
    said = _COLOUR.search(element.get("style", "").lower())
    name = (said[1] if said else element.get("bgcolor", "").lower()).strip()
    number = _RGB.search(name)
    if number:
        found = "".join(f"{min(255, int(part)):02x}" for part in number.groups())
    else:
        digits = name.partition(" ")[0].lstrip("#")
        digits = "".join(2 * each for each in digits) if len(digits) == 3 and name.startswith("#") else digits
        found = _NAMED.get(digits) or hex_colour(digits) or ""
    return found if found and found != "ffffff" else None


def _text(element: Any) -> str:
    """What an element shows, with a line for each of its blocks."""
    parts: list[str] = []

    def go(each: Any, depth: int) -> None:
        name = _name(each)
        if depth > _DEPTH or name in _IGNORED or _is_hidden(each):
            return
        if name in _BREAKS:
            parts.append("\n")
        parts.append(" ".join((each.text or "").split("\n")))
        before = None
        for child in each:
            if before is not None and _apart(before, child):
                parts.append("\n")
            before = child
            go(child, depth + 1)
            parts.append(" ".join((child.tail or "").split("\n")))
        if name in _BREAKS:
            parts.append("\n")

    go(element, 0)
    lines = (" ".join(line.split()) for line in "".join(parts).split("\n"))
    return "\n".join(line for line in lines if line)


def _apart(left: Any, right: Any) -> bool:
    """Whether two neighbours are set apart by a style sheet: spans of two classes with nothing between them."""
    return (
        _name(left) == _name(right) == "span"
        and not (left.tail or "")
        and bool(left.get("class") and right.get("class"))
        and left.get("class") != right.get("class")
    )


def _rows(table: Any) -> Iterator[Any]:
    for child in table:
        if _name(child) == "tr":
            yield child
        elif _name(child) in ("thead", "tbody", "tfoot") and not _is_hidden(child):
            yield from (each for each in child if _name(each) == "tr")


def _is_hidden(element: Any) -> bool:
    return element.get("hidden") is not None or bool(_HIDDEN.search(element.get("style", "").lower()))


def _name(element: Any) -> str:
    return element.tag.lower() if isinstance(element.tag, str) else ""


def _number(text: str | None) -> int:
    said = (text or "").strip()
    return max(1, int(said)) if said.isdecimal() and len(said) < 10 else 1
