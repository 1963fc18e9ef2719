"""What each fragment of a cell is: the lesson's name, what goes on from it, a note, a room, a person, a class, a week.

The model (`learned`, ``roles``) sees each fragment by sizes relative to the others' and to the cell, never in pixels,
by where it stands, and by the shape of its words.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from services.extractor.reading.cell.cell_details import goes_on, unfinished
from services.extractor.reading.cell.corners import middles
from services.extractor.reading.cell.fragments import Cut, Fragment
from services.extractor.reading.cell.habits import elsewhere
from services.extractor.reading.cell.whose import whose
from services.extractor.reading.evidence.typography import likeness
from services.extractor.reading.learned.trees import load
from services.extractor.reading.learned.wording import KINDS, kinds
from services.extractor.reading.lexicon.classes import is_class
from services.extractor.reading.lexicon.columns import is_keyed_aside
from services.extractor.reading.lexicon.words import (
    PHRASES,
    SUBJECTS,
    has_key,
    is_aside,
    is_bracketed,
    is_code,
    is_group,
    is_initials,
    is_person,
    is_room,
    is_title,
    is_weekly,
    subject_of,
)
from services.extractor.reading.model import HALF, Rect, Type

ROLES = ("name", "more", "note", "room", "teacher")
"""``more`` goes on from the name, as its wrapped second half; ``note`` is all that is none of the others."""
NAMING = ("name", "more")
"""What a lesson's name is made of."""
_FIELDS = {"name": "more", "room": "room", "teacher": "teacher"}
"""Roles of what stands under the heads of a lesson's fields; under others it is a note."""
NAME = ROLES.index("name")
MORE = ROLES.index("more")
_LOUD = re.compile(r"[^a-zß-ÿ\d]*")
"""A name in capitals, which goes on in capitals."""
_SURNAMES = re.compile(r"(?:[^\W\d_a-zß-ÿ]['’.]?){4,}(?:[\s–-]+(?:[^\W\d_a-zß-ÿ]['’.]?){2,})*")
_SURE = 0.95
"""Chance given to words which belong together that they are one name; set by hand, not measured."""
_MUCH_OTHER = 0.6
"""Of the name's size, or likeness to its print: nothing goes on in print so small or so pale."""
_TOGETHER = 0.35
"""Power that raises a product of chances, which is too low: where one fragment is understood, the others mostly are.
Set by eye on bins of drawn and real pages, not fitted."""
_NAMES_ALL = 0.8
"""Chance that the line behind a name's beginning is of a name: from then on nothing else comes into question."""
_FEWEST = 4
"""Cells of one form that make a habit."""
_HABIT = 2
"""How many times the habit counts, for once that a cell's own looks do."""
_WEEK = re.compile(
    r"\W*(?:(?:week|wk|woche|semaine|semana|settimana|tydzie[nń])\W*)?(?:[AB12]|odd|even)\W*", re.IGNORECASE
)

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Told:
    """What a cell's fragments are.

    Attributes:
        roles: of each fragment.
        chance: that just these make the name, 0 to 1.
    """

    roles: list[str]
    chance: float


