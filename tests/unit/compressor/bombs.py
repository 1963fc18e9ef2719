"""Small files that cost a decoder far more than their pixels do."""

import struct
import zlib
from collections.abc import Iterator

from PIL import Image

from tests.unit.compressor.made import save


def segment(marker: int, body: bytes) -> bytes:
    """A JPEG's marker and what belongs to it."""
    return b"\xff" + bytes([marker]) + struct.pack(">H", len(body) + 2) + body


def scans(width: int, height: int, count: int, *, between: bytes = b"") -> bytes:
    """A grey progressive JPEG of so many scans. But for the first they say nothing, in 15 bits for 32,767 blocks, and
    cost a pass over all blocks each.

    Args:
        between: put before each scan.
    """
    blocks = -(-width // 8) * -(-height // 8)
    head = (
        b"\xff\xd8"
        + segment(0xDB, b"\0" + b"\1" * 64)
        + segment(0xC2, struct.pack(">BHHB", 8, height, width, 1) + b"\1\x11\0")
        # One code each: "no difference" for the first scan, "the next 16,384 + n blocks are done" for the others.
        + segment(0xC4, b"\0\1" + b"\0" * 15 + b"\0")
        + segment(0xC4, b"\x10\1" + b"\0" * 15 + b"\xe0")
    )
    first = segment(0xDA, b"\1\1\0\0\0\0") + bytes(blocks // 8 + 1)
    bits = "".join("0" + "1" * 14 for _ in range(-(-blocks // 32_767)))
    bits += "1" * (-len(bits) % 8)
    nothing = int(bits, 2).to_bytes(len(bits) // 8, "big").replace(b"\xff", b"\xff\0")
    other = between + segment(0xDA, b"\1\1\0\1\x3f\0") + nothing
    return head + first + other * (count - 1) + b"\xff\xd9"


def chunks(name: bytes, body: bytes, count: int) -> bytes:
    """A PNG of 64 x 64 pixels with so many chunks of one name."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", 64, 64, 8, 2, 0, 0, 0))
        + chunk(name, body) * count
        + chunk(b"IDAT", zlib.compress(b"\0" * (1 + 3 * 64) * 64))
        + chunk(b"IEND", b"")
    )


def frames(count: int, side: int = 16) -> bytes:
    """An animated WebP of so many frames."""
    picture = save("webp", Image.new("RGB", (side, side)), lossless=True)[12:]
    last = struct.pack("<I", side - 1)[:3] * 2
    frame = b"ANMF" + struct.pack("<I", 16 + len(picture)) + bytes(6) + last + b"\x0a\0\0\0" + picture
    body = b"VP8X" + struct.pack("<I", 10) + b"\2\0\0\0" + last + b"ANIM" + struct.pack("<I", 6) + bytes(6)
    body += frame * count
    return b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WEBP" + body


def directories(count: int, entries: int) -> bytes:
    """A TIFF of so many directories, the first of them with so many entries more than it needs."""

    def entry(tag: int, value: int) -> bytes:
        return struct.pack("<HHII", tag, 4, 1, value)

    wanted = {256: 16, 257: 16, 258: 8, 259: 1, 262: 1, 273: 8, 277: 1, 278: 16, 279: 256}
    own = b"".join(entry(tag, value) for tag, value in wanted.items())
    out = bytearray(b"II*\0" + struct.pack("<I", 8 + 256) + b"\x80" * 256)
    for number in range(count):
        more = entry(60_000, 0) * (0 if number else entries)
        size = 2 + len(own) + len(more) + 4
        following = len(out) + size if number + 1 < count else 0
        out += struct.pack("<H", (len(own) + len(more)) // 12) + own + more + struct.pack("<I", following)
    return bytes(out)


def grid(kind: str, rows: int, columns: int, side: int, tile: int) -> bytes:
    """A HEIC or AVIF of ``side`` x ``side`` pixels that is a grid of tiles, all of them the same bytes.

    Args:
        kind: ``heic`` or ``avif``.
        tile: each tile's side in pixels.
    """
    single = save(kind, Image.new("RGB", (tile, tile), (200, 10, 10)), quality=10)
    ftyp, meta, data = (_inside(single, name) for name in (b"ftyp", b"meta", b"mdat"))
    own = list(_boxes(_inside(_inside(meta[4:], b"iprp"), b"ipco")))
    size = struct.pack(">II", side, side)
    properties = b"".join(_box(name, body) for name, body in [*own, (b"ispe", bytes(4) + size)])
    # The first item is the grid, which has the last property; the others are tiles, which have those of the single one.
    tiles = range(2, 2 + rows * columns)
    of_tile = bytes([len(own), *(number | 0x80 * (name[2:] == b"vcC") for number, (name, _) in enumerate(own, 1))])
    of_items = b"".join(struct.pack(">H", item) + of_tile for item in tiles)
    associations = struct.pack(">IHBB", 1 + len(tiles), 1, 1, len(own) + 1) + of_items
    coded = b"hvc1" if kind == "heic" else b"av01"
    entries = b"".join(
        _full(b"infe", struct.pack(">HH", item, 0) + name + b"\0", 2)
        for item, name in [(1, b"grid"), *((n, coded) for n in tiles)]
    )
    uses = _box(b"dimg", struct.pack(f">HH{len(tiles)}H", 1, len(tiles), *tiles))
    layout = struct.pack(">BBBB", 0, 1, rows - 1, columns - 1) + size

    def whole(start: int) -> bytes:
        places = [(1, start, len(layout)), *((item, start + len(layout), len(data)) for item in tiles)]
        located = b"".join(struct.pack(">HHHII", item, 0, 1, at, length) for item, at, length in places)
        body = (
            _full(b"hdlr", b"\0\0\0\0pict" + bytes(13))
            + _full(b"pitm", struct.pack(">H", 1))
            + _full(b"iinf", struct.pack(">H", len(places)) + entries)
            + _full(b"iref", uses)
            + _box(b"iprp", _box(b"ipco", properties) + _full(b"ipma", associations))
            + _full(b"iloc", b"\x44\0" + struct.pack(">H", len(places)) + located)
        )
        return _box(b"ftyp", ftyp) + _full(b"meta", body) + _box(b"mdat", layout + data)

    return whole(len(whole(0)) - len(layout) - len(data))


def references(count: int, within: bool = False) -> bytes:
    """A HEIC of so many boxes of references, which is no picture.

    Args:
        within: each refers to the next one's item; otherwise each names 65,535, that stand behind it or nowhere.
    """
    if within:
        named = b"".join(_box(b"dimg", struct.pack(">HHH", item, 1, item + 1)) for item in range(1, count + 1))
        behind = b""
    else:
        named, behind = _box(b"dimg", struct.pack(">HH", 1, 65_535)) * count, bytes(131_072)
    return _heic(_full(b"iref", named), behind)


def associations(count: int) -> bytes:
    """A HEIC of so many boxes that each give 30,000 items, which stand behind it, properties; it is no picture."""
    full = _full(b"ipma", struct.pack(">I", 30_000))
    return _heic(_box(b"iprp", full * count), bytes(96_000))


def _heic(boxes: bytes, behind: bytes) -> bytes:
    size = _box(b"iprp", _box(b"ipco", _full(b"ispe", struct.pack(">II", 64, 64))))
    return _box(b"ftyp", b"heic" + bytes(4) + b"heic") + _full(b"meta", size + boxes + behind)


def _boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at < len(data):
        length, name = struct.unpack_from(">I4s", data, at)
        yield name, data[at + 8 : at + length]
        at += length


def _inside(data: bytes, name: bytes) -> bytes:
    return dict(_boxes(data))[name]


def _box(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(body), name) + body


def _full(name: bytes, body: bytes, version: int = 0) -> bytes:
    return _box(name, bytes([version, 0, 0, 0]) + body)
