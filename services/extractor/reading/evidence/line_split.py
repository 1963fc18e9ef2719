"""Takes apart texts that the OCR read in one although a separator stands between them ("13:00 Maths", "PhysicsLatin").

The separator itself is hidden by the text; it is known by what is drawn right above and right below (of text on its
side: before and behind).
"""

import re
from dataclasses import replace
from itertools import pairwise
from statistics import median

from services.extractor.reading.evidence.order import UPWARDS
from services.extractor.reading.evidence.rules import Rules
from services.extractor.reading.evidence.type_changes import spread_words
from services.extractor.reading.model import HALF_TURN, Line, Picture, Rect

DRAWN = 0.9
"""Share of the stretches above and below along which the separator must be seen."""
REACH = 0.45
"""How far above and below is looked, in text heights: less than a merged cell leaves between its text and the rules
of the cells beyond it."""
NEAR = 1.1
"""How far a gap between two words may seem to be from the separator, in text heights."""
_GAP = re.compile(
    r"(?<=[^\s–—-])\s+(?=[^\s–—-])|(?<=[a-zß-ÿł\d])(?=[A-ZÀ-Þ][a-zß-ÿł])|(?<=\))(?=\w)|(?<=[AP]M)(?=[A-ZÀ-Þ])"
)
"""Between words (not beside a dash: that would break a range), and where a new one begins in the middle of what was
run together."""

_INSIDE = 0.6
"""Text heights from a text's ends to a separator that runs through it."""
_SPACES = 3
"""Of a text of several columns at least; and letters of one that is too short for two."""
_LONG = 12
"""Heights of a text that may be of several columns with nothing drawn between them."""
_WIDE, _WIDER = 0.5, 1.8
"""Of the text's height, and of its usual gap between two words: the narrowest gap between two columns."""
_RULE = "|¦±: "
"""What a rule is read as."""


def split_lines(lines: list[Line], rules: Rules) -> list[Line]:
    """The page's lines, those across separators in their parts.

    A text that crosses a separator but has no gap near it stays whole.
    """
    return [part for line in lines for part in _parts(line, rules)]


def split_columns(lines: list[Line], picture: Picture) -> list[Line]:
    """The lines, long ones in their parts where the gap between two words is far wider than the others.

    The OCR reads a row of a table without rules in one where its texts nearly fill their columns.
    """
    return [part for line in lines for part in _columns(line, picture)]


def _columns(line: Line, picture: Picture) -> list[Line]:
    if line.angle or line.rect.width < _LONG * line.size or line.text.count(" ") < _SPACES:
        return [line]
    spans = spread_words(picture, line)
    gaps = [after[0] - before[1] for before, after in pairwise(spans)]
    usual = min(median(gaps), 2 * min(gaps)) if gaps else 0.0
    wide = [index for index, gap in enumerate(gaps) if gap >= max(_WIDE * line.size, _WIDER * usual)]
    words = line.text.split(" ")
    parts: list[Line] = []
    for first, last in pairwise([0, *(index + 1 for index in wide), len(words)]):
        rect = replace(line.rect, x0=spans[first][0], x1=spans[last - 1][1]) if wide else line.rect
        parts.append(line.part(" ".join(words[first:last]), rect))
    return parts if wide else [line]


def _parts(line: Line, rules: Rules) -> list[Line]:
    if len(line.text) <= _SPACES:
        return [line]
    along, cut = (line.rect, rules.column_cut) if line.upright else (line.rect.turned(), rules.row_cut)
    reach = REACH * line.size
    for rail in rules.columns if line.upright else rules.rows:
        at = rail.at
        if not along.x0 + _INSIDE * line.size < at < along.x1 - _INSIDE * line.size:
            continue
        if any(cut(at, y, y + reach, rail.slack) < DRAWN for y in (along.y0 - reach, along.y1)):
            continue
        if parts := _divided(line, along, at):
            return [parts[0], *_parts(parts[1], rules)]
    return [line]


def _divided(line: Line, along: Rect, at: float) -> tuple[Line, Line] | None:
    """The line's two parts at the gap nearest to `at`; null if none is near."""
    backwards = line.angle in (HALF_TURN, UPWARDS)
    place = (along.x1 - at if backwards else at - along.x0) / along.width * len(line.text)
    step = along.width / len(line.text)
    gaps = [(abs((gap.start() + gap.end()) / 2 - place) * step, gap) for gap in _GAP.finditer(line.text)]
    away, gap = min(gaps, key=lambda item: item[0], default=(0.0, None))
    if gap is None or away > NEAR * line.size:
        return None
    before, after = replace(along, x1=at), replace(along, x0=at)
    if backwards:
        before, after = after, before
    if not line.upright:
        before, after = before.turned(), after.turned()
    return (
        line.part(line.text[: gap.start()], before),
        line.part(line.text[gap.end() :].lstrip(_RULE), after),
    )
