"""Ruling lines and the edges of coloured areas: whatever separates one cell from the next in the picture.

Both are steps of brightness or colour that run straight over some length, so both are found alike: the picture is
averaged along the direction of the wanted edge (which keeps it and drowns noise), differentiated across it,
thresholded, and opened with a straight element so that only runs longer than a line of text is high remain. Text is
masked by the OCR's boxes beforehand; what lies under a box is unknown rather than empty. Morphological opening as in
OpenCV's tutorial on extracting lines; no line fitting, since separators are asked for by position later.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import pairwise

import cv2
import numpy as np
import numpy.typing as npt

from services.extractor.reading.evidence.faint import faint_rules
from services.extractor.reading.model import Line, Picture, Rect

Mask = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.intp]
LONGEST = 1600
"""Pictures are searched at this longest side at most: thinner rules than that shows are seldom printed."""
LONG = 3.0
"""Longer to shorter side of a picture that is no page."""
MAX_RAILS = 160
"""A drawing or a photo beside the table can give thousands of short edges; the longest are kept."""
TWINS = 0.4
"""Text heights up to which two edges are one separator's: a rule's two sides, or the gutter between two cards."""

_PIXELS, _KNOWN = 3, 0.2
"""Pixels, and the share of a stretch, free of text at least to tell anything."""
_CLEAR = 26.0
"""Step of brightness that is an edge in any noise."""
_TOGETHER, _SOLID = 1.6, 0.25
"""Times the distance of near runs: how wide one separator's are; of the longest, those that say where it is."""
_NOISY = 2.0
"""Median step of brightness of a picture in which faint rules are lost; without noise, they are seen as they are."""
_THROUGH = 0.85
"""Of a text's box: what is seen of a rule that the box covers. Where other rules cross it, it has no edge."""
_BEYOND, _GOES_ON = 0.6, 0.5
"""Text heights by which it goes on at both ends of the box, and how much of it is seen there."""


@dataclass(frozen=True, slots=True)
class Rail:
    """A position at which separators stand, across one axis."""

    lo: float
    hi: float
    support: float
    """Summed length of the runs at this position."""

    @property
    def at(self) -> float:
        return (self.lo + self.hi) / 2

    @property
    def slack(self) -> float:
        return (self.hi - self.lo) / 2


