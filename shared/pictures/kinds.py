"""The kinds of file that are read, what is known of one, and the sentences for files of a kind."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal[
    "jpeg", "png", "webp", "tiff", "gif", "avif", "heic", "pdf", "docx", "xlsx", "xls", "ods", "csv", "html"
]

PICTURES = "JPEG, PNG, WebP, TIFF, GIF, AVIF, HEIC or PDF"
ALLOWED = "JPEG, PNG, WebP, TIFF, GIF, AVIF, HEIC, PDF, DOCX, XLSX, XLS, ODS, CSV or HTML"
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
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "xls": "application/vnd.ms-excel",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "csv": "text/csv",
    "html": "text/html",
}


@dataclass(frozen=True, slots=True)
class PictureInfo:
    """What the header says."""

    kind: Kind
    content_type: str
    width: int | None = None
    """Pixels as stored, before any orientation is applied; None where the bytes at hand do not reach that far."""
    height: int | None = None
    frames: int | None = None
    """Frames of an animation or pages of a TIFF or PDF, where the bytes at hand tell."""
    encrypted: bool = False
    """A PDF that mentions encryption. Only a hint: most such files open without a password."""


class EndsEarlyError(Exception):
    """The header refers to bytes past the end of those at hand."""


def cut_off(kind: Kind) -> str:
    """The sentence for a file that ends too early."""
    return f"The {_NAMES[kind]} file is cut off or damaged. Upload it again, or save it anew as {PICTURES}."


def too_thin(width: int, height: int) -> str:
    return (
        f"The picture has {width:,} × {height:,} pixels, too few for a timetable. Upload one that shows the whole page."
    )


def too_many_parts(kind: Kind) -> str:
    """The sentence for a file that costs far more to decode than its pixels do."""
    return (
        f"The {_NAMES[kind]} file is built of far more parts (scans, frames or tiles) than cameras and programs write. "
        "Save it anew as JPEG or PNG and upload that."
    )


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
    "xlsx": "XLSX",
    "xls": "XLS",
    "ods": "ODS",
    "csv": "CSV",
    "html": "HTML",
}
