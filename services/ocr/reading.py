"""What a reading process does: one page from the stored picture's bytes to its lines.

The service's own process imports nothing of this but the messages: the models, OpenCV and Pillow are loaded in the
child (`shared.children`), and a picture crosses to it as it is stored, a few hundred kilobytes.
"""

import os
from collections.abc import Callable, Mapping
from typing import ClassVar, TypeAlias

import msgspec

from shared.children.pool import Children, bare_environment
from shared.children.protocol import Loaded, Target
from shared.messages import Doubt, OcrLine, Point, Slopes, TextLayer
from shared.settings import Settings, setting

_MALLOC = {"MALLOC_ARENA_MAX": "2", "MALLOC_MMAP_THRESHOLD_": "8388608", "MALLOC_TRIM_THRESHOLD_": "1048576"}
"""For glibc: the largest buffers of a model's run go back to the system at once, the others stay for its next layers,
which would pay for fresh pages otherwise (docs/ocr.md)."""
_TOLD = ("OCR_", "MALLOC_", "PADDLE_PDX_")
"""How the names of all settings begin that a reader needs. The last are PaddleOCR's own: with its cache where it cannot
write, no reader starts."""
_TOLD_FOR_DOWNLOADS = ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "HF_ENDPOINT")
"""What the clients of the hubs read, where `OCR_MODELS` lets models be fetched."""


class ReaderSettings(Settings):
    group: ClassVar[str] = "Text recognition"
    ocr_pages: int = setting(
        1,
        "Pages read at the same time by one service, each in a process of its own with the memory that takes; "
        "they share the cores.",
        ge=1,
        le=16,
    )


class Layered(msgspec.Struct, tag=True, array_like=True):
    """A stored picture whose file says what stands on it."""

    picture: bytes
    layer: TextLayer


class Piece(msgspec.Struct, array_like=True):
    """A tile."""

    picture: bytes
    left: int
    top: int


class Tiled(msgspec.Struct, tag=True, array_like=True):
    """A long picture in overlapping tiles along its longer side."""

    pieces: list[Piece]
    width: int
    height: int
    """Pixels of the stored picture, which the tiles show larger."""


class Found(msgspec.Struct, tag=True, array_like=True):
    """The page is prepared: how many lines were found, and what was done to it, in words for people."""

    lines: int
    """To be read."""
    notes: str
    known: int = 0
    """How many more are known from the file."""


class Reading(msgspec.Struct, tag=True, array_like=True):
    """How many of the lines are read."""

    done: int
    total: int


class Read(msgspec.Struct, tag=True, array_like=True):
    """The page's text."""

    lines: list[OcrLine]
    width: int
    height: int
    """Pixels of the picture that the boxes are measured in."""
    to_stored: tuple[float, ...] | None
    copy: bytes
    """That picture as WebP; empty if it is the stored one."""
    text: float
    """How much text that was: the lengths of its lines in heights, added up; about half its letters."""
    known: int = 0
    """How many of the lines are the file's own."""
    slopes: Slopes | None = None
    """As `OcrPage.slopes`."""


class Part(msgspec.Struct, tag=True, array_like=True):
    """A page with so much text that it is read in several turns, so that other pages come in between: ask again with
    this, to go on."""

    pixels: bytes
    """Of the picture that lines are cut out of: height x width x 3, RGB."""
    height: int
    width: int
    page: tuple[int, int]
    """Height and width of the prepared page."""
    copy: bytes
    """That as WebP; empty if it is the stored picture."""
    to_stored: tuple[float, ...] | None
    to_source: tuple[float, ...] | None
    """Row-major 3 x 3 homography from the prepared page to the picture that lines are cut out of; None if they are the
    same."""
    quads: list[list[Point]]
    readings: dict[int, dict[int, tuple[float, str, list[Doubt]]]]
    """As `services.ocr.angles.Readings`, of the lines so far."""
    done: int
    known: list[OcrLine] = []
    """Lines that are the file's own."""
    slopes: Slopes = (0.0, 0.0)
    """What the prepared page leans still."""


class Fault(msgspec.Struct, tag=True, array_like=True):
    """The picture itself is at fault; a sentence for the person who uploaded it."""

    sentence: str


Picture: TypeAlias = bytes | Layered | Tiled
"""A stored picture, one whose text its file tells, or a long one."""
Request: TypeAlias = Picture | Part
"""A picture, or one that is half read."""
Answer: TypeAlias = Read | Part | Fault
News: TypeAlias = Found | Reading
Readers: TypeAlias = Children[Request, News, Answer]

TARGET: Target[Request, News, Answer] = Target(__name__, Request, News, Answer)
"""From a stored picture's bytes to the text on it."""


def reading_processes(count: int) -> Readers:
    """Children that read; `start` them."""
    return Children(TARGET, count, environment=reading_environment(os.environ))


def reading_environment(ours: Mapping[str, str]) -> dict[str, str]:
    """What of our variables a reader is told, which decodes strangers' pictures: no keys, no addresses."""
    downloads = ours.get("OCR_MODELS") == "download"
    told = {
        name: value
        for name, value in ours.items()
        if name.upper().startswith(_TOLD) or (downloads and name.upper() in _TOLD_FOR_DOWNLOADS)
    }
    return _MALLOC | bare_environment() | told


async def read_page(readers: Readers, picture: Picture, on_news: Callable[[News], None] | None = None) -> Read | Fault:
    """Have a page read, in as many turns as it takes: between two, those who wait for a reader come first.

    Args:
        picture: as stored.
        on_news: called with what the reader tells meanwhile.

    Raises:
        shared.children.protocol.ChildError: there is no answer.
    """
    answer = await readers.call(picture, on_news)
    while isinstance(answer, Part):
        answer = await readers.call(answer, on_news)
    return answer


def load() -> Loaded[Request, News, Answer]:
    """Load the models; gives their label and the function that reads a page.

    Raises:
        services.ocr.models.ModelError: they cannot be used.
        shared.settings.SettingError: a setting cannot.
    """
    from services.ocr.engine import Engine, EngineSettings
    from services.ocr.page_reader import PageReader

    cores = len(os.sched_getaffinity(0))
    threads = EngineSettings.load().ocr_threads or max(cores // ReaderSettings.load().ocr_pages, 1)
    engine = Engine(EngineSettings.load(ocr_threads=min(threads, 64)))
    engine.load()
    return engine.label, PageReader(engine).read
