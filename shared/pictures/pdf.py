"""How many pages a PDF says it has, without a PDF library: the gateway refuses one of too many before it is taken in.

The count stands in the root of the page tree (ISO 32000-1, 7.7.3.2), a dictionary in the file's text or, since PDF 1.5,
in a compressed object stream (7.5.7). A file that was changed keeps its former roots, and which of them holds takes
reading all of its cross-references; so the least of the counts is told. What is not found here the compressor finds.
"""

import re
import zlib
from itertools import islice

from shared.windows import find_all, first

_ROOT = re.compile(rb"/Type\s{0,20}/Pages(?![A-Za-z])")
_COUNT = re.compile(rb"/Count\s{1,20}(\d{1,9})(?!\d|\s{1,20}\d{1,9}\s{1,20}R)")
_PARENT = re.compile(rb"/Parent(?![A-Za-z])")
_BRACKET = re.compile(rb"<<|>>")
_OBJECTS = re.compile(rb"/Type\s{0,20}/ObjStm(?![A-Za-z])")
_STREAM = re.compile(rb"stream\r?\n")
_LONGEST = 100
"""Bytes that each of these looks at."""
_FAR = 400_000
"""Bytes of a dictionary; one that lists 20,000 pages has 250,000."""
_HEAD = 2_000
"""Bytes from a stream's kind to its beginning."""
_MOST_ROOTS, _MOST_STREAMS, _MOST_BRACKETS = 200, 200, 200
_UNPACKED, _ALL_UNPACKED = 1 << 20, 8 << 20
"""Bytes of one object stream, and of all of them, that are looked at."""


def page_count(data: bytes) -> int | None:
    """The least number of pages that a root of the page tree states; None where none is found.

    Args:
        data: the whole file.
    """
    counts = _counts(data)
    left = _ALL_UNPACKED
    for number, match in enumerate(find_all(_OBJECTS, data, _LONGEST)):
        begin = _STREAM.search(data, match.end(), match.end() + _HEAD)
        if number >= _MOST_STREAMS or left <= 0:
            break
        if begin is None:
            continue
        try:
            unpacked = zlib.decompressobj().decompress(data[begin.end() : begin.end() + _UNPACKED], _UNPACKED)
        except zlib.error:
            continue  # packed in another way, or encrypted
        left -= len(unpacked)
        counts += _counts(unpacked)
    return min(counts, default=None)


def _counts(text: bytes) -> list[int]:
    """Of the roots in a text, each of the first `_MOST_ROOTS` dictionaries of page trees."""
    counts = []
    for number, match in enumerate(find_all(_ROOT, text, _LONGEST)):
        if number >= _MOST_ROOTS:
            break
        around = _dictionary(text, match.start())
        count = first(_COUNT, around, _LONGEST)
        if count is not None and first(_PARENT, around, _LONGEST) is None:
            counts.append(int(count[1]))
    return counts


def _dictionary(text: bytes, at: int) -> bytes:
    """What stands in the innermost dictionary around a place, those within it included."""
    before, after = text[max(at - _FAR, 0) : at], text[at : at + _FAR]
    begin = _unmatched(before[::-1], b"<<")
    end = _unmatched(after, b">>")
    return b"" if begin is None or end is None else before[len(before) - begin :] + after[:end]


def _unmatched(text: bytes, bracket: bytes) -> int | None:
    """Where the first bracket ends that closes what began before the text; None where none does."""
    depth = 1
    for found in islice(find_all(_BRACKET, text, _LONGEST), _MOST_BRACKETS):
        depth += -1 if found[0] == bracket else 1
        if not depth:
            return found.end()
    return None
