"""What the texts of a page whose truth is known are to each other: examples for `tests.training.relations`.

Where the reader reads a block right, its draft names the texts; of the others, texts that say the name are given to
the block whose day's name and times they stand best to. A text of which that is not known teaches nothing.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from unittest.mock import patch

import msgspec
import numpy as np

from services.extractor.reading import PageInput, reader
from services.extractor.reading.axes.languages import languages_of
from services.extractor.reading.axes.view import View
from services.extractor.reading.decide.relations import MOST, Times, shown
from services.extractor.reading.learned.relations import ROLES, Ints, Texts
from services.extractor.reading.lexicon.times import HALF_DAY, HOUR
from services.extractor.reading.model import BlockDraft, Line
from shared.messages import Day, Timetable
from tests.benchmarks.scorer import Truth, TruthBlock, normal, right_blocks

NONE = -1
"""Of a text: nothing is known, or there is none."""
_OTHER, _NAME, _NOTE, _DAY, _TIME = range(len(ROLES))
_IN_WALLS, _BEFORE, _SAME_NAME = 0.5, 0.1, 0.3
_NEAR, _FAR = 0.015, 0.004
"""What a text height of distance takes off, along the nearer and along both axes."""
_ENOUGH = 1.0
_LESSON, _NOTES = 6.0, 7.0
"""Text heights within which the other lines of a lesson's name, and its notes, stand."""


@dataclass
class Example:
    """A page.

    Attributes:
        role: of each text, by its place in `ROLES`.
        day, start, end: of a lesson's text, which texts name these.
        entry: which lesson each text is of.
    """

    name: str
    texts: Texts
    role: Ints
    day: Ints
    start: Ints
    end: Ints
    entry: Ints


@dataclass
class _Page:
    lines: list[Line]
    days: list[tuple[Day, ...]]
    times: list[Times]
    texts: Texts
    plain: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.plain = [normal(line.text) for line in self.lines]
        rects = self.texts.rects
        self.middles = (rects[:, :2] + rects[:, 2:]) / 2

    def says_day(self, day: str | None) -> list[int]:
        return [at for at, days in enumerate(self.days) if day in days]

    def says_start(self, block: TruthBlock) -> list[int]:
        start, end = _minute(block.start), _minute(block.end)
        both = [at for at, spans in enumerate(self.times) if any(_same(a, start) and _same(b, end) for a, b in spans)]
        return both or [at for at, spans in enumerate(self.times) if any(_same(a, start) for a, _ in spans)]

    def says_end(self, block: TruthBlock) -> list[int]:
        end = _minute(block.end)
        last = [at for at, spans in enumerate(self.times) if any(_same(b, end) for _, b in spans)]
        return last or [at for at, spans in enumerate(self.times) if any(_same(a, end) for a, _ in spans)]

    def fit(self, one: int, other: int) -> float:
        """How well a text stands to one that may say its day or time: level or stacked, near, no wall between."""
        first, second = self.texts.rects[one], self.texts.rects[other]
        length = np.minimum(first[2:], second[2:]) - np.maximum(first[:2], second[:2])
        shared = np.clip(length, 0, None) / np.maximum(0.1, np.minimum(first[2:] - first[:2], second[2:] - second[:2]))
        off = np.abs(self.middles[one] - self.middles[other])
        walls = min(self.texts.across[one, other], self.texts.down[one, other])
        before = bool((self.middles[other] <= self.middles[one] + 1).all())
        return float(shared.max() + _IN_WALLS * (walls == 0) + _BEFORE * before - _NEAR * off.min() - _FAR * off.sum())

    def best(self, one: int, among: list[int]) -> int:
        return max(among, key=lambda other: self.fit(one, other), default=NONE)

    def together(self, one: int, other: int, within: float) -> bool:
        """Whether two texts may be of one cell."""
        walls = self.texts.across[one, other] + self.texts.down[one, other]
        return bool(np.abs(self.middles[one] - self.middles[other]).max() < within and walls == 0)


def _same(one: int | None, other: int | None) -> bool:
    return one is not None and other is not None and (one - other) % HALF_DAY == 0


def _minute(text: str | None) -> int | None:
    return HOUR * int(text[:2]) + int(text[3:5]) if text else None


def _blocks(truth: Truth) -> list[TruthBlock]:
    return [block for table in (truth.timetables or [truth]) for block in table.timeblocks]


def example(name: str, page: PageInput, truth: Truth) -> Example | None:
    """A page's texts with what they are; null where it has too few."""
    prepared = reader._prepared(page)  # the ids of texts that were cut hold for one preparation

    # No network is asked, so that one may be trained from nothing.
    with (
        patch.object(reader, "_prepared", lambda _: prepared),
        patch.object(reader, "relations_of", lambda _: None),
        patch.object(reader, "LYING", -1.0),
    ):
        readings = reader.read_timetables([page])
    _, lines, rules = prepared
    found = shown(View(lines, rules, turned=False, spoken=languages_of(lines)))
    if found is None:
        return None
    bodies = [msgspec.to_builtins(Timetable(timeblocks=reading.blocks)) for reading in readings]
    right = [
        reading.drafts[at]
        for reading, hits in zip(readings, right_blocks(truth, bodies), strict=True)
        for at in sorted(hits)
    ]
    return _labelled(name, _Page(lines[:MOST], *found), _blocks(truth), right)


