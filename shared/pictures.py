"""What an uploaded file is and how large a picture its header promises, read from its first bytes.

The name and the declared content type are the uploader's words and are never consulted. Nothing is decoded here and no
codec is loaded, so that the gateway can refuse a bomb while the upload is still in its hands; the compressor asks again
before it decodes, and asks the codec too, because a header may hide from this reader what the codec will find.

Layouts: JPEG ITU-T T.81 annex B, PNG W3C third edition, WebP RFC 9649, GIF89a, TIFF 6.0 and BigTIFF, HEIF ISO/IEC
23008-12 (boxes ISO/IEC 14496-12), PDF ISO 32000;
DOCX in `shared.office`.
"""

import struct
from dataclasses import dataclass
from functools import cache
from typing import ClassVar, Literal, NoReturn, TypeAlias

from shared.office import is_docx, refuse_ole
from shared.outcomes import UnreadableError
from shared.settings import Settings, setting

Kind: TypeAlias = Literal["jpeg", "png", "webp", "tiff", "gif", "avif", "heic", "pdf", "docx"]

ALLOWED = "JPEG, PNG, WebP, TIFF, GIF, AVIF, HEIC, PDF or DOCX"
CONTENT_TYPES: dict[Kind, str] = {
    "jpeg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "tiff": "image/tiff",
    "gif": "image/gif",
    "avif": "image/avif",
    "heic": "image/heic",
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
_STEPS = 10_000
"""Segments, chunks, boxes or directory entries looked at: a 20 MiB file of empty ones must not cost seconds."""


class PictureSettings(Settings):
    group: ClassVar[str] = "Uploads"
    max_upload_bytes: int = setting(20 * 1024 * 1024, "Largest file that is accepted.", unit="bytes", ge=1024)
    max_pixels: int = setting(
        100_000_000, "Most pixels (width times height) a picture may have.", unit="pixels", ge=10_000, le=1_000_000_000
    )
    max_pages: int = setting(
        20, "Most pages a PDF, a Word document or a multi-page TIFF may have.", unit="pages", ge=1, le=1000
    )


@dataclass(frozen=True, slots=True)
class PictureInfo:
    """What the header says."""

    kind: Kind
    content_type: str
    width: int | None = None
    """Pixels as stored, before any orientation is applied; None where the bytes at hand do not reach that far."""
    height: int | None = None
    frames: int | None = None
    """Frames of an animation or pages of a TIFF, where the bytes at hand tell."""
    encrypted: bool = False
    """A PDF that mentions encryption. Only a hint: most such files open without a password."""


class _EndsEarlyError(Exception):
    """The header refers to bytes past the end of those at hand."""


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
    except (_EndsEarlyError, struct.error, IndexError, OverflowError):
        if len(head) >= size:
            raise UnreadableError(cut_off(kind)) from None
        info = PictureInfo(kind, CONTENT_TYPES[kind])
    check_size(info, limits)
    return info


def check_size(info: PictureInfo, limits: PictureSettings) -> None:
    """Raise `UnreadableError` for a picture without pixels, with too many, or with too many pages."""
    if info.width is not None and info.height is not None:
        if info.width < 1 or info.height < 1:
            raise UnreadableError(f"The picture is damaged: its header says {info.width} × {info.height} pixels.")
        if info.width * info.height > limits.max_pixels:
            raise UnreadableError(
                f"The picture has {info.width:,} × {info.height:,} pixels; at most {limits.max_pixels / 1e6:g} million "
                "are read. Scale it down and upload it again."
            )
    if info.kind == "tiff" and info.frames is not None and info.frames > limits.max_pages:
        raise UnreadableError(too_many_pages(info.frames, limits.max_pages))


def cut_off(kind: Kind) -> str:
    """The sentence for a file that ends too early."""
    return f"The {_NAMES[kind]} file is cut off or damaged. Upload it again, or save it anew as {ALLOWED}."


def too_many_pages(pages: int, allowed: int) -> str:
    return f"The file has {pages:,} pages; at most {allowed} are read. Upload only the pages with the timetable."


_NAMES: dict[Kind, str] = {
    "jpeg": "JPEG",
    "png": "PNG",
    "webp": "WebP",
    "tiff": "TIFF",
    "gif": "GIF",
    "avif": "AVIF",
    "heic": "HEIC",
    "pdf": "PDF",
    "docx": "DOCX",
}


@cache
def _limits() -> PictureSettings:
    return PictureSettings.load()


# --- which kind ---------------------------------------------------------------------------------------------------

_TIFF_MAGIC = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"}
_AVIF_BRANDS = {b"avif", b"avis"}


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
        return _heif_kind(head)
    if head.startswith(b"PK\3\4") and is_docx(head, size):
        return "docx"
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        refuse_ole(head)
    # Readers accept a PDF whose header comes after a little rubbish, and mail programs do write such files.
    if b"%PDF-" in head[:1024]:
        return "pdf"
    return None


def _heif_kind(head: bytes) -> Kind | None:
    length = min(int.from_bytes(head[:4], "big"), 256)
    brands = [head[8:12], *(head[at : at + 4] for at in range(16, length, 4))]
    for brand in brands:
        if brand in _HEIC_BRANDS:
            return "heic"
        if brand in _AVIF_BRANDS:
            return "avif"
    # "mif1" alone names no codec; phones that write only this mean HEVC.
    return "heic" if brands[0] in (b"mif1", b"msf1") else None


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


# --- one reader per kind --------------------------------------------------------------------------------------------


def _jpeg(head: bytes, _size: int) -> PictureInfo:
    at = 2
    for _ in range(_STEPS):
        if head[at] != 0xFF:
            raise _EndsEarlyError
        marker = head[at + 1]
        if marker == 0xFF:  # fill byte
            at += 1
        elif 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):  # a frame header; not DHT, JPG or DAC
            height, width = struct.unpack_from(">HH", head, at + 5)
            # A height of 0 means "see the DNL segment after the first scan": no camera writes it, no decoder reads it.
            return PictureInfo("jpeg", CONTENT_TYPES["jpeg"], width, height, 1)
        elif marker in (0xD9, 0xDA):  # the picture's data, or its end, without a frame header
            raise _EndsEarlyError
        elif marker == 0x01 or 0xD0 <= marker <= 0xD8:  # markers without a length
            at += 2
        else:
            at += 2 + max(2, struct.unpack_from(">H", head, at + 2)[0])
    raise _EndsEarlyError


