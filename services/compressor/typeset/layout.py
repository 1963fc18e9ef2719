"""A Word document's blocks set on pages.

Lengths are points throughout; `typeset.draw` scales. Rows get their heights in three passes: what stands upright in one
row, then turned text, then cells over several rows, whose missing height goes to the last of them. A column is never
narrower than its longest word and a page never narrower than its table: a broken word is read as two.
"""

from dataclasses import dataclass, field, replace
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from services.compressor.typeset.frames import Frames, grouped
from services.compressor.typeset.model import Block, Cell, Content, Frame, PageBreak, Paragraph, Table

_LEADING = 1.22
"""Of the size."""
_PAD = 4.0
_GAP = 3.0
"""Below a paragraph outside of tables."""
_TAB = 36.0
_ENDLESS = 1_000
"""Characters of a word that no line holds."""
_UNBROKEN = 24
"""Characters of turned text that stand on one line."""
_SHORT = 32
"""Characters of a paragraph that a table is widened for: a name or a note in two lines is read as two."""
_WIDER = 1.6
"""Times that it may be widened."""
_LONGEST_TURNED = 2000.0
_TALLER = 1.6
"""Page heights that a table may take before it is divided: a week cut in two is read as two."""
_NARROWER = 0.92
"""Roboto's size beside that of the fonts Word takes by default, which run narrower."""
_SMALLER = 8
"""Times that the type of a box is made a tenth smaller, at most."""
_MEASURED = 64
"""Size that lengths are measured at."""


@cache
def font(size: float, bold: bool) -> Any:
    """Roboto of a size in pixels."""
    from PIL import ImageFont

    # Not imported: the package looks for its files with a module that newer Pythons lack.
    spec = find_spec("font_roboto")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError("the fonts are not installed (font-roboto)")
    path = Path(spec.submodule_search_locations[0]) / "files" / f"Roboto-{'Bold' if bold else 'Regular'}.ttf"
    return ImageFont.truetype(str(path), size, layout_engine=ImageFont.Layout.BASIC)


@cache
def _advance(letter: str, bold: bool) -> float:
    return float(font(_MEASURED, bold).getlength(letter)) / _MEASURED


def length(text: str, size: float, bold: bool) -> float:
    """Points that a line of text takes."""
    return sum(_advance(letter, bold) for letter in text) * size


@dataclass(slots=True)
class Text:
    """A line of text; x and y are the upper left corner of the upright box it fills."""

    text: str
    x: float
    y: float
    size: float
    bold: bool
    colour: str
    angle: int = 0


@dataclass(slots=True)
class Area:
    """A cell."""

    x: float
    y: float
    width: float
    height: float
    fill: str | None


@dataclass(slots=True)
class Page:
    width: float
    height: float
    areas: list[Area] = field(default_factory=list)
    texts: list[Text] = field(default_factory=list)


def lay_out(content: Content, most: int) -> list[Page]:
    """The document's pages, at most `most`; none of them is empty."""
    return _Press(content, most).pages()