def roles_of(cuts: list[Cut], words: frozenset[str]) -> list[Told]:
    """The role of each fragment: one of each cell begins its name, the others are what they most likely are.

    Args:
        cuts: the cells of one table, which tell of each other what stands where.
        words: from `cells.page_words`.
    """
    if not cuts:
        return []
    chances = load("roles").probabilities(features(cuts, words)[1])
    cells = np.split(chances, np.cumsum([len(cut.fragments) for cut in cuts])[:-1])
    corners = [_in_corners(cut, middle) for cut, middle in zip(cuts, middles(cuts), strict=True)]
    keyed = [np.array([is_keyed_aside(fragment.text) for fragment in cut.fragments]) for cut in cuts]
    headed = [np.array([fragment.field not in (None, "name") for fragment in cut.fragments]) for cut in cuts]
    barred = [np.logical_or.reduce(told) for told in zip(corners, whose(cuts), keyed, headed, strict=True)]
    for rows, nameless in zip(cells, barred, strict=True):
        rows[nameless, NAME] *= 1 - _SURE
    bar_capitals(cuts, cells, barred)
    out: list[Told] = []
    for cut, rows, nameless, habit in zip(cuts, cells, barred, _habits(cuts, cells), strict=True):
        # A group's label ("Group 2") begins no name where there is anything else.
        labels = np.array([is_group(fragment.text) for fragment in cut.fragments])
        begins = int(np.where(labels, -1.0, rows[:, NAME] * habit).argmax())
        naming = going_on(rows, begins, [fragment.row for fragment in cut.fragments])
        naming[np.array([fragment.aside for fragment in cut.fragments]) | labels | nameless] = 1 - _SURE
        for index, (one, two) in enumerate(pairwise(cut.fragments)):
            if two.aside or _much_other(one, two):
                naming[index + 1] = min(naming[index + 1], 1 - _SURE)
            elif (index == begins or naming[index] > HALF) and _cannot_end(one, two, words):
                naming[index + 1] = _SURE
        named = naming > HALF
        named[begins] = True
        rest = len(NAMING) + rows[:, len(NAMING) :].argmax(axis=1)
        said = _said([fragment.text for fragment in cut.fragments], named)
        if said:
            begins, named = said.start, np.isin(np.arange(len(named)), said)
        roles = ["more" if naming_too else ROLES[role] for naming_too, role in zip(named, rest, strict=True)]
        for index, fragment in enumerate(cut.fragments):
            if fragment.field is not None and index != begins:
                roles[index] = _FIELDS.get(fragment.field, "note")
        roles[begins] = "name"
        out.append(Told(roles, _SURE if said else _chance(rows, naming, named, begins)))
    return out


def bar_capitals(cuts: list[Cut], cells: list[Floats], barred: list[npt.NDArray[np.bool_]]) -> None:
    """Bar surnames in capitals and initials below other names, where on the whole of a table they go on from none.

    One surname alone looks like a wrapped name's end; what stands in the same print in the other cells tells of it.
    """
    found = []
    for at, (cut, rows) in enumerate(zip(cuts, cells, strict=True)):
        # Not the cell's first line: a person may stand above a name in capitals that goes on in capitals.
        begins = int(rows[:, NAME].argmax())
        if not _LOUD.fullmatch(cut.fragments[begins].text):
            below = [fragment.text for fragment in cut.fragments[begins + 1 :]]
            capitals = (_SURNAMES.fullmatch(text) or is_initials(text) for text in below)
            found += [(at, begins + 1 + index) for index, told in enumerate(capitals) if told]
    if len(found) >= _FEWEST and np.mean([cells[at][index, MORE] for at, index in found]) < HALF:
        for at, index in found:
            barred[at][index] = True


def going_on(rows: Floats, begins: int, at_rows: list[int]) -> Floats:
    """How likely each fragment goes on from the name, once it is known where that begins.

    Args:
        rows: the model's chances of each.
        at_rows: the cell's row that each stands in.
    """
    # What may begin a name itself is another lesson's more often than a part of this one's.
    naming = rows[:, ROLES.index("more")].copy()
    # Unless the other cells say that it begins nothing, or nothing else than the name comes into question for it.
    ours = {int(rows[:, NAME].argmax())} - {begins}
    behind = begins + 1
    if at_rows[begins] + 1 in at_rows[behind : behind + 1] and rows[behind, NAME] + naming[behind] >= _NAMES_ALL:
        ours.add(behind)
    for at in ours:
        naming[at] /= max(1 - rows[at, NAME], 1 - _SURE)
    return naming


def _in_corners(cut: Cut, middle: list[int]) -> npt.NDArray[np.bool_]:
    """Which fragments stand in corners, where some stand in the middle."""
    return np.array([bool(middle) and index not in middle for index in range(len(cut.fragments))])


def _habits(cuts: list[Cut], cells: list[Floats]) -> list[Floats]:
    """How likely names begin at each fragment's place in the other cells that have as many texts in the same rows.

    One surname or code looks like a subject; where nineteen cells like this one begin with theirs, the twentieth does.
    """
    alike: dict[tuple[object, ...], list[int]] = {}
    # Where few are printed alike, all that have as many texts in the same rows are one form.
    forms = [(tuple(one.row for one in cut.fragments), _form(cut)) for cut in cuts]
    for at, form in enumerate(forms):
        alike.setdefault(form, []).append(at)
        alike.setdefault(form[:1], []).append(at)
    out = [np.ones(len(cut.fragments)) for cut in cuts]
    for at, form in enumerate(forms):
        like = max(alike[form], alike[form[:1]], key=lambda each: (len(each) >= _FEWEST, -len(each)))
        if len(like) >= _FEWEST:
            out[at] = np.mean([cells[other][:, NAME] for other in like], axis=0) ** _HABIT
    return out


