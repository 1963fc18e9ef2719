"""Draws timetable pages together with the lines an OCR would read on them: no model is needed to test the reader."""

from dataclasses import dataclass, field

import cv2
import numpy as np
import numpy.typing as npt

from services.extractor.reading import PageInput, Reading, read_timetables
from services.extractor.reading.axes.view import View
from services.extractor.reading.evidence.rules import find_rules
from services.extractor.reading.model import Line, Rect
from shared.messages import OcrLine, OcrPage, TimeBlock

Colour = tuple[int, int, int]
Block = tuple[str, str | None, str | None, str]
BLACK: Colour = (20, 20, 20)
GREY: Colour = (150, 150, 150)


@dataclass
class Sheet:
    """A page being drawn; positions in pixels."""

    width: int = 1200
    height: int = 800
    background: Colour = (255, 255, 255)
    lines: list[OcrLine] = field(default_factory=list)
    picture: npt.NDArray[np.uint8] = field(init=False)

    def __post_init__(self) -> None:
        self.picture = np.full((self.height, self.width, 3), self.background, np.uint8)

    def text(
        self, cx: float, cy: float, text: str, *, scale: float = 0.6, angle: int = 0, colour: Colour = BLACK
    ) -> None:
        """Write `text` centred at a point; `angle` 270 reads bottom to top."""
        (width, height), base = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, scale, 1)
        patch = np.full((height + base + 4, width + 4, 3), 255, np.uint8)
        cv2.putText(patch, text, (2, height + 2), cv2.FONT_HERSHEY_SIMPLEX, scale, (0, 0, 0), 1, cv2.LINE_AA)
        box = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)]
        if angle == 270:
            patch = np.rot90(patch, 1)
            box = [box[3], box[0], box[1], box[2]]
        elif angle == 90:
            patch = np.rot90(patch, -1)
            box = [box[1], box[2], box[3], box[0]]
        rows, columns = patch.shape[:2]
        x, y = round(cx - columns / 2), round(cy - rows / 2)
        ink = 1 - patch.astype(np.float64) / 255
        under = self.picture[y : y + rows, x : x + columns]
        under[:] = (under * (1 - ink) + np.array(colour) * ink).astype(np.uint8)
        pad = 3
        left, top, w, h = x - pad, y - pad, columns + 2 * pad, rows + 2 * pad
        corners = [(left + u * w, top + v * h) for u, v in box]
        self.lines.append(
            OcrLine(
                id=max((line.id for line in self.lines), default=-1) + 1,
                text=text,
                box=(corners[0], corners[1], corners[2], corners[3]),
                confidence=0.99,
                angle=angle,
            )
        )

    def fill(self, x0: float, y0: float, x1: float, y1: float, colour: Colour) -> None:
        self.picture[round(y0) : round(y1), round(x0) : round(x1)] = colour

    def rule(self, x0: float, y0: float, x1: float, y1: float, colour: Colour = GREY, width: int = 1) -> None:
        cv2.line(self.picture, (round(x0), round(y0)), (round(x1), round(y1)), colour, width)

    def frame(self, x0: float, y0: float, x1: float, y1: float, colour: Colour = GREY) -> None:
        cv2.rectangle(self.picture, (round(x0), round(y0)), (round(x1), round(y1)), colour, 1)

    def page(self, to_stored: tuple[float, ...] | None = None) -> PageInput:
        ocr = OcrPage(page=0, image="x", width=self.width, height=self.height, lines=self.lines, to_stored=to_stored)
        return PageInput(ocr, self.picture)

    def read(self) -> Reading:
        return read_timetables([self.page()])[0]

    def view(self) -> View:
        """The page's text and separators as a layout reader gets them, all of it where it was drawn."""
        lines: list[Line] = []
        for line in self.lines:
            (x0, y0), (x1, y1) = (tuple(pick(at) for at in zip(*line.box, strict=True)) for pick in (min, max))
            size = y1 - y0 if line.angle in (0, 180) else x1 - x0
            lines.append(Line(line.id, line.text, line.confidence, line.angle, Rect(x0, y0, x1, y1), size))
        return View(lines, find_rules(self.picture, lines), turned=False)

    def leaning(self, degrees: float) -> "Sheet":
        """The same page turned a little, as a scanner leaves it."""
        turn = cv2.getRotationMatrix2D((self.width / 2, self.height / 2), degrees, 1)
        out = Sheet(self.width, self.height, self.background)
        out.picture = cv2.warpAffine(
            self.picture, turn, (self.width, self.height), borderValue=self.background, flags=cv2.INTER_LINEAR
        ).astype(np.uint8)
        for line in self.lines:
            points = [tuple(turn @ np.array([x, y, 1.0])) for x, y in line.box]
            box = tuple((float(x), float(y)) for x, y in points)
            out.lines.append(
                OcrLine(id=line.id, text=line.text, box=box, confidence=line.confidence, angle=line.angle)  # type: ignore[arg-type]  # four points in, four out
            )
        return out


DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
TIMES = ("9:00-9:45", "9:45-10:30", "10:30-10:45", "10:45-11:30")


@dataclass
class Grid:
    """A table of equal cells on a sheet: column 0 and row 0 are the headers."""

    sheet: Sheet
    columns: int
    rows: int
    x0: float = 40
    y0: float = 100
    cell_width: float = 180
    cell_height: float = 80

    def box(self, column: float, row: float, wide: float = 1, high: float = 1) -> tuple[float, float, float, float]:
        x, y = self.x0 + column * self.cell_width, self.y0 + row * self.cell_height
        return x, y, x + wide * self.cell_width, y + high * self.cell_height

    def put(
        self,
        column: float,
        row: float,
        *texts: str,
        wide: float = 1,
        high: float = 1,
        border: bool = True,
        fill: Colour | None = None,
        angle: int = 0,
        scale: float = 0.6,
    ) -> None:
        """A cell with lines of text: the first in full size, the others smaller."""
        x0, y0, x1, y1 = self.box(column, row, wide, high)
        if fill:
            self.sheet.fill(x0, y0, x1, y1, fill)
        if border:
            self.sheet.frame(x0, y0, x1, y1)
        step = 22
        first = (y0 + y1) / 2 - step * (len(texts) - 1) / 2
        for index, text in enumerate(texts):
            if angle:
                self.sheet.text((x0 + x1) / 2 + step * index, (y0 + y1) / 2, text, angle=angle, scale=scale)
            else:
                size = scale if index == 0 else scale * 0.7
                self.sheet.text((x0 + x1) / 2, first + step * index, text, scale=size)

    def headers(self, across: tuple[str, ...], down: tuple[str, ...], *, border: bool = True) -> None:
        for index, text in enumerate(across):
            self.put(index + 1, 0, text, border=border)
        for index, text in enumerate(down):
            self.put(0, index + 1, text, border=border)


LESSONS = ("Maths", "English", "Science", "Music", "Drama")
PASTEL: tuple[Colour, ...] = ((250, 220, 220), (220, 240, 220), (220, 230, 250), (250, 245, 205), (235, 220, 250))


def lesson(day: int, period: int) -> str:
    return LESSONS[(day + 2 * period) % len(LESSONS)]


def lessons(grid: Grid, days: int = 5, periods: int = 4, *, top: int = 1) -> None:
    """Fill the cells of `days` columns and `periods` rows, from row `top` on, with a lesson each."""
    for day in range(days):
        for period in range(periods):
            grid.put(day + 1, period + top, lesson(day, period))


def plain(grid: Grid, times: tuple[str, ...] = TIMES, *, border: bool = True) -> set[Block]:
    """Fill a week of lessons; gives what must be read."""
    grid.headers(DAYS, times, border=border)
    want: set[Block] = set()
    for day, name in enumerate(DAYS):
        for period, label in enumerate(times):
            grid.put(day + 1, period + 1, lesson(day, period), border=border)
            start, end = label.split("-")
            want.add((name.lower(), start.zfill(5), end.zfill(5), lesson(day, period)))
    return want


def week(reading: Reading) -> set[Block]:
    """The blocks as (day, start, end, name)."""
    return {(block.day_name, block.start_time, block.end_time, block.name) for block in reading.blocks}


def find(reading: Reading, day: str, name: str) -> TimeBlock:
    """The only block of that day and name."""
    found = [block for block in reading.blocks if block.day == day and block.name == name]
    assert len(found) == 1, [(block.day, block.start_time, block.name) for block in reading.blocks]
    return found[0]
