"""A file without its metadata, pixels untouched: for pictures that compression would have made larger.

What stays is only what changes how the pixels look. Place, time, device, thumbnails (which may show what was cropped
away), comments and whatever is appended after the picture's end (phones append whole videos) go.
"""

import re
import struct
import zlib
from collections.abc import Callable

from shared.pictures import Kind

_PNG_KEPT = {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT", b"cICP", b"pHYs"}
"""All but IDAT once: each further one is a warning to libpng, which remembers what it has said; a million took 50 s."""
_PNG_PROFILE_BYTES = 1 << 20
"""Largest colour profile that is let through; a printer's has half of it."""
_PNG_EXIF_BYTES = 1 << 16
_WEBP_KEPT = {b"VP8 ", b"VP8L", b"ALPH", b"ICCP"}
_NEXT_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")


def strip(kind: Kind, data: bytes, orientation: int = 1) -> bytes | None:
    """The same picture without metadata, or None where this kind cannot be stripped.

    Args:
        orientation: EXIF orientation to write back, 1 for none; JPEG only, None is answered for others.
    """
    if kind == "jpeg":
        return _jpeg(data, orientation)
    stripper: Callable[[bytes], bytes] | None = {"png": _png, "webp": _webp}.get(kind)
    if stripper is None or orientation != 1:
        return None
    try:
        return stripper(data)
    except struct.error:
        return None


def _jpeg(data: bytes, orientation: int) -> bytes | None:
    out = bytearray(b"\xff\xd8")
    kept_orientation = orientation == 1
    at = 2
    while at + 4 <= len(data):
        if data[at] != 0xFF:
            return None
        marker = data[at + 1]
        if marker == 0xFF:
            at += 1
            continue
        if marker == 0xD9:
            return bytes(out + b"\xff\xd9")
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        segment = data[at:end]
        if marker == 0xDA:
            # The scan's data runs to the next marker that is neither a stuffed byte nor a restart.
            following = _NEXT_MARKER.search(data, end)
            end = following.start() if following else len(data)
            out += data[at:end]
            if following is None:
                return bytes(out + b"\xff\xd9")
        elif _shows(marker, segment):
            if marker != 0xE0 and not kept_orientation:
                out += _orientation_segment(orientation)
                kept_orientation = True
            out += segment
        at = max(end, at + 4)
    if data[at : at + 2] == b"\xff\xd9":
        return bytes(out + b"\xff\xd9")
    return None


def _shows(marker: int, segment: bytes) -> bool:
    """Whether a segment changes how the pixels look. APP14 tells RGB from YCbCr; without it colours are wrong."""
    if marker == 0xE2:
        return segment[4:16] == b"ICC_PROFILE\0"
    return marker in (0xE0, 0xEE) or not (0xE0 <= marker <= 0xEF or marker == 0xFE)


def _orientation_segment(orientation: int) -> bytes:
    """EXIF that says only which side is up (tag 0x0112)."""
    directory = struct.pack(">HHHIHHI", 1, 0x0112, 3, 1, orientation, 0, 0)
    body = b"Exif\0\0MM\0*" + struct.pack(">I", 8) + directory
    return b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body


def plain_png(data: bytes) -> bytes:
    """A PNG without what a decoder would inflate beside its pixels, its orientation kept.

    Two hundred compressed notes in a file of 1.4 MB took libpng 36 s and 3 GB.
    """
    return _png(data, exif=True)


def _png(data: bytes, *, exif: bool = False) -> bytes:
    out = bytearray(data[:8])
    at = 8
    seen: set[bytes] = set()
    while at + 12 <= len(data):
        length, name = struct.unpack_from(">I4s", data, at)
        chunk = data[at : at + 12 + length]
        if name == b"IDAT" or name not in seen:
            seen.add(name)
            keep = name in _PNG_KEPT
            if name == b"iCCP":
                keep = _small_profile(chunk[8:-4])
            elif name == b"eXIf":
                keep = exif and length <= _PNG_EXIF_BYTES
            if keep:
                out += chunk
        at += 12 + length
        if name == b"IEND":
            break
    return bytes(out)


def _small_profile(body: bytes) -> bool:
    """Whether an iCCP chunk (name, 0, method 0, zlib stream) inflates to a bounded profile."""
    name, _, rest = body.partition(b"\0")
    inflate = zlib.decompressobj()
    try:
        inflate.decompress(rest[1:], _PNG_PROFILE_BYTES)
    except zlib.error:
        return False
    return len(name) < 80 and inflate.eof


def _webp(data: bytes) -> bytes:
    out = bytearray(data[:12])
    at = 12
    while at + 8 <= len(data):
        name, length = struct.unpack_from("<4sI", data, at)
        end = at + 8 + length + (length & 1)
        if name == b"VP8X":
            # Flags 0x08 and 0x04 promise the EXIF and XMP chunks that are left out.
            out += data[at : at + 8] + bytes([data[at + 8] & ~0x0C]) + data[at + 9 : end]
        elif name in _WEBP_KEPT:
            out += data[at:end]
        at = end
    struct.pack_into("<I", out, 4, len(out) - 8)
    return bytes(out)
