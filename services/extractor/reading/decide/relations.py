"""What the learnt network says of a page's texts: a second opinion on readings that it has no part in."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from services.extractor.reading.axes.series import find_series
from services.extractor.reading.axes.view import View
from services.extractor.reading.evidence.rules import Mask, Rules
from services.extractor.reading.learned import relations as learned
from services.extractor.reading.learned.relations import RELATIONS, Floats, Texts, softmax
from services.extractor.reading.learned.wording import kinds
from services.extractor.reading.lexicon.classes import is_class
from services.extractor.reading.lexicon.columns import head_role, is_title
from services.extractor.reading.lexicon.days import read_days
from services.extractor.reading.lexicon.labels import is_period
from services.extractor.reading.lexicon.times import HALF_DAY, Span, find_times, resolve
from services.extractor.reading.lexicon.words import (
    is_aside,
    is_code,
    is_free,
    is_initials,
    is_keyed,
    is_person,
    is_room,
)
from services.extractor.reading.model import HALF, BlockDraft, Line
from shared.messages import DAYS, Day

MOST = 330
"""Texts of a page that are looked at: what every two are to each other takes time square to them."""
FEWEST = 4
_ROW = 4
"""Names in a row by which texts that are no days' alone are taken for days."""
_IN_ROW = 0.5
"""How sure such a day is."""
_MOST_TIMES = 3
_GREYS, _USUAL_STROKE, _USUAL_CONTRAST = 60.0, 2.0, 100.0
_THINNEST = 0.3
"""Pixels."""
_LONG = 120.0
"""Minutes."""

UNKNOWN = 0.5
"""The chance of what the network cannot tell."""
_NOT_PRINTED = ("drawn", "legend", "next")
"""Where times come from that no text says."""

Times = tuple[tuple[int, int | None], ...]
_WORDS = (is_room, is_person, is_code, is_initials, is_keyed, is_free, is_aside, is_class, is_period)


@dataclass(frozen=True)
class Relations:
    """What the network says of the texts it was shown.

    Attributes:
        lines: the texts.
        days, times: what each names, and which spans it holds.
        roles: by text the chances of `ROLES`.
        scores: of each of `RELATIONS` from each text to each.
    """

    lines: list[Line]
    days: list[tuple[Day, ...]]
    times: list[Times]
    roles: Floats
    scores: Floats

    @cached_property
    def _by_id(self) -> dict[int, int]:
        return {line.id: at for at, line in enumerate(self.lines)}

    @cached_property
    def _by_source(self) -> dict[int, int]:
        return {source: at for at, line in enumerate(self.lines) for source in line.origins}

    def texts(self, lines: Iterable[Line]) -> list[int]:
        """Where some lines of a reading stand among the texts; parts of one where the whole stands."""
        found = []
        for line in lines:
            at = self._by_id.get(line.id)
            found += (
                [at] if at is not None else [self._by_source[each] for each in line.origins if each in self._by_source]
            )
        return list(dict.fromkeys(found))

    def pointed(self, relation: str, texts: list[int], among: list[int]) -> Floats:
        """The chance of each of `among` to be what some texts belong to."""
        found: Floats = softmax(self.scores[RELATIONS.index(relation)][np.ix_(texts, among)].mean(axis=0))
        return found

    def end(self, draft: BlockDraft) -> float:
        """The chance that a block ends when it is read to end; `UNKNOWN` where no text of the page says that time."""
        own = [at for at in self.texts(draft.lines) if not self.days[at]]
        name = _plain(draft.name)
        named = [at for at in own if _within(_plain(self.lines[at].text), name)] or own
        among = [at for at, times in enumerate(self.times) if times]
        fits = [any(_says(span, draft.end) for span in self.times[at]) for at in among]
        if not named or draft.source in _NOT_PRINTED or not any(fits):
            return UNKNOWN
        return float(self.pointed("end", named, among)[fits].sum())


def _says(span: tuple[int, int | None], minute: int | None) -> bool:
    return minute is not None and any(each is not None and (each - minute) % HALF_DAY == 0 for each in span)


def shown(view: View) -> tuple[list[tuple[Day, ...]], list[Times], Texts] | None:
    """The days and times that a page's texts name, and what the network is shown of these; null where they are too few.

    Args:
        view: the page upright.
    """
    lines = view.lines[:MOST]
    if len(lines) < FEWEST:
        return None
    days = _days(lines, view)
    spans = [find_times(line.text) for line in lines]
    times = [tuple(resolve(span) for span in each[:_MOST_TIMES]) for each in spans]
    named = [days.get(line.id, ((), 0.0)) for line in lines]
    texts = _texts(lines, view.rules, named, list(zip(spans, times, strict=True)))
    return [each for each, _ in named], times, texts