def _form(cut: Cut) -> tuple[bool, ...]:
    """Which fragments are printed much stronger than the first: a thin room over two bold lines is no name of three."""
    first = cut.fragments[0].type
    return tuple(_much_weaker(first, one.type) for one in cut.fragments)


def _much_weaker(one: Type | None, two: Type | None) -> bool:
    like = likeness(two, one) if one and two else None
    return like is not None and like <= _MUCH_OTHER


def _said(texts: list[str], named: npt.NDArray[np.bool_]) -> range:
    """The fragments that a key says are the name ("Module: Applied" / "Algebra" / "Room: B12"); none without one.

    Args:
        named: which of them go on from a name, where no other key ends it.
    """
    begins = next((at for at, text in enumerate(texts) if subject_of(text) is not None), None)
    if begins is None:
        return range(0)
    after = range(begins + 1, len(texts))
    keys = [at for at in after if has_key(texts[at])]
    return range(begins, keys[0] if keys else next((at for at in after if not named[at]), len(texts)))


def _much_other(one: Fragment, two: Fragment) -> bool:
    """Whether the second is printed so much smaller or paler than the first that nothing goes on in it."""
    return two.size <= _MUCH_OTHER * one.size or _much_weaker(two.type, one.type)


def _cannot_end(one: Fragment, two: Fragment, words: frozenset[str]) -> bool:
    """Whether a name that ends in one fragment must go on in the next: their words belong together."""
    phrase = f"{one.text} {two.text}".casefold()
    return bool(
        phrase in words
        or phrase in PHRASES
        or unfinished(one.text)
        or (two.row > one.row and goes_on(two.text))
        or (two.row > one.row and phrase.count(" ") == 1 and is_weekly(two.text) and not is_weekly(one.text))
    )


def _chance(rows: Floats, naming: Floats, named: npt.NDArray[np.bool_], begins: int) -> float:
    """That a cell's name is made of just these fragments."""
    each = np.where(named, naming, 1 - naming)
    # Where it begins is sure as far as no other fragment's chance to begin it comes near.
    begin = rows[:, NAME]
    each[begins] = begin[begins] / begin.sum() if begin.sum() else 0.0
    return float(each.prod() ** _TOGETHER)


def features(cuts: list[Cut], words: frozenset[str]) -> tuple[tuple[str, ...], Floats]:
    """The model's columns and a row of them for each fragment of all cells."""
    rows = []
    for cut in cuts:
        shapes = [_words(fragment.text) for fragment in cut.fragments]
        rows += [_features(cut.fragments, shapes, index, cut.frame, words) for index in range(len(cut.fragments))]
    columns = tuple(rows[0])
    own = np.array([list(row.values()) for row in rows], np.float64)
    names, alike = elsewhere(cuts, own, columns)
    return (*columns, *names), np.hstack([own, alike])


def _features(
    fragments: list[Fragment], shapes: list[Mapping[str, float]], index: int, cell: Rect, words: frozenset[str]
) -> dict[str, float]:
    one = fragments[index]
    rect = one.rect
    most_rows = fragments[-1].row
    beside = [other for other in fragments if other.row == one.row]
    found = {
        "count": len(fragments),
        "rows": most_rows + 1,
        "index": index,
        "row": one.row,
        "row from end": most_rows - one.row,
        "in row": beside.index(one),
        "of row": len(beside),
        "aside": one.aside,
        "sureness": one.confidence,
        "x": (rect.cx - cell.x0) / max(1.0, cell.width),
        "y": (rect.cy - cell.y0) / max(1.0, cell.height),
        "left": (rect.x0 - cell.x0) / max(1.0, one.size),
        "right": (cell.x1 - rect.x1) / max(1.0, one.size),
        "width": rect.width / max(1.0, cell.width),
        "height": rect.height / max(1.0, cell.height),
    }
    found |= _prints(fragments, one)
    found |= shapes[index]
    found |= {f"before {key}": value for key, value in _pair(fragments, index - 1, index, cell, words).items()}
    found |= {f"after {key}": value for key, value in _pair(fragments, index, index + 1, cell, words).items()}
    others = [shape for at, shape in enumerate(shapes) if at != index]
    for key in ("subject", "person", "room", "initials", "bracketed", "weekly", "like subject", "like person"):
        found[f"first {key}"] = shapes[0][key] if index else math.nan
        found[f"others {key}"] = max((shape[key] for shape in others), default=math.nan)
    return found


