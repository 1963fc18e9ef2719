"""What a reading leaves unexplained: texts in and beside its table that nothing was made of.

A day's name or a time that was not used is a column or a row that may be missing; a text inside the table is a lesson
or a part of one.
"""

from dataclasses import dataclass
from typing import Literal

from services.extractor.reading.lexicon.days import read_days
from services.extractor.reading.lexicon.times import find_times
from services.extractor.reading.lexicon.words import is_free
from services.extractor.reading.model import BlockDraft, LayoutResult, Line, Rect, bounding

Kind = Literal["day", "time", "text"]
Where = Literal["inside", "level", "beyond", "away"]

_LETTERS = 2
"""Letters or digits from which on a text says something; fewer are marks, rules and stains."""
_NEAR = 2.0
"""Text sizes that the table's own margin is wide."""


@dataclass(frozen=True, slots=True)
class Unread:
    """A text that the reading did not use.

    Attributes:
        where: in the table; outside, level with its rows or beyond its columns' ends; or away from it.
    """

    line: Line
    kind: Kind
    where: Where


def letters(text: str) -> int:
    """How many letters and digits a text has."""
    return sum(char.isalnum() for char in text)


def table_area(result: LayoutResult) -> Rect | None:
    """The table with its blocks and its days' names."""
    rects = [draft.extent for draft in result.drafts] + ([result.area] if result.area else [])
    return bounding(rects) if rects else None


def unread(lines: list[Line], result: LayoutResult, told: frozenset[int]) -> list[Unread]:
    """The texts that a reading did not use, with what each is and where it stands.

    Args:
        told: ids of lines that say whose week it is.
    """
    area = table_area(result)
    if area is None:
        return []
    of_blocks = {line.id for draft in result.drafts for line in draft.lines}
    body = bounding(draft.rect for draft in result.drafts)
    return [
        Unread(line, _kind(line.text), _where(line, area))
        for line in lines
        if line.id not in told | of_blocks
        and not result.used.issuperset(line.origins)
        and letters(line.text) >= _LETTERS
        and not (is_free(line.text) or (area.contains(line.rect.cx, line.rect.cy) and _needs_no_use(line, body)))
    ]


def _needs_no_use(line: Line, body: Rect) -> bool:
    """Whether a text of the table explains itself: its corner ("Day / time"), or a scale's last hour."""
    rect = line.rect
    corner = rect.cx < body.x0 and rect.cy < body.y0
    last = rect.x1 + line.size > body.x1 or rect.y1 + line.size > body.y1
    return corner or (_kind(line.text) == "time" and last)


def _kind(text: str) -> Kind:
    if read_days(text) is not None:
        return "day"
    return "time" if find_times(text) else "text"


def _where(line: Line, area: Rect) -> Where:
    rect = line.rect
    if area.contains(rect.cx, rect.cy):
        return "inside"
    if area.y0 <= rect.cy <= area.y1:
        return "level"
    margin = _NEAR * line.size
    below = area.y1 <= rect.cy and area.x0 - margin <= rect.cx <= area.x1 + margin
    return "beyond" if below else "away"


def unused_share(draft: BlockDraft) -> float:
    """The share of a block's text that is in none of its fields, 0 to 1: its header's and its times are no loss."""
    said = "".join(text or "" for text in (draft.name, draft.notes, draft.room, draft.teacher, draft.week))
    kept = letters(said)
    inside = [line for line in draft.lines if draft.rect.contains(line.rect.cx, line.rect.cy)]
    shown = sum(letters(line.text) for line in inside if not find_times(line.text))
    return max(0.0, 1 - kept / shown) if shown else 0.0
