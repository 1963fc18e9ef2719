"""The rows of a table that says nowhere when they are: as rules part the days' columns, all of them alike."""

from itertools import pairwise

from services.extractor.reading.axes.bands import TimeBand
from services.extractor.reading.axes.series import DayHeader
from services.extractor.reading.axes.view import View
from services.extractor.reading.lexicon.times import find_times
from services.extractor.reading.model import Rect

_ALL = 0.5
"""Share of the days' columns across which a rule must be seen to part them all."""
_COLUMNS = 3
"""That texts alone make, at least."""


def untimed_rows(view: View, header: DayHeader, v_end: float) -> list[TimeBand]:
    """Bands without times from the days' names down to `v_end`, one for each ruled row with text; they touch.

    Empty for a table without such rows (texts alone do not tell a row from the next line of a cell), and where a time
    is printed on a level with them: it is some row's, however it was missed.
    """
    rows = _columns_of_text(view, header, v_end) or _ruled_rows(view, header, v_end)
    timed = [view.rect(line).cy for line in view.lines if find_times(line.text)] if rows else []
    return [] if any(rows[0].lo < at < rows[-1].hi for at in timed) else rows


def _ruled_rows(view: View, header: DayHeader, v_end: float) -> list[TimeBand]:
    """Rows with text, as rules part all days alike; empty where there is one at most."""
    rails = [rail for rail in view.v_rails if header.v1 - view.size / 2 < rail.at < v_end + view.size]
    across = [view.v_seen(rail, header.u0, header.u1) > _ALL for rail in rails]
    edges = sorted({header.v1, *(rail.at for rail, drawn in zip(rails, across, strict=True) if drawn)})
    middles = [view.rect(line).cy for line in view.lines if header.u0 < view.rect(line).cx < header.u1]
    rows = [(lo, hi) for lo, hi in pairwise(edges) if any(lo < at < hi for at in middles)]
    parted = [_parted(view, header, lo, hi) for lo, hi in rows]
    # What stands below the table stands between none of its columns.
    rows = rows[: len(parted) - parted[::-1].index(True)] if any(parted) else rows
    # Cards that stand apart have an edge each: a row begins in the middle between its own and the one above's.
    inner = [(hi + lo) / 2 for (_, hi), (lo, _) in pairwise(rows)]
    return [TimeBand(lo, hi) for lo, hi in pairwise([rows[0][0], *inner, rows[-1][1]])] if len(rows) > 1 else []


def _columns_of_text(view: View, header: DayHeader, v_end: float) -> list[TimeBand]:
    """Columns that texts stand in which begin under each other, one a day for most days, where the days stand down the
    side; empty where a text stands in none of them."""
    if not view.turned:
        return []
    texts = [line.rect for line in view.lines if header.u0 < line.rect.cy < header.u1 and line.rect.cx > header.v1]
    groups: list[list[Rect]] = []
    for rect in sorted(texts, key=lambda each: each.x0):
        if groups and rect.x0 - groups[-1][-1].x0 < view.size / 2:
            groups[-1].append(rect)
        else:
            groups.append([rect])
    days = len(header.bands)
    if len(groups) < _COLUMNS or not all(_ALL * days < len(group) <= days for group in groups):
        return []
    edges = [min(rect.x0 for rect in group) - view.size / 4 for group in groups]
    # No text reaches into the next column.
    if any(max(rect.x1 for rect in group) > edge + view.size for group, edge in zip(groups, edges[1:], strict=False)):
        return []
    return [TimeBand(lo, hi) for lo, hi in pairwise([*edges, v_end])]


def _parted(view: View, header: DayHeader, lo: float, hi: float) -> bool:
    """Whether any two of the days' columns are parted in a row."""
    return any(view.u_cut(band.hi, lo, hi, view.size / 4) > _ALL for band in header.bands[:-1])
