"""What the four services say to each other and to clients, as msgspec structs; `answers.py` has what the API says of
documents and timetables beside them.

JSON names are camelCase (``startTime``), Python names snake_case. Pictures and text never travel in a message, only
the blob keys under which they are stored. Lengths and boxes are in pixels of the picture named beside them.
"""

from enum import StrEnum
from typing import Any, Literal, TypeAlias

import msgspec

VERSION = 1
"""Version of the job entries on the streams (field ``v``)."""

Stage: TypeAlias = Literal["compress", "ocr", "extract"]
"""A job stream and the service that works it."""

Phase: TypeAlias = Literal["compressing", "preprocessing", "ocr", "ai", "validation"]
"""The part of the way a progress event speaks of (its ``stage`` field), in this order."""

Day: TypeAlias = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
DAYS: tuple[Day, ...] = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

MAX_CYCLE = 10
"""Most days of a cycle that rotates beside the calendar's week."""

WeekLetter: TypeAlias = Literal["A", "B", "C", "D"]
WEEKS: tuple[WeekLetter, ...] = ("A", "B", "C", "D")
"""Which week of a fortnight, or of three or four weeks that take turns."""

TimeSource: TypeAlias = Literal["printed", "header", "legend", "drawn", "next"]
"""Where a block's times come from: its own cell, the row or column header, a legend elsewhere on the page, its place
and size in the drawing, or the start of the block after it."""

Reader: TypeAlias = Literal["local", "claude"]
"""Who read a week: the rules of this service, or Claude."""


Role: TypeAlias = Literal["read", "write", "operate"]
"""What a key of the API is for: to see its tenant's documents, to add and change them, to run the system for all."""


class Message(msgspec.Struct, rename="camel", omit_defaults=False, kw_only=True):
    """Base of all bodies: keyword-only, camelCase in JSON, unknown fields ignored when read."""


class Status(StrEnum):
    """A document's life: ``uploaded`` to ``processing`` to one of the others, which are final."""

    UPLOADED = "uploaded"
    PROCESSING = "processing"
    COMPLETED = "completed"
    VALIDATION_FAILED = "validation_failed"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def final(self) -> bool:
        return self not in (Status.UPLOADED, Status.PROCESSING)


# --- what a stage hands to the next: the payload of its job -------------------------------------------------------


class CompressPayload(Message):
    """The upload as it came."""

    blob: str
    content_type: str
    file_name: str
    size: int
    """Bytes."""
    pixels: int = 0
    """Of the picture, as its header says; 0 where that does not tell."""


class PageTile(Message):
    """A part of a page's picture at a larger scale, for a page too long to be read as it is stored."""

    image: str
    """Blob key."""
    left: int
    top: int
    width: int
    height: int
    """Its place on the picture that all tiles make, which overlap, in pixels of the tiles."""


class PageImage(Message):
    """One page of a document as a stored picture."""

    page: int
    """From 0."""
    image: str
    """Blob key of the picture."""
    content_type: str
    width: int
    height: int
    text_layer: str | None = None
    """Blob key of a `TextLayer`, for pages of PDFs and documents with tables that carry one."""
    thumbnail: str | None = None
    """Blob key of a small copy of the picture, `THUMBNAIL_WIDTH` wide at most; null where it could not be made, and of
    a version that made none."""
    tiles: list[PageTile] = []
    """Of a long picture, along its longer side."""


THUMBNAIL_WIDTH = 192
"""Pixels: what a list shows at 96, on screens that have two for each."""
THUMBNAIL_TYPE = "image/webp"


class OcrPayload(Message):
    pages: list[PageImage]


class ExtractPayload(Message):
    pages: list[PageImage]
    ocr: str
    """Blob key of an `OcrResult`."""
    lines: int = 0
    """Of text on all pages; 0 of a version that did not count."""


# --- blobs ------------------------------------------------------------------------------------------------------


UNKNOWN = "\ufffd"
"""Stands in a `TextLine` for a character that the file has no letter for."""


class TextLine(Message):
    text: str
    box: tuple[float, float, float, float]
    """x, y, width, height in pixels of the page's stored picture."""
    angle: int = 0
    """Reading angle as in `OcrLine`."""
    font: int = 0
    """Which of the page's fonts most of it is set in; told by PDFs, where each has its own map to letters."""


class TextLayer(Message):
    """The text a page carries beside its picture."""

    lines: list[TextLine]
    exact: bool = False
    """The picture was drawn from these very lines: they hold unseen. Those of a PDF hold where the text recognition
    finds them on the picture."""
    pictures: list[tuple[float, float, float, float]] = []
    """Places, as `TextLine.box`, of pictures on the page, whose text the lines lack."""


Point: TypeAlias = tuple[float, float]

Slopes: TypeAlias = tuple[float, float]
"""How far a page's ruling lines lean: those across it in pixels down for each to the right, those down it in pixels to
the right for each down."""


class Doubt(Message):
    """A character of a line that may be another."""

    at: int
    """Its place in the line's text, from 0."""
    text: str
    """What it may be instead; empty for nothing."""
    confidence: float
    """0 to 1: how likely that is."""


class OcrLine(Message):
    """A line of text as it was read."""

    id: int
    """Position in the page's `lines`; what Claude and the grounding check name it by."""
    text: str
    box: tuple[Point, Point, Point, Point]
    """Corners in pixels of `OcrPage.image`, clockwise from the top left corner of the text as it is read."""
    confidence: float
    """0 to 1, the recogniser's mean over the characters."""
    angle: int
    """Reading angle in degrees clockwise: 0 upright, 90 reads top to bottom, 180 upside down, 270 bottom to top."""
    doubts: list[Doubt] = []
    """In the text's order."""


