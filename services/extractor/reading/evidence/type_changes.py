"""Lines printed in two ways: a name, and behind it in other type or another colour what belongs to it.

"j.polski Wi 14" with the teacher in blue, "Ma M3" with the room small, "Literacy – Sentence builder" with the remark in
grey italics. The letters alone do not tell where the name ends; the picture does.
"""

import re
from dataclasses import dataclass, replace
from itertools import pairwise

import cv2
import numpy as np
import numpy.typing as npt

from services.extractor.reading.evidence.typography import (
    ENLARGED,
    FAINT,
    LEAST,
    ground_of,
    likeness,
    strongest,
    type_of,
)
from services.extractor.reading.model import Line, Picture, Type

Floats = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]

_INK = 0.35
"""Of the strongest ink's contrast; paler words stand out less."""
_CLEARER = 1.2
"""Times the widest gap between letters: the narrowest between words."""
_SPECK = 0.004
"""Of the size's square."""
_EDGE = 2
"""Pixels."""
_SLENDER, _TALL = 0.25, 0.85
"""Of the box's height: how wide a rule is at most, and how high at least."""
_THIN = frozenset("iIjlftr1|!()[]{}.,:;'’/\\-–—·•*")
"""Characters that may be as slender as a rule."""
_DASH = 0.12
"""Of the box's height: how wide a rule's dash is at most, and how far from the text at least."""
_CORE = 0.75
"""Of a word's strongest ink: the middle of its strokes, which has the ink's colour."""
_OTHER_COLOUR = 48.0
"""Distance in RGB, without brightness, between inks of two colours."""
_OTHER_TYPE = 0.62
"""Likeness from which on down two words are of different type."""
_ADVANCE = dict.fromkeys("iIljtfr.,:;'’|!()[] -", 0.3) | dict.fromkeys("mwMW@%", 0.85)
"""Ems from one letter to the next, for those that are far from the average."""
_AWAY = 1.5
"""Ems between a gap and where the letters before it let it be expected."""
_PALER, _SMALLER = 0.78, 0.7
"""Of a name's contrast and of its size."""
_AGAIN = 3
"""Lines of a page that change their print."""
_MARKS = "–—-·•|/,:;&+"


@dataclass(frozen=True, slots=True)
class _Word:
    text: str
    start: int
    """Character in the line."""
    x0: int
    x1: int
    type: Type
    chroma: Floats
    """Its ink's colour against the ground's, without brightness."""


def with_type_changes(picture: Picture, lines: list[Line]) -> list[Line]:
    """The lines with what stands at their ends in another print.

    One line that changes may be a smudge, unless brackets say the same; a page that prints so does it again. What it
    prints so in one place is an aside in others, too, where the change was not seen.

    Args:
        picture: the page, (height, width, 3), RGB.
        lines: with their boxes on it.
    """
    found = {line.id: aside for line in lines if (aside := aside_of(picture, line))}
    if len(found) < _AGAIN:
        found = {line: aside for line, aside in found.items() if aside[0] == "(" and aside[-1] == ")"}
    known = frozenset(found.values())
    return [replace(line, aside=found.get(line.id) or _known_end(line.text, known)) for line in lines]


def _known_end(text: str, known: frozenset[str]) -> str | None:
    """The longest end of a text, from its second word on, that is an aside elsewhere."""
    ends = (text[match.end() :] for match in re.finditer(" ", text))
    return next((end for end in ends if end in known), None)


def aside_of(picture: Picture, line: Line) -> str | None:
    """The words at a line's end that are printed in another way than those before them; null if there are none."""
    words = _words(picture, line)
    for at in range(1, len(words)):
        name, rest = words[:at], words[at:]
        if all(_differs(one, other) for one in name for other in rest):
            return line.text[rest[0].start :].lstrip(_MARKS + " ") or None
    return None


def _differs(name: _Word, other: _Word) -> bool:
    if float(np.linalg.norm(name.chroma - other.chroma)) > _OTHER_COLOUR:
        return True
    if other.type.contrast < _PALER * name.type.contrast or other.type.em < _SMALLER * name.type.em:
        return True
    same = likeness(name.type, other.type)
    return same is not None and same < _OTHER_TYPE


def _words(picture: Picture, line: Line) -> list[_Word]:
    """The line's words of two characters or more, as they are printed; none if the picture does not show them apart."""
    if (shown := _shown(picture, line)) is None:
        return []
    texts, (big, ground, depth, ink) = line.text.split(" "), shown
    spans = _spans(ink, line.text)
    out: list[_Word] = []
    at = 0
    for text, (lo, hi) in zip(texts, spans, strict=False):
        start = line.text.index(text, at)
        at = start + len(text)
        letters = text.strip(_MARKS + "()[].")
        if len(letters) >= 2 and (type_ := type_of(depth[:, lo:hi], letters)):
            core = depth[:, lo:hi] >= _CORE * type_.contrast
            colour = (big[:, lo:hi][core].astype(np.float32) - ground).mean(axis=0)
            out.append(_Word(text, start, lo, hi, type_, colour - colour.mean()))
    return out


