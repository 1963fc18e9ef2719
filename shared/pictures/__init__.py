"""What an uploaded file is and how much work its header promises, read from its first bytes.

The name and the declared content type are the uploader's words and are never consulted. Nothing is decoded here and no
codec is loaded, so that the gateway can refuse a bomb while the upload is still in its hands; the compressor asks again
before it decodes, and asks the codec too, because a header may hide from this reader what the codec will find.

PDF is ISO 32000; DOCX in `shared.office`; the others in `headers` and `heif`.
"""

import struct
from functools import cache
from typing import ClassVar, NoReturn

from shared.office import is_docx, refuse_ole
from shared.outcomes import UnreadableError
from shared.pictures import headers
from shared.pictures.heif import heif, heif_kind
from shared.pictures.kinds import (
    ALLOWED,
    CONTENT_TYPES,
    EndsEarlyError,
    Kind,
    PictureInfo,
    cut_off,
    too_many_pages,
    too_thin,
)
from shared.settings import Settings, setting

__all__ = [
    "ALLOWED", "CONTENT_TYPES", "SHORTEST", "Kind", "PictureInfo", "PictureSettings",
    "check_size", "cut_off", "inspect", "too_many_pages", "too_thin",
]  # fmt: skip

SHORTEST = 8
"""Pixels of a side; less is no line of text, and no picture that the stages behind can work with."""


class PictureSettings(Settings):
    group: ClassVar[str] = "Uploads"
    max_upload_bytes: int = setting(20 * 1024 * 1024, "Largest file that is accepted.", unit="bytes", ge=1024)
    max_pixels: int = setting(
        100_000_000, "Most pixels (width times height) a picture may have.", unit="pixels", ge=10_000, le=1_000_000_000
    )
    max_pages: int = setting(
        20, "Most pages a PDF, a Word document or a multi-page TIFF may have.", unit="pages", ge=1, le=1000
    )


def inspect(head: bytes, size: int, limits: PictureSettings | None = None) -> PictureInfo:
    """Tell what a file is and refuse what can never be read.

    Args:
        head: the file from its start; all of it tells most, the first 64 KiB nearly always enough.
        size: length of the whole file in bytes.
        limits: instead of the environment's.

    Raises:
        UnreadableError: the only error, whatever the bytes are; a sentence that says what is wrong and what is allowed.
    """
    limits = limits or _limits()
    if size == 0 or not head:
        raise UnreadableError(f"The file is empty. Upload a picture of the timetable as {ALLOWED}.")
    if size > limits.max_upload_bytes:
        raise UnreadableError(
            f"The file has {size / 2**20:.1f} MB; at most {limits.max_upload_bytes / 2**20:.1f} MB are read. "
            "Upload a smaller one."
        )
    kind = _kind(head, size)
    if kind is None:
        _refuse(head)
    try:
        info = _READERS[kind](head, size)
    except (EndsEarlyError, struct.error, IndexError, OverflowError):
        if len(head) >= size:
            raise UnreadableError(cut_off(kind)) from None
        info = PictureInfo(kind, CONTENT_TYPES[kind])
    check_size(info, limits)
    return info


def check_size(info: PictureInfo, limits: PictureSettings) -> None:
    """Raise `UnreadableError` for a picture without pixels, with too few or too many, or with too many pages."""
    if info.width is not None and info.height is not None:
        if info.width < 1 or info.height < 1:
            raise UnreadableError(f"The picture is damaged: its header says {info.width} × {info.height} pixels.")
        if info.width * info.height > limits.max_pixels:
            raise UnreadableError(
                f"The picture has {info.width:,} × {info.height:,} pixels; at most {limits.max_pixels / 1e6:g} million "
                "are read. Scale it down and upload it again."
            )
        if min(info.width, info.height) < SHORTEST:
            raise UnreadableError(too_thin(info.width, info.height))
    if info.kind == "tiff" and info.frames is not None and info.frames > limits.max_pages:
        raise UnreadableError(too_many_pages(info.frames, limits.max_pages))


@cache
def _limits() -> PictureSettings:
    return PictureSettings.load()


# --- which kind ---------------------------------------------------------------------------------------------------

_TIFF_MAGIC = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")


def _kind(head: bytes, size: int) -> Kind | None:
    if head.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "webp"
    if head.startswith((b"GIF87a", b"GIF89a")):
        return "gif"
    if head.startswith(_TIFF_MAGIC):
        return "tiff"
    if head[4:8] == b"ftyp":
        return heif_kind(head)
    if head.startswith(b"PK\3\4") and is_docx(head, size):
        return "docx"
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        refuse_ole(head)
    # Readers accept a PDF whose header comes after a little rubbish, and mail programs do write such files.
    if b"%PDF-" in head[:1024]:
        return "pdf"
    return None


_OTHERS: tuple[tuple[bytes, str], ...] = (
    (b"BM", "a BMP picture"),
    (b"<svg", "an SVG drawing"),
    (b"8BPS", "a Photoshop file"),
    (b"\xff\x0a", "a JPEG XL picture"),
    (b"\0\0\0\x0cJXL ", "a JPEG XL picture"),
    (b"\0\0\0\x0cjP  ", "a JPEG 2000 picture"),
    (b"\0\0\1\0", "an icon"),
    (b"PK\3\4", "a ZIP archive"),
    (b"{\\rtf", "an Office document"),
    (b"%!PS", "a PostScript file"),
    (b"BEGIN:VCALENDAR", "a calendar file"),
    (b"<!doctype html", "a web page"),
    (b"<html", "a web page"),
    (b"\x1a\x45\xdf\xa3", "a video"),
    (b"MZ", "a program"),
    (b"\x7fELF", "a program"),
)


def _refuse(head: bytes) -> NoReturn:
    """Name what it is instead, where that is known: a person can then save it in another way."""
    start = head[:512].lstrip(b"\xef\xbb\xbf \t\r\n")
    name = "not a picture"
    if head[4:8] == b"ftyp":
        name = "a video"
    elif b"<svg" in start.lower():
        name = "an SVG drawing"
    else:
        for magic, what in _OTHERS:
            if start[: len(magic)].lower() == magic.lower() or head.startswith(magic):
                name = what
                break
    hint = "Print or save it as PDF and upload that." if "document" in name or "web page" in name else ""
    raise UnreadableError(f"The file is {name}; {ALLOWED} can be read. {hint}".rstrip())


def _pdf(head: bytes, _size: int) -> PictureInfo:
    return PictureInfo("pdf", CONTENT_TYPES["pdf"], encrypted=b"/Encrypt" in head)


def _docx(_head: bytes, _size: int) -> PictureInfo:
    return PictureInfo("docx", CONTENT_TYPES["docx"])


_READERS = {
    "jpeg": headers.jpeg,
    "png": headers.png,
    "webp": headers.webp,
    "tiff": headers.tiff,
    "gif": headers.gif,
    "avif": heif,
    "heic": heif,
    "pdf": _pdf,
    "docx": _docx,
}
