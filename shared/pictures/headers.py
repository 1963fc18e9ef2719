"""One reader for each kind of picture but HEIF's: its size, and how much work its parts are.

Layouts: JPEG ITU-T T.81 annex B, PNG W3C third edition, WebP RFC 9649, GIF89a, TIFF 6.0 and BigTIFF.
"""

import re
import struct

from shared.outcomes import UnreadableError
from shared.pictures.kinds import CONTENT_TYPES, EndsEarlyError, PictureInfo, cut_off, too_many_parts
from shared.windows import first

STEPS = 10_000
"""Segments, chunks, boxes or directory entries looked at: a 20 MiB file of empty ones must not cost seconds."""
_SCANS = 100
"""Of a JPEG. Programs write 10 for a progressive one, optimisers up to 20, and libtiff allows as many as this. Each
costs a pass over all pixels however few bytes it has: 300 took 3.8 s for 238 kB, 3,000 of 25 megapixels 8 s for 181."""
_FRAMES = 1_000
"""Of a WebP, whose library finds each one by counting from the first: 40,000 took 6.7 s, 400,000 would take minutes."""

_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
"""But for restart markers, which stand within a scan's data; there, 0 behind 0xFF says that this is no marker."""
_SOF = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
"""Frame headers; not DHT, JPG or DAC."""
_SEGMENTS = {*range(0xC0, 0xE0), *range(0xE0, 0xF0), 0xFE} - {*range(0xD0, 0xDA)}
"""Markers with a length behind them, of those that a decoder knows."""
_EOI, _SOS = 0xD9, 0xDA


def jpeg(head: bytes, _size: int) -> PictureInfo:
    """Walks the markers as libjpeg does, which also goes over rubbish between them, to the end of the picture: what
    phones append behind it (a second picture, a film) is not looked at."""
    size: tuple[int, int] | None = None
    at, scans = 2, 0
    for _ in range(STEPS):
        found = first(_MARKER, head, 2, at)
        if found is None:
            break
        at = found.start()
        marker = head[at + 1]
        if marker == _EOI:
            break
        if marker not in _SEGMENTS:
            at += 2
            continue
        if marker == _SOS:
            scans += 1
            if scans > _SCANS:
                raise UnreadableError(too_many_parts("jpeg"))
        elif marker in _SOF and size is None and at + 9 <= len(head):
            # A height of 0 means "see the DNL segment after the first scan": no camera writes it, no decoder reads it.
            height, width = struct.unpack_from(">HH", head, at + 5)
            size = width, height
        if at + 4 > len(head):
            break
        at += 2 + max(2, struct.unpack_from(">H", head, at + 2)[0])
    else:
        raise UnreadableError(too_many_parts("jpeg"))
    if size is None:
        raise EndsEarlyError
    return PictureInfo("jpeg", CONTENT_TYPES["jpeg"], *size, 1)


def png(head: bytes, _size: int) -> PictureInfo:
    if head[12:16] != b"IHDR":
        raise EndsEarlyError
    width, height = struct.unpack_from(">II", head, 16)
    at = 33
    frames = None
    for _ in range(STEPS):
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


def webp(head: bytes, size: int) -> PictureInfo:
    if struct.unpack_from("<I", head, 4)[0] + 8 > size:
        raise UnreadableError(cut_off("webp"))
    fourcc = head[12:16]
    if fourcc == b"VP8 ":
        if head[23:26] != b"\x9d\x01\x2a":
            raise EndsEarlyError
        width, height = (value & 0x3FFF for value in struct.unpack_from("<HH", head, 26))
        return PictureInfo("webp", CONTENT_TYPES["webp"], width, height, 1)
    if fourcc == b"VP8L":
        bits = struct.unpack_from("<I", head, 21)[0]
        return PictureInfo("webp", CONTENT_TYPES["webp"], (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1, 1)
    if fourcc != b"VP8X" or len(head) < 30:
        raise EndsEarlyError
    width = int.from_bytes(head[24:27], "little") + 1
    height = int.from_bytes(head[27:30], "little") + 1
    return PictureInfo("webp", CONTENT_TYPES["webp"], width, height, _webp_frames(head, size) if head[20] & 2 else 1)


def _webp_frames(head: bytes, size: int) -> int | None:
    at, frames = 30, 0
    for _ in range(STEPS):
        if len(head) < at + 8:
            return frames if len(head) >= size else None
        frames += head[at : at + 4] == b"ANMF"
        if frames > _FRAMES:
            break
        length = struct.unpack_from("<I", head, at + 4)[0]
        at += 8 + length + (length & 1)
    raise UnreadableError(too_many_parts("webp"))


def gif(head: bytes, _size: int) -> PictureInfo:
    width, height = struct.unpack_from("<HH", head, 6)
    return PictureInfo("gif", CONTENT_TYPES["gif"], width, height)


def tiff(head: bytes, size: int) -> PictureInfo:
    order = "<" if head[:2] == b"II" else ">"
    big = head[2:4] in (b"+\0", b"\0+")
    pointer, count_format, entry_length, value_at = ("Q", "Q", 20, 12) if big else ("I", "H", 12, 8)
    at = struct.unpack_from(order + pointer, head, 8 if big else 4)[0]
    width = height = None
    frames: int | None = 0
    seen: set[int] = set()
    budget = STEPS
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
                raise EndsEarlyError
            width, height = sides[256], sides[257]
        budget -= entries + 1
        frames = frames + 1 if frames is not None else None
        at_next = first + entries * entry_length
        at = struct.unpack_from(order + pointer, head, at_next)[0] if at_next < len(head) else 0
    if width is None:
        raise EndsEarlyError
    if budget <= 0:
        # What is not counted here libtiff would count, each directory by reading all before it: 30,000 took 7.5 s.
        raise UnreadableError(too_many_parts("tiff"))
    return PictureInfo("tiff", CONTENT_TYPES["tiff"], width, height, frames)
