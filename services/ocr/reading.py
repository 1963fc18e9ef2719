"""What a reading process does: one page from the stored picture's bytes to its lines.

The service's own process imports nothing of this but the messages: the models, OpenCV and Pillow are loaded in the
child (`services.ocr.process`), and a picture crosses to it as it is stored, a few hundred kilobytes.
"""

import os
from collections.abc import Callable
from typing import ClassVar, TypeAlias

import msgspec

from shared.messages import OcrLine
from shared.settings import Settings, setting

TARGET = __name__


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

to_answer = msgspec.msgpack.Decoder(Answer).decode
to_news = msgspec.msgpack.Decoder(News).decode


def load() -> tuple[bytes, Callable[[bytes, Callable[[bytes], None]], bytes]]:
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
    pack = msgspec.msgpack.Encoder().encode

    def read(body: bytes, news: Callable[[bytes], None]) -> bytes:
        engine.between = lambda: news(b"")
        try:
            picture, turned = decode(body, settings.ocr_max_pixels)
            news(b"")
            page = prepare(picture, engine, turned)
        except UnreadableError as error:
            return pack(Fault(str(error)))
        news(pack(Found(len(page.quads), page.notes)))
        lines = engine.recognise(page.picture, page.quads, lambda done, total: news(pack(Reading(done, total))))
        height, width = page.picture.shape[:2]
        copy = encode(page.picture) if page.to_stored else b""
        answer = pack(Read(lines, width, height, page.to_stored, copy))
        trim()
        return answer

    return engine.label.encode(), read
