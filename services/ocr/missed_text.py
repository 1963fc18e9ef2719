"""What a first look at a page may have missed: ink that no found line covers, put together for a second look.

Small single characters ("F" above a column, "4" beside a row) vanish when a page is shrunk for detection. They still
stand out as ink: spots the size of a letter, darker or lighter than the ground around them. Only those places are
looked at again, at full size, pasted together into one small picture. What the detector overlooks there as well, a
character that stands alone most often, is boxed by its ink, and whoever reads it tells text from specks.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from services.ocr.crops import Image, Quad, size
from services.ocr.page_ink import Mask

_LETTER = (4, 90)
"""Pixels: heights (and widths, at most) of a spot that may be a letter."""
_LEAST, _LARGEST = 0.3, 1.2
"""Times the height of the found lines, on the median; a capital has about six tenths of it."""
_JOINED = 8
"""Times a letter's height: the longest piece of letters that touch."""
_SLENDER = 8
"""Length over thickness above which a spot is part of a ruling line or a dash."""
_THIN, _DASH = 4, 4
"""Pixels: the most that a dash is thick, and the least that it is long."""
_LONGER = 1.9
"""Length over breadth of a dash that is broader than that, at least."""
_CLOSE = 6
"""Pixels, at least, from one dash of a rule to the next."""
_DASHES = 10
"""Pieces of one size in one row or column that make a dashed rule."""
_ALIKE = 2
"""Pixels by which these differ."""
_MOST_INKS = 3000
"""Pieces that are compared with each other; more are grain or a photograph."""
_MARGIN = 24
"""Pixels of page around a spot; the detector needs some ground to tell text by."""
_MAX_WIDTH = 960
_GAP = 0.5
"""Of the height: ink that is nearer than this, side by side, is one word."""
_TOWER = 1.4
"""Times the height of the higher one: a dot over its letter reaches no higher."""
_COMMON = 0.2
"""Share of a box that another covers: more is a part of it."""
_SIMILAR, _LEVEL = 1.25, 0.25
"""Times the lower of two heights, and of it: how alike letters of one row are, and how far off its middle."""
_ROOM = 0.25
"""Of the height: ground left around ink; the recogniser's training lines have about as much."""

Rect = tuple[int, int, int, int]
"""x, y, width, height."""


@dataclass(frozen=True, slots=True)
class Mosaic:
    """Places of a page beside each other in one picture."""

    picture: Image
    places: list[Rect]
    """On the page, `_MARGIN` included."""
    corners: list[tuple[int, int]]
    """x and y of each in `picture`."""

    def to_page(self, quad: Quad) -> Quad | None:
        """A quad found in `picture`, on the page; None if its middle is in no place."""
        x, y = quad.mean(axis=0)
        for (left, top), (page_x, page_y, width, height) in zip(self.corners, self.places, strict=True):
            if left <= x < left + width and top <= y < top + height:
                low, high = np.array([left, top]), np.array([left + width, top + height])
                moved = np.clip(quad, low, high) - low + np.array([page_x, page_y])
                return np.asarray(moved, dtype=np.float32)
        return None


def uncovered(page: Mask, quads: Sequence[Quad]) -> tuple[list[Rect], list[Rect]]:
    """Ink that no quad covers, box by box: of a letter's size, and of letters that touch.

    Args:
        page: its ink.
        quads: the lines found so far.
    """
    ink = page.copy()
    for quad in quads:
        cv2.fillPoly(ink, [quad.astype(np.int32)], (0,))
    _, _, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    low, high = _LETTER
    if usual := _usual(quads):
        # What is overlooked is small, but no speck; the corner of a sheet on a desk looks like a large "L".
        low, high = max(low, int(_LEAST * usual)), min(high, int(_LARGEST * usual))
    letters: list[Rect] = []
    joined: list[Rect] = []
    others: list[Rect] = []
    for x, y, wide, tall, area in stats[1:].tolist():
        slender = max(wide, tall) > _SLENDER * min(wide, tall)
        if low <= tall <= high and wide <= high and not slender and area >= 2 * low:
            letters.append((x, y, wide, tall))
        elif low <= min(wide, tall) <= high < max(wide, tall) <= _JOINED * high and not slender:
            joined.append((x, y, wide, tall))
        elif min(wide, tall) <= _THIN and _DASH <= max(wide, tall) <= high:
            others.append((x, y, wide, tall))
    return _without_dashes([rect for rect in letters if _sides(ink, rect) < 3], others), joined


