"""What can be measured of a reading that tells whether it is right: of the page as a whole, and of each block.

Every figure is a plain number by its name, so that a model is a table of weights (`calibration`).
"""

import math
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean, median, pstdev

from services.extractor.reading.decide.confidence import clashes
from services.extractor.reading.decide.unread import Unread, letters, table_area, unused_share
from services.extractor.reading.lexicon.classes import is_class
from services.extractor.reading.lexicon.days import read_days
from services.extractor.reading.lexicon.labels import is_period
from services.extractor.reading.lexicon.times import find_times
from services.extractor.reading.lexicon.words import is_code, is_initials, is_person, is_room
from services.extractor.reading.model import BlockDraft, LayoutResult, Line
from shared.messages import DAYS, Day

Features = dict[str, float]

LONG, WORDS = 28, 5
"""Characters and words from which on a name is long."""
_SCHOOL = (7 * 60, 20 * 60)
"""Minutes after midnight between which lessons begin."""
_USUAL = (15, 4 * 60)
"""Minutes that lessons last."""
_LEVEL = 0.5
"""Text sizes by which cells of one row differ at most."""
SURELY_NAMED = 0.8
"""Below this chance a block's name is likely to be another part of its cell."""
DAY_LETTERS = 3
"""A name of so few may be a subject's as well as a day's ("Fre", "WT", "Sci")."""
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


def page_features(given: Evidence) -> Features:
    """Of a page whose reading has blocks."""
    drafts, left = given.result.drafts, given.left
    area = table_area(given.result)
    shown = max(1, sum(letters(line.text) for line in given.lines))
    inside = [line for line in given.lines if area and area.contains(line.rect.cx, line.rect.cy)]
    shown_inside = max(1, sum(letters(line.text) for line in inside))
    days = Counter(DAYS.index(draft.day) for draft in drafts)
    counts = list(days.values())
    rival, worth = given.rivals[0] if given.rivals else (None, 0.0)

    def left_share(wheres: tuple[str, ...], of: int) -> float:
        return sum(letters(each.line.text) for each in left if each.where in wheres) / of

    def left_count(kind: str, *wheres: str) -> float:
        return math.log1p(sum(each.kind == kind and each.where in wheres for each in left))

    return {
        "days across": given.result.layout == "grid across",
        "days down": given.result.layout == "grid down",
        "row list": given.result.layout == "row list",
        "blocks": math.log1p(len(drafts)),
        "days": len(days),
        "days between missing": max(days) - min(days) + 1 - len(days),
        "fewest on a day": min(counts) / fmean(counts),
        "days uneven": pstdev(counts) / fmean(counts),
        "headers without blocks": len(_headers(given) - set(days)),
        "unread inside": left_share(("inside",), shown_inside),
        "unread outside": left_share(("level", "beyond"), shown),
        "unread away": left_share(("away",), shown),
        "unread texts": left_count("text", "inside"),
        "unread days": left_count("day", "inside", "level", "beyond"),
        "unread days away": left_count("day", "away"),
        "unread times": left_count("time", "inside", "level"),
        "unread times away": left_count("time", "beyond", "away"),
        "rival": worth,
        "rival agrees": _agreement(drafts, rival) if rival else 1.0,
        "clashes": len(clashes(drafts)) / len(drafts),
        "falling times": fmean(_falling(given.result).values() or [0.0]),
        "rows apart": _rows_apart(given.result),
        "distinct names": len({_plain(draft.name) for draft in drafts}) / len(drafts),
        "notes vary more": _notes_vary_more(drafts),
        "distinct notes": _distinct_notes(drafts),
        "lines a block": math.log1p(fmean(len(draft.lines) for draft in drafts)),
        "small print": math.log(max(1.0, median(line.size for line in given.lines))),
        "texts": math.log1p(len(given.lines)),
        "classes": math.log1p(len({line.text.casefold() for line in given.lines if is_class(line.text)})),
        "warnings": math.log1p(len(given.result.warnings)),
        **_means(_block(draft) for draft in drafts),
    }


