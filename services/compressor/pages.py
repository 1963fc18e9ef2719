"""What a compressing process does: one page of an upload at a time, from the file's bytes to what is stored.

Every codec here can be kept busy for minutes by a file of a few kilobytes, and none of their calls can be interrupted.
So all of them run in children that can be killed (`shared.children`), bounded in processor time and memory, and told
no key and no address of ours. The service's own process imports nothing of this but the messages.

A request carries the whole upload. A child that has it open goes on with it; another one opens it again, which for a
PDF costs milliseconds: so the pages of a long document take turns with other uploads on any child.
"""

import time
from typing import TypeAlias

import msgspec

from services.compressor.compressed import Compressed
from services.compressor.settings import CompressorSettings
from shared.bundle import unbundled
from shared.children.pool import Children, bare_environment
from shared.children.protocol import Limits, Loaded, Target, Tell
from shared.messages import TextLayer
from shared.outcomes import UnreadableError
from shared.pictures import Kind, PictureSettings

LIMITS = Limits(seconds=120.0, cpu_seconds=20, memory=1280 << 20, kept_memory=192 << 20, nice=3)
"""Of one page. The slowest picture that is no bomb, an interlaced PNG of 100 megapixels at 16 bits, took 3.3 s of
processor time and 880 MiB. The wall's clock is for a child that hangs without computing."""
_LARGE = 40_000_000
"""Pixels from which a picture is worked on alone: interlaced PNGs and progressive JPEGs are decoded whole, at up to
8 bytes a pixel, and two of the largest at once would take gigabytes."""

NO_ENCODER = "The picture could not be converted. Save it as JPEG or PNG and upload that."


class MakePage(msgspec.Struct, array_like=True):
    """The request."""

    upload: str
    """Names it; no two uploads have the same."""
    data: bytes
    number: int
    """Of the page, from 0."""
    alone: bool = False
    """No other large picture is being worked on."""
    declared: str = ""
    """The content type that it was taken for when it was uploaded."""


class Made(msgspec.Struct, tag=True, array_like=True):
    page: Compressed
    text: TextLayer | None
    """The page's own text, of PDFs and files with tables."""
    kind: Kind
    pages: int
    """Of the whole upload."""
    cpu_seconds: float


class Large(msgspec.Struct, tag=True, array_like=True):
    """The picture is so large that only one such may be worked on at a time: ask again when it is the only one."""


class Refused(msgspec.Struct, tag=True, array_like=True):
    """The file is at fault; a sentence for the person who uploaded it."""

    sentence: str


Answer: TypeAlias = Made | Large | Refused

Processes: TypeAlias = Children[MakePage, None, Answer]

TARGET: Target[MakePage, None, Answer] = Target(__name__, MakePage, None, Answer)


def compressing_processes(
    settings: CompressorSettings, pictures: PictureSettings, limits: Limits = LIMITS
) -> Processes:
    """Children that make pages; `start` them."""
    environment = bare_environment(settings, pictures)
    # Killed at once when it is given up: another one is there half a second later, and a bomb's core is free now.
    return Children(
        TARGET,
        settings.compress_processes,
        limits=limits,
        environment=environment,
        stop_seconds=0.0,
        spare=True,
    )


def load() -> Loaded[MakePage, None, Answer]:
    """Import the codecs; returns the function that makes a page.

    Raises:
        ImportError, shared.settings.SettingError: a library or a setting is unusable.
    """
    from services.compressor.codec import pillow, vips
    from services.compressor.encode import EncodeError
    from services.compressor.pdf import load_pdfium
    from services.compressor.upload import Upload

    settings, pictures = CompressorSettings.load(), PictureSettings.load()
    vips()
    pillow()
    load_pdfium()
    open_: dict[str, Upload] = {}
    """At most one."""

    def close() -> None:
        while open_:
            open_.popitem()[1].close()

    def make(request: MakePage, _tell: Tell[None]) -> Answer:
        begun = time.process_time()
        files = unbundled(request.data)
        # Each of several files is a picture, and a page.
        name = f"{request.upload} {request.number}" if files else request.upload
        number = 0 if files else request.number
        try:
            if name not in open_:
                close()
                data = files[request.number] if files else request.data
                open_[name] = Upload(data, settings, pictures, declared=request.declared)
            upload = open_[name]
            if upload.pixels(number) > _LARGE and not request.alone:
                return Large()
            page, text = upload.make(number)
        except (UnreadableError, EncodeError) as error:
            close()
            return Refused(NO_ENCODER if isinstance(error, EncodeError) else str(error))
        pages = len(files) if files else upload.pages
        if request.number == pages - 1:
            close()
        return Made(page, text, upload.kind, pages, time.process_time() - begun)

    return "", make
