"""The file of a multipart/form-data upload (RFC 7578), or the pages of one, with every size bounded.

The bytes go through `multipart`'s parser chunk by chunk. It is given its boundary here, so that the boundary that is
looked for and the one that is parsed by cannot differ, and the body must begin with it: nothing is skipped.
"""

import base64
import binascii
import re
import unicodedata
from dataclasses import dataclass
from urllib.parse import unquote

from aiohttp import web
from multipart import MultipartError, MultipartSegment, PushMultipartParser, parse_options_header

from services.gateway.problems import ProblemError
from services.gateway.reception import Body
from shared.pictures import ALLOWED

_PARTS = 16
_OVERHEAD = 64 * 1024
"""Bytes of part headers, boundaries and small fields around the file."""
_HEADER_BYTES = 16 * 1024
"""Longest header line of a part: a name of 5,000 characters gets our own answer."""
_HEADERS = 16
_BOUNDARY_LENGTH = 70
"""Characters that a boundary may have (RFC 2046, section 5.1.1)."""
_NAME_LENGTH = 255
_EXTENDED = re.compile(r";\s*+filename\*\s*+=\s*+(utf-8|iso-8859-1)'[a-z0-9-]*+'([^;\s\"]++)", re.IGNORECASE | re.ASCII)
"""A name in the form of RFC 8187, which browsers do not send in forms and other clients do. Not read by aiohttp, which
warns of every part of a header that it cannot read: in the log, and kept for ever."""
_DIRECTIONS = frozenset(map(chr, [*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x061C, 0x200E, 0x200F]))


@dataclass(frozen=True, slots=True)
class UploadedFile:
    name: str
    data: bytes
    declared: str = ""
    """The content type that its part says."""


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


async def read_files(request: web.Request, body: Body, max_bytes: int, *, pages: bool = False) -> list[UploadedFile]:
    """Read the upload's file, or with `pages` those in parts named “page”, in their order.

    Args:
        body: the request's.
        max_bytes: of the file, or of all pages together.

    Raises:
        ProblemError: 408, 411, 413, 415, 400 or 503, saying what is wrong and what is allowed.
    """
    content_type, options = parse_options_header(request.headers.get("Content-Type", ""))
    boundary = options.get("boundary", "")
    if content_type != "multipart/form-data" or not boundary:
        raise _refuse(
            415,
            "wrong-content-type",
            "Wrong content type",
            f"Send multipart/form-data with the picture in a part named “{_part(pages)}”, not {request.content_type}.",
            contentType="multipart/form-data",
        )
    if request.content_length is None:
        raise _refuse(411, "length-required", "Length required", "Send a Content-Length with the upload.")
    if request.content_length > max_bytes + _OVERHEAD:
        raise _too_large(max_bytes)
    if len(boundary) > _BOUNDARY_LENGTH or not (boundary.isascii() and boundary.isprintable()):
        raise _malformed()
    form = Form(boundary.encode(), max_bytes, pages=pages)
    try:
        await body.read(form.feed)
        return form.close()
    except MultipartError:
        raise _malformed() from None


