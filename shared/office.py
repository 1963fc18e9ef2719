"""What a ZIP or an OLE file holds, told without unpacking anything.

DOCX and XLSX are ZIP archives (PKWARE APPNOTE 6.3, 4.3.12 and 4.3.16) by the rules of ECMA-376 part 2, ODS is one by
those of OpenDocument 1.3 part 2, which says what it is in its first part. An archive's directory stands at its end and
says how large every part is when unpacked: a bomb is refused by that, and the reader unpacks no more of a part than the
directory promised. Office documents with a password, and those from before 2007, XLS among them, are OLE containers
(MS-CFB) instead, whose stream names are UTF-16.
"""

import re
import struct
import zlib
from typing import Literal, TypeAlias

from shared.outcomes import OtherFormatError, UnreadableError
from shared.windows import holds

OfficeKind: TypeAlias = Literal["docx", "xlsx", "ods", "xls"]

_END = b"PK\5\6"
_ENTRY = b"PK\1\2"
_COMMENT_BYTES = 65_535
MAX_PARTS = 2_000
"""Files in the archive. Word writes about 15, and one more for each picture."""
MAX_UNPACKED = 200 * 1024 * 1024
MAX_PART = 60 * 1024 * 1024
_MAX_RATIO = 200
"""Unpacked to packed bytes of the whole. Word's own tables reach 40."""
_SMALL = 10 * 1024 * 1024
"""Unpacked bytes that are no bomb whatever the ratio."""
_MAIN = re.compile(rb"word/document\d*\.xml")
_BOOK = b"xl/workbook.xml"
_SHEETS = b"vnd.oasis.opendocument.spreadsheet"
_MIMETYPE_ENDS = 200
"""Bytes within which an OpenDocument file says its type, if it says it in its first part."""

BOMB = "The document unpacks to far more than a timetable needs. Save it as PDF and upload that."
BROKEN = "The document is cut off or damaged. Upload it again, or save it as PDF and upload that."
LOCKED = "This document is locked with a password. Save a copy without one and upload that."
SAVE_AS_DOCX = "Save it as DOCX or PDF and upload that."
SAVE_AS_XLSX = "Save it as XLSX or PDF and upload that."
SAVE_AS_PDF = "Save it as PDF and upload that."
_OTHERS: tuple[tuple[bytes, str, str], ...] = (
    (b"xl/", "xlsb", f"The file is an Excel workbook of the binary kind (XLSB). {SAVE_AS_XLSX}"),
    (b"ppt/", "pptx", f"The file is a PowerPoint presentation. {SAVE_AS_PDF}"),
    (b"Index/", "iwork", "The file is a Pages, Numbers or Keynote document. Export it as PDF and upload that."),
    (b"Index.zip", "iwork", "The file is a Pages, Numbers or Keynote document. Export it as PDF and upload that."),
    (b"index.apxl", "iwork", "The file is a Pages, Numbers or Keynote document. Export it as PDF and upload that."),
    (b"index.xml", "iwork", "The file is a Pages, Numbers or Keynote document. Export it as PDF and upload that."),
)
_OPEN: tuple[tuple[bytes, str, str], ...] = (
    (b"opendocument.text", "odt", f"The file is an OpenDocument text (ODT). {SAVE_AS_DOCX}"),
    (b"opendocument.presentation", "odp", f"The file is an OpenDocument presentation (ODP). {SAVE_AS_PDF}"),
    (b"", "opendocument", f"The file is an OpenDocument file. {SAVE_AS_PDF}"),
)


def archive_kind(data: bytes, size: int) -> OfficeKind:
    """Which kind of document a ZIP archive is.

    Args:
        data: the file from its start, all of it wherever that is possible.
        size: of the whole file, in bytes.

    Raises:
        OtherFormatError: it is another kind of archive.
        UnreadableError: it is a document that is cut off, or unpacks to too much.
    """
    if len(data) < size:  # the directory stands at the end: only the names of the first parts can be seen
        if b"word/" in data:
            return "docx"
        if b"xl/" in data:
            return "xlsx"
        if _SHEETS in data[:_MIMETYPE_ENDS]:
            return "ods"
        raise _plain_archive()
    names = _names(data)
    if any(_MAIN.fullmatch(name) for name in names):
        return "docx"
    if _BOOK in names:
        return "xlsx"
    if b"content.xml" in names:
        kind = _mimetype(data)
        if _SHEETS in kind:
            return "ods"
        raise next(OtherFormatError(format_, sentence) for mark, format_, sentence in _OPEN if mark in kind)
    for start, format_, sentence in _OTHERS:
        if any(name.startswith(start) for name in names):
            raise OtherFormatError(format_, sentence)
    raise _plain_archive()


