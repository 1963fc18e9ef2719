"""What can be measured of a reading that tells whether it is right: of the page as a whole, and of each block.

Every figure is a plain number by its name, so that a model is a table of weights (`calibration`).
"""

import math
import re
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean, median, pstdev

from services.extractor.reading.decide.confidence import clashes
from services.extractor.reading.decide.unread import Unread, letters, table_area, unused_share
from services.extractor.reading.learned.wording import KINDS, kinds
from services.extractor.reading.lexicon.days import read_days
from services.extractor.reading.lexicon.labels import is_period
from services.extractor.reading.lexicon.times import find_times
from services.extractor.reading.lexicon.words import is_code, is_initials, is_person, is_room
from services.extractor.reading.model import BlockDraft, LayoutResult, Line
from shared.messages import DAYS, Day

Features = dict[str, float]

LONG, WORDS = 28, 5
"""Characters and words from which on a name is long."""
_USUAL = (15, 4 * 60)
"""Minutes that lessons last."""
_LEVEL = 0.5
"""Text sizes by which cells of one row differ at most."""
UNKNOWN = 0.5
"""Of what can be true or not, where nothing tells."""
_MOSTLY = 0.6
"""Share of a name's characters that make it nothing but times."""
SURELY_NAMED = 0.8
"""Below this chance a block's name is likely to be another part of its cell."""
DAY_LETTERS = 3
"""A name of so few may be a subject's as well as a day's ("Fre", "WT", "Sci")."""
_NUMBERED = re.compile(r"^(.*[^\W\d_].*?)[\s.-]*\d[\d.-]*[A-Za-z]?$")
_GLUED = re.compile(r"[^\W\d_A-Z]{2,}[A-ZŁŚŻ][A-ZŁŚŻ]|[^\W\d_A-Z]{3,}\d|[^\W\d_A-Z]{2,}[A-Z][^\W\d_A-Z]")
"""A blank that the OCR dropped ("historiaKR 12")."""
_UNFINISHED = re.compile(r"(?:[-/&,+(:]|\b(?:and|und|et|e|y|of|de|di|da|with|mit))$", re.IGNORECASE)
_OPEN = re.compile(r"\([^)]*$|^[^(]*\)")


@dataclass(frozen=True)
class Evidence:
    """What is known of a page when its best reading was taken.

    Attributes:
        lines: the page's text.
        left: what the reading did not use.
        rivals: the other readings, the best first, with what each is worth against the one taken (0 to 1).
    """

    lines: list[Line]
    result: LayoutResult
    left: list[Unread]
    rivals: list[tuple[LayoutResult, float]]


def page_features(given: Evidence, blocks: list[Features]) -> Features:
    """Of a page whose reading has blocks.

    Args:
        blocks: their `block_features`, whose means are the page's, too.
    """
    drafts, left = given.result.drafts, given.left
    area = table_area(given.result)
    inside = [line for line in given.lines if area and area.contains(line.rect.cx, line.rect.cy)]
    days = {DAYS.index(draft.day) for draft in drafts}
    names = [draft.name for draft in drafts]
    plain = Counter(map(_plain, names))
    times = Counter((draft.start, draft.end) for draft in drafts)
    lengths = Counter(draft.end - draft.start for draft in drafts if draft.start is not None and draft.end is not None)
    parallel, twice = _at_once(drafts)
    stems = _numbered(names)
    noted = [draft for draft in drafts if draft.notes]

    def left_count(kind: str, *wheres: str) -> float:
        return math.log1p(sum(each.kind == kind and each.where in wheres for each in left))

    return {
        **_agreements(given),
        "headers without blocks": len(_headers(given) - days),
        "days between missing": max(days) - min(days) + 1 - len(days),
        "unread inside": sum(letters(each.line.text) for each in left if each.where == "inside")
        / max(1, sum(letters(line.text) for line in inside)),
        "unread days": left_count("day", "inside", "level", "beyond"),
        "unread times": left_count("time", "inside", "level"),
        "clashes": len(clashes(drafts)) / len(drafts),
        "parallel": fmean(parallel),
        "twice": fmean(twice),
        "falling times": fmean(_falling(given.result).values() or [0.0]),
        "rows apart": _rows_apart(given.result),
        "full": len(drafts) / (len(times) * len(days)),
        "times once": sum(count == 1 for count in times.values()) / len(drafts),
        "usual length": max(lengths.values(), default=0) / max(1, lengths.total()),
        "distinct names": len(plain) / len(drafts),
        "names' lengths": pstdev(math.log1p(len(name)) for name in names),
        "numbered names": fmean(_stem(name) in stems for name in names),
        "glued names": fmean(bool(_GLUED.search(name)) for name in names),
        "notes vary more": _notes_vary_more(drafts),
        "notes like names": fmean(max(0.0, _note_like_name(draft)) for draft in noted) if noted else 0.0,
        "small print": math.log(max(1.0, median(line.size for line in given.lines))),
        "lowest certainty": min(row["certainty"] for row in blocks),
        "lowest named": min(row["named"] for row in blocks),
        "named unlikely": fmean(row["named"] < SURELY_NAMED for row in blocks),
        **{f"mean {name}": fmean(row[name] for row in blocks) for name in blocks[0]},
    }