class Form:
    """What has been read of a form: the file, and how much stood around it. `feed` takes time in proportion to its
    chunk, whatever the chunk holds."""

    def __init__(self, boundary: bytes, max_bytes: int, *, pages: bool = False) -> None:
        self._parser = PushMultipartParser(
            boundary, max_header_size=_HEADER_BYTES, max_header_count=_HEADERS, header_charset="utf8"
        )
        self._start = b"--" + boundary + b"\r\n"
        self._seen = b""
        self._max_bytes = max_bytes
        self._parts = 0
        self._others = 0
        self._held = 0
        self._pages = pages
        self._files: list[_File] = []
        self._in_file = False

    def feed(self, chunk: bytes) -> None:
        """Take the body's next bytes. Raises `ProblemError` or `MultipartError`."""
        if len(self._seen) < len(self._start):
            self._seen += chunk
            # The parser would skip what stands before its boundary, megabytes of it; nobody sends anything there.
            if not self._start.startswith(self._seen[: len(self._start)]):
                raise _malformed()
        for event in self._parser.parse(chunk):
            if isinstance(event, MultipartSegment):
                self._begin(event)
            elif event is None:
                self._in_file = False
            elif self._in_file:
                self._held += self._files[-1].add(event)
                if self._held > self._max_bytes:
                    raise _too_large(self._max_bytes)
            else:
                self._others += len(event)
                if self._others > _OVERHEAD:
                    raise _too_large(self._max_bytes)

    def close(self) -> list[UploadedFile]:
        """The files, at the body's end: one at least, and one alone unless they are pages. Raises `ProblemError` or
        `MultipartError`."""
        self._parser.close()
        if not self._files:
            name = _part(self._pages)
            raise _refuse(
                400, "no-file", "No file", f"Send the picture in a part named “{name}”.", part=name, formats=ALLOWED
            )
        return [UploadedFile(file.name, file.end(), file.declared) for file in self._files]

    def _begin(self, part: MultipartSegment) -> None:
        self._parts += 1
        if self._parts > _PARTS:
            raise _refuse(400, "too-many-parts", "Too many parts", "The form has too many parts.", parts=_PARTS)
        if part.name != _part(self._pages):
            return
        if self._files and not self._pages:
            raise _refuse(
                400, "two-files", "Two files", "Upload one file at a time, in one part named “file”.", files=1
            )
        self._in_file = True
        # The declared type is the uploader's word, and programs say the oddest ones: the bytes decide, but for texts.
        encoding, declared = part.header("Content-Transfer-Encoding", "binary"), part.header("Content-Type", "")
        self._files.append(_File(_file_name(part), encoding, declared))


class _File:
    """The file's bytes as they come in."""

    def __init__(self, name: str, encoding: str, declared: str) -> None:
        self.name = name
        self.declared = declared
        self._chunks: list[bytes] = []
        self._base64 = encoding.lower() == "base64"
        self._rest = b""
        if encoding.lower() not in ("binary", "8bit", "7bit", "base64"):
            raise _malformed()

    def add(self, chunk: bytes) -> int:
        """Take a chunk; returns how many of the file's bytes it brought."""
        if not self._base64:
            # Kept as they came, and joined once: a buffer that grows is copied each time that it has to move.
            self._chunks.append(bytes(chunk))
            return len(chunk)
        # Line ends out of the way, four characters are three bytes: decoded as they come, no step takes long.
        text = self._rest + bytes(chunk).translate(None, b"\r\n")
        whole = len(text) - len(text) % 4
        self._rest = text[whole:]
        try:
            self._chunks.append(base64.b64decode(text[:whole], validate=True))
        except binascii.Error:
            raise _malformed() from None
        return len(self._chunks[-1])

    def end(self) -> bytes:
        """The file."""
        if self._rest:
            raise _malformed()
        data, self._chunks = b"".join(self._chunks), []
        return data


def _part(pages: bool) -> str:
    return "page" if pages else "file"


def _malformed() -> ProblemError:
    return _refuse(400, "malformed-multipart", "Malformed upload", "The multipart body cannot be read.")


def _too_large(max_bytes: int) -> ProblemError:
    return _refuse(
        413,
        "file-too-large",
        "File too large",
        f"The file is larger than {max_bytes / 2**20:g} MB. Upload a smaller one.",
        maxBytes=max_bytes,
    )


def _file_name(part: MultipartSegment) -> str:
    """The part's file name, without what could hide or reorder it. Raises `ProblemError`."""
    name = part.filename or ""
    if extended := _EXTENDED.search(part.header("Content-Disposition")):
        name = unquote(extended[2], extended[1], "replace")
    name = "".join(each for each in name if not _unfit(each)).strip() or "timetable"
    if len(name) > _NAME_LENGTH:
        raise _refuse(
            400,
            "bad-file-name",
            "Bad file name",
            f"The file's name has {len(name):,} characters; at most {_NAME_LENGTH} are taken. Rename it.",
            maxCharacters=_NAME_LENGTH,
        )
    if "/" in name or "\\" in name or name in (".", ".."):
        raise _refuse(
            400,
            "bad-file-name",
            "Bad file name",
            "A file name may not hold a path. Rename the file.",
            maxCharacters=_NAME_LENGTH,
        )
    return name


def _unfit(character: str) -> bool:
    """Whether a character could hide or reorder a name, or end a line: controls, lone surrogates, separators of lines
    and the controls of writing direction, which right-to-left systems put into ordinary names. Narrow spaces and the
    joiners of emoji are part of names."""
    return unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") or character in _DIRECTIONS
