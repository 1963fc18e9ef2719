"""What the head of a column says stands in it: days, times, lessons, rooms, people, notes."""

import re
from typing import Final

from services.extractor.reading.lexicon.wordfiles import load, plain

_ROLES: Final[dict[str, str]] = {plain(word) or word: role for role, words in load("columns").items() for word in words}
_PARTS = re.compile(r"\s*[/&,+]\s*|\s+and\s+", re.IGNORECASE)
_KEY = re.compile(r"(?P<key>[^\W\d_][^\d:;,]{1,22}?)\s?:")
_ENDINGS = re.compile(r"[-·•./(*]")
_TITLES = ("title", "name", "description", "subject", "subjects")


def column_role(text: str) -> str | None:
    """What stands below a head; null for what heads no column.

    "Location / Staff" is notes, which rooms and people are told apart in.

    Returns:
        ``day``, ``time``, ``start``, ``end``, ``name``, ``room``, ``teacher`` or ``notes``.
    """
    bare = plain(text) or text.strip()
    if bare in _ROLES:
        return _ROLES[bare]
    parts = [part for part in _PARTS.split(text) if part]
    return "notes" if len(parts) > 1 and all(map(column_role, parts)) else None


def head_role(text: str) -> str | None:
    """What stands in a column, as its head says, or some words of it: the lesson's, else the last ("Module Title")."""
    if (whole := column_role(text)) is not None:
        return whole
    words = text.split()
    spans = [words[first : last + 1] for last in range(len(words)) for first in range(last + 1)]
    roles = [role for part in spans if (role := column_role(" ".join(part)))]
    return "name" if "name" in roles else next(reversed(roles), None)


def is_keyed_aside(text: str) -> bool:
    """Whether a line begins with a head of people or times and a colon ("Faculty: KLM", "Enseignant-e-(s): M. Roux").

    A head of rooms tells less: "Lab: Physics" is a lesson.
    """
    match = _KEY.match(text)
    # The endings for women and for several, of which no list has all.
    heads = (match["key"], _ENDINGS.split(match["key"])[0]) if match else ()
    return any(column_role(head) in ("teacher", "time", "start", "end") for head in heads)


def is_title(text: str) -> bool:
    """Whether a column's head names the lesson itself, where another one gives its code."""
    words = text.split()
    return bool(words) and plain(words[-1]).endswith(_TITLES)


def is_time_word(text: str) -> bool:
    """Whether a text says that a time beside it is a start or an end ("Start", "bis")."""
    return column_role(text.strip(" :.-–")) in ("start", "end", "time")
