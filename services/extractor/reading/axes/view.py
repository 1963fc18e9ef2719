"""The page seen so that days always run across: a timetable with days down the side is read with its axes swapped.

`u` runs along the days, `v` along the times. Only positions are swapped; text keeps its own direction.
"""

from dataclasses import dataclass

from services.extractor.reading.evidence.rules import Rail, Rules
from services.extractor.reading.lexicon.calendar import Languages
from services.extractor.reading.model import HALF, Line, Rect

RULED = 0.6
"""Share of a cell's edge along which a rule must be seen."""
_NEAR = 0.3
"""Text heights up to which what is drawn beside an edge is drawn on it."""


@dataclass(frozen=True, slots=True)
class View:
    """A page's text and separators along the days (`u`) and along the times (`v`)."""

    lines: list[Line]
    rules: Rules
    turned: bool
    spoken: Languages = ()
    """Languages of the page's days, beside those that are always known."""

    def rect(self, line: Line) -> Rect:
        """The line's rectangle with x as `u` and y as `v`."""
        return line.rect.turned() if self.turned else line.rect

    def back(self, rect: Rect) -> Rect:
        """A (u, v) rectangle as one of the page."""
        return rect.turned() if self.turned else rect

    @property
    def size(self) -> float:
        return self.rules.size

    @property
    def near(self) -> float:
        """How far beside a place something is still at it."""
        return _NEAR * self.size

    @property
    def u_rails(self) -> list[Rail]:
        return self.rules.rows if self.turned else self.rules.columns

    @property
    def v_rails(self) -> list[Rail]:
        return self.rules.columns if self.turned else self.rules.rows

    def u_cut(self, u: float, v0: float, v1: float, slack: float = 0.0) -> float:
        """Share of `v0`..`v1` along which something separates what is before `u` from what is after."""
        cut = self.rules.row_cut if self.turned else self.rules.column_cut
        return cut(u, v0, v1, slack)

    def u_seen(self, rail: Rail, v0: float, v1: float) -> float:
        """`u_cut` along a separator of `u_rails`."""
        return self.u_cut(rail.at, v0, v1, rail.slack)

    def v_seen(self, rail: Rail, u0: float, u1: float) -> float:
        """`v_cut` along a separator of `v_rails`."""
        return self.v_cut(rail.at, u0, u1, rail.slack)

    def v_ruled(self, rail: Rail, u0: float, u1: float) -> bool:
        """Whether a separator of `v_rails` is a rule of the cells there."""
        return self.v_seen(rail, u0, u1) >= RULED

    def u_drawn(self, u: float, v0: float, v1: float) -> bool:
        """Whether most of the edge at `u` is drawn, or right beside it."""
        return self.u_cut(u, v0, v1, self.near) > HALF

    def v_drawn(self, v: float, u0: float, u1: float) -> bool:
        """Whether most of the edge at `v` is drawn, or right beside it."""
        return self.v_cut(v, u0, u1, self.near) > HALF

    def u_cuts(self, u: float, vs: list[float]) -> list[float]:
        """`u_cut` for each stretch between two neighbours of `vs` (ascending)."""
        return self.rules.row_cuts(u, vs) if self.turned else self.rules.column_cuts(u, vs)

    def v_cuts(self, v: float, us: list[float]) -> list[float]:
        """`v_cut` for each stretch between two neighbours of `us` (ascending)."""
        return self.rules.column_cuts(v, us) if self.turned else self.rules.row_cuts(v, us)

    def v_cut(self, v: float, u0: float, u1: float, slack: float = 0.0) -> float:
        """Share of `u0`..`u1` along which something separates what is before `v` from what is after."""
        cut = self.rules.column_cut if self.turned else self.rules.row_cut
        return cut(v, u0, u1, slack)