@dataclass(slots=True)
class Rules:
    """The separators of a page. Positions are page pixels; `scale` is search pixels per page pixel."""

    upright: Mask
    """255 where a vertical separator runs."""
    level: Mask
    """255 where a horizontal separator runs."""
    text: Mask
    """255 under text."""
    small: Picture
    scale: float
    size: float
    """Median text height, page pixels."""
    columns: list[Rail]
    rows: list[Rail]

    def column_cut(self, x: float, y0: float, y1: float, slack: float = 0.0) -> float:
        """Share of the stretch `y0`..`y1` along which a vertical separator stands at `x`, 0 to 1."""
        return _cut(self.upright, self.text, x, y0, y1, self.scale, self._reach(slack))

    def row_cut(self, y: float, x0: float, x1: float, slack: float = 0.0) -> float:
        """Share of the stretch `x0`..`x1` along which a horizontal separator stands at `y`, 0 to 1."""
        return _cut(self.level.T, self.text.T, y, x0, x1, self.scale, self._reach(slack))

    def column_cuts(self, x: float, ys: list[float]) -> list[float]:
        """`column_cut` at `x` for each stretch between two neighbours of `ys` (ascending), in one pass."""
        return _cuts(self.upright, self.text, x, ys, self.scale, self._reach(0.0))

    def row_cuts(self, y: float, xs: list[float]) -> list[float]:
        """`row_cut` at `y` for each stretch between two neighbours of `xs` (ascending), in one pass."""
        return _cuts(self.level.T, self.text.T, y, xs, self.scale, self._reach(0.0))

    def _reach(self, slack: float) -> int:
        return max(2, round((max(slack, 0.14 * self.size)) * self.scale) + 1)

    def pixels(self, rect: Rect) -> npt.NDArray[np.float64]:
        """The picture within a rectangle, at the search's scale; at most some 40 rows and columns of it."""
        x0, x1 = max(0, int(rect.x0 * self.scale)), int(rect.x1 * self.scale) + 1
        y0, y1 = max(0, int(rect.y0 * self.scale)), int(rect.y1 * self.scale) + 1
        return self.small[y0 : y1 : 1 + (y1 - y0) // 40, x0 : x1 : 1 + (x1 - x0) // 40].astype(np.float64)

    def colour(self, rect: Rect) -> npt.NDArray[np.float64]:
        """Median colour (RGB) of a rectangle's inside, without its text."""
        inset = min(3.0, rect.width / 4, rect.height / 4)
        x0, x1 = int((rect.x0 + inset) * self.scale), int((rect.x1 - inset) * self.scale) + 1
        y0, y1 = int((rect.y0 + inset) * self.scale), int((rect.y1 - inset) * self.scale) + 1
        step_x, step_y = max(1, (x1 - x0) // 12), max(1, (y1 - y0) // 12)
        patch = self.small[max(0, y0) : y1 : step_y, max(0, x0) : x1 : step_x].reshape(-1, 3)
        covered = self.text[max(0, y0) : y1 : step_y, max(0, x0) : x1 : step_x].reshape(-1)
        free = patch[covered == 0]
        if len(free) < _PIXELS:
            free = patch
        if not len(free):
            return np.zeros(3)
        median: npt.NDArray[np.float64] = np.median(free, axis=0)
        return median


def _cut(mask: Mask, text: Mask, at: float, lo: float, hi: float, scale: float, reach: int) -> float:
    a, b = max(0, int(lo * scale) + 2), int(hi * scale) - 1
    centre = round(at * scale)
    if b <= a:
        return 0.0
    strip = mask[a:b, max(0, centre - reach) : centre + reach + 1]
    if strip.size == 0:
        return 0.0
    hit = strip.any(axis=1)
    known = hit | (text[a:b, min(max(0, centre), text.shape[1] - 1)] == 0)
    count = int(known.sum())
    return float(hit.sum() / count) if count >= max(_PIXELS, _KNOWN * (b - a)) else 0.0


def _cuts(mask: Mask, text: Mask, at: float, edges: list[float], scale: float, reach: int) -> list[float]:
    centre = round(at * scale)
    strip = mask[:, max(0, centre - reach) : centre + reach + 1]
    if strip.size == 0:
        return [0.0] * (len(edges) - 1)
    hit: npt.NDArray[np.bool_] = np.asarray(strip.any(axis=1))
    known = hit | (text[:, min(max(0, centre), text.shape[1] - 1)] == 0)
    hits, knowns = (np.concatenate([[0], np.cumsum(each)]) for each in (hit, known))
    out: list[float] = []
    for lo, hi in pairwise(edges):
        a, b = max(0, int(lo * scale) + 2), min(int(hi * scale) - 1, len(hit))
        count = int(knowns[b] - knowns[a]) if b > a else 0
        out.append(float(hits[b] - hits[a]) / count if count >= max(_PIXELS, _KNOWN * (b - a)) else 0.0)
    return out


def find_rules(picture: Picture, lines: list[Line]) -> Rules:
    """Find the separators of a page.

    Args:
        picture: height x width x 3, RGB.
        lines: its text, to be masked.
    """
    height, width = picture.shape[:2]
    longest, shortest = max(height, width, 1), max(min(height, width), 1)
    # A scrolled screenshot is looked at as large as a page with as many pixels, or its rules would be gone.
    side = LONGEST * (longest / shortest) ** 0.5 if longest > LONG * shortest else LONGEST
    scale = min(1.0, side / longest)
    small = picture
    if scale < 1.0:
        wanted = (round(width * scale), round(height * scale))
        small = cv2.resize(picture, wanted, interpolation=cv2.INTER_AREA).astype(np.uint8)
    size = float(np.median([line.size for line in lines])) if lines else 20.0
    text = np.zeros(small.shape[:2], np.uint8)
    whole = {True: text.copy(), False: text.copy()}
    for line in lines:
        rect = line.rect
        _cover(whole[line.upright], rect, scale)
        trim = 0.12 * line.size
        if line.upright:
            _cover(text, replace(rect, y0=rect.y0 + trim, y1=rect.y1 - trim), scale)
        else:
            _cover(text, replace(rect, x0=rect.x0 + trim, x1=rect.x1 - trim), scale)

    def separators(vertical: bool) -> tuple[Mask, list[Rail]]:
        bared = _bared(small, text, whole[vertical], size * scale, vertical=vertical)
        mask = _edges(small, text, bared, size * scale, vertical=vertical)
        for line in lines:
            if vertical:
                _forget_underlines(mask.T, line.rect.turned(), scale, line.size)
            else:
                _forget_underlines(mask, line.rect, scale, line.size)
        return mask, _rails(mask, vertical=vertical, scale=scale, size=size)

    with ThreadPoolExecutor(1, thread_name_prefix="upright") as beside:
        other = beside.submit(separators, vertical=True)
        level, rows = separators(vertical=False)
        upright, columns = other.result()
    return Rules(upright, level, text, small, scale, size, columns, rows)


def _cover(mask: Mask, rect: Rect, scale: float) -> None:
    """Fill a rectangle of the page in `mask`, which has `scale` pixels for each of the page's."""
    corner, opposite = (int(rect.x0 * scale), int(rect.y0 * scale)), (int(rect.x1 * scale), int(rect.y1 * scale))
    cv2.rectangle(mask, corner, opposite, 255, -1)


def _strength(small: Picture, along: int, *, vertical: bool) -> tuple[Mask, float]:
    """The largest step of a colour channel across the wanted direction, averaged over `along` pixels; its median."""
    smooth = cv2.blur(small, (1, along) if vertical else (along, 1))
    strength = np.zeros(small.shape[:2], np.uint8)
    if vertical:
        inner, steps = strength[:, 1:-1], cv2.absdiff(smooth[:, 2:], smooth[:, :-2])
    else:
        inner, steps = strength[1:-1], cv2.absdiff(smooth[2:], smooth[:-2])
    if inner.size:
        # Not numpy's max over the last axis, which takes ten times as long.
        red, green, blue = cv2.split(steps)
        inner[:] = cv2.max(cv2.max(red, green), blue)
    sample = strength[::4, ::4]
    return strength, float(np.median(sample)) if sample.size else 0.0


def _edge_limit(noise: float) -> float:
    """The step of brightness that an edge has at least in a picture with this noise."""
    return 7.0 + 4.0 * noise


def _bared(small: Picture, text: Mask, reading: Mask, size: float, *, vertical: bool) -> Mask:
    """`text` without the rules that its boxes cover: edges that run all through what is covered and on beyond it.

    In a tight table the boxes, which are wider than their letters, lie over the rules beside them. A letter's stem
    ends within the box, and the stems of lines below each other leave gaps.

    Args:
        reading: 255 under the boxes that read across the wanted rules, all of them. Along a line of small letters their
            feet are as good as a rule.
        size: median text height, in the picture's pixels.
    """
    strength, noise = _strength(small, 3, vertical=vertical)
    edge = cv2.dilate(
        (strength > _edge_limit(noise)).astype(np.uint8), np.ones((1, 3) if vertical else (3, 1), np.uint8)
    )
    beyond = max(8, round(_BEYOND * size))
    # Column after column in one long row, so that a run is a slice of it.
    covered = np.ascontiguousarray((reading if vertical else reading.T).T) > 0
    along = covered.shape[1]
    changes = np.zeros((len(covered), along + 1), bool)
    changes[:, 0], changes[:, -1] = covered[:, 0], covered[:, -1]
    np.not_equal(covered[:, 1:], covered[:, :-1], out=changes[:, 1:-1])
    column, ends = np.divmod(np.flatnonzero(changes), along + 1)
    column, first, last = column[::2], ends[::2], ends[1::2]
    # Of a column all edges above each point: what lies between two of them is a difference.
    sums = cv2.integral(edge if vertical else edge.T)

    def seen(start: Ints, stop: Ints) -> Ints:
        start, stop = np.maximum(start, 0), np.minimum(stop, along)
        above, upto = (sums[at, column + 1] - sums[at, column] for at in (start, stop))
        return np.asarray(upto - above, np.intp)

    through = seen(first, last) >= _THROUGH * (last - first)
    through &= seen(first - beyond, first) >= _GOES_ON * beyond
    through &= seen(last, last + beyond) >= _GOES_ON * beyond
    bared = text.copy()
    across = bared if vertical else bared.T
    for at, lo, hi in zip(column[through].tolist(), first[through].tolist(), last[through].tolist(), strict=True):
        across[lo:hi, at] = 0
    return bared


def _edges(small: Picture, text: Mask, bared: Mask, size: float, *, vertical: bool) -> Mask:
    """255 where a separator runs: long straight edges, and in a noisy picture faint rules.

    Args:
        text: 255 under text, which faint rules are not looked for under.
        bared: the same without the rules that it covers.
        size: median text height, in the picture's pixels.
    """
    strength, noise = _strength(small, 9, vertical=vertical)
    edge = (strength > min(_CLEAR, _edge_limit(noise))).astype(np.uint8) * 255
    edge[bared > 0] = 0
    # A rule that wavers by a pixel (scans) would be opened away: widen it across first.
    edge = cv2.dilate(edge, np.ones((1, 3) if vertical else (3, 1), np.uint8)).astype(np.uint8)
    run = max(9, round(0.9 * size))
    long = np.ones((run, 1) if vertical else (1, run), np.uint8)
    opened: Mask = cv2.morphologyEx(edge, cv2.MORPH_OPEN, long).astype(np.uint8)
    if noise >= _NOISY:
        opened[(faint_rules(small, text, opened, size, vertical=vertical) > 0) & (bared == 0)] = 255
    return opened


def _forget_underlines(mask: Mask, rect: Rect, scale: float, size: float) -> None:
    """Clear runs right above or below a text that end where it ends: underlines, highlights, letters' own edges.

    Args:
        mask: horizontal separators (or, with the axes of both swapped, vertical ones); changed in place.
    """
    margin = 0.35 * size
    x0, x1 = max(0, int((rect.x0 - margin) * scale)), int((rect.x1 + margin) * scale) + 1
    beyond = max(2, int(0.6 * size * scale))
    edges = ((rect.y0 - margin, rect.y0 + 0.5 * margin), (rect.y1 - 0.5 * margin, rect.y1 + margin))
    for top, bottom in edges:
        y0, y1 = max(0, int(top * scale)), int(bottom * scale) + 1
        strip, rows = mask[y0:y1, x0:x1], mask[y0:y1]
        under = mask[y0:y1, int((rect.x0 + margin) * scale) : int((rect.x1 - margin) * scale) + 1]
        hit = np.flatnonzero(under.any(axis=1))
        for run in np.split(hit, np.flatnonzero(np.diff(hit) > 1) + 1) if len(hit) else []:
            # What goes on does so at the run's own height; an edge of the next cell may lie a little lower.
            level = rows[run]
            if not (level[:, max(0, x0 - beyond) : x0].any() or level[:, x1 : x1 + beyond].any()):
                strip[run] = 0


def _rails(mask: Mask, *, vertical: bool, scale: float, size: float) -> list[Rail]:
    count, _, stats, centroids = cv2.connectedComponentsWithStats(mask, connectivity=8)
    runs: list[tuple[float, float]] = []
    for index in range(1, count):
        length = float(stats[index, cv2.CC_STAT_HEIGHT if vertical else cv2.CC_STAT_WIDTH]) / scale
        centre = float(centroids[index][0 if vertical else 1]) / scale
        runs.append((centre, length))
    near = max(4.0, TWINS * size)
    rails: list[Rail] = []
    group: list[tuple[float, float]] = []
    for centre, length in sorted(runs):
        if group and (centre - group[-1][0] > near or centre - group[0][0] > _TOGETHER * near):
            rails.append(_rail(group))
            group = []
        group.append((centre, length))
    if group:
        rails.append(_rail(group))
    rails.sort(key=lambda rail: -rail.support)
    return sorted(rails[:MAX_RAILS], key=lambda rail: rail.at)


def _rail(group: list[tuple[float, float]]) -> Rail:
    # Long runs say where the rail is; a stray short one must not widen it.
    longest = max(length for _, length in group)
    solid = [centre for centre, length in group if length >= _SOLID * longest]
    return Rail(min(solid), max(solid), sum(length for _, length in group))