def _prints(fragments: list[Fragment], one: Fragment) -> dict[str, float]:
    """Size, stroke and contrast against the largest and the others of the cell."""
    typed = [each.type for each in fragments if each.type]
    others = [each for each in fragments if each is not one]
    found = {
        "size to largest": one.size / max(each.size for each in fragments),
        "size to others": one.size / max((each.size for each in others), default=one.size),
        "em to largest": math.nan,
        "em to others": math.nan,
        "weight to heaviest": math.nan,
        "contrast to strongest": math.nan,
    }
    if one.type and typed:
        weight = one.type.stroke / one.type.em
        found["em to largest"] = one.type.em / max(each.em for each in typed)
        rest = [each.type.em for each in others if each.type]
        found["em to others"] = one.type.em / max(rest) if rest else math.nan
        found["weight to heaviest"] = weight / max(each.stroke / each.em for each in typed)
        found["contrast to strongest"] = one.type.contrast / max(each.contrast for each in typed)
    return found


@lru_cache(maxsize=4096)
def _words(text: str) -> Mapping[str, float]:
    """The shape of a text, and what its words may be."""
    letters = [letter for letter in text if letter.isalpha()]
    split = re.findall(r"[^\W\d_]+", text.casefold())
    return {
        "length": len(text),
        "words": len(text.split()),
        "longest word": max(map(len, split), default=0),
        "digits": sum(letter.isdigit() for letter in text) / max(1, len(text)),
        "starts with digit": text[:1].isdigit(),
        "ends with digit": text[-1:].isdigit(),
        "letters": len(letters) / max(1, len(text)),
        "capitals": sum(letter.isupper() for letter in letters) / max(1, len(letters)),
        "starts small": text[:1].islower(),
        "starts capital": text[:1].isupper(),
        "stop": "." in text,
        "comma": "," in text,
        "slash": "/" in text,
        "dash": "-" in text or "–" in text,
        "colon": ":" in text,
        "bracketed": is_bracketed(text),
        "bracket": text[:1] in "([" or text[-1:] in ")]",
        "subject": sum(word in SUBJECTS for word in split) / max(1, len(split)),
        "person": is_person(text),
        "room": is_room(text),
        "code": is_code(text),
        "initials": is_initials(text),
        "title": is_title(text),
        "detail": is_aside(text),
        "weekly": is_weekly(text),
        "class": is_class(text),
        "group": is_group(text),
        "week": bool(_WEEK.fullmatch(text)),
        **{f"like {kind}": value for kind, value in zip(KINDS, kinds(text), strict=True)},
    }


def _pair(fragments: list[Fragment], above: int, below: int, cell: Rect, words: frozenset[str]) -> dict[str, float]:
    """How a fragment goes with the one before it; nothing is known where there is none."""
    keys = (
        "em", "size", "weight", "contrast", "same row", "gap", "left", "middle", "filled", "roomless", "phrase",
        "unfinished", "joined",
    )  # fmt: skip
    if above < 0 or below >= len(fragments):
        return dict.fromkeys(keys, math.nan)
    one, two = fragments[above], fragments[below]
    size = max(1.0, (one.size + two.size) / 2)
    same_row = one.row == two.row
    word = two.text.split()[0] if two.text.split() else ""
    first_word = two.rect.width * len(word) / max(1, len(two.text))
    phrase = f"{one.text} {two.text}".casefold()
    typed = one.type and two.type
    values = (
        two.type.em / one.type.em if one.type and two.type else math.nan,
        two.size / max(1.0, one.size),
        (two.type.stroke / two.type.em) / (one.type.stroke / one.type.em) if one.type and two.type else math.nan,
        two.type.contrast / one.type.contrast if one.type and two.type and typed else math.nan,
        same_row,
        (two.rect.x0 - one.rect.x1 if same_row else two.rect.y0 - one.rect.y1) / size,
        abs(two.rect.x0 - one.rect.x0) / size,
        abs(two.rect.cx - one.rect.cx) / size,
        one.rect.width / max(1.0, cell.width),
        (one.rect.width + first_word) / max(1.0, cell.width),
        phrase in words or phrase in PHRASES,
        unfinished(one.text),
        one.text.endswith(("-", "/", "&", "+", ",")) or two.text[:1] in "&/+-",
    )
    return dict(zip(keys, values, strict=True))
