"""A table cut at every separator and header boundary into pieces, and what is drawn between these."""

from functools import cached_property
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from services.extractor.reading.axes.bands import TimeBand
from services.extractor.reading.axes.series import DayBand
from services.extractor.reading.axes.view import View
from services.extractor.reading.evidence.rules import TWINS, Rail
from services.extractor.reading.lexicon.times import find_times
from services.extractor.reading.model import Line, Rect

DRAWN = 0.62
"""Share of an edge along which a separator must be seen for the edge to divide."""
SAME = 14.0
"""Largest difference of a colour channel (0..255) within one and the same background."""
_DASHES = 5
"""Fewer may be letters."""
_ALONG = 0.8
"""Share of an edge along which what stands on it must be seen."""
_BLEND = 0.5
"""Of the way from a block's colour to the ground's: what a blurred gutter has at least."""
_TWO_LINES = 1.5
"""Heights of a text: what is higher are two, read as one."""
_MIDDLE = 0.2
"""Of a row: how far from its middle a text of its own stands at most."""
_FILLS = 0.7
"""Of a row's height: a text as high leaves too little of it to see a rule beside the text."""
MAX_CUTS = 90
"""Positions along one axis at which a table is cut at most."""

Piece = tuple[int, int]


class Table:
    """A table cut into pieces, and what is drawn between them."""

    def __init__(self, view: View, days: list[DayBand], bands: list[TimeBand]) -> None:
        self.view, self.days, self.bands = view, days, bands
        u_edges = [days[0].lo, *(band.hi for band in days)]
        v_edges = [bands[0].lo, *(band.hi for band in bands)]
        self.us = _without_slivers(_cuts(u_edges, view.u_rails, view.size), u_edges, view.size)
        self.vs = _cuts(v_edges, view.v_rails, view.size)
        nu, nv = len(self.us) - 1, len(self.vs) - 1
        self.day_of = [band_at([(d.lo, d.hi) for d in days], self._mid(self.us, i)) for i in range(nu)]
        self.band_of = [band_at([(b.lo, b.hi) for b in bands], self._mid(self.vs, j)) for j in range(nv)]
        # right[i, j]: divided from piece (i + 1, j); under[i, j]: from (i, j + 1).
        self.right = np.zeros((nu, nv), bool)
        self.under = np.zeros((nu, nv), bool)
        for i in range(nu):
            for j in range(nv):
                if i + 1 < nu:
                    self.right[i, j] = view.u_cut(self.us[i + 1], self.vs[j], self.vs[j + 1]) >= DRAWN
                if j + 1 < nv:
                    self.under[i, j] = view.v_cut(self.vs[j + 1], self.us[i], self.us[i + 1]) >= DRAWN
        self._join_crossed()
        # A start and its end on both sides of a rule are one time: in their row, it parts a lesson's lines of text.
        lines = [line for band in bands for line in band.lines if line.rect.height > _TWO_LINES * line.size]
        times = [view.rect(line) for line in lines if find_times(line.text)]
        for j in range(nv - 1):
            at = self.vs[j + 1]
            if any(rect.y0 < at < rect.y1 and view.v_cut(at, rect.x1, days[0].lo) >= DRAWN for rect in times):
                self.under[:, j] = False
        self._colours: dict[Piece, npt.NDArray[np.float64]] = {}
        self._join_patches()
        self.day_lined = self._lined(days_axis=True)
        self.band_lined = self._lined(days_axis=False)
        self.band_drawn = self._drawn_bands()
        self.headed = self._headed()

    @staticmethod
    def _mid(cuts: list[float], index: int) -> float:
        return (cuts[index] + cuts[index + 1]) / 2

    def piece_rect(self, piece: Piece) -> Rect:
        i, j = piece
        return Rect(self.us[i], self.vs[j], self.us[i + 1], self.vs[j + 1])

    def piece_of(self, line: Line) -> Piece:
        """The piece a line's middle lies in."""
        rect = self.view.rect(line)
        return (_index(self.us, rect.cx), _index(self.vs, rect.cy))

    def colour(self, piece: Piece) -> npt.NDArray[np.float64]:
        """Background of a piece."""
        if piece not in self._colours:
            self._colours[piece] = self.view.rules.colour(self.view.back(self.piece_rect(piece)))
        return self._colours[piece]

    def alike(self, a: Piece, b: Piece) -> bool:
        return bool(np.abs(self.colour(a) - self.colour(b)).max() <= SAME)

    def _join_crossed(self) -> None:
        """Join what one text runs through from side to side, filling its row: what is seen of a rule beside the text is
        too little to part it."""
        flags = self.under if self.view.turned else self.right
        cuts, rows = (self.vs, self.us) if self.view.turned else (self.us, self.vs)
        for line in self.view.lines:
            if not line.upright or not rows[0] < line.rect.cy < rows[-1]:
                continue
            row = _index(rows, line.rect.cy)
            if line.rect.height < _FILLS * (rows[row + 1] - rows[row]):
                continue
            for at in range(1, len(cuts) - 1):
                if line.rect.x0 + line.size < cuts[at] < line.rect.x1 - line.size:
                    flags[(row, at - 1) if self.view.turned else (at - 1, row)] = False

    def _join_patches(self) -> None:
        """Join the rows of a block that is a patch of colour, where the rules of the ground show through it.

        It stands in a column that shows the ground elsewhere, and holds one text. Where each of its texts stands in the
        middle of a row of its own, it is several blocks of one colour.
        """
        texts: dict[Piece, list[Rect]] = {}
        timed: set[Piece] = set()
        for line in self.view.lines:
            rect = self.view.rect(line)
            if self.us[0] < rect.cx < self.us[-1] and self.vs[0] < rect.cy < self.vs[-1]:
                texts.setdefault(self.piece_of(line), []).append(rect)
                if find_times(line.text):
                    timed.add(self.piece_of(line))
        nu, nv = self.under.shape
        for i in range(nu):
            ground = [bool(np.abs(self.colour((i, j)) - self.background).max() <= SAME) for j in range(nv)]
            first = 0
            for j in range(1, nv + 1):
                above, here = (i, j - 1), (i, j)
                one = j < nv and not (ground[j] or ground[j - 1])
                # A block that grows darker from row to row is one where nothing parts these.
                if one and (not self.under[above] or (self.alike(above, here) and not self._gutter(above, here))):
                    continue
                if 2 <= j - first < nv and any(ground) and self._holds_one(texts, timed, i, range(first, j)):
                    self.under[i, first : j - 1] = False
                first = j

    def _holds_one(self, texts: dict[Piece, list[Rect]], timed: set[Piece], i: int, rows: range) -> bool:
        """Whether the texts of a column's rows belong together: they are in the first row, or in the middle of all, but
        not each in its own row's. On a scale whose hours shine through its cards, they go on from the first row.

        Args:
            timed: pieces in which a time is printed.
        """
        held = {j: texts[i, j] for j in rows if (i, j) in texts}
        middles = {j: _middle(each) for j, each in held.items()}
        least = min(self.vs[j + 1] - self.vs[j] for j in rows)
        own = all(abs(middle - self._mid(self.vs, j)) < _MIDDLE * least for j, middle in middles.items())
        patch = (self.vs[rows[0]] + self.vs[rows[-1] + 1]) / 2
        inside = sorted((rect for each in held.values() for rect in each), key=lambda rect: rect.y0)
        close = all(after.y0 - rect.y1 < self.view.size for rect, after in pairwise(inside))
        whole = bool(held) and close and abs(_middle(inside) - patch) < _MIDDLE * least
        scale = all(band.source == "drawn" for band in self.bands)
        top = scale and close and bool(held) and inside[0].y0 - self.vs[rows[0]] < self.view.size
        # Of two cards of one colour each would tell its time.
        flows = top and len(timed & {(i, j) for j in rows}) <= 1
        return list(held) == [rows[0]] or flows or (whole and (len(held) == 1 or not own))

    def _lined(self, *, days_axis: bool) -> list[bool]:
        """For each inner header boundary: whether a line is drawn on it somewhere, between backgrounds equal or not.

        A line, unlike a change of colour, would be drawn between any two cells, so its absence means one cell.
        """
        cuts, of = (self.us, self.day_of) if days_axis else (self.vs, self.band_of)
        other = len(self.vs) - 1 if days_axis else len(self.us) - 1
        count = len(self.days) if days_axis else len(self.bands)
        out = [False] * max(0, count - 1)
        for i in range(len(cuts) - 2):
            if of[i] == of[i + 1] or min(of[i], of[i + 1]) >= len(out):
                continue
            for j in range(other):
                a, b = ((i, j), (i + 1, j)) if days_axis else ((j, i), (j, i + 1))
                if (self.right if days_axis else self.under)[a] and (self.alike(a, b) or self._ruled(a, b)):
                    out[min(of[i], of[i + 1])] = True
                    break
        return out

    def _between(self, a: Piece, b: Piece) -> npt.NDArray[np.float64]:
        """The pixels about the edge of two neighbours: along it x across it x colours."""
        first = self.piece_rect(a)
        across = abs(a[0] - b[0]) == 1
        at = first.x1 if across else first.y1
        lo, hi = (first.y0, first.y1) if across else (first.x0, first.x1)
        reach, inset = 0.35 * self.view.size, 0.2 * (hi - lo)
        strip = Rect(at - reach, lo + inset, at + reach, hi - inset)
        if not across:
            strip = Rect(strip.y0, strip.x0, strip.y1, strip.x1)
        seen = self.view.rules.pixels(self.view.back(strip))
        return seen.transpose(1, 0, 2) if across == self.view.turned else seen

    def _ruled(self, a: Piece, b: Piece) -> bool:
        """Whether something of a third colour stands between two neighbours: a rule, dashed or not, or a gutter."""
        one, two = self.colour(a), self.colour(b)
        seen = self._between(a, b)
        if not seen.size:
            return False
        third = (seen < np.minimum(one, two) - 2 * SAME) | (seen > np.maximum(one, two) + 2 * SAME)
        along = np.max(third, axis=(1, 2))
        return float(np.mean(along)) > _ALONG or _dashed(along)

    def _gutter(self, a: Piece, b: Piece) -> bool:
        """Whether the table's ground is seen between two neighbours."""
        own = self.colour(a)
        seen, way = self._between(a, b) - own, self.background - own
        towards = (seen @ way) / float(way @ way)
        return bool(seen.size) and float(np.mean(towards.max(axis=1) > _BLEND)) > _ALONG

    def _drawn_bands(self) -> list[bool]:
        """For each inner time boundary: whether anything is drawn on it in any column or in the time header."""
        out = [False] * max(0, len(self.bands) - 1)
        for j in range(len(self.vs) - 2):
            a, b = self.band_of[j], self.band_of[j + 1]
            if a != b and min(a, b) < len(out):
                out[min(a, b)] = out[min(a, b)] or bool(self.under[:, j].any())
        rects = [self.view.rect(line) for band in self.bands for line in band.lines]
        if rects:
            u0, u1 = min(rect.x0 for rect in rects), max(rect.x1 for rect in rects)
            for index, band in enumerate(self.bands[:-1]):
                out[index] = out[index] or self.view.v_cut(band.hi, u0, u1) >= DRAWN
        return out

    def _headed(self) -> bool:
        """Whether the days are ruled apart at their names and the table has sides: what is not parted below is one."""
        names = [self.view.rect(day.line) for day in self.days]
        top, bottom = min(rect.y0 for rect in names), max(rect.y1 for rect in names)
        parted = all(self.view.u_cut(day.hi, top, bottom) >= DRAWN for day in self.days[:-1])
        return parted and all(self.view.u_cut(at, self.vs[0], self.vs[-1]) >= DRAWN for at in (self.us[0], self.us[-1]))

    def components(self, pieces: list[Piece] | None = None) -> list[list[Piece]]:
        """Pieces (all, or those given) joined where nothing is drawn between them."""
        nu, nv = self.right.shape
        among = set(pieces) if pieces is not None else {(i, j) for i in range(nu) for j in range(nv)}
        parent = {piece: piece for piece in among}

        def root(piece: Piece) -> Piece:
            while parent[piece] != piece:
                parent[piece] = parent[parent[piece]]
                piece = parent[piece]
            return piece

        for i, j in among:
            if (i + 1, j) in among and not self.right[i, j]:
                parent[root((i, j))] = root((i + 1, j))
            if (i, j + 1) in among and not self.under[i, j]:
                parent[root((i, j))] = root((i, j + 1))
        groups: dict[Piece, list[Piece]] = {}
        for piece in sorted(among):
            groups.setdefault(root(piece), []).append(piece)
        return list(groups.values())

    @cached_property
    def background(self) -> npt.NDArray[np.float64]:
        """The commonest background of the table's pieces."""
        pieces = [(i, j) for i in range(len(self.us) - 1) for j in range(len(self.vs) - 1)]
        rounded = [tuple((self.colour(piece) // 8).astype(int)) for piece in pieces]
        common = max(set(rounded), key=rounded.count)
        background: npt.NDArray[np.float64] = np.array(common, float) * 8 + 4
        return background


def _middle(rects: list[Rect]) -> float:
    return (min(rect.y0 for rect in rects) + max(rect.y1 for rect in rects)) / 2


def _dashed(along: npt.NDArray[np.bool_]) -> bool:
    """Whether what is seen along an edge are dashes: many, and all of about one length and distance."""
    ends = np.flatnonzero(np.diff(along.astype(np.int8)))
    # The first and the last may be cut off.
    lengths = np.diff(ends)
    dashes, gaps = lengths[::2], lengths[1::2]
    return len(ends) >= 2 * _DASHES and all(part.max() <= 2 * part.min() + 1 for part in (dashes, gaps))


def _cuts(edges: list[float], rails: list[Rail], size: float) -> list[float]:
    """Header boundaries and the separators between them, without near twins.

    No farther twins than rails are joined over: of two days' blocks that end five minutes apart, one would have no end.
    """
    lo, hi = edges[0], edges[-1]
    inner = sorted((rail for rail in rails if lo < rail.at < hi), key=lambda rail: -rail.support)[:MAX_CUTS]
    cuts = list(edges)
    for rail in inner:
        if all(abs(rail.at - cut) > TWINS * size for cut in cuts):
            cuts.append(rail.at)
    return sorted(cuts)


def _without_slivers(cuts: list[float], edges: list[float], size: float) -> list[float]:
    """`cuts` without the table's outermost pieces where these are narrower than a line of text.

    A column's end that is only guessed lies a little beyond the rules' ends; there all rows would grow together.
    """
    first = 1 if len(cuts) > 2 and cuts[1] - cuts[0] < 0.9 * size and cuts[1] not in edges else 0
    last = len(cuts)
    if len(cuts) - first > 2 and cuts[-1] - cuts[-2] < 0.9 * size and cuts[-2] not in edges:
        last -= 1
    return cuts[first:last]


def band_at(bands: list[tuple[float, float]], at: float) -> int:
    return next(
        (index for index, (lo, hi) in enumerate(bands) if lo <= at < hi), len(bands) - 1 if at >= bands[-1][0] else 0
    )


def _index(cuts: list[float], at: float) -> int:
    return min(max(0, sum(cut <= at for cut in cuts) - 1), len(cuts) - 2)