def _labelled(name: str, page: _Page, blocks: list[TruthBlock], right: Iterable[BlockDraft]) -> Example:
    count = len(page.lines)
    role, day, start, end, entry = (np.full(count, value, np.int64) for value in (_OTHER, *[NONE] * 4))
    placed, lost = _placed(page, blocks, right)
    for number, (block, names, about) in enumerate(placed):
        first = names[0]
        named = page.says_day(block.day)
        own = [at for at in about if at in named]
        its_day = own[0] if own else page.best(first, named)
        begins = page.says_start(block) if block.start else []
        its_start = page.best(first, [at for at in about if at in begins] or begins)
        ends = page.says_end(block) if block.end else []
        its_end = its_start if its_start in ends else page.best(first, [at for at in about if at in ends] or ends)
        for at, what in ((its_day, _DAY), (its_start, _TIME), (its_end, _TIME)):
            if at != NONE and (what == _DAY or role[at] == _OTHER):
                role[at] = what
        said = " ".join(filter(None, (block.room, block.teacher, block.notes)))
        notes = {normal(each) for text in (block.room, block.teacher, said) for each in (text or "", *said.split())}
        beside = [
            at
            for at in range(count)
            if role[at] == _OTHER
            and entry[at] == NONE
            and at not in names
            and any(page.plain[at] and (page.plain[at] == note or _within(page.plain[at], note)) for note in notes)
            and (at in about or page.together(first, at, _NOTES))
        ]
        for at in (*names, *beside):
            role[at] = _NAME if at in names else _NOTE
            day[at], start[at], end[at], entry[at] = its_day, its_start, its_end, number
    if lost:
        # What may be of a block that was not found is not known to be anything else.
        wanted = [normal(block.name) for block in lost]
        for at in range(count):
            free = role[at] == _OTHER
            if free and (page.days[at] or page.times[at] or any(_alike(page.plain[at], each) for each in wanted)):
                role[at] = NONE
    return Example(name, page.texts, role, day, start, end, entry)


def _within(text: str, whole: str) -> bool:
    return len(text) > 2 and text in whole


def _alike(text: str, name: str) -> bool:
    return bool(text and name) and (text == name or _within(text, name) or _within(name, text))


_Placed = tuple[TruthBlock, list[int], list[int]]


def _placed(
    page: _Page, blocks: list[TruthBlock], right: Iterable[BlockDraft]
) -> tuple[list[_Placed], list[TruthBlock]]:
    """Blocks with the texts of their names and what else their drafts hold; and those that were not found."""
    at_id = {line.id: at for at, line in enumerate(page.lines)}
    read: defaultdict[tuple[str | None, int | None, int | None, str], list[BlockDraft]] = defaultdict(list)
    for draft in right:
        read[draft.day, draft.start, draft.end, normal(draft.name)].append(draft)
    found: list[_Placed] = []
    used: set[int] = set()
    left = []
    for block in blocks:
        drafts = read[block.day, _minute(block.start), _minute(block.end), normal(block.name)]
        about = [at_id[line.id] for line in drafts.pop().lines if line.id in at_id] if drafts else []
        names = [at for at in about if not page.days[at] and at not in used]
        names = [
            at for at in names if _alike(page.plain[at], normal(block.name)) or page.plain[at] in normal(block.name)
        ]
        names = [at for at in names if page.plain[at]]
        if names:
            found.append((block, names, about))
            used.update(names)
        else:
            left.append(block)
    fits: list[tuple[float, int, int]] = []
    for number, block in enumerate(left):
        days, times = page.says_day(block.day), page.says_start(block) if block.start else []
        names_of = [normal(each) for each in (block.name, *block.alt)]
        for at, text in enumerate(page.plain):
            if at not in used and any(_alike(text, each) for each in names_of):
                fit = sum(max((page.fit(at, other) for other in among), default=0.0) for among in (days, times))
                fits.append((fit + _SAME_NAME * (text in names_of), number, at))
    taken: dict[int, list[int]] = {}
    for fit, number, at in sorted(fits, reverse=True):
        if at in used or (number not in taken and fit < _ENOUGH):
            continue
        if number not in taken:
            taken[number] = [at]
        elif page.together(taken[number][0], at, _LESSON) and page.plain[at] != page.plain[taken[number][0]]:
            taken[number].append(at)
        else:
            continue
        used.add(at)
    found += [(left[number], names, []) for number, names in taken.items()]
    return found, [block for number, block in enumerate(left) if number not in taken]
