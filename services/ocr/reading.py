"""What a reading process does: one page from the stored picture's bytes to its lines.

The service's own process imports nothing of this but the messages: the models, OpenCV and Pillow are loaded in the
child (`shared.children`), and a picture crosses to it as it is stored, a few hundred kilobytes.
"""

import os
from typing import ClassVar, TypeAlias

import msgspec

from shared.children.pool import Children
from shared.children.protocol import Loaded, Target, Tell
from shared.messages import OcrLine
from shared.settings import Settings, setting

_MALLOC = {"MALLOC_ARENA_MAX": "2", "MALLOC_MMAP_THRESHOLD_": "8388608", "MALLOC_TRIM_THRESHOLD_": "1048576"}
"""For glibc: the largest buffers of a model's run go back to the system at once, the others stay for its next layers,
which would pay for fresh pages otherwise (docs/ocr.md)."""


class ReaderSettings(Settings):
    group: ClassVar[str] = "Text recognition"
    ocr_pages: int = setting(
        1,
        "Pages read at the same time by one service, each in a process of its own with the memory that takes; "
        "they share the cores.",
        ge=1,
        le=16,
    )


class Found(msgspec.Struct, tag=True, array_like=True):
    """The page is prepared: how many lines were found, and what was done to it, in words for people."""

    lines: int
    notes: str


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


class Fault(msgspec.Struct, tag=True, array_like=True):
    """The picture itself is at fault; a sentence for the person who uploaded it."""

    sentence: str


Answer: TypeAlias = Read | Fault
News: TypeAlias = Found | Reading

TARGET: Target[bytes, News, Answer] = Target(__name__, bytes, News, Answer)
"""From a stored picture's bytes to the text on it."""


def reading_processes(count: int) -> Children[bytes, News, Answer]:
    """Children that read; `start` them."""
    return Children(TARGET, count, environment={**_MALLOC, **os.environ})


def load() -> Loaded[bytes, News, Answer]:
    """Load the models; gives their label and the function that reads a page.

    Raises:
        services.ocr.models.ModelError: they cannot be used.
        shared.settings.SettingError: a setting cannot.
    """
    import numpy as np

    from services.ocr.engine import Engine, EngineSettings
    from services.ocr.machine import trim
    from services.ocr.preparation import PreparationSettings, decode, encode, prepare
    from shared.outcomes import UnreadableError

    settings = PreparationSettings.load()
    cores = len(os.sched_getaffinity(0))
    threads = EngineSettings.load().ocr_threads or max(cores // ReaderSettings.load().ocr_pages, 1)
    engine = Engine(EngineSettings.load(ocr_threads=min(threads, 64)))
    engine.load()
    # Pillow imports its codecs at their first use: a wait that the first page would pay for.
    decode(encode(np.zeros((8, 8, 3), dtype=np.uint8)), 64)

    def read(data: bytes, tell: Tell[News]) -> Answer:
        engine.between = lambda: tell(None)
        try:
            picture, turned = decode(data, settings.ocr_max_pixels)
            tell(None)
            page = prepare(picture, engine, turned)
        except UnreadableError as error:
            return Fault(str(error))
        tell(Found(len(page.quads), page.notes))
        lines = engine.recognise(page.picture, page.quads, lambda done, total: tell(Reading(done, total)))
        height, width = page.picture.shape[:2]
        copy = encode(page.picture) if page.to_stored else b""
        trim()
        return Read(lines, width, height, page.to_stored, copy)

    return engine.label, read
