"""Whether the chains of sectors in an OLE container end ([MS-CFB] 2.2 to 2.4).

A container's streams are chains through a table of sectors. In a damaged one a chain may lead back into itself, and who
follows it, as calamine does, takes memory until there is none.
"""

import struct

import numpy as np
from numpy.typing import NDArray

Table = NDArray[np.uint32]

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
            *found, more = _sector(data, more, size).tolist()
            listed += found
        else:
            return False
        table = _joined(data, [each for each in listed if each < _NO_SECTOR][:sectors], size)
        if not _ends(table):
            return False
        small: list[int] = []
        while small_start < min(_NO_SECTOR, len(table)):
            small.append(small_start)
            small_start = int(table[small_start])
        return _ends(_joined(data, small, size))
    except (KeyError, struct.error, ValueError, IndexError):
        return False


def _sector(data: bytes, number: int, size: int) -> Table:
    """The numbers in a sector; those that a file lacks which is cut off are none."""
    found = np.frombuffer(data[(number + 1) * size : (number + 2) * size].ljust(size, b"\xff"), "<u4")
    return found.astype(np.uint32)


def _joined(data: bytes, numbers: list[int], size: int) -> Table:
    return np.concatenate([_sector(data, number, size) for number in numbers] or [np.zeros(0, np.uint32)])


def _ends(table: Table) -> bool:
    """Whether no chain of a table, which says of each sector the next, leads back into itself."""
    over = len(table)
    nexts = np.append(np.where(table < over, table, over), over).astype(np.int64)
    # After n steps, doubled each time, every chain of n sectors has come to its end.
    steps = 1
    while steps <= over:
        nexts = nexts[nexts]
        steps *= 2
    return bool((nexts == over).all())
