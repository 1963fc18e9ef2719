"""The columns of a list, and which of them says what takes place: the one whose head says so, else the one of words."""

import re
from bisect import bisect
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from services.extractor.reading.evidence.order import joined
from services.extractor.reading.lexicon.columns import head_role, is_title
from services.extractor.reading.lexicon.words import is_person, is_room
from services.extractor.reading.model import HALF, Line

_WORD = re.compile(r"(?<![\w.])[^\W\d_]{3,}")
_CODE = re.compile(r"^(?=.*\d)(?:[A-Z]{1,5}|[\w.-]*\d[\w.-]*|\W)(?:[\s/-]+(?:[A-Z]{1,5}|[\w.-]*\d[\w.-]*|\W))*$")
"""A course's code on a line of its own ("CS 200-001", "2P7")."""


@dataclass(slots=True)
class Column:
    """What stands under each other in a list's rows.

    Attributes:
        lo, hi: how far its texts reach.
        cells: of each row that has any, its texts.
        head: what stands over it.
    """

    lo: float
    hi: float
    cells: dict[int, list[Line]] = field(default_factory=dict)
    head: str = ""

    @property
    def role(self) -> str | None:
        """What its head says stands in it."""
        return head_role(self.head) if self.head else None

    def texts(self) -> list[str]:
        """The cells' texts."""
        return [joined(lines) for lines in self.cells.values()]


def columns_of(rows: Sequence[Sequence[Line]], edges: Iterable[float] = ()) -> list[Column]:
    """The columns of upright rows, from left to right: parted where no text of any row stands, and at edges.

    Args:
        rows: the texts of each.
        edges: where separators stand.
    """
    cuts = sorted(edges)
    placed = [(bisect(cuts, line.rect.cx), line, row) for row, lines in enumerate(rows) for line in lines]
    columns: list[Column] = []
    between = -1
    for cell, line, row in sorted(placed, key=lambda each: (each[0], each[1].rect.x0)):
        last = columns[-1] if columns else None
        if last is None or cell != between or line.rect.x0 > last.hi:
            last = Column(line.rect.x0, line.rect.x1)
            columns.append(last)
        between = cell
        last.hi = max(last.hi, line.rect.x1)
        last.cells.setdefault(row, []).append(line)
    return columns


def set_heads(columns: Sequence[Column], heads: Iterable[Line]) -> None:
    """Give each column the texts over it, or over what is free behind it.

    One that reaches over several is that one's whose middle is nearest.
    """
    over: dict[int, list[Line]] = {}
    for line in heads:
        near = [at for at, column in enumerate(columns) if line.rect.x0 < column.hi and line.rect.x1 > column.lo]
        before = [at for at, column in enumerate(columns) if column.lo < line.rect.cx]
        at = min(
            near or before[-1:],
            key=lambda each: abs(columns[each].lo + columns[each].hi - 2 * line.rect.cx),
            default=None,
        )
        if at is not None:
            over.setdefault(at, []).append(line)
    for at, lines in over.items():
        columns[at].head = joined(lines)


def name_column(columns: Sequence[Column], rows: int) -> Column | None:
    """The column that says what takes place; null where none has words in most rows.

    Args:
        rows: how many the list has.
    """
    worded = [column for column in columns if len(column.cells) > HALF * rows and wordiness(column) > 0]
    told = [column for column in worded if column.role == "name"]
    # "Course | Title": where several say so, the one that gives the title.
    titled = [column for column in told if is_title(column.head)]
    free = [column for column in worded if column.role is None]
    return max(titled or told or free or worded, key=wordiness, default=None)


def wordiness(column: Column) -> float:
    """Words in a column's cells, in the mean, less the more cells say the same; none for persons or rooms."""
    texts = column.texts()
    if sum(is_person(text) or is_room(text) for text in texts) > HALF * len(texts):
        return 0.0
    return sum(len(_WORD.findall(text)) for text in texts) / len(texts) * len(set(texts)) / len(texts)


def without_codes(lines: list[Line]) -> tuple[list[Line], list[str]]:
    """A name's lines without the codes over or under it, and these; all lines where there is nothing else."""
    codes = [line for line in lines if _CODE.match(line.text)]
    rest = [line for line in lines if line not in codes]
    return (rest, [line.text for line in codes]) if any(_WORD.search(line.text) for line in rest) else (lines, [])