def relations_of(view: View) -> Relations | None:
    """Ask the network about a page, upright; null where it has too few texts."""
    found = shown(view)
    if found is None:
        return None
    days, times, texts = found
    roles, scores = learned.load().scores(*learned.inputs(texts))
    return Relations(view.lines[:MOST], days, times, softmax(roles), scores)


def _days(lines: list[Line], view: View) -> dict[int, tuple[tuple[Day, ...], float]]:
    """By a text's id the days it names, and how sure that is: by itself, or by the row it stands in."""
    found = {line.id: (read.days, 1.0) for line in lines if (read := read_days(line.text, view.spoken))}
    for turned in (False, True):
        for header in find_series(View(lines, view.rules, turned, view.spoken)):
            if len(header.bands) >= _ROW:
                for band in header.bands:
                    found.setdefault(band.line.id, ((band.day,), _IN_ROW))
    return found


def _texts(
    lines: list[Line],
    rules: Rules,
    days: list[tuple[tuple[Day, ...], float]],
    times: list[tuple[list[Span], Times]],
) -> Texts:
    """What the network is told of a page's texts."""
    typed = [line.type for line in lines if line.type]
    size = float(np.median([line.type.em if line.type else line.size for line in lines]))
    stroke = float(np.median([each.stroke for each in typed] or [_USUAL_STROKE]))
    contrast = float(np.median([each.contrast for each in typed] or [_USUAL_CONTRAST]))
    plain = ["".join(filter(str.isalnum, line.text.casefold())) for line in lines]
    _, same, counts = np.unique(plain, return_inverse=True, return_counts=True)
    looks = []
    for line, (named, surely), (spans, spoken), again in zip(lines, days, times, counts[same], strict=True):
        text = line.text
        length = max(1, len(text))
        first = spoken[0] if spoken else None
        looks.append(
            [
                _log_ratio(line.size, rules.size),
                _log_ratio(line.type.em if line.type else line.size, size),
                np.log(max(_THINNEST, (line.type.stroke if line.type else stroke) / max(stroke, _THINNEST))),
                ((line.type.contrast if line.type else contrast) - contrast) / _GREYS,
                line.upright,
                np.log1p(len(text)) / 3,
                sum(map(str.isdigit, text)) / length,
                sum(map(str.isupper, text)) / length,
                sum(map(str.isalpha, text)) / length,
                text.count(" ") / 5,
                bool(spans),
                any(end is not None for _, end in spoken),
                sum(span.at[1] - span.at[0] for span in spans) / max(1, len(text.strip())),
                len(spans) > 1,
                first[0] / HALF_DAY - 1 if first else 0.0,
                (first[1] - first[0]) / _LONG if first and first[1] else 0.0,
                bool(named),
                surely,
                *(day in named for day in DAYS),
                len(named) > 1,
                *(test(text) for test in _WORDS),
                head_role(text) is not None,
                is_title(text),
                *kinds(text),
                np.log1p(again - 1) / 2,
                text[:1].islower(),
                text[:1] in "([",
                line.confidence,
                line.aside is not None,
            ]
        )
    rects = np.array([[line.rect.x0, line.rect.y0, line.rect.x1, line.rect.y1] for line in lines], np.float32)
    return Texts(
        np.array(looks, np.float32),
        rects / np.float32(max(1.0, rules.size)),
        _crossed(rules.upright, rects * rules.scale, along=0),
        _crossed(rules.level.T, rects * rules.scale, along=1),
        np.array([bool(named) for named, _ in days]),
        np.array([bool(spans) for spans, _ in times]),
        same.astype(np.int64),
    )


def _log_ratio(value: float, to: float) -> float:
    """Of two lengths in pixels; a text without any is one pixel high."""
    return math.log(max(1.0, value) / max(1.0, to))


def _crossed(mask: Mask, rects: Floats, along: int) -> npt.NDArray[np.int64]:
    """How many separators stand from each text to where each other one is, at the first one's own place.

    Args:
        mask: with the separators that are looked for running down its columns.
        rects: in its pixels, before it was turned.
        along: 0 for texts beside each other, 1 for those above each other.
    """
    height, width = mask.shape
    low, high = rects[:, 1 - along], rects[:, 3 - along]
    middles = np.clip(((rects[:, along] + rects[:, 2 + along]) / 2).astype(int), 0, width - 1)
    found = np.zeros((len(rects), len(rects)), np.int64)
    for at in range(len(rects)):
        first = int(np.clip(low[at], 0, height - 1))
        last = max(first + 1, int(np.clip(high[at], 1, height)))
        seen = (mask[first:last] > 0).mean(axis=0) >= HALF
        begun = np.cumsum(seen & ~np.concatenate([[False], seen[:-1]]))
        found[at] = np.abs(begun[middles] - begun[middles[at]])
    return found


def _plain(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))


def _within(text: str, name: str) -> bool:
    return bool(text) and (text in name or (bool(name) and name in text))
