"""Whether the chains of sectors in an OLE container end ([MS-CFB] 2.2 to 2.4).

A container's streams are chains through a table of sectors. In a damaged one a chain may lead back into itself, and who
follows it, as calamine does, takes memory until there is none.
"""

import struct

_NO_SECTOR = 0xFFFFFFFA
"""From here on a number is none of a sector: the end of a chain, a free sector, one of a table's own."""
_SIZES = {9: 512, 12: 4096}
"""Bytes of a sector by the exponent that says them."""
_LISTED = 109
"""Sectors of the table that the header lists itself."""


def chains_end(data: bytes) -> bool:
    """Whether all chains of a container come to an end; one that cannot be told so is damaged.

    Args:
        data: the file; its first bytes are a container's.
    """
    try:
        size = _SIZES[struct.unpack_from("<H", data, 30)[0]]
        small_start, _, more, _ = struct.unpack_from("<4I", data, 60)
        listed = list(struct.unpack_from(f"<{_LISTED}I", data, 76))
        sectors = len(data) // size
        for _ in range(sectors):
            if more >= _NO_SECTOR:
                break
            *found, more = _sector(data, more, size)
            listed += found
        else:
            return False
        table = _joined(data, [each for each in listed if each < _NO_SECTOR][:sectors], size)
        if not _ends(table):
            return False
        small: list[int] = []
        while small_start < min(_NO_SECTOR, len(table)):
            small.append(small_start)
            small_start = table[small_start]
        return _ends(_joined(data, small, size))
    except (KeyError, struct.error, ValueError, IndexError):
        return False


def _sector(data: bytes, number: int, size: int) -> tuple[int, ...]:
    """The numbers in a sector; those that a file lacks which is cut off are none."""
    return struct.unpack(f"<{size // 4}I", data[(number + 1) * size : (number + 2) * size].ljust(size, b"\xff"))


def _joined(data: bytes, numbers: list[int], size: int) -> list[int]:
    return [each for number in numbers for each in _sector(data, number, size)]


def _ends(table: list[int]) -> bool:
    """Whether no chain of a table, which says of each sector the next, leads back into itself."""
    begun_at = [-1] * len(table)
    """Where the walk began that came by a sector first."""
    for start in range(len(table)):
        at = start
        while at < len(table) and begun_at[at] < 0:
            begun_at[at] = start
            at = table[at]
        if at < len(table) and begun_at[at] == start:
            return False
    return True
