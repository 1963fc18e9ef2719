"""How right a reading is, against truth written by hand.

A truth file lies beside its picture as ``NAME.json`` and holds `timeblocks` of ``{day, name, start, end, notes?}``;
``tol`` (minutes), ``alt`` (other fair names) and ``end_free`` soften a block, and the page's ``ignore`` lists names
that may come or not. A block is right when the day, the name (normalised edit similarity of 0.85 or more), the start
and the end agree; an event is right when the day and the name agree and the start is within 15 minutes. One result
block counts for one truth block at most, the best matches first.
"""

import re
import unicodedata
from typing import Any

import msgspec
from rapidfuzz.distance import Levenshtein

_ALIKE = 0.85
_NEAR_MINUTES = 15


class TruthBlock(msgspec.Struct):
    day: str
    name: str
    start: str | None = None
    end: str | None = None
    notes: str | None = None
    week: str | None = None
    tol: int = 0
    alt: list[str] = []
    end_free: bool = False


class Truth(msgspec.Struct):
    timeblocks: list[TruthBlock]
    ignore: list[str] = []
    family: str = "real"
    look: str = "real"


class Score(msgspec.Struct):
    """Counts of one page or of many."""

    pages: int = 0
    truth: int = 0
    got: int = 0
    blocks: int = 0
    events: int = 0
    note_words: int = 0
    notes_found: int = 0
    perfect: int = 0

    def __add__(self, other: "Score") -> "Score":
        pairs = zip(msgspec.structs.astuple(self), msgspec.structs.astuple(other), strict=True)
        return Score(*(a + b for a, b in pairs))

    @property
    def block_f1(self) -> float:
        return _f1(self.blocks, self.truth, self.got)

    @property
    def event_f1(self) -> float:
        return _f1(self.events, self.truth, self.got)

    @property
    def notes(self) -> float | None:
        return self.notes_found / self.note_words if self.note_words else None


def _f1(right: int, truth: int, got: int) -> float:
    return 2 * right / (truth + got) if truth + got else 1.0


def normal(text: str | None) -> str:
    """Letters and digits only, without accents, in lower case."""
    plain = unicodedata.normalize("NFKD", text or "").encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]", "", plain.casefold())


def likeness(one: str | None, other: str | None) -> float:
    """1 minus the edit distance of the normalised texts over the longer one's length."""
    return Levenshtein.normalized_similarity(normal(one), normal(other))


def _minutes(text: str | None) -> int | None:
    found = re.fullmatch(r"(\d{1,2}):(\d{2})(:\d{2})?", text or "")
    return 60 * int(found[1]) + int(found[2]) if found else None


def _near(got: int | None, want: int | None, tolerance: int) -> bool:
    return want is None or (got is not None and abs(got - want) <= tolerance)


def _fit(want: TruthBlock, block: dict[str, Any]) -> tuple[bool, bool, float]:
    """Whether the event and the block are right, and how alike the names are."""
    alike = max(likeness(name, block.get("name")) for name in (want.name, *want.alt))
    week = block.get("week")
    wrong_week = bool(want.week and week and week.upper() != want.week)
    if want.day != str(block.get("day") or "").strip().casefold() or alike < _ALIKE or wrong_week:
        return False, False, alike
    start, end = _minutes(block.get("startTime")), _minutes(block.get("endTime"))
    want_start, want_end = _minutes(want.start), _minutes(want.end)
    event = _near(start, want_start, max(_NEAR_MINUTES, want.tol))
    exact = _near(start, want_start, want.tol) and (want.end_free or _near(end, want_end, want.tol))
    return event, event and exact, alike


def _match(truth: list[TruthBlock], blocks: list[dict[str, Any]], *, exact_only: bool) -> list[tuple[int, int]]:
    candidates = []
    for i, want in enumerate(truth):
        for j, block in enumerate(blocks):
            event, exact, alike = _fit(want, block)
            if exact or (event and not exact_only):
                off = abs((_minutes(block.get("startTime")) or 0) - (_minutes(want.start) or 0))
                candidates.append((not exact, -alike, off, i, j))
    wants: set[int] = set()
    gots: set[int] = set()
    pairs: list[tuple[int, int]] = []
    for *_, i, j in sorted(candidates):
        if i not in wants and j not in gots:
            wants.add(i)
            gots.add(j)
            pairs.append((i, j))
    return pairs


def _note_words(text: str | None) -> list[str]:
    return [word for word in map(normal, (text or "").split()) if word]


def score(truth: Truth, timetable: dict[str, Any]) -> Score:
    """Score one page.

    Args:
        truth: what is printed.
        timetable: the body that ``GET /api/v1/timetables/{documentId}`` gave; ``{}`` if there was none.
    """
    ignored = [name for name in truth.ignore if name]
    blocks = [
        block
        for block in timetable.get("timeblocks", [])
        if not any(likeness(name, block.get("name")) >= _ALIKE for name in ignored)
    ]
    exact = _match(truth.timeblocks, blocks, exact_only=True)
    events = dict(_match(truth.timeblocks, blocks, exact_only=False))
    words = found = 0
    for i, want in enumerate(truth.timeblocks):
        wanted = _note_words(want.notes)
        words += len(wanted)
        if i in events:
            block = blocks[events[i]]
            read = normal(" ".join(str(block.get(key) or "") for key in ("name", "notes", "room", "teacher")))
            found += sum(word in read for word in wanted)
    perfect = len(exact) == len(truth.timeblocks) == len(blocks)
    return Score(1, len(truth.timeblocks), len(blocks), len(exact), len(events), words, found, int(perfect))
