"""A sheet to draw on: boxes, lines, and text that is wrapped, shrunk and turned until it fits its box.

The canvas keeps what was drawn as operations, so that the same sheet can be written as a PDF with a text layer.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from PIL import Image, ImageColor, ImageDraw

from tests.pages.fonts import Face, Font

Box = tuple[int, int, int, int]  # left, top, right, bottom, pixels
Colour = str


class TooSmallError(Exception):
    """A text does not fit its box at a legible size: draw again with more room."""


@dataclass(frozen=True)
class Line:
    """A line of a cell; it may be wrapped.

    Attributes:
        scale: its size against the cell's text size.
        mark: a highlighter's colour behind it.
        role: what it says, as of `prints.ROLES`; empty for the canvas's current role.
        entry: which of the page's entries it belongs to; 0 for none.
        place: one of `prints.CORNERS`, or empty for the stack of lines.
        ends: after how many characters a name ends; rows that begin behind it are notes. 0 where nothing follows.
    """

    text: str
    scale: float = 1.0
    bold: bool = False
    italic: bool = False
    fill: Colour | None = None
    mark: Colour | None = None
    role: str = ""
    entry: int = 0
    place: str = ""
    ends: int = 0


@dataclass(frozen=True)
class Drawn:
    """A text as it stands on the sheet; angle 90 runs bottom to top, 270 top to bottom.

    Attributes:
        role: what it says: a part of an entry (`prints.ROLES`), ``day``, ``hour`` or ``header`` (what heads a column or
            row), ``title``, ``legend``, ``footnote``, ``chrome`` (a window's own text).
        cell: the box it was set into, counted from 1; 0 for none.
        entry: the lesson it belongs to, counted from 1; 0 for none.
        row: 0 for the first line of its text, 1 for what was wrapped after it, and so on.
        own: the text without a detail in brackets that follows it.
    """

    text: str
    box: Box
    angle: int
    size: int
    bold: bool
    fill: Colour
    baseline: int
    role: str = "chrome"
    cell: int = 0
    entry: int = 0
    row: int = 0
    own: str = ""


@dataclass
class Shape:
    """A filled or outlined rectangle, or a line (``outline`` only and no area)."""

    box: Box
    fill: Colour | None
    outline: Colour | None
    width: int


@dataclass
class Canvas:
    """Args:
    width, height: pixels; cut off with `crop` when the content is known.
    paper: background colour.
    face: the family that is used unless told otherwise.
    ink: the text colour that is used unless told otherwise.
    smallest: pixels; a text that would be smaller raises `TooSmallError`.
    role: of what is drawn now, where a line does not say its own.
    breaks: a word that is too long for its line is broken between letters.
    """

    width: int
    height: int
    paper: Colour
    face: Face
    ink: Colour
    smallest: int = 15
    ops: list[Drawn | Shape] = field(default_factory=list)
    role: str = "chrome"
    cells: int = 0
    breaks: bool = False

    def __post_init__(self) -> None:
        self.image = Image.new("RGB", (self.width, self.height), self.paper)
        self._draw = ImageDraw.Draw(self.image)

    @property
    def texts(self) -> list[Drawn]:
        return [each for each in self.ops if isinstance(each, Drawn)]

    def rect(
        self, box: Box, fill: Colour | None = None, outline: Colour | None = None, width: int = 1, radius: int = 0
    ) -> None:
        if box[2] <= box[0] or box[3] <= box[1]:
            return
        self.ops.append(Shape(box, fill, outline if width else None, width))
        line = outline if width else None
        if radius:
            self._draw.rounded_rectangle(box, radius, fill=fill, outline=line, width=width)
        else:
            self._draw.rectangle(box, fill=fill, outline=line, width=width or 1)

    def line(self, box: Box, fill: Colour, width: int = 1, dash: int = 0) -> None:
        """A straight line from the box's first corner to its second, across or down; `dash` pixels on and off."""
        if not dash:
            self.ops.append(Shape(box, None, fill, width))
            self._draw.line(box, fill=fill, width=width)
            return
        left, top, right, bottom = box
        reach = max(right - left, bottom - top)
        for at in range(0, reach, 2 * dash):
            to = min(at + dash, reach)
            piece = (left + at, top, left + to, top) if right > left else (left, top + at, left, top + to)
            self.line(piece, fill, width)

    def ellipse(self, box: Box, fill: Colour | None, outline: Colour | None = None, width: int = 1) -> None:
        """A decoration; it is left out of a PDF with a text layer."""
        self._draw.ellipse(box, fill=fill, outline=outline, width=width)

    def polygon(self, points: Sequence[tuple[int, int]], fill: Colour) -> None:
        """A decoration; it is left out of a PDF with a text layer."""
        self._draw.polygon(points, fill=fill)

    def font(self, size: float, *, bold: bool = False, italic: bool = False) -> Font:
        return Font(self.face, round(size), bold=bold, italic=italic)

    def text(
        self,
        x: int,
        y: int,
        text: str,
        font: Font,
        fill: Colour | None = None,
        angle: int = 0,
        line: Line | None = None,
        row: int = 0,
        *,
        said: int = 0,
    ) -> Box:
        """Set one line; x, y is the upper left corner of its (turned) box, which is given back.

        Args:
            line: what it is a row of, which says its role and its highlighter.
            row: which of the line's rows it is.
            said: characters of the line before this row.
        """
        ink = fill or self.ink
        mark = line.mark if line else None
        across, down = round(font.length(text)), font.height
        width, height = (down, across) if angle in (90, 270) else (across, down)
        box = (x, y, x + width, y + height)
        if mark:
            self.rect(box, fill=mark, width=0)
        if angle:
            mask = Image.new("L", (across + 2, down), 0)
            font.draw(ImageDraw.Draw(mask), 0, 0, text, 255)
            turned = mask.rotate(angle, expand=True)
            self.image.paste(ImageColor.getrgb(ink), (x, y), turned)
        else:
            font.draw(self._draw, x, y, text, ink)
        role, entry = (line.role or self.role, line.entry) if line else (self.role, 0)
        own = text
        if line and line.ends:
            role = "note" if said >= line.ends else role
            own = text[: max(0, line.ends - said)] or text
        cell = self.cells if line else 0
        self.ops.append(Drawn(text, box, angle, font.size, font.bold, ink, font.ascent, role, cell, entry, row, own))
        return box

    def fit(
        self,
        box: Box,
        lines: Sequence[Line],
        size: float,
        *,
        angle: int = 0,
        align: str = "center",
        valign: str = "middle",
        pad: int = 6,
        floor: float = 0.62,
        same: bool = False,
    ) -> None:
        """Set lines into a box, wrapped at words and shrunk down to `floor` of `size`.

        Args:
            same: the box belongs to the cell that was filled last.

        Raises:
            TooSmallError: they do not fit.
        """
        self.cells += not same
        if any(line.place for line in lines) and not angle:
            box = self._corners(box, [line for line in lines if line.place], size, pad)
            lines = [line for line in lines if not line.place]
        if not lines:
            return
        width, height = box[2] - box[0] - 2 * pad, box[3] - box[1] - 2 * pad
        if angle in (90, 270):
            width, height = height, width
        now = size
        while now >= max(size * floor, self.smallest):
            rows = self._wrap(lines, now, width)
            if rows is not None and sum(font.height for _, font, _ in rows) <= height:
                self._set(box, rows, angle, align, valign, pad)
                return
            now -= max(1, size * 0.06)
        raise TooSmallError(" / ".join(line.text for line in lines))

    def _corners(self, box: Box, lines: Sequence[Line], size: float, pad: int) -> Box:
        """Set single lines into a box's corners; gives what is left of the box between them.

        Raises:
            TooSmallError: two at one edge meet.
        """
        left, top, right, bottom = box[0] + pad, box[1] + pad // 2, box[2] - pad, box[3] - pad // 2
        used = {"top": 0, "bottom": 0}
        taken = {"top": 0.0, "bottom": 0.0}
        for line in lines:
            edge, side = line.place.split()
            font = self.font(max(size * line.scale, self.smallest - 2), bold=line.bold, italic=line.italic)
            wide = font.length(line.text)
            taken[edge] += wide + (font.size if taken[edge] else 0)
            if taken[edge] > right - left:
                raise TooSmallError(line.text)
            x = left if side == "left" else right - round(wide)
            self.text(x, top if edge == "top" else bottom - font.height, line.text, font, line.fill, line=line)
            used[edge] = max(used[edge], font.height)
        return box[0], box[1] + used["top"], box[2], box[3] - used["bottom"]

    def _wrap(self, lines: Sequence[Line], size: float, width: int) -> list[tuple[str, Font, Line]] | None:
        rows: list[tuple[str, Font, Line]] = []
        for line in lines:
            font = self.font(max(size * line.scale, self.smallest - 2), bold=line.bold, italic=line.italic)
            row = ""
            for word in line.text.split(" "):
                longer = f"{row} {word}" if row else word
                if font.length(longer) <= width:
                    row = longer
                    continue
                if font.length(word) > width:
                    cut = next(
                        (at for at in range(len(word) - 2, 2, -1) if font.length(longer[: at - len(word)]) <= width), 0
                    )
                    if not self.breaks or not word.isalpha() or not cut or font.length(word[cut:]) > width:
                        return None
                    rows.append((longer[: cut - len(word)], font, line))
                    row = word[cut:]
                    continue
                if not row:
                    return None
                rows.append((row, font, line))
                row = word
            rows.append((row, font, line))
        return rows

    def _set(self, box: Box, rows: list[tuple[str, Font, Line]], angle: int, align: str, valign: str, pad: int) -> None:
        left, top, right, bottom = box
        width, height = right - left - 2 * pad, bottom - top - 2 * pad
        if angle in (90, 270):
            width, height = height, width
        used = sum(font.height for _, font, _ in rows)
        y = {"top": 0, "middle": (height - used) // 2, "bottom": height - used}[valign]
        row, last, said = 0, None, 0
        for text, font, line in rows:
            row, said = (row + 1, said) if line is last else (0, 0)
            last, begins = line, said
            said += len(text) + 1
            long = round(font.length(text))
            x = {"left": 0, "center": (width - long) // 2, "right": width - long}[align]
            at = {
                0: (left + pad + x, top + pad + y),
                90: (left + pad + y, bottom - pad - x - long),
                270: (right - pad - y - font.height, top + pad + x),
            }[angle]
            self.text(*at, text, font, line.fill, angle, line, row, said=begins)
            y += font.height

    def stack(self, box: Box, text: str, size: float, *, bold: bool = False, fill: Colour | None = None) -> None:
        """Set a word letter under letter.

        Raises:
            TooSmallError: the box is not tall enough.
        """
        step = (box[3] - box[1] - 8) / len(text)
        size = min(size, step / 1.02)
        if size < self.smallest:
            raise TooSmallError(text)
        font = self.font(size, bold=bold)
        step = min(step, font.height * 1.05)
        y = (box[1] + box[3] - step * len(text)) / 2
        for letter in text:
            x = (box[0] + box[2] - font.length(letter)) / 2
            self.text(round(x), round(y + (step - font.height) / 2), letter, font, fill)
            y += step

    def crop(self, height: int) -> None:
        self.height = height
        self.image = self.image.crop((0, 0, self.width, height))
        self._draw = ImageDraw.Draw(self.image)


def choice(rng: random.Random, items: Sequence[Any], weights: Sequence[float] | None = None) -> Any:
    """One of the items, by weight."""
    return rng.choices(items, weights)[0]
