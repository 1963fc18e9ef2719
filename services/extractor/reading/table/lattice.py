"""The cells that a page draws, found before anybody asks where the days or the times are.

The page is cut at every separator; pieces with nothing drawn between them grow together (union-find). What comes out as
a rectangle inside the page is a cell; the rest is ground.
"""

from bisect import bisect_right
from dataclasses import dataclass

from services.extractor.reading.axes.view import View
from services.extractor.reading.evidence.rules import TWINS, Rail
from services.extractor.reading.model import Line, Rect

DRAWN = 0.6
"""Share of an edge along which a separator must be seen for the edge to divide."""
MOST = 64
"""Positions along one axis at which a page is cut at most, the best seen."""
FULL = 0.97
"""Of the pieces of its hull that a cell is made of at least."""
_BESIDE = 3.0
"""Pixels from an edge to where the cells on either side of it are asked for."""


@dataclass(frozen=True, slots=True)
class Cell:
    """What is drawn around a place."""

    rect: Rect
    """In (u, v)."""
    closed: bool
    """Whether it is a rectangle with an edge on every side."""
    id: int


class Lattice:
    """The drawn cells of a page.

    Args:
        view: the page.
    """

    def __init__(self, view: View) -> None:
        rects = [view.rect(line) for line in view.lines]
        u0, u1 = min(rect.x0 for rect in rects), max(rect.x1 for rect in rects)
        v0, v1 = min(rect.y0 for rect in rects), max(rect.y1 for rect in rects)
        margin = 2 * view.size
        self._us = _positions(view.u_rails, u0 - margin, u1 + margin, view.size)
        self._vs = _positions(view.v_rails, v0 - margin, v1 + margin, view.size)
        nu, nv = len(self._us) - 1, len(self._vs) - 1
        parent = list(range(nu * nv))

        def root(piece: int) -> int:
            while parent[piece] != piece:
                parent[piece] = parent[parent[piece]]
                piece = parent[piece]
            return piece

        for i in range(nu - 1):
            for j, share in enumerate(view.u_cuts(self._us[i + 1], self._vs)):
                if share < DRAWN:
                    parent[root(i * nv + j)] = root((i + 1) * nv + j)
        for j in range(nv - 1):
            for i, share in enumerate(view.v_cuts(self._vs[j + 1], self._us)):
                if share < DRAWN:
                    parent[root(i * nv + j)] = root(i * nv + j + 1)
        self._of = [root(piece) for piece in range(nu * nv)]
        self._nv = nv
        self._cells: dict[int, Cell] = {}
        members: dict[int, list[tuple[int, int]]] = {}
        for piece, group in enumerate(self._of):
            members.setdefault(group, []).append(divmod(piece, nv))
        for group, pieces in members.items():
            i0, i1 = min(i for i, _ in pieces), max(i for i, _ in pieces)
            j0, j1 = min(j for _, j in pieces), max(j for _, j in pieces)
            whole = len(pieces) >= FULL * (i1 - i0 + 1) * (j1 - j0 + 1)
            inside = i0 > 0 and j0 > 0 and i1 < nu - 1 and j1 < nv - 1
            rect = Rect(self._us[i0], self._vs[j0], self._us[i1 + 1], self._vs[j1 + 1])
            self._cells[group] = Cell(rect, whole and inside, group)

    def at(self, u: float, v: float) -> Cell:
        """The cell of a place."""
        i = min(max(bisect_right(self._us, u) - 1, 0), len(self._us) - 2)
        j = min(max(bisect_right(self._vs, v) - 1, 0), self._nv - 1)
        return self._cells[self._of[i * self._nv + j]]

    def of(self, view: View, line: Line) -> Cell:
        """The cell that a line's middle lies in."""
        rect = view.rect(line)
        return self.at(rect.cx, rect.cy)

    def drawn_share(self, along: list[float], edges: list[float], *, across: bool) -> list[float]:
        """For each edge between two bands: the share of the other axis' bands in which something is drawn on it.

        Args:
            along: the middles of the other axis' bands.
            across: whether the edges lie along u.
        """
        out: list[float] = []
        for edge in edges:
            seen = 0
            for at in along:
                one = self.at(edge - _BESIDE, at) if across else self.at(at, edge - _BESIDE)
                other = self.at(edge + _BESIDE, at) if across else self.at(at, edge + _BESIDE)
                seen += one.id != other.id
            out.append(seen / max(1, len(along)))
        return out


def _positions(rails: list[Rail], lo: float, hi: float, size: float) -> list[float]:
    """Where to cut: the separators between the text's ends, without near twins, and the page's ends beyond them."""
    found: list[float] = []
    for rail in sorted(rails, key=lambda rail: -rail.support):
        if lo < rail.at < hi and all(abs(rail.at - other) > TWINS * size for other in found):
            found.append(rail.at)
        if len(found) == MOST:
            break
    return [lo - size, *sorted(found), hi + size]