def block_features(given: Evidence) -> list[Features]:
    """Of each block, beside its page's chance."""
    drafts = given.result.drafts
    names = Counter(draft.name.casefold() for draft in drafts)
    starts = Counter((draft.start, draft.end) for draft in drafts)
    bad = clashes(drafts)
    height, width = median(d.rect.height for d in drafts), median(d.rect.width for d in drafts)
    notes = fmean(bool(draft.notes) for draft in drafts)
    rival = given.rivals[0][0] if given.rivals else None
    same = {(d.day, d.start, d.end, _plain(d.name)) for d in rival.drafts} if rival else set()
    near = [each.line for each in given.left if each.where == "inside"]
    return [
        _block(draft)
        | {
            "name again": math.log1p(names[draft.name.casefold()] - 1),
            "times again": math.log1p(starts[draft.start, draft.end] - 1),
            "clash": index in bad,
            "taller": _log_ratio(draft.rect.height, height),
            "wider": _log_ratio(draft.rect.width, width),
            "notes unlike others": abs(bool(draft.notes) - notes),
            "rival has it": (draft.day, draft.start, draft.end, _plain(draft.name)) in same if rival else 0.5,
            "unread in it": any(draft.rect.contains(line.rect.cx, line.rect.cy) for line in near),
        }
        for index, draft in enumerate(drafts)
    ]


def _block(draft: BlockDraft) -> Features:
    """What a block alone shows."""
    name = draft.name.strip()
    scores = [line.confidence for line in draft.lines] or [0.5]
    long = len(name) >= LONG or len(name.split()) >= WORDS
    length = (draft.end - draft.start) if draft.start is not None and draft.end is not None else None
    return {
        "ocr": fmean(scores),
        "ocr lowest": min(scores),
        "certainty": draft.certainty,
        "named": draft.named,
        "printed": draft.source == "printed",
        "legend": draft.source == "legend",
        "next": draft.source == "next",
        "drawn": draft.source == "drawn",
        "no start": draft.start is None,
        "no end": draft.start is not None and draft.end is None,
        "odd length": length is not None and not _USUAL[0] <= length <= _USUAL[1],
        "odd hour": draft.start is not None and not _SCHOOL[0] <= draft.start <= _SCHOOL[1],
        "not in fives": any(value is not None and value % 5 for value in (draft.start, draft.end)),
        "beside another": draft.lane is not None,
        "name long": long,
        "name letters": math.log1p(letters(name)),
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
    return bool(spans) and sum(span.at[1] - span.at[0] for span in spans) >= 0.6 * len(name.strip())


def _headers(given: Evidence) -> set[int]:
    """The days that texts of the reading name."""
    texts = [read_days(line.text) for line in given.lines if given.result.used.issuperset(line.origins)]
    return {DAYS.index(day) for text in texts if text for day in text.days}


def _agreement(drafts: list[BlockDraft], rival: LayoutResult) -> float:
    own = {(draft.day, draft.start, _plain(draft.name)) for draft in drafts}
    other = {(draft.day, draft.start, _plain(draft.name)) for draft in rival.drafts}
    return len(own & other) / max(1, len(own | other))


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


def _distinct_notes(drafts: list[BlockDraft]) -> float:
    notes = [draft.notes.casefold() for draft in drafts if draft.notes]
    return len(set(notes)) / len(notes) if notes else 0.0


def _log_ratio(value: float, to: float) -> float:
    return math.log(max(value, 1.0) / max(to, 1.0))


def _means(blocks: Iterable[Features]) -> Features:
    """Of the page's blocks, by "mean" and what is meant."""
    rows = list(blocks)
    return {f"mean {key}": fmean(row[key] for row in rows) for key in rows[0]} | {
        "lowest certainty": min(row["certainty"] for row in rows),
        "lowest named": min(row["named"] for row in rows),
        "named unlikely": fmean(row["named"] < SURELY_NAMED for row in rows),
        "lowest ocr": min(row["ocr lowest"] for row in rows),
    }