def _shown(picture: Picture, line: Line) -> tuple[Picture, Floats, Floats, Mask] | None:
    """A text of several words, `ENLARGED`: its picture, its ground's colour, by how much each point differs from that
    at most in any colour (height, width), and whether it is ink; null if there is next to none."""
    x0, y0 = max(int(line.rect.x0), 0), max(int(line.rect.y0), 0)
    crop = picture[y0 : int(np.ceil(line.rect.y1)), x0 : int(np.ceil(line.rect.x1))]
    if " " not in line.text or min(crop.shape[:2], default=0) < LEAST:
        return None
    crop = np.rot90(crop, line.angle // 90)
    big = cv2.resize(np.ascontiguousarray(crop), None, fx=ENLARGED, fy=ENLARGED, interpolation=cv2.INTER_CUBIC)
    planes = cv2.split(big)
    ground = [ground_of(plane) for plane in planes]
    # Colour by colour: numpy's max over the last axis takes ten times as long.
    red, green, blue = (np.abs(plane - colour) for plane, colour in zip(planes, ground, strict=True))
    depth: Floats = np.maximum(np.maximum(red, green), blue)
    most = strongest(depth)
    if most < FAINT:
        return None
    return big.astype(np.uint8), np.array(ground, np.float32), depth, depth > max(FAINT, _INK * most)


def spread_words(picture: Picture, line: Line) -> list[tuple[float, float]]:
    """Where each word of an upright text begins and ends, in pixels of the page, however far apart they are.

    Empty if the text has not as many gaps as spaces that are clearly wider than the others.
    """
    if (shown := _shown(picture, line)) is None:
        return []
    parts = _parts(shown[3], line.text)
    gaps = sorted(pairwise(parts), key=lambda gap: gap[0][1] - gap[1][0])
    spaces = line.text.count(" ")
    if len(gaps) < spaces:
        return []
    widths = [after[0] - before[1] for before, after in gaps]
    if len(gaps) > spaces and widths[spaces - 1] < _CLEARER * widths[spaces]:
        return []
    cuts = sorted((before[1], after[0]) for before, after in gaps[:spaces])
    firsts, lasts = [parts[0][0], *(end for _, end in cuts)], [*(start for start, _ in cuts), parts[-1][1]]
    left = max(int(line.rect.x0), 0)
    return [(left + lo / ENLARGED, left + hi / ENLARGED) for lo, hi in zip(firsts, lasts, strict=True)]


def _parts(ink: Mask, text: str) -> list[tuple[int, int]]:
    """Columns of each piece of a text that is divided from the next by ground, without specks and rules at its ends."""
    columns = np.concatenate([[False], ink.any(axis=0), [False]])
    edges = np.flatnonzero(columns[1:] != columns[:-1])
    parts = [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]
    least = _SPECK * ink.shape[0] ** 2
    parts = [(a, b) for a, b in parts if ink[:, a:b].sum() >= least and not _is_rule(ink, a, b)]
    # One dash of a dashed rule is not as high as the box; but no letter such as "P" is as slender.
    if len(parts) > 1 and text[0] not in _THIN and _is_dash(ink, parts[0], parts[1][0] - parts[0][1]):
        del parts[0]
    if len(parts) > 1 and text[-1] not in _THIN and _is_dash(ink, parts[-1], parts[-1][0] - parts[-2][1]):
        del parts[-1]
    return parts


def _is_dash(ink: Mask, part: tuple[int, int], gap: int) -> bool:
    return part[1] - part[0] < _DASH * len(ink) and gap > _DASH * len(ink)


def _spans(ink: Mask, text: str) -> list[tuple[int, int]]:
    """Columns of each word of a text; empty if the gaps between them cannot be told from those between letters."""
    parts = _parts(ink, text)
    if not parts:
        return []
    gaps = [(a[1], b[0]) for a, b in pairwise(parts)]
    scale = (parts[-1][1] - parts[0][0]) / _length(text)
    cuts: list[tuple[int, int]] = []
    for space in re.finditer(" ", text):
        wanted = parts[0][0] + scale * (_length(text[: space.start()]) + _ADVANCE[" "] / 2)
        near = [gap for gap in gaps if abs((gap[0] + gap[1]) / 2 - wanted) < _AWAY * scale and gap not in cuts]
        widest = max((b - a for a, b in near), default=0)
        # A dash between two words has a gap on either side: of those that are wide enough, the one that is nearest.
        wide = [gap for gap in near if gap[1] - gap[0] >= widest / _CLEARER]
        if not wide:
            return []
        cuts.append(min(wide, key=lambda gap: abs((gap[0] + gap[1]) / 2 - wanted)))
    between = [b - a for a, b in gaps if (a, b) not in cuts]
    if between and min((b - a for a, b in cuts), default=0) < _CLEARER * max(between):
        return []
    firsts, lasts = [parts[0][0], *(end for _, end in cuts)], [*(start for start, _ in cuts), parts[-1][1]]
    words = list(zip(firsts, lasts, strict=True))
    return words if all(lo < hi for lo, hi in words) else []


def _is_rule(ink: Mask, lo: int, hi: int) -> bool:
    """Whether ink at the box's end is the cell's rule: slender, and as high as the box."""
    height, width = ink.shape
    at_end = lo <= _EDGE or hi >= width - _EDGE
    return at_end and hi - lo < _SLENDER * height and float(ink[:, lo:hi].any(axis=1).mean()) > _TALL


def _length(text: str) -> float:
    """How long a text is, in ems, on the average of common typefaces."""
    return sum(_ADVANCE.get(letter, 0.66 if letter.isupper() else 0.53) for letter in text)
