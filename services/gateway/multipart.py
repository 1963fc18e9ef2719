"""The one file of a multipart/form-data upload, with every size bounded.

aiohttp bounds a part's `read()` but neither `read_chunk()`, nor the number of parts, nor the time a body may take
(aiohttp 3.14), so that is counted here.
"""

import asyncio
import re
import unicodedata
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import TypeVar

from aiohttp import BodyPartReader, MultipartReader, web
from aiohttp.http_exceptions import BadHttpMessage

from services.gateway.problems import ProblemError
from shared.pictures import ALLOWED, CONTENT_TYPES

T = TypeVar("T")

_PARTS = 16
_OVERHEAD = 64 * 1024
"""Bytes of part headers, boundaries and small fields around the file."""
_NAME_LENGTH = 255
_SILENCE_SECONDS = 10
_BOUNDARY = re.compile(r'boundary=("[^"]+"|[^;\s]+)', re.IGNORECASE)
_DIRECTIONS = frozenset(map(chr, [*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F]))
# Programs declare a DOCX as any of the last ones; an old DOC is let in to be told what to save it as.
_DECLARED = (
    "image/",
    "application/pdf",
    "application/octet-stream",
    CONTENT_TYPES["docx"],
    "application/msword",
    "application/vnd.ms-word",
    "application/zip",
    "application/x-zip",
)


@dataclass(frozen=True, slots=True)
class UploadedFile:
    name: str
    data: bytes


def _refuse(status: int, slug: str, title: str, detail: str, **allowed: object) -> ProblemError:
    return ProblemError(
        status,
        slug,
        title,
        detail,
        allowed=allowed or None,
        # What is left of the body is not read: the connection cannot carry another request.
        headers={"Connection": "close"},
    )


async def read_file(request: web.Request, max_bytes: int, seconds: float) -> UploadedFile:
    """Read the upload's file.

    Args:
        max_bytes: of the file.
        seconds: for the whole body.

    Raises:
        ProblemError: 408, 411, 413, 415 or 400, saying what is wrong and what is allowed.
    """
    if request.content_type != "multipart/form-data" or "boundary" not in request.headers.get("Content-Type", ""):
        raise _refuse(
            415,
            "wrong-content-type",
            "Wrong content type",
            f"Send multipart/form-data with the picture in a part named “file”, not {request.content_type}.",
            contentType="multipart/form-data",
        )
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        # Decompressed, a few bytes become more than Content-Length bounds.
        raise _refuse(415, "content-encoding", "Compressed body", "Send the body as it is, without Content-Encoding.")
    if request.content_length is None:
        raise _refuse(411, "length-required", "Length required", "Send a Content-Length with the upload.")
    if request.content_length > max_bytes + _OVERHEAD:
        raise _too_large(max_bytes)
    try:
        async with asyncio.timeout(seconds):
            await _check_start(request)
            return await _read_parts(await request.multipart(), max_bytes)
    except TimeoutError:
        raise _refuse(
            408, "upload-too-slow", "Upload too slow", f"The file did not arrive within {seconds:g} seconds."
        ) from None
    except (ValueError, AssertionError, RuntimeError, BadHttpMessage) as error:
        # What aiohttp's parser raises on a body that is not multipart.
        raise _refuse(400, "malformed-multipart", "Malformed upload", "The multipart body cannot be read.") from error


async def _check_start(request: web.Request) -> None:
    """Refuse a body that does not begin with its boundary: aiohttp skips what comes before it line by line without
    giving way, so that megabytes of line ends would stop the whole gateway."""
    boundary = (_BOUNDARY.search(request.headers.get("Content-Type", "")) or ["", ""])[1].strip('"')
    start = b"--" + boundary.encode("ascii", "replace")
    seen = b""
    while len(seen) < len(start) + 2 and not request.content.at_eof():
        seen += await _soon(request.content.read(len(start) + 2 - len(seen)))
    request.content.unread_data(seen)
    if not seen.removeprefix(b"\r\n").startswith(start[: len(seen)] if seen else start):
        raise ValueError("the body does not begin with its boundary")


async def _soon(data: Awaitable[T]) -> T:
    """Wait for a client's next bytes, not for ever: silent connections would hold the slots of those who send."""
    async with asyncio.timeout(_SILENCE_SECONDS):
        return await data


def _too_large(max_bytes: int) -> ProblemError:
    return _refuse(
        413,
        "file-too-large",
        "File too large",
        f"The file is larger than {max_bytes / 2**20:g} MB. Upload a smaller one.",
        maxBytes=max_bytes,
    )


async def _read_parts(parts: MultipartReader, max_bytes: int) -> UploadedFile:
    found: UploadedFile | None = None
    others = 0
    for _ in range(_PARTS):
        part = await _soon(parts.next())
        if part is None:
            break
        if isinstance(part, BodyPartReader) and part.name == "file":
            if found is not None:
                raise _refuse(
                    400, "two-files", "Two files", "Upload one file at a time, in one part named “file”.", files=1
                )
            name, declared = _check_name(part.filename), part.headers.get("Content-Type", "")
            if declared and not declared.lower().startswith(_DECLARED):
                raise _refuse(
                    415,
                    "wrong-content-type",
                    "Wrong content type",
                    f"The file is declared as {declared[:100]}; send a picture or a document ({ALLOWED}).",
                    contentTypes=["image/*", "application/pdf", CONTENT_TYPES["docx"]],
                )
            found = UploadedFile(name, await _read_bytes(part, max_bytes))
        elif isinstance(part, BodyPartReader):
            others += len(await _read_bytes(part, _OVERHEAD))
            if others > _OVERHEAD:
                raise _too_large(max_bytes)
        else:
            raise _refuse(400, "malformed-multipart", "Malformed upload", "A part may not hold parts of its own.")
    else:
        raise _refuse(400, "too-many-parts", "Too many parts", "The form has too many parts.", parts=_PARTS)
    if found is None:
        raise _refuse(
            400, "no-file", "No file", "Send the picture in a part named “file”.", part="file", formats=ALLOWED
        )
    return found


async def _read_bytes(part: BodyPartReader, max_bytes: int) -> bytes:
    data = bytearray()
    while chunk := await _soon(part.read_chunk(64 * 1024)):
        data += chunk
        if len(data) > max_bytes:
            raise _too_large(max_bytes)
    return bytes(part.decode(data)) if part.headers.get("Content-Transfer-Encoding") else bytes(data)


def _unfit(character: str) -> bool:
    """Whether a character could hide or reorder a name, or end a line: controls, lone surrogates, separators of lines
    and the controls of writing direction. Narrow spaces and the joiners of emoji are part of ordinary names."""
    return unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") or character in _DIRECTIONS


def _check_name(name: str | None) -> str:
    name = (name or "").strip() or "timetable"
    if len(name) > _NAME_LENGTH:
        raise _refuse(
            400,
            "bad-file-name",
            "Bad file name",
            f"The file's name has {len(name):,} characters; at most {_NAME_LENGTH} are taken. Rename it.",
            maxCharacters=_NAME_LENGTH,
        )
    if "/" in name or "\\" in name or name in (".", "..") or any(map(_unfit, name)):
        raise _refuse(
            400,
            "bad-file-name",
            "Bad file name",
            "A file name may not hold a path or control characters. Rename the file.",
            maxCharacters=_NAME_LENGTH,
        )
    return name