def block_features(given: Evidence) -> list[Features]:
    """Of each block, beside its page's chance."""
    drafts = given.result.drafts
    names = Counter(draft.name.casefold() for draft in drafts)
    times = Counter((draft.start, draft.end) for draft in drafts)
    bad = clashes(drafts)
    notes = fmean(bool(draft.notes) for draft in drafts)
    length = median(len(draft.name) for draft in drafts)
    rival = given.rivals[0][0] if given.rivals else None
    same = set(map(_key, rival.drafts)) if rival else set()
    other = _of_other_kind(given)
    said = set(map(_key, other.drafts)) if other else set()
    timed = {key[:3] for key in said}
    parallel, twice = _at_once(drafts)
    stems = _numbered([draft.name for draft in drafts])
    near = [each.line for each in given.left if each.where == "inside"]
    return [
        _block(draft)
        | {
            "name again": math.log1p(names[draft.name.casefold()] - 1),
            "times again": math.log1p(times[draft.start, draft.end] - 1),
            "clash": index in bad,
            "parallel": parallel[index],
            "twice": twice[index],
            "notes unlike others": abs(bool(draft.notes) - notes),
            "rival has it": _key(draft) in same if rival else UNKNOWN,
            "any rival has it": any(_key(draft) in map(_key, each.drafts) for each, _ in given.rivals)
            if rival
            else UNKNOWN,
            "other kind has it": _key(draft) in said if other else UNKNOWN,
            "other kind has its time": _key(draft)[:3] in timed if other else UNKNOWN,
            "unread in it": any(draft.rect.contains(line.rect.cx, line.rect.cy) for line in near),
            "numbered name": _stem(draft.name) in stems,
            "glued name": bool(_GLUED.search(draft.name)),
            "like a subject": _like_subject(draft.name),
            "note like name": _note_like_name(draft),
            "longer name": _log_ratio(len(draft.name), length),
        }
        for index, draft in enumerate(drafts)
    ]


def _key(draft: BlockDraft) -> tuple[Day, int | None, int | None, str]:
    return draft.day, draft.start, draft.end, _plain(draft.name)


def _of_other_kind(given: Evidence) -> LayoutResult | None:
    """The best reading by another kind of reader: the two of tables know nothing of each other."""
    own = given.result.layout.split()[0]
    return next((each for each, _ in given.rivals if each.layout.split()[0] != own), None)


def _agreements(given: Evidence) -> Features:
    """How far other readings of the page say the same."""
    drafts = Counter(map(_key, given.result.drafts))
    other = _of_other_kind(given)
    said = Counter(map(_key, other.drafts)) if other else None
    return {
        "best rival has": max(
            ((drafts & Counter(map(_key, each.drafts))).total() / drafts.total() for each, _ in given.rivals),
            default=UNKNOWN,
        ),
        "other kind": other is not None,
        "other kind says": (drafts & said).total() / max(1, said.total()) if said is not None else UNKNOWN,
    }


def _at_once(drafts: list[BlockDraft]) -> tuple[list[bool], list[bool]]:
    """Of each block, whether its day has another at the same time, and whether that is the same."""
    places = [(draft.day, draft.start, draft.end, draft.week, draft.table) for draft in drafts]
    named = [(*place, _plain(draft.name)) for place, draft in zip(places, drafts, strict=True)]
    at, same = Counter(places), Counter(named)
    timed = [draft.start is not None for draft in drafts]
    return (
        [known and at[place] > 1 for known, place in zip(timed, places, strict=True)],
        [known and same[name] > 1 for known, name in zip(timed, named, strict=True)],
    )


def _stem(name: str) -> str:
    """A name without the number at its end; empty where it has none."""
    match = _NUMBERED.match(name)
    return _plain(match[1]) if match else ""


def _numbered(names: list[str]) -> set[str]:
    """What stands before different numbers at the names' ends: the numbers may be rooms."""
    counts = Counter(_stem(name) for name in set(names))
    return {stem for stem, count in counts.items() if stem and count > 1}