def _sides(ink: Mask, rect: Rect) -> int:
    """On how many sides of a piece there is ink close by: on three, it is where dashed rules meet ("T", "+")."""
    x, y, wide, tall = rect
    near = max(_CLOSE, tall // 3)
    left, top = max(x - near, 0), max(y - near, 0)
    around = (
        ink[y : y + tall, left:x],
        ink[y : y + tall, x + wide : x + wide + near],
        ink[top:y, x : x + wide],
        ink[y + tall : y + tall + near, x : x + wide],
    )
    return sum(bool(side.any()) for side in around)


def _without_dashes(letters: list[Rect], others: list[Rect]) -> list[Rect]:
    """The letters without dashed rules: many pieces of one size in a line, and what stands on that line.

    Hundreds of dashes would hide the letters between them, and where two such rules meet they make a good "T".

    Args:
        others: pieces too thin for letters, which are dashes or nothing.
    """
    inks = letters + others if len(letters) + len(others) <= _MOST_INKS else letters
    if not _DASHES < len(inks) <= _MOST_INKS:
        return letters
    boxes = np.array(inks, dtype=np.float32)
    corners, sizes = boxes[:, :2], boxes[:, 2:]
    middles = corners + sizes / 2
    alike = (np.abs(sizes[:, None] - sizes[None]) <= _ALIKE).all(axis=2)
    dropped = np.zeros(len(inks), dtype=bool)
    for across in (0, 1):  # rules down the page stand at one x, rules across it at one y
        along = 1 - across
        twins = alike & (np.abs(middles[:, None, across] - middles[None, :, across]) <= _ALIKE)
        # Letters of a typewriter's face, one below the other, are as alike; but no dash is as broad as it is long.
        narrow = (sizes[:, across] <= _THIN) | (sizes[:, along] >= _LONGER * sizes[:, across])
        dashes = narrow & (twins.sum(axis=1) > _DASHES)
        dropped |= dashes
        while dashes.any():
            rule = twins[int(dashes.argmax())]
            dashes &= ~rule
            at, reach = float(middles[rule, across].mean()), middles[rule, along]
            on_rule = (corners[:, across] <= at) & (at <= (corners + sizes)[:, across])
            beside = (reach.min() - _MARGIN <= middles[:, along]) & (middles[:, along] <= reach.max() + _MARGIN)
            dropped |= on_rule & beside
    return [ink for ink, drop in zip(letters, dropped[: len(letters)], strict=True) if not drop]


def spots(image: Image, inks: Sequence[Rect], joined: Sequence[Rect]) -> list[Rect]:
    """The places of `inks`, near ones joined, each with its margin.

    Letters that touch (`joined`) belong to the place of a letter near them: a word cut off at the place's edge would be
    read without its other letters, and surely.
    """
    height, width = image.shape[:2]
    marked = np.zeros((height, width), dtype=np.uint8)
    for x, y, wide, tall in (*inks, *joined):
        marked[max(y - _MARGIN, 0) : y + tall + _MARGIN, max(x - _MARGIN, 0) : x + wide + _MARGIN] = 1
    _, labels, stats, _ = cv2.connectedComponentsWithStats(marked, connectivity=4)
    held = sorted({int(labels[y, x]) for x, y, _, _ in inks})
    return [(int(x), int(y), int(w), int(h)) for x, y, w, h, _ in stats[held]]


def new(quads: Sequence[Quad], known: Sequence[Quad]) -> list[Quad]:
    """Those whose middle no known quad covers, which cover the middle of none, lie beside those for the most part, and
    are not much larger.

    A place's margin shows parts of lines that are found already: read twice, one "M" becomes two Mondays, and the first
    "10" of "10:00-11:00" an hour of its own.
    """
    limit = 2 * _LARGEST * _usual(known) or np.inf
    return apart([quad for quad in quads if min(size(quad)) <= limit], known)


def apart(quads: Sequence[Quad], known: Sequence[Quad]) -> list[Quad]:
    """Those whose middle no known quad covers, which cover the middle of none, and lie beside those for the most part.

    Each is held against all known ones at once: pair by pair, 300 and 300 took 1.3 s instead of 13 ms.
    """
    if not known:
        return list(quads)
    least, most = np.array([quad.min(axis=0) for quad in known]), np.array([quad.max(axis=0) for quad in known])
    centres = (least + most) / 2
    found = []
    for quad in quads:
        low, high = quad.min(axis=0), quad.max(axis=0)
        middle = (low + high) / 2
        common = np.maximum(np.minimum(high, most) - np.maximum(low, least), 0).prod(axis=1)
        covered = ((least <= middle) & (middle <= most)).all(axis=1)
        covering = ((low <= centres) & (centres <= high)).all(axis=1)
        if not (covered | covering | (common > _COMMON * (high - low).prod())).any():
            found.append(quad)
    return found


def _usual(quads: Sequence[Quad]) -> float:
    """Height of a line on the median, in pixels; 0 without lines."""
    return float(np.median([min(size(quad)) for quad in quads])) if quads else 0.0


def words(inks: Sequence[Rect]) -> list[Quad]:
    """A box around each piece of ink, or pieces side by side."""
    found: list[Rect] = []
    for x, y, wide, tall in sorted(inks):
        ink = (x, y, x + wide, y + tall)
        near = next((n for n, word in enumerate(found) if _beside(word, ink)), None)
        if near is None:
            found.append(ink)
        else:
            a, b, c, d = found[near]
            found[near] = (min(a, ink[0]), min(b, ink[1]), max(c, ink[2]), max(d, ink[3]))
    made: list[Quad] = []
    for x0, y0, x1, y1 in found:
        room = _ROOM * (y1 - y0)
        left, top, right, bottom = x0 - room, y0 - room, x1 + room, y1 + room
        made.append(np.array([[left, top], [right, top], [right, bottom], [left, bottom]], dtype=np.float32))
    return made


def _beside(word: Rect, ink: Rect) -> bool:
    """Whether ink stands right beside a word, or over it as the dot of an "i" does; both as x, y, right, bottom."""
    one, other = word[3] - word[1], ink[3] - ink[1]
    height, least = max(one, other), min(one, other)
    if max(word[3], ink[3]) - min(word[1], ink[1]) > _TOWER * height:
        return False  # letters one above the other are days down the side, not a word
    overlap = min(word[3], ink[3]) - max(word[1], ink[1])
    over = min(word[2], ink[2]) - max(word[0], ink[0])
    return over > 0 or (-over <= _GAP * height and overlap >= 0.5 * least)


def in_line(one: Quad, other: Quad) -> bool:
    """Whether two boxes are of one height, and side by side or one above the other."""
    first, second = size(one)[1], size(other)[1]
    away = np.abs(one.mean(axis=0) - other.mean(axis=0)).min()
    return bool(max(first, second) < _SIMILAR * min(first, second) and away < _LEVEL * min(first, second))


def mosaic(image: Image, places: Sequence[Rect]) -> Mosaic:
    """Paste places of a page into one picture, in rows of falling height, on the page's usual colour."""
    ordered = sorted(places, key=lambda place: -place[3])
    limit = max(_MAX_WIDTH, *(place[2] for place in ordered))
    x = y = row = 0
    corners: list[tuple[int, int]] = []
    for _, _, width, height in ordered:
        if x and x + width > limit:
            x, y, row = 0, y + row, 0
        corners.append((x, y))
        x, row = x + width, max(row, height)
    ground = np.median(image[::8, ::8].reshape(-1, 3), axis=0).astype(np.uint8)
    right = max(corner[0] + place[2] for corner, place in zip(corners, ordered, strict=True))
    picture = np.empty((y + row, right, 3), dtype=np.uint8)
    picture[:] = ground
    for (left, top), (page_x, page_y, width, height) in zip(corners, ordered, strict=True):
        picture[top : top + height, left : left + width] = image[page_y : page_y + height, page_x : page_x + width]
    return Mosaic(picture, ordered, corners)