def check_parts(sizes: list[tuple[int, int]]) -> None:
    """Raise `UnreadableError` for a bomb.

    Args:
        sizes: packed and unpacked bytes of every part.
    """
    packed, unpacked = (sum(each) for each in zip(*sizes, strict=True)) if sizes else (0, 0)
    if (
        len(sizes) > MAX_PARTS
        or unpacked > MAX_UNPACKED
        or max((size for _, size in sizes), default=0) > MAX_PART
        or (unpacked > _SMALL and unpacked > _MAX_RATIO * max(packed, 1))
    ):
        raise UnreadableError(BOMB)


def _mimetype(data: bytes) -> bytes:
    """What an OpenDocument file says it is: its first part, which should be stored as it is and sometimes is packed."""
    method, name, extra = struct.unpack_from("<H", data, 8)[0], *struct.unpack_from("<HH", data, 26)
    body = data[30 + name + extra :][:_MIMETYPE_ENDS]
    if method != zlib.DEFLATED:
        return body
    try:
        return zlib.decompressobj(-zlib.MAX_WBITS).decompress(body, _MIMETYPE_ENDS)
    except zlib.error:
        return b""


def ole_kind(data: bytes) -> OfficeKind:
    """Which kind of document an OLE container is.

    Raises:
        OtherFormatError, UnreadableError: none that is read.
    """
    if holds(data, _stream("EncryptedPackage")):
        raise UnreadableError(LOCKED)
    if holds(data, _stream("WordDocument")):
        raise OtherFormatError("doc", f"The file is an old Word document (DOC). {SAVE_AS_DOCX}")
    if holds(data, _stream("PowerPoint Document")):
        raise OtherFormatError("ppt", f"The file is an old PowerPoint presentation (PPT). {SAVE_AS_PDF}")
    if holds(data, _stream("Workbook")) or holds(data, _stream("Book")):
        return "xls"
    raise OtherFormatError("office", f"The file is an Office document of an old kind. {SAVE_AS_PDF}")


def _plain_archive() -> OtherFormatError:
    return OtherFormatError("zip", "The file is a ZIP archive. Unpack it and upload the timetable that is in it.")


def _stream(name: str) -> bytes:
    """A stream's name as a container's directory spells it."""
    return f"{name}\0".encode("utf-16-le")


def _names(data: bytes) -> list[bytes]:
    """The names in the archive's directory."""
    tail = data[-(_COMMENT_BYTES + 22) :]
    found = tail.rfind(_END)
    if found < 0 or len(tail) < found + 22:
        raise UnreadableError(BROKEN) if _document(data[:_COMMENT_BYTES]) else _plain_archive()
    count, length, at = struct.unpack_from("<HII", tail, found + 10)
    # 65,535 stands for "see the record of the 64-bit format", which only archives of that many files need.
    if count > MAX_PARTS:
        raise UnreadableError(BOMB) if _document(data[:_COMMENT_BYTES]) else _plain_archive()
    # Something may stand before the archive; then the directory lies that much further back.
    at = max(at, len(data) - len(tail) + found - length)
    names: list[bytes] = []
    sizes: list[tuple[int, int]] = []
    for _ in range(count):
        if data[at : at + 4] != _ENTRY or len(data) < at + 46:
            raise UnreadableError(BROKEN)
        packed, unpacked, name, extra, comment = struct.unpack_from("<IIHHH", data, at + 20)
        names.append(data[at + 46 : at + 46 + name])
        sizes.append((packed, unpacked))
        at += 46 + name + extra + comment
    if any(_document(name) for name in names):
        check_parts(sizes)
    return names


def _document(data: bytes) -> bool:
    """Whether a part's name, or a file's first bytes, are those of a document that is read."""
    return b"word/" in data or b"xl/" in data or b"content.xml" in data or _SHEETS in data
