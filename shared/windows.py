"""Searches of large data that let others go on.

A search holds the interpreter from its beginning to its end, whatever thread it is in, and the event loop waits
meanwhile: 165 ms for a PDF of 20 MB that nearly has what is looked for everywhere. Here a search is many short ones.
"""

import re
from collections.abc import Iterator

WINDOW = 256 * 1024
"""Bytes of one search: 2 ms at the worst."""


def find_all(pattern: re.Pattern[bytes], data: bytes, longest: int, begin: int = 0) -> Iterator[re.Match[bytes]]:
    """What `pattern.finditer` finds, from its first place to its last.

    Args:
        longest: bytes that the pattern may look at from where it begins to match, those that it only looks ahead to
            included.
        begin: where to begin.
    """
    end = begin
    for at in range(begin, len(data), WINDOW):
        for match in pattern.finditer(data, max(at, end), at + WINDOW + longest):
            # One that begins later may be cut off here, and is found whole in the next window.
            if match.start() >= at + WINDOW:
                break
            end = match.end()
            yield match


def first(pattern: re.Pattern[bytes], data: bytes, longest: int, begin: int = 0) -> re.Match[bytes] | None:
    """The first of `find_all`; None if there is none."""
    return next(find_all(pattern, data, longest, begin), None)


def holds(data: bytes, what: bytes) -> bool:
    """Whether `what` stands somewhere in `data`."""
    return any(data.find(what, at, at + WINDOW + len(what)) >= 0 for at in range(0, len(data), WINDOW))
