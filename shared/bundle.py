"""Several files as the pages of one document, such as photos of one wall plan, in one blob."""

import struct
from collections.abc import Sequence

_MARK = b"\x89timelift pages\r\n"
"""No file that is read begins so; an upload that does is refused as any other unknown one."""
_LENGTH = struct.Struct("!I")


def bundled(files: Sequence[bytes]) -> bytes:
    """The files as one."""
    return _MARK + b"".join(_LENGTH.pack(len(file)) + file for file in files)


def unbundled(data: bytes) -> list[bytes] | None:
    """The files that were made one; None if `data` is none of ours."""
    if not data.startswith(_MARK):
        return None
    files, at = [], len(_MARK)
    while at < len(data):
        (length,) = _LENGTH.unpack_from(data, at)
        at += _LENGTH.size + length
        files.append(data[at - length : at])
    return files
