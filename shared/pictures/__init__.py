"""What an uploaded file is and how much work its header promises, read from its first bytes.

The name and the declared content type are the uploader's words: they are asked of texts alone, which have no mark of
their own (`tables`). Nothing is decoded here and no
codec is loaded, so that the gateway can refuse a bomb while the upload is still in its hands; the compressor asks again
before it decodes, and asks the codec too, because a header may hide from this reader what the codec will find.

PDF is ISO 32000; Office documents in `shared.office`, HTML and CSV in `tables`; the others in `headers` and `heif`.
"""

import struct
from collections.abc import Callable
from functools import cache
from typing import ClassVar, NoReturn

from shared.office import archive_kind, ole_kind
from shared.outcomes import OtherFormatError, UnreadableError
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
from shared.pictures.pdf import page_count
from shared.pictures.tables import text_kind
from shared.settings import Settings, setting
from shared.windows import holds

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
        20, "Most pages a PDF, a Word document, a workbook or a multi-page TIFF may have.", unit="pages", ge=1, le=1000
    )


def inspect(
    head: bytes, size: int, limits: PictureSettings | None = None, *, name: str = "", declared: str = ""
) -> PictureInfo:
    """Tell what a file is and refuse what can never be read.

    Args:
        head: the file from its start; all of it tells most, the first 64 KiB nearly always enough.
        size: length of the whole file in bytes.
        limits: instead of the environment's.
        name: the uploader's for the file; it and `declared`, its content type, only help to tell texts apart.

    Raises:
        UnreadableError: the only error, whatever the bytes are; a sentence that says what is wrong and what is allowed.
            An `OtherFormatError` where it is of a format that is known and not read.
    """
    limits = limits or _limits()
    if size == 0 or not head:
        raise UnreadableError(f"The file is empty. Upload the timetable as {ALLOWED}.")
    if size > limits.max_upload_bytes:
        raise UnreadableError(
            f"The file has {size / 2**20:.1f} MB; at most {limits.max_upload_bytes / 2**20:.1f} MB are read. "
            "Upload a smaller one."
        )
    kind = _kind(head, size) or (None if _known(head) else text_kind(head, name, declared))
    if kind is None:
        _refuse(head)
    try:
        read = _READERS.get(kind)
        info = read(head, size) if read else PictureInfo(kind, CONTENT_TYPES[kind])
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
    if info.kind in ("tiff", "pdf") and info.frames is not None and info.frames > limits.max_pages:
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
    if head.startswith(b"PK\3\4"):
        return archive_kind(head, size)
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        return ole_kind(head)
    # Readers accept a PDF whose header comes after a little rubbish, and mail programs do write such files.
    if b"%PDF-" in head[:1024]:
        return "pdf"
    return None


_SAVE = "Save it as PNG or JPEG and upload that."
_PRINT = "Print or save it as PDF and upload that."
_OTHERS: tuple[tuple[bytes, str, str, str], ...] = (
    (b"BM", "bmp", "a BMP picture", _SAVE),
    (b"8BPS", "psd", "a Photoshop file", _SAVE),
    (b"\xff\x0a", "jxl", "a JPEG XL picture", _SAVE),
    (b"\0\0\0\x0cJXL ", "jxl", "a JPEG XL picture", _SAVE),
    (b"\0\0\0\x0cjP  ", "jp2", "a JPEG 2000 picture", _SAVE),
    (b"\0\0\1\0", "ico", "an icon", _SAVE),
    (b"{\\rtf", "rtf", "an RTF document", "Save it as DOCX or PDF and upload that."),
    (b"%!PS", "ps", "a PostScript file", _PRINT),
    (b"\xc5\xd0\xd3\xc6", "ps", "a PostScript file", _PRINT),  # with a preview
    (b"MIME-Version:", "mhtml", "a web page with its pictures (MHTML)", _PRINT),
    (
        b"BEGIN:VCALENDAR",
        "ics",
        "a calendar file",
        "It can be opened in a calendar; print its week as PDF and upload that.",
    ),
    (b"\x1a\x45\xdf\xa3", "video", "a video", "Upload a picture of the timetable."),
    (b"MZ", "program", "a program", "Upload a picture of the timetable."),
    (b"\x7fELF", "program", "a program", "Upload a picture of the timetable."),
)
"""How they begin, with the stable name of each, what it is called and how it is saved anew."""


def _known(head: bytes) -> tuple[str, str, str] | None:
    """What a file is that is not read, as of `_OTHERS` without the first."""
    start = head[:4096] if head[:1] in b"\xff\0" else head[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    if head[4:8] == b"ftyp":
        return "video", "a video", "Upload a picture of the timetable."
    if b"<svg" in start[:512].lower():
        return "svg", "an SVG drawing", _PRINT
    if start.startswith(b"<?xml") and b"Excel.Sheet" in start:
        return "xml", "an Excel workbook of the XML kind of 2003", "Save it as XLSX and upload that."
    if start.startswith(b"<?xml") and b"opendocument" in start:
        return "opendocument", "an OpenDocument file of the flat kind", "Save it as ODS, DOCX or PDF and upload that."
    for magic, *rest in _OTHERS:
        # Two letters may begin a text too.
        if start[: len(magic)].lower() == magic.lower() and (len(magic) > 2 or b"\0" in head[:64]):
            return rest[0], rest[1], rest[2]
    return None


def _refuse(head: bytes) -> NoReturn:
    """Name what it is instead, where that is known: a person can then save it in another way."""
    known = _known(head)
    if known is None:
        raise UnreadableError(f"The file is not a picture and no table; {ALLOWED} can be read.")
    format_, what, how = known
    raise OtherFormatError(format_, f"The file is {what}. {how}")


def _pdf(head: bytes, size: int) -> PictureInfo:
    pages = page_count(head) if len(head) >= size else None
    return PictureInfo("pdf", CONTENT_TYPES["pdf"], frames=pages, encrypted=holds(head, b"/Encrypt"))


_READERS: dict[Kind, Callable[[bytes, int], PictureInfo]] = {
    "jpeg": headers.jpeg,
    "png": headers.png,
    "webp": headers.webp,
    "tiff": headers.tiff,
    "gif": headers.gif,
    "avif": heif,
    "heic": heif,
    "pdf": _pdf,
}
