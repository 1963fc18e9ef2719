"""What a layout draws with: the page's random source, style, sheets and truth."""

import random
from dataclasses import dataclass, field

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
        self._time_first = self.rng.random() < 0.7

    @property
    def size(self) -> int:
        """Of the text, pixels."""
        return self.style.size

    def open(self, week: Week, *, frame: str | None = None, busy: bool = False, heading: str | None = None) -> Sheet:
        """Start a sheet with what stands above the table.

        Args:
            frame: ``browser`` or ``word``; the window that the page is shown in.
            busy: draw everything a header can hold.
            heading: a line of its own above the table, as "Week A".
        """
        style = self.style
        width = round(style.width * self.room)
        canvas = Canvas(width, width * 3, style.paper, style.face, style.ink, smallest=max(14, round(width / 135)))
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
            canvas.fit((sheet.left, sheet.top, sheet.right, sheet.top + 2 * size), [Line(heading, bold=True)], size)
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
        """An entry as the lines of its cell."""
        found = [Line(entry.name, bold=self.style.bold_names)]
        found += [Line(note, scale=0.82, italic=self.style.valign == "top") for note in entry.notes]
        if time:
            line = Line(time, scale=0.85, bold=self.style.bold_heads, mark=self._mark)
            found.insert(0 if self._time_first else 1, line)
        return found

    def head(self, text: str) -> list[Line]:
        """A header cell's line."""
        fill = self.style.head_ink if self.style.head else None
        return [Line(text.upper() if self.style.upper_heads else text, bold=self.style.bold_heads, fill=fill)]
