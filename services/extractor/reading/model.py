"""What the reader's modules hand to each other. Lengths are pixels of the (straightened) OCR picture, times minutes."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import count

import numpy as np
import numpy.typing as npt

from shared.messages import Day, OcrPage, TextLayer, TimeBlock, TimeSource, Warning_, WeekLetter

_IDS = count(1_000_000)
"""Of tokens that are no whole OCR lines, whose ids are less."""

Picture = npt.NDArray[np.uint8]
Matrix = npt.NDArray[np.float64]
HALF_TURN = 180
"""Degrees."""
_ABOUT = 0.6
"""Of a text's height: how far the middles of two texts of one line are apart at most."""
HALF = 0.5
"""Of a length: what two texts share that stand in one row or column, and what of an edge is seen that is drawn."""


@dataclass(frozen=True, slots=True)
class Rect:
    """An upright rectangle."""

    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def cx(self) -> float:
        return (self.x0 + self.x1) / 2

    @property
    def cy(self) -> float:
        return (self.y0 + self.y1) / 2

    @property
    def width(self) -> float:
        return self.x1 - self.x0

    @property
    def height(self) -> float:
        return self.y1 - self.y0

    @property
    def area(self) -> float:
        return self.width * self.height

    def union(self, other: "Rect") -> "Rect":
        return Rect(min(self.x0, other.x0), min(self.y0, other.y0), max(self.x1, other.x1), max(self.y1, other.y1))

    def contains(self, x: float, y: float) -> bool:
        return self.x0 <= x <= self.x1 and self.y0 <= y <= self.y1

    def overlap(self, other: "Rect") -> float:
        """The share of the smaller rectangle that both cover, 0 to 1."""
        width = min(self.x1, other.x1) - max(self.x0, other.x0)
        height = min(self.y1, other.y1) - max(self.y0, other.y0)
        smaller = min(self.area, other.area)
        return width * height / smaller if width > 0 and height > 0 and smaller > 0 else 0.0

    def level(self, other: "Rect", share: float = HALF) -> bool:
        """Whether both have more than `share` of the lower one's height: they stand in one row."""
        return min(self.y1, other.y1) - max(self.y0, other.y0) > share * min(self.height, other.height)

    def stacked(self, other: "Rect", share: float = HALF) -> bool:
        """Whether both have more than `share` of the narrower one's width: they stand in one column."""
        return min(self.x1, other.x1) - max(self.x0, other.x0) > share * min(self.width, other.width)

    def turned(self) -> "Rect":
        """The rectangle with its axes swapped."""
        return Rect(self.y0, self.x0, self.y1, self.x1)


@dataclass(frozen=True, slots=True)
class Type:
    """How a line is printed."""

    em: float
    """Size of the type, in pixels."""
    stroke: float
    """Thickness of its strokes, in pixels."""
    contrast: float
    """Grey levels between its ink and the ground."""


@dataclass(frozen=True, slots=True)
class Line:
    """A token: a line of text as the OCR read it, a part of one or several joined, on the straightened page."""

    id: int
    """Its own: no other token of the page has it."""
    text: str
    confidence: float
    angle: int
    rect: Rect
    size: float
    """Height of the text across its reading direction."""
    type: Type | None = None
    """Null where the picture does not show it."""
    aside: str | None = None
    """What stands at its end in another print; null where all of it is of one."""
    field: str | None = None
    """What the head of its column in the day says that it is: ``name``, ``room``, ``teacher``, ``notes``; else null."""
    sources: tuple[int, ...] | None = None
    """Ids of the OCR's lines that it is made of; null for one that is a whole line, empty for one that nobody read."""

    @property
    def origins(self) -> tuple[int, ...]:
        """Ids of the OCR's lines that it is made of."""
        return (self.id,) if self.sources is None else self.sources

    def part(self, text: str, rect: Rect) -> "Line":
        """A part of it, as a token of its own."""
        return replace(self, id=next(_IDS), text=text, rect=rect, sources=self.origins)

    def joined(self, other: "Line", text: str) -> "Line":
        """Both as one token, as sure as the less sure one."""
        return united([self, other], text)

    def beside(self, other: "Line") -> bool:
        """Whether another text's middle is about as high as this one's."""
        return abs(self.rect.cy - other.rect.cy) < _ABOUT * self.size

    @property
    def upright(self) -> bool:
        return self.angle % HALF_TURN == 0


