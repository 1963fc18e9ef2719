"""How right a reading is, against truth written by hand.

A truth file lies beside its picture as ``NAME.json`` and holds `timeblocks` of ``{day, name, start, end, notes?}``, or
`timetables` of these, where the page shows several classes. ``tol`` (minutes), ``alt`` (other fair names) and
``end_free`` soften a block, and the page's ``ignore`` lists names that may come or not. A block is right when the day
(or the cycle's day), the week where the truth names one, the name (normalised edit similarity of 0.85 or more), the
start and the end agree; an event is right when the day and the name agree and the start is within 15 minutes. One
result block counts for one truth block at most, the best matches first.
"""

import re
import unicodedata
from typing import Any

import msgspec
from rapidfuzz.distance import Levenshtein

SURE = 0.9
"""Of the blocks at or above this confidence at least 97 % shall be right; a page at or above this block F1 is right."""
WHOEVER = "…"
"""Stands in another fair name for the person whom the page names there."""
_ALIKE = 0.85
_NEAR_MINUTES = 15


class TruthBlock(msgspec.Struct):
    """Attributes:
    replaced: fields whose persons have other names here than on the page; they are not compared.
    """

    day: str | None
    name: str
    start: str | None = None
    end: str | None = None
    notes: str | None = None
    week: str | None = None
    tol: int = 0
    alt: list[str] = []
    end_free: bool = False
    cycle_day: int | None = msgspec.field(default=None, name="cycleDay")
    room: str | None = None
    teacher: str | None = None
    replaced: list[str] = []


class Truth(msgspec.Struct):
    """A week; or several, each with blocks of its own."""

    timeblocks: list[TruthBlock] = []
    timetables: list["Truth"] = []
    ignore: list[str] = []
    family: str = "real"
    look: str = "real"


class Score(msgspec.Struct):
    """Counts of one page or of many.

    Attributes:
        asked, kept: rooms and teachers of the truth, and how many of them the event's block has in their field.
        sure, sure_right: blocks at `SURE` or above, and how many of them are right.
        validated, false, right, right_validated: pages returned as validated, those of them that are not right, right
            pages, those of them that were validated.
    """

    pages: int = 0
    truth: int = 0
    got: int = 0
    blocks: int = 0
    events: int = 0
    note_words: int = 0
    notes_found: int = 0
    perfect: int = 0
    asked: int = 0
    kept: int = 0
    sure: int = 0
    sure_right: int = 0
    validated: int = 0
    false: int = 0
    right: int = 0
    right_validated: int = 0

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


def _fairness(name: str, read: str | None) -> float:
    """How much a text is a fair name. Where one held a person, it has `WHOEVER` there, and the rest must agree."""
    if WHOEVER not in name:
        return likeness(name, read)
    return float(re.fullmatch(".+".join(map(normal, name.split(WHOEVER))), normal(read)) is not None)


def _minutes(text: str | None) -> int | None:
    found = re.fullmatch(r"(\d{1,2}):(\d{2})(:\d{2})?", text or "")
    return 60 * int(found[1]) + int(found[2]) if found else None


def _near(got: int | None, want: int | None, tolerance: int) -> bool:
    return want is None or (got is not None and abs(got - want) <= tolerance)


def _fit(want: TruthBlock, block: dict[str, Any]) -> tuple[bool, bool, float]:
    """Whether the event and the block are right, and how alike the names are."""
    alike = max(likeness(want.name, block.get("name")), *(_fairness(name, block.get("name")) for name in want.alt), 0.0)
    if "name" in want.replaced:
        alike = 1.0
    other_week = bool(want.week) and str(block.get("week") or "").upper() != want.week
    other_day = (want.day or "") != str(block.get("day") or "").strip().casefold()
    other_cycle = want.day is None and block.get("cycleDay") != want.cycle_day
    if other_day or other_week or other_cycle or alike < _ALIKE:
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


def _ignored(truth: Truth, block: dict[str, Any]) -> bool:
    return any(likeness(name, block.get("name")) >= _ALIKE for name in truth.ignore if name)