def _like_subject(text: str) -> float:
    return kinds(text)[KINDS.index("subject")]


def _note_like_name(draft: BlockDraft) -> float:
    """By how much one of a block's notes is more like a subject than its name is."""
    notes = [note for note in (draft.notes or "").split(",") if note.strip()]
    return max(map(_like_subject, notes)) - _like_subject(draft.name) if notes else 0.0


def _block(draft: BlockDraft) -> Features:
    """What a block alone shows."""
    name = draft.name.strip()
    scores = [line.confidence for line in draft.lines] or [UNKNOWN]
    long = len(name) >= LONG or len(name.split()) >= WORDS
    length = (draft.end - draft.start) if draft.start is not None and draft.end is not None else None
    return {
        "ocr": fmean(scores),
        "ocr lowest": min(scores),
        "certainty": draft.certainty,
        "named": draft.named,
        "drawn": draft.source == "drawn",
        "no start": draft.start is None,
        "no end": draft.start is not None and draft.end is None,
        "odd length": length is not None and not _USUAL[0] <= length <= _USUAL[1],
        "beside another": draft.lane is not None,
        "name long": long,
        "name short": letters(name) <= 2,
        "name of header": is_header(name),
        "name of person": is_person(name) or is_initials(name),
        "name of room": is_room(name) or is_code(name),
        "name signs": 1 - sum(char.isalnum() or char.isspace() for char in name) / max(1, len(name)),
        "name parts": sum(name.count(char) for char in ",;()|"),
        "name with figures": any(char.isdigit() for char in name),
        "name begins small": name[:1].islower(),
        "name unfinished": bool(_UNFINISHED.search(name) or _OPEN.search(name)),
        "notes": bool(draft.notes),
        "notes letters": math.log1p(letters(draft.notes or "")),
        "room": bool(draft.room),
        "teacher": bool(draft.teacher),
        "unused": unused_share(draft),
    }


def is_header(name: str) -> bool:
    """Whether a name is a day, a time or a period's number: what stands in a table's headers."""
    day = letters(name) > DAY_LETTERS and read_days(name)
    return bool(day or (is_period(name) and any(map(str.isdigit, name))) or _all_times(name))


def _all_times(name: str) -> bool:
    spans = find_times(name)
    return bool(spans) and sum(span.at[1] - span.at[0] for span in spans) >= _MOSTLY * len(name.strip())


def _headers(given: Evidence) -> set[int]:
    """The days that texts of the reading name."""
    texts = [read_days(line.text) for line in given.lines if given.result.used.issuperset(line.origins)]
    return {DAYS.index(day) for text in texts if text for day in text.days}


def _plain(name: str) -> str:
    return "".join(char for char in name.casefold() if char.isalnum())


def _falling(result: LayoutResult) -> dict[Day, float]:
    """By day, the share of its neighbours of which the later one begins first."""
    down = result.layout == "grid down"
    out: dict[Day, float] = {}
    for day in DAYS:
        own = [d for d in result.drafts if d.day == day and d.start is not None and d.lane is None]
        own.sort(key=lambda draft: (draft.table, draft.rect.x0 if down else draft.rect.y0))
        pairs = [(a, b) for a, b in pairwise(own) if a.week == b.week and a.table == b.table]
        if pairs:
            out[day] = sum((a.start or 0) > (b.start or 0) for a, b in pairs) / len(pairs)
    return out


def falling_times(result: LayoutResult) -> list[Day]:
    """The days whose times do not rise along the page; lists may have any order."""
    return [day for day, share in _falling(result).items() if share] if result.layout != "row list" else []


def _rows_apart(result: LayoutResult) -> float:
    """The share of blocks that are level with one of another day and do not begin with it."""
    down = result.layout == "grid down"
    placed = [(draft.rect.x0 if down else draft.rect.y0, draft) for draft in result.drafts if draft.start is not None]
    apart = 0
    for at, draft in placed:
        size = draft.lines[0].size if draft.lines else 1.0
        level = [other.start for v, other in placed if other.day != draft.day and abs(v - at) < _LEVEL * size]
        apart += bool(level) and draft.start not in level
    return apart / max(1, len(placed))


def _notes_vary_more(drafts: list[BlockDraft]) -> float:
    """By how much the notes differ more than the names, as log of the ratio: then they may be the names."""
    noted = [draft for draft in drafts if draft.notes]
    names, notes = len({_plain(draft.name) for draft in noted}), len({_plain(draft.notes or "") for draft in noted})
    return max(0.0, math.log(notes / names)) if noted else 0.0


def _log_ratio(value: float, to: float) -> float:
    return math.log(max(value, 1.0) / max(to, 1.0))