class OcrPage(Message):
    page: int
    image: str
    """Blob key of the picture the boxes are measured in: the stored one, or an upright, flattened copy of it."""
    width: int
    height: int
    lines: list[OcrLine]
    to_stored: tuple[float, ...] | None = None
    """Row-major 3 x 3 homography from `image` to the stored picture; null where they are the same."""
    slopes: Slopes | None = None
    """What `image` leans still; null of a version that did not measure it."""


class OcrResult(Message):
    pages: list[OcrPage]
    engine: str
    """Which models read it."""
    seconds: float


# --- the timetable ----------------------------------------------------------------------------------------------


Corner: TypeAlias = tuple[int, int]


class Box(Message):
    """The upright rectangle around where something was read, in pixels of the stored picture of `TimeBlock.page`."""

    x: int
    y: int
    width: int
    height: int
    corners: tuple[Corner, Corner, Corner, Corner] | msgspec.UnsetType = msgspec.UNSET
    """Of the place itself where the page lies slanted in the picture: x and y, clockwise from the top left as it is
    read; absent where they are the rectangle's."""


class Alternative(Message):
    """Another reading of one field of a block, less likely than the one it has."""

    field: Literal["name", "startTime", "endTime"]
    value: str
    """As the field itself would hold it."""
    confidence: float
    """0 to 1."""


class TimeBlock(Message):
    """One entry of the week."""

    day: Day | None
    """Null only where the page names nothing but the cycle's day; then `cycle_day` is set."""
    name: str
    """As printed."""
    start_time: str | None = None
    """"HH:MM", 24-hour."""
    end_time: str | None = None
    notes: str | None = None
    week: WeekLetter | None = None
    cycle_day: int | None = None
    """1 to 10, in a timetable whose days rotate ("Day 3")."""
    room: str | None = None
    teacher: str | None = None
    confidence: float = 0.0
    """0 to 1."""
    box: Box | None = None
    page: int = 0
    time_source: TimeSource | None = None
    alternatives: list[Alternative] = []
    """At most three, the likeliest first."""

    @property
    def day_name(self) -> str:
        """What its column of the week is called: ``monday``, or ``day 3`` where the page names only the cycle's day."""
        return self.day or ("no day" if self.cycle_day is None else f"day {self.cycle_day}")


class Warning_(Message, rename={"time_block": "timeBlock"}):  # noqa: N801 - `Warning` is a builtin exception
    """Something a person should look at."""

    code: str
    """Stable, machine-readable: ``overlap``, ``missing_time``, ``unknown_day`` and so on."""
    message: str
    time_block: int | None = None
    """Index into `Timetable.timeblocks`, if it is about one."""


class ExtractionAttempt(Message):
    """A request to Claude; one that failed may have been paid for too."""

    at: str
    """When it was sent; RFC 3339, UTC."""
    model: str
    outcome: str
    """The answer's stop reason (``end_turn`` is a good one), an HTTP status, or ``timeout``, ``unreachable``,
    ``overloaded``, ``no message``, ``cancelled``, ``client``; ``sent`` while it is under way, and for good where its
    process died meanwhile."""
    input_tokens: int
    """As the service counted them; 0 where it did not say, as of `output_tokens`."""
    output_tokens: int
    cost_usd: float
    seconds: float


class Extraction(Message):
    """How a week was read, and at what cost."""

    reader: Reader
    attempts: list[ExtractionAttempt] = []
    """Every request to Claude about the document, oldest first."""
    cost_usd: float = 0.0
    """Of all of them."""


class Timetable(Message):
    """A week that was read from a document, which may hold several: two classes on a page, a PDF of six."""

    teacher: str | None = None
    class_name: str | None = None
    term: str | None = None
    year: int | None = None
    saved_name: str | None = None
    confidence: float = 0.0
    validated: bool = False
    warnings: list[Warning_] = []
    timeblocks: list[TimeBlock] = []
    extraction: Extraction | None = None
    """Null where it was read before there was a record of it. Kept beside the week, not in it."""


# --- progress events ----------------------------------------------------------------------------------------------


Failure = Literal["unreadable", "internal"]
"""Why a document failed: its file is at fault, so that reading it again ends the same, or we are."""


class CompleteResult(Message):
    document_id: str
    timetable_id: str
    """The first one's."""
    validated: bool
    """Whether all are."""
    timetable_ids: list[str] = []
    """All, in the document's order."""


class Event(Message, omit_defaults=True):
    """One server-sent event's data. `percentage` is set by the stream, which never lets it fall."""

    type: Literal["connected", "progress", "complete", "error"]
    document_id: str
    step: str | None = None
    """Words for people."""
    stage: Phase | None = None
    percentage: int | None = None
    message: str | None = None
    details: dict[str, Any] | None = None
    """The numbers behind `message`, such as ``{"lines": 184}``."""
    status: Status | None = None
    """The document's status; with `connected` and the final events."""
    result: CompleteResult | None = None
    timetable_data: Timetable | None = None
    """The first one."""
    error: str | None = None
    failure: Failure | None = None
    """With an error that is nobody's wish."""
    at: str | None = None
    """RFC 3339, UTC."""
    attempt: int | None = None
    """Of its stage, where it is not the first."""
    before: int | None = None
    """How many documents come before one that waits."""
    seconds_left: float | None = None
    """Until the document's end, as far as can be told."""

    @property
    def final(self) -> bool:
        """Whether the stream of this document ends here."""
        return self.type in ("complete", "error")


def encode(value: Any) -> bytes:
    """JSON of any message."""
    return msgspec.json.encode(value)