def united(lines: "list[Line]", text: str) -> "Line":
    """Several tokens as one that says `text`, printed as the first and as sure as the least sure one."""
    sources = tuple(source for line in lines for source in line.origins)
    least = min(line.confidence for line in lines)
    return replace(lines[0], id=next(_IDS), text=text, rect=bounds(lines), confidence=least, sources=sources)


def sources_of(lines: Iterable[Line]) -> set[int]:
    """Ids of the OCR's lines that tokens are made of."""
    return {source for line in lines for source in line.origins}


def bounding(rects: Iterable[Rect]) -> Rect:
    """The rectangle around some others, at least one."""
    first, *others = rects
    for rect in others:
        first = first.union(rect)
    return first


def bounds(lines: "list[Line]") -> Rect:
    """The rectangle around `lines` (at least one)."""
    return bounding(line.rect for line in lines)


@dataclass(slots=True)
class BlockDraft:
    """A block while it is being read: times in minutes after midnight, the box on the straightened page."""

    day: Day
    name: str
    rect: Rect
    lines: list[Line]
    start: int | None = None
    end: int | None = None
    source: TimeSource | None = None
    notes: str | None = None
    room: str | None = None
    teacher: str | None = None
    week: WeekLetter | None = None
    cycle: int | None = None
    """The day of a cycle that its column names."""
    weekday: bool = True
    """Whether its column names `day`, too; otherwise that is only the cycle's place in a week."""
    lane: tuple[float, float] | None = None
    """From where to where the block reaches across its day's column, if it is drawn over a part of that only."""
    table: int = 0
    """Which of the page's tables it stands in."""
    group: str | None = None
    """The class whose row or column it stands in, where a table has one for each of several."""
    certainty: float = 1.0
    """How sure the layout reader is of the cell's place and name, 0 to 1; the OCR's own score comes on top."""
    named: float = 1.0
    """The chance that just this part of the cell's text is its name."""

    @property
    def extent(self) -> Rect:
        """Its cell with the texts it stands on, its day's name among them."""
        return bounding((self.rect, *(line.rect for line in self.lines)))


@dataclass(slots=True)
class LayoutResult:
    """What one layout reader made of a page."""

    layout: str
    drafts: list[BlockDraft] = field(default_factory=list)
    used: set[int] = field(default_factory=set)
    """Ids of the OCR's lines that were understood: headers, cells, legends."""
    warnings: list[Warning_] = field(default_factory=list)
    weight: float = 1.0
    """What the reading is worth against others of the same page, beside its blocks' confidence."""
    area: Rect | None = None
    """The table, without what is written around it."""

    def use(self, lines: Iterable[Line]) -> None:
        """Note what was understood."""
        self.used |= sources_of(lines)


@dataclass(frozen=True, slots=True)
class PageInput:
    """A page to read."""

    ocr: OcrPage
    picture: Picture
    """Height x width x 3, RGB: the picture `ocr`'s boxes are measured in."""
    layer: TextLayer | None = None
    """The text that the page's file carries, with boxes on the stored picture; lines of an exact one hold."""


@dataclass(slots=True)
class Reading:
    """What the local reader made of one of a document's timetables."""

    blocks: list[TimeBlock] = field(default_factory=list)
    confidence: float = 0.0
    """The chance that it is right, 0 to 1, to be held against the quality gate."""
    layout: str = "none"
    """Name of the layout reader whose reading was taken, of the first page."""
    teacher: str | None = None
    class_name: str | None = None
    term: str | None = None
    year: int | None = None
    warnings: list[Warning_] = field(default_factory=list)
    sources: list[list[tuple[int, int]]] = field(default_factory=list)
    """For each block, the (page, line id) pairs it stands on."""
    drafts: list[BlockDraft] = field(default_factory=list)
    """For each block, what it was made of."""
    raised: list[str] = field(default_factory=list)
    """Layout readers that raised on its pages and were passed over, by name, each once a page."""