def _png(head: bytes, _size: int) -> PictureInfo:
    if head[12:16] != b"IHDR":
        raise _EndsEarlyError
    width, height = struct.unpack_from(">II", head, 16)
    at = 33
    frames = None
    for _ in range(_STEPS):
        if len(head) < at + 12:
            break
        length, name = struct.unpack_from(">I4s", head, at)
        if name == b"acTL":
            frames = int(struct.unpack_from(">I", head, at + 8)[0])
        if name in (b"acTL", b"IDAT"):
            frames = frames or 1
            break
        at += 12 + length
    return PictureInfo("png", CONTENT_TYPES["png"], width, height, frames)


def _webp(head: bytes, size: int) -> PictureInfo:
    if struct.unpack_from("<I", head, 4)[0] + 8 > size:
        raise UnreadableError(cut_off("webp"))
    fourcc = head[12:16]
    if fourcc == b"VP8 ":
        if head[23:26] != b"\x9d\x01\x2a":
            raise _EndsEarlyError
        width, height = (value & 0x3FFF for value in struct.unpack_from("<HH", head, 26))
        return PictureInfo("webp", CONTENT_TYPES["webp"], width, height, 1)
    if fourcc == b"VP8L":
        bits = struct.unpack_from("<I", head, 21)[0]
        return PictureInfo("webp", CONTENT_TYPES["webp"], (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1, 1)
    if fourcc != b"VP8X" or len(head) < 30:
        raise _EndsEarlyError
    width = int.from_bytes(head[24:27], "little") + 1
    height = int.from_bytes(head[27:30], "little") + 1
    return PictureInfo("webp", CONTENT_TYPES["webp"], width, height, _webp_frames(head, size) if head[20] & 2 else 1)


def _webp_frames(head: bytes, size: int) -> int | None:
    at, frames = 30, 0
    for _ in range(_STEPS):
        if len(head) < at + 8:
            return frames if len(head) >= size else None
        frames += head[at : at + 4] == b"ANMF"
        length = struct.unpack_from("<I", head, at + 4)[0]
        at += 8 + length + (length & 1)
    return None


def _gif(head: bytes, _size: int) -> PictureInfo:
    width, height = struct.unpack_from("<HH", head, 6)
    return PictureInfo("gif", CONTENT_TYPES["gif"], width, height)


def _tiff(head: bytes, size: int) -> PictureInfo:
    order = "<" if head[:2] == b"II" else ">"
    big = head[2:4] in (b"+\0", b"\0+")
    pointer, count_format, entry_length, value_at = ("Q", "Q", 20, 12) if big else ("I", "H", 12, 8)
    at = struct.unpack_from(order + pointer, head, 8 if big else 4)[0]
    width = height = None
    frames: int | None = 0
    seen: set[int] = set()
    budget = _STEPS
    # A directory that points back at an earlier one would go round for ever.
    while at and at not in seen and budget > 0:
        seen.add(at)
        if at >= len(head) and width is not None and len(head) < size:
            frames = None
            break
        entries = struct.unpack_from(order + count_format, head, at)[0]
        first = at + struct.calcsize(count_format)
        if width is None:
            sides: dict[int, int] = {}
            for n in range(min(entries, budget)):
                tag, type_ = struct.unpack_from(order + "HH", head, first + n * entry_length)
                if tag in (256, 257):
                    form = {3: "H", 4: "I", 16: "Q"}.get(type_, "I")
                    sides[tag] = struct.unpack_from(order + form, head, first + n * entry_length + value_at)[0]
            if len(sides) < 2:
                raise _EndsEarlyError
            width, height = sides[256], sides[257]
        budget -= entries + 1
        frames = frames + 1 if frames is not None else None
        at_next = first + entries * entry_length
        at = struct.unpack_from(order + pointer, head, at_next)[0] if at_next < len(head) else 0
    if width is None:
        raise _EndsEarlyError
    return PictureInfo("tiff", CONTENT_TYPES["tiff"], width, height, frames)


def _heif(head: bytes, _size: int) -> PictureInfo:
    """The largest picture among a file's items: the main one, never a thumbnail or one tile of a grid.

    Encoders pad odd sides by a pixel and crop it away again; the padded size is what is decoded, and reported here.
    """
    best = (0, 0)
    todo = [(0, len(head))]
    budget = _STEPS
    found = False
    while todo:
        at, end = todo.pop()
        while at + 8 <= end and budget > 0:
            budget -= 1
            length, name = struct.unpack_from(">I4s", head, at)
            body = at + 8
            if length == 1:
                length = struct.unpack_from(">Q", head, body)[0]
                body += 8
            stop = min(at + length, end) if length else end
            if stop < body:
                break
            if name == b"meta":
                todo.append((body + 4, stop))
            elif name in (b"iprp", b"ipco"):
                todo.append((body, stop))
            elif name == b"ispe":
                sides: tuple[int, int] = struct.unpack_from(">II", head, body + 4)
                best = max(best, sides, key=lambda pair: pair[0] * pair[1])
                found = True
            at = stop
    if not found:
        raise _EndsEarlyError
    kind: Kind = _heif_kind(head) or "heic"
    return PictureInfo(kind, CONTENT_TYPES[kind], best[0], best[1])


def _pdf(head: bytes, _size: int) -> PictureInfo:
    return PictureInfo("pdf", CONTENT_TYPES["pdf"], encrypted=b"/Encrypt" in head)


def _docx(_head: bytes, _size: int) -> PictureInfo:
    return PictureInfo("docx", CONTENT_TYPES["docx"])


_READERS = {
    "jpeg": _jpeg,
    "png": _png,
    "webp": _webp,
    "tiff": _tiff,
    "gif": _gif,
    "avif": _heif,
    "heic": _heif,
    "pdf": _pdf,
    "docx": _docx,
}
