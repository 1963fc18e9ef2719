"""HEIC and AVIF: the size of the picture, and how many pixels its parts have.

HEIF is ISO/IEC 23008-12, its boxes are ISO/IEC 14496-12. A picture is an item. It is coded, or derived from other
items (box ``iref``, type ``dimg``): a grid of tiles, an overlay, a picture with its gain map. A grid may name a
thousand tiles where one would fill it, all of them the same few bytes, and a decoder decodes each: 961 of 2048 x 2048
for a picture of 1000 x 1000 took 20 s for 44 kB.
"""

import math
import struct
from collections.abc import Iterator
from typing import NamedTuple

from shared.outcomes import UnreadableError
from shared.pictures.headers import STEPS
from shared.pictures.kinds import CONTENT_TYPES, EndsEarlyError, Kind, PictureInfo, too_many_parts

_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"}
_AVIF_BRANDS = {b"avif", b"avis"}
_MOST_WORK = 4
"""Pixels of the items that a picture is made of, in those of the largest item; tiles reach over its edges, and a gain
map may be as large as the picture."""
_NAMED = 50_000
"""Items, and properties and parts of items, that are named: a box of 14 bytes may name 65,535 that stand behind it."""
_DEEPEST = 16
"""Items within items; a picture with its gain map, both of tiles, has three."""
_SMALL = 16_000_000
"""Pixels that are little work whatever the picture's size."""


def heif_kind(head: bytes) -> Kind | None:
    """Which of the two a file is by its brands."""
    length = min(int.from_bytes(head[:4], "big"), 256)
    brands = [head[8:12], *(head[at : at + 4] for at in range(16, length, 4))]
    for brand in brands:
        if brand in _HEIC_BRANDS:
            return "heic"
        if brand in _AVIF_BRANDS:
            return "avif"
    # "mif1" alone names no codec; phones that write only this mean HEVC.
    return "heic" if brands[0] in (b"mif1", b"msf1") else None


def heif(head: bytes, _size: int) -> PictureInfo:
    """The largest picture among a file's items: the main one, never a thumbnail or one tile of a grid.

    Encoders pad odd sides by a pixel and crop it away again; the padded size is what is decoded, and reported here.
    """
    kind: Kind = heif_kind(head) or "heic"
    properties: list[int] = []
    sides = (0, 0)
    of_items: dict[int, list[int]] = {}
    parts: dict[int, list[int]] = {}
    found, left = False, _NAMED
    for box in _boxes(head, kind):
        if box.within == b"ipco":
            own = struct.unpack_from(">II", head, box.at + 4) if box.name == b"ispe" else (0, 0)
            properties.append(own[0] * own[1])
            sides = max(sides, own, key=lambda pair: pair[0] * pair[1])
            found = found or box.name == b"ispe"
        elif box.name == b"ipma":
            for item, numbers in _associations(head, box.at):
                of_items[item] = numbers
                left -= 1 + len(numbers)
                if left < 0:
                    break
        elif box.within == b"iref" and box.name == b"dimg":
            item, names = _reference(head, box)
            parts.setdefault(item, []).extend(names)
            left -= 1 + len(names)
        if left < 0:
            raise UnreadableError(too_many_parts(kind))
    if not found:
        raise EndsEarlyError
    areas = {
        item: max((properties[number - 1] for number in numbers if 0 < number <= len(properties)), default=0)
        for item, numbers in of_items.items()
    }
    most = max(_MOST_WORK * sides[0] * sides[1], _SMALL)
    if any(_work(item, parts, areas, {}) > most for item in parts):
        raise UnreadableError(too_many_parts(kind))
    return PictureInfo(kind, CONTENT_TYPES[kind], *sides)


class _Box(NamedTuple):
    name: bytes
    at: int
    """Where its body begins."""
    end: int
    within: bytes
    """The box that it is in."""
    wide: bool
    """Item numbers in it have 4 bytes, not 2; of `iref`'s boxes."""


def _boxes(head: bytes, kind: Kind) -> Iterator[_Box]:
    """The boxes of a file, those of containers behind them."""
    todo = [(0, len(head), b"", False)]
    budget = STEPS
    while todo:
        at, end, within, wide = todo.pop(0)
        while at + 8 <= end:
            budget -= 1
            if budget < 0:
                raise UnreadableError(too_many_parts(kind))
            length, name = struct.unpack_from(">I4s", head, at)
            body = at + 8
            if length == 1:
                length = struct.unpack_from(">Q", head, body)[0]
                body += 8
            stop = min(at + length, end) if length else end
            if stop < body:
                break
            yield _Box(name, body, stop, within, wide)
            if name in (b"meta", b"iref"):
                todo.append((body + 4, stop, name, head[body : body + 1] != b"\0"))
            elif name in (b"iprp", b"ipco"):
                todo.append((body, stop, name, False))
            at = stop


def _associations(head: bytes, at: int) -> Iterator[tuple[int, list[int]]]:
    """Items and the numbers of their properties, from 1, by an ``ipma`` box."""
    version, flags, count = head[at], head[at + 3], struct.unpack_from(">I", head, at + 4)[0]
    entry = ">IB" if version else ">HB"
    number, mask = ("H", 0x7FFF) if flags & 1 else ("B", 0x7F)
    at += 8
    for _ in range(count):
        item, properties = struct.unpack_from(entry, head, at)
        at += struct.calcsize(entry)
        # The highest bit of each says that a reader must understand the property.
        yield item, [each & mask for each in struct.unpack_from(f">{properties}{number}", head, at)]
        at += properties * struct.calcsize(number)


def _reference(head: bytes, box: _Box) -> tuple[int, list[int]]:
    """An item and those that it refers to, in the order and as often as it does."""
    number = "I" if box.wide else "H"
    item, count = struct.unpack_from(f">{number}H", head, box.at)
    return item, list(struct.unpack_from(f">{count}{number}", head, box.at + struct.calcsize(f">{number}H")))


def _work(
    item: int, parts: dict[int, list[int]], areas: dict[int, int], known: dict[int, float], depth: int = 0
) -> float:
    """Pixels that are decoded for an item; endless for one that is too deep."""
    if item not in parts:
        return areas.get(item, 0)
    if depth > _DEEPEST:
        return math.inf
    if item not in known:
        known[item] = 0.0  # one that is part of itself, which no decoder follows
        known[item] = sum(_work(part, parts, areas, known, depth + 1) for part in parts[item])
    return known[item]