class _Press:
    def __init__(self, content: Content, most: int) -> None:
        self._content = content
        self._most = most
        self._pages: list[Page] = []
        self._new()

    def pages(self) -> list[Page]:
        for block in grouped(self._content.blocks, self._content.margin, self._about):
            if len(self._pages) > self._most:
                break
            if isinstance(block, PageBreak):
                self._new()
            elif isinstance(block, Frames):
                self._frames(block)
            elif isinstance(block, Paragraph):
                self._paragraph(block)
            else:
                self._table(block)
        full = [page for page in self._pages if page.texts][: self._most]
        for page in full:
            # The empty rest of a sheet is nothing to look through.
            ends = [area.y + area.height for area in page.areas]
            page.height = max(ends + [text.y + _LEADING * text.size for text in page.texts]) + self._content.margin
        return full

    def _new(self) -> None:
        self._page = Page(self._content.width, self._content.height)
        self._pages.append(self._page)
        self._y = self._content.margin
        self._bottom = self._content.height - self._content.margin

    def _about(self, block: Block) -> float:
        """Points that a block takes down the page."""
        if isinstance(block, Table):
            return sum(_heights(block, _widths(block))) + 3 * _GAP if block.cells else 0.0
        if not isinstance(block, Paragraph):
            return 0.0
        room = self._content.width - 2 * self._content.margin
        return max(len(_wrapped(block, room)), 1) * block.size * _LEADING + _GAP

    def _frames(self, frames: Frames) -> None:
        margin, begun = self._content.margin, self._y
        right = max(0.0, margin - min(frame.x for frame in frames))
        down = self._y - min(frame.y for frame in frames)
        for frame in frames:
            area = Area(frame.x + right, frame.y + down, frame.width, frame.height, frame.cell.fill)
            self._page.areas.append(area)
            self._page.texts.extend(_set(_fitted(frame), area))
            self._page.width = max(self._page.width, area.x + area.width + margin)
            self._y = max(self._y, area.y + area.height)
        self._y += 3 * _GAP
        self._bottom += self._y - begun  # what runs around the boxes in the file stands on their page here, too

    def _paragraph(self, paragraph: Paragraph) -> None:
        margin, size = self._content.margin, paragraph.size * _NARROWER
        room = self._content.width - 2 * margin
        lines = [paragraph.text.rstrip()] if "\t" in paragraph.text else _wrapped(paragraph, room)
        for line in lines:
            if self._y + size * _LEADING > self._bottom:
                self._new()
            if "\t" in line:
                self._tabbed(line, paragraph, size)
            else:
                x = margin + _indent(paragraph, room - length(line, size, paragraph.bold))
                self._write(line, paragraph, x, self._y)
            self._y += size * _LEADING
        self._y += _GAP

    def _tabbed(self, line: str, paragraph: Paragraph, size: float) -> None:
        """Pieces at the paragraph's tab stops, or at the next half inch."""
        at = 0.0
        for number, piece in enumerate(line.split("\t")):
            if number:
                own = next((stop for stop in paragraph.tabs if stop > at + 1), None)
                at = own if own is not None else (at // _TAB + 1) * _TAB
            if piece.strip():
                self._write(piece.strip(), paragraph, self._content.margin + at, self._y)
            at += length(piece, size, paragraph.bold)
        self._page.width = max(self._page.width, at + 2 * self._content.margin)

    def _write(self, text: str, paragraph: Paragraph, x: float, y: float) -> None:
        if text.strip():
            colour = _readable(paragraph.colour, None)
            self._page.texts.append(Text(text.strip(), x, y, paragraph.size * _NARROWER, paragraph.bold, colour))

    def _table(self, table: Table) -> None:
        if not table.cells:
            return
        widths = _widths(table)
        heights = _heights(table, widths)
        whole, margin = sum(heights), self._content.margin
        top = self._y == margin
        if not top and self._y + whole > self._bottom + (_TALLER - 1) * self._content.height:
            self._new()
        # Where a row may be the first on a page: no cell reaches over its upper edge.
        crossed = {row for cell in table.cells for row in range(cell.row + 1, cell.row + cell.rows)}
        parts = [row for row in range(len(heights)) if row not in crossed]
        begin = 0
        limit = _TALLER * self._content.height - 2 * margin
        for number, row in enumerate(parts):
            end = parts[number + 1] if number + 1 < len(parts) else len(heights)
            repeated = sum(heights[: table.headers]) if begin else 0.0
            if row > begin and self._y + repeated + sum(heights[begin:end]) > limit + margin:
                self._rows(table, widths, heights, begin, row)
                self._new()
                begin = row
                if len(self._pages) > self._most:
                    return
        self._rows(table, widths, heights, begin, len(heights))
        self._y += 3 * _GAP

    def _rows(self, table: Table, widths: list[float], heights: list[float], begin: int, end: int) -> None:
        """Rows of a table, below its header rows where those stand on an earlier page."""
        margin = self._content.margin
        rows = [*range(begin, end)]
        if begin:
            rows = [*range(min(table.headers, begin)), *rows]
        tops: dict[int, float] = {}
        for row in rows:
            tops[row] = self._y
            self._y += heights[row]
        lefts = [margin + sum(widths[:column]) for column in range(len(widths) + 1)]
        for cell in table.cells:
            if cell.row in tops and cell.row + cell.rows <= (end if cell.row >= begin else table.headers):
                width = lefts[cell.column + cell.columns] - lefts[cell.column]
                height = sum(heights[cell.row : cell.row + cell.rows])
                area = Area(lefts[cell.column], tops[cell.row], width, height, cell.fill)
                self._page.areas.append(area)
                self._page.texts.extend(_set(cell, area))
        self._page.width = max(self._page.width, lefts[-1] + margin)


def _fitted(frame: Frame) -> Cell:
    """What is in a frame, in type that is small enough for it: no box grows, or its neighbours would lie under it."""
    cell = frame.cell
    along, across = (frame.height, frame.width) if cell.angle else (frame.width, frame.height)
    for _ in range(_SMALLER):
        lines = [(each, len(_wrapped(each, along - 2 * _PAD)) if each.text.strip() else 1) for each in cell.paragraphs]
        if sum(each.size * _NARROWER * _LEADING * count for each, count in lines) <= across:
            break
        cell = replace(cell, paragraphs=[replace(each, size=each.size * 0.9) for each in cell.paragraphs])
    return cell


def _set(cell: Cell, area: Area) -> list[Text]:
    """A cell's lines in their places."""
    turned = cell.angle != 0
    along, across = (area.height, area.width) if turned else (area.width, area.height)
    lines = [
        (line, each)
        for each in cell.paragraphs
        for line in (_wrapped(each, along - 2 * _PAD) if each.text.strip() else [""])
    ]
    high = sum(each.size * _NARROWER * _LEADING for _, each in lines)
    free = max(0.0, across - 2 * _PAD - high)
    at = _PAD + {"top": 0.0, "center": free / 2, "bottom": free}[cell.valign]
    texts = []
    for line, each in lines:
        size = each.size * _NARROWER
        step = size * _LEADING
        if line:
            start = _PAD + _indent(each, along - 2 * _PAD - length(line, size, each.bold))
            if cell.angle == 270:
                x, y = area.x + at, area.y + along - start - length(line, size, each.bold)
            elif cell.angle == 90:
                x, y = area.x + across - at - step, area.y + start
            else:
                x, y = area.x + start, area.y + at
            texts.append(Text(line, x, y, size, each.bold, _readable(each.colour, cell.fill), cell.angle))
        at += step
    return texts


def _widths(table: Table) -> list[float]:
    """The columns: first all wider in proportion, which keeps a time scale, then single ones to their longest word."""
    widths = list(table.widths)
    ratios = [1.0]
    for cell in table.cells:
        if not cell.angle:
            short = (each for each in cell.paragraphs if len(each.text) <= _SHORT)
            need = 2 * _PAD + 0.5 + max((length(p.text, p.size * _NARROWER, p.bold) for p in short), default=0.0)
            ratios.append(need / sum(widths[cell.column : cell.column + cell.columns]))
    factor = max(ratio for ratio in ratios if ratio <= _WIDER)
    widths = [width * factor for width in widths]
    for cell in sorted(table.cells, key=lambda each: each.columns):
        if cell.angle:
            need = 2 * _PAD + max((each.size * _LEADING for each in cell.paragraphs), default=0.0)
        else:
            words = ((word, each) for each in cell.paragraphs for word in each.text.split())
            need = 2 * _PAD + max((length(w, each.size * _NARROWER, each.bold) for w, each in words), default=0.0)
        missing = need - sum(widths[cell.column : cell.column + cell.columns])
        for column in range(cell.column, cell.column + cell.columns):
            widths[column] += max(0.0, missing + 0.5) / cell.columns if missing > 0 else 0.0
    return widths


def _heights(table: Table, widths: list[float]) -> list[float]:
    heights = list(table.heights)

    def need(cell: Cell, wide: float) -> float:
        return 2 * _PAD + sum(
            each.size * _NARROWER * _LEADING * (len(_wrapped(each, wide - 2 * _PAD)) if each.text.strip() else 1)
            for each in cell.paragraphs
        )

    for cell in sorted(table.cells, key=lambda each: (each.rows, each.angle != 0)):
        width = sum(widths[cell.column : cell.column + cell.columns])
        rows = slice(cell.row, cell.row + cell.rows)
        if cell.angle:
            # Long enough for a time or a name on one line, then until its lines fit side by side.
            longest = [
                length(each.text if len(each.text) <= _UNBROKEN else word, each.size * _NARROWER, each.bold)
                for each in cell.paragraphs
                for word in each.text.split()
            ]
            high = max(sum(heights[rows]), 2 * _PAD + 0.5 + max(longest, default=0.0))
            whole = 2 * _PAD + sum(length(each.text, each.size, each.bold) for each in cell.paragraphs)
            while high < min(whole, _LONGEST_TURNED) and need(cell, high) > width:
                high = 1.25 * high
        else:
            high = need(cell, width)
        missing = high - sum(heights[rows])
        if missing > 0:
            heights[cell.row + cell.rows - 1] += missing
    return heights


def _wrapped(paragraph: Paragraph, room: float) -> list[str]:
    """The paragraph's lines; a word that is longer than the room is broken."""
    size, bold = paragraph.size * _NARROWER, paragraph.bold
    lines: list[str] = []
    line = ""
    for word in paragraph.text.split():
        longer = f"{line} {word}" if line else word
        if length(longer, size, bold) <= room + 0.01:
            line = longer
            continue
        if line:
            lines.append(line)
        # A look at its length first: measuring what is left of an endless word, line by line, would take for ever.
        while len(word) > 1 and (len(word) > _ENDLESS or length(word, size, bold) > room + 0.01):
            fits, wide = 1, length(word[0], size, bold)
            while fits < len(word) and (wide := wide + length(word[fits], size, bold)) <= room:
                fits += 1
            lines.append(word[:fits])
            word = word[fits:]
        line = word
    return [*lines, line] if line else lines


def _indent(paragraph: Paragraph, free: float) -> float:
    return max(0.0, free) * {"left": 0.0, "center": 0.5, "right": 1.0}[paragraph.align]


def _readable(colour: str | None, fill: str | None) -> str:
    """The colour, or black or white where it would hardly be seen on what is behind it."""
    behind = _luminance(fill or "ffffff")
    if colour is None or abs(_luminance(colour) - behind) < 0.35:
        return "000000" if behind > 0.5 else "ffffff"
    return colour


def _luminance(colour: str) -> float:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4))
    return 0.299 * red + 0.587 * green + 0.114 * blue