def score(truth: Truth, timetable: dict[str, Any]) -> Score:
    """Score one page.

    Args:
        truth: what is printed.
        timetable: the body that ``GET /api/v1/timetables/{documentId}`` gave; ``{}`` if there was none.
    """
    blocks = [block for block in timetable.get("timeblocks", []) if not _ignored(truth, block)]
    exact = _match(truth.timeblocks, blocks, exact_only=True)
    events = dict(_match(truth.timeblocks, blocks, exact_only=False))
    found = Score(1, len(truth.timeblocks), len(blocks), len(exact), len(events))
    for i, want in enumerate(truth.timeblocks):
        block = blocks[events[i]] if i in events else {}
        if "notes" not in want.replaced:
            wanted = _note_words(want.notes)
            found.note_words += len(wanted)
            read = normal(" ".join(str(block.get(key) or "") for key in ("name", "notes", "room", "teacher")))
            found.notes_found += sum(word in read for word in wanted)
        for field in ("room", "teacher"):
            if (value := getattr(want, field)) and field not in want.replaced:
                found.asked += 1
                found.kept += likeness(value, block.get(field)) >= _ALIKE
    sure = {j for j, block in enumerate(blocks) if (block.get("confidence") or 0) >= SURE}
    found.sure, found.sure_right = len(sure), len(sure & {j for _, j in exact})
    return _judged(found, validated=bool(timetable.get("validated")))


def _judged(found: Score, *, validated: bool) -> Score:
    """The counts of a document with what they say of it as a whole."""
    right = found.block_f1 >= SURE
    found.pages, found.perfect = 1, int(found.blocks == found.truth == found.got)
    found.validated, found.false = int(validated), int(validated and not right)
    found.right, found.right_validated = int(right), int(right and validated)
    return found


def _tables(truth: Truth) -> list[Truth]:
    return [
        msgspec.structs.replace(each, ignore=each.ignore or truth.ignore, timetables=[])
        for each in truth.timetables or [truth]
    ]


def _paired(
    wanted: list[Truth], timetables: list[dict[str, Any]]
) -> tuple[dict[tuple[int, int], Score], dict[int, int]]:
    """The scores of each against each, and which of the returned ones each of the truth's is held against."""
    scores = {(i, j): score(want, got) for i, want in enumerate(wanted) for j, got in enumerate(timetables)}
    pairs: dict[int, int] = {}
    for i, j in sorted(scores, key=lambda pair: (-scores[pair].blocks, pair)):
        if i not in pairs and j not in pairs.values():
            pairs[i] = j
    return scores, pairs


def right_blocks(truth: Truth, timetables: list[dict[str, Any]]) -> list[set[int]]:
    """Of each returned timetable the positions of its blocks that are right, or that may come or not."""
    wanted = _tables(truth)
    against = {j: wanted[i] for i, j in _paired(wanted, timetables)[1].items()}
    out = []
    for number, got in enumerate(timetables):
        blocks, want = got["timeblocks"], against.get(number, Truth())
        right = {at for _, at in _match(want.timeblocks, blocks, exact_only=True)}
        out.append(right | {at for at, block in enumerate(blocks) if _ignored(want, block)})
    return out


def score_document(truth: Truth, timetables: list[dict[str, Any]]) -> Score:
    """Score a document that may hold several timetables.

    Each of the truth's is held against the returned one that fits it best, one to one; what is left over on either
    side is missing or wrong. A document counts as validated where all of its timetables are.

    Args:
        timetables: bodies as the API gave them; none at all if there were none.
    """
    wanted = _tables(truth)
    scores, pairs = _paired(wanted, timetables)
    parts = [scores[pair] for pair in pairs.items()]
    parts += [score(want, {}) for i, want in enumerate(wanted) if i not in pairs]
    over = [got for j, got in enumerate(timetables) if j not in pairs.values()]
    parts += [score(Truth(ignore=wanted[0].ignore), got) for got in over]
    validated = bool(timetables) and all(each.get("validated") for each in timetables)
    return _judged(sum(parts, Score()), validated=validated)
