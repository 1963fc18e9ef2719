"""What a layout draws with: the page's random source, style, sheets and truth."""

import random
from dataclasses import dataclass, field, replace
from typing import Any

from tests.benchmarks.scorer import TruthBlock
from tests.pages import surround
from tests.pages.canvas import Canvas, Line
from tests.pages.style import Style
from tests.pages.style import style as draw_style
from tests.pages.week import Entry, Week


@dataclass
class Sheet:
    """A page under way; the layout draws between `left` and `right` from `top` down."""

    canvas: Canvas
    left: int
    right: int
    top: int
    frame: str | None

    @property
    def width(self) -> int:
        return self.right - self.left


@dataclass
class Pen:
    """Args:
    seed: of everything random about the page.
    room: 1 or more; how much wider the sheet is than its style asks, once a text did not fit.
        dark: light text on a dark page.
        large: large print, for pages that will be shrunk.
    """

    seed: str
    room: float = 1.0
    dark: bool = False
    large: bool = False
    sheets: list[Canvas] = field(default_factory=list)
    blocks: list[TruthBlock] = field(default_factory=list)
    meta: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.rng = random.Random(self.seed)
        self.style: Style = draw_style(self.rng, dark=self.dark, large=self.large)
        self._about: surround.About | None = None
        self._mark = self.rng.choice((None, None, "#ffff66", "#b7f5a8")) if not self.dark else None
        self._entries = 0

    @property
    def size(self) -> int:
        """Of the text, pixels."""
        return self.style.size

    def open(self, week: Week, *, frame: str | None = None, busy: bool = False, heading: str | None = None) -> Sheet:
        """Start a sheet with what stands above the table.

        Args:
            frame: ``browser``, ``word`` or ``app``; the window that the page is shown in.
            busy: draw everything a header can hold.
            heading: a line of its own above the table, as "Week A".
        """
        style = self.style
        width = round(style.width * self.room)
        canvas = Canvas(width, width * 3, style.paper, style.face, style.ink, smallest=max(14, round(width / 135)))
        canvas.breaks = style.habits.broken
        sheet = Sheet(canvas, style.margin, width - style.margin, style.margin, frame)
        if frame:
            sheet.left, sheet.right, sheet.top = surround.window(canvas, self.rng, style, frame)
        if not self.sheets or self.rng.random() < 0.5:
            self._about = self._about or surround.about(self.rng, week, busy=busy)
            sheet.top, printed = surround.header(
                canvas, self.rng, style, self._about, sheet.left, sheet.right, sheet.top
            )
            self.meta.update(printed)
        if heading:
            size = round(self.size * 1.25)
            canvas.fit(
                (sheet.left, sheet.top, sheet.right, sheet.top + 2 * size),
                [Line(heading, bold=True, role="title")],
                size,
            )
            sheet.top += 2 * size
        self.sheets.append(canvas)
        return sheet

    def close(self, sheet: Sheet, bottom: int, week: Week, *, busy: bool = False) -> None:
        """Finish a sheet below the table, which ends at `bottom`."""
        canvas = sheet.canvas
        bottom = surround.footer(canvas, self.rng, self.style, week, sheet.left, sheet.right, bottom, busy=busy)
        end = bottom + max(self.style.margin, 20)
        if self.rng.random() < 0.25:
            end = max(end, round(canvas.width * self.rng.uniform(0.6, 0.75)))
        if sheet.frame:
            end = surround.window_end(canvas, self.style, sheet.frame, sheet.left, sheet.right, end)
        canvas.crop(min(end, canvas.height))

    def lines(self, entry: Entry, *, time: str | None = None) -> list[Line]:
        """An entry as the lines of its cell, in the page's own order and prints."""
        self._entries += 1
        habits = self.style.habits
        names = [("name", part) for part in entry.name.split("\n")]
        details = list(entry.details)
        tail = ""
        if habits.inline and details and details[0][0] != "week" and len(names) == 1:
            tail = f" ({details.pop(0)[1].strip('()')})"
        parts = [*names, *details, *([("time", time)] if time else [])]
        found: list[Line] = []
        for role, text in sorted(parts, key=lambda part: habits.order.index(part[0])):
            how = habits.prints[role]
            if any(line.place == how.place for line in found):
                how = replace(how, place="")
            text = text.upper() if role == "name" and habits.capitals else text
            ends = len(text) if tail and role == "name" else 0
            text += tail if ends else ""
            before = found[-1] if found else None
            joins = role not in {"name", "time"} and before is not None and before.role not in {"name", "time"}
            if habits.joiner and joins and before is not None and not how.place and not before.place:
                found[-1] = replace(before, text=f"{before.text}{habits.joiner}{text}", role="note")
                continue
            mark = self._mark if role == "time" else None
            found.append(
                Line(text, how.scale, how.bold, how.italic, how.fill, mark, role, self._entries, how.place, ends)
            )
        return found

    def name(self, text: str, **how: Any) -> Line:
        """A lesson's name alone, as a break's or a list's row has it."""
        self._entries += 1
        return Line(text, role="name", entry=self._entries, **how)

    def head(self, text: str, role: str = "header") -> list[Line]:
        """A header cell's line."""
        fill = self.style.head_ink if self.style.head else None
        shown = text.upper() if self.style.upper_heads else text
        return [Line(shown, bold=self.style.bold_heads, fill=fill, role=role)]
