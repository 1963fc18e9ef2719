"""What a ZIP or an OLE file holds, told without unpacking anything.

A DOCX is a ZIP archive (PKWARE APPNOTE 6.3, 4.3.12 and 4.3.16) by the rules of ECMA-376 part 2. Its directory stands at
its end and says how large every part is when unpacked: a bomb is refused by that, and the reader unpacks no more of a
part than the directory promised. A DOCX with a password, and every Word document from before 2007, is an OLE container
(MS-CFB) instead, whose stream names are UTF-16.
"""

import re
import struct

from shared.outcomes import UnreadableError

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

SAVE_AS = "Save it as PDF or DOCX and upload that."
BOMB = "The Word document unpacks to far more than a timetable needs. Save it as PDF and upload that."
BROKEN = "The Word document is cut off or damaged. Upload it again, or save it as PDF and upload that."
LOCKED = "This Word document is locked with a password. Save a copy without one and upload that."
_OTHERS: tuple[tuple[bytes, str], ...] = (
    (b"xl/", "an Excel workbook"),
    (b"ppt/", "a PowerPoint presentation"),
    (b"content.xml", "an OpenDocument file"),
    (b"Index/", "an Apple iWork document"),
)


def is_docx(data: bytes, size: int) -> bool:
    """Whether a ZIP archive is a Word document.

    Args:
        data: the file from its start, all of it wherever that is possible.
        size: of the whole file, in bytes.

    Raises:
        UnreadableError: it is another kind of archive; or a Word document that is cut off, or unpacks to too much.
    """
    if len(data) < size:  # the directory stands at the end: only the names of the first parts can be seen
        return b"word/" in data
    names = _names(data)
    if any(_MAIN.fullmatch(name) for name in names):
        return True
    what = next((what for start, what in _OTHERS if any(name.startswith(start) for name in names)), "a ZIP archive")
    raise UnreadableError(f"The file is {what}. {SAVE_AS}")


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


def refuse_ole(data: bytes) -> None:
    """Raise `UnreadableError` with the sentence for what an OLE container is."""
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise UnreadableError(LOCKED)
    if "WordDocument".encode("utf-16-le") in data:
        raise UnreadableError(f"The file is an old Word document (DOC). {SAVE_AS}")
    raise UnreadableError(f"The file is an Office document of an old kind. {SAVE_AS}")


def _names(data: bytes) -> list[bytes]:
    """The names in the archive's directory."""
    tail = data[-(_COMMENT_BYTES + 22) :]
    found = tail.rfind(_END)
    if found < 0 or len(tail) < found + 22:
        raise UnreadableError(BROKEN if b"word/" in data[:_COMMENT_BYTES] else f"The file is a ZIP archive. {SAVE_AS}")
    count, length, at = struct.unpack_from("<HII", tail, found + 10)
    # 65,535 stands for "see the record of the 64-bit format", which only archives of that many files need.
    if count > MAX_PARTS:
        raise UnreadableError(BOMB if b"word/" in data[:_COMMENT_BYTES] else f"The file is a ZIP archive. {SAVE_AS}")
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
    if any(name.startswith(b"word/") for name in names):
        check_parts(sizes)
    return names
