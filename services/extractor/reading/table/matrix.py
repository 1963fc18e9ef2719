"""Reads a table from the cells that it draws: days and times are what the first row and column of cells say.

Where `grid` begins with the headers and cuts the table by them, this begins with the drawn cells (`lattice`) and takes
the headers' extent from theirs. Both are asked, and the one whose reading explains more is taken.
"""

from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median

from services.extractor.reading.axes.bands import TimeBand
from services.extractor.reading.axes.legend import Legend, find_legend
from services.extractor.reading.axes.row_times import end_last_hour
from services.extractor.reading.axes.series import DayBand, DayHeader, find_series
from services.extractor.reading.axes.view import View
from services.extractor.reading.cell.cells import page_words, read_cells
from services.extractor.reading.cell.parts import by_week
from services.extractor.reading.evidence.order import in_reading_order
from services.extractor.reading.lexicon.days import read_days
from services.extractor.reading.lexicon.labels import is_period, label_key
from services.extractor.reading.lexicon.times import Span, find_times, resolve_all
from services.extractor.reading.model import LayoutResult, Line, Rect, sources_of
from services.extractor.reading.table.entries import Found, drafts_of, pair_groups, pair_weeks
from services.extractor.reading.table.lattice import Cell, Lattice
from services.extractor.reading.table.notecells import with_their_notes
from services.extractor.reading.table.parallel import part_repeated
from services.extractor.reading.table.places import Place, place_times
from services.extractor.reading.table.regions import Region
from services.extractor.reading.table.timecells import with_their_times
from shared.messages import DAYS

_HALF = 0.5
"""Of a day's or a time's extent: what a cell must cover to be of it."""
_SELDOM = 0.25
"""Of the columns in which an edge between two rows is drawn: below, the page does not draw these edges."""
_WIDE = 2.5
"""Times the usual distance of two days: a cell as wide is no day's."""
_NEARLY = 0.7
"""Of all days or rows: a cell of as many is a strip whose inner edges are not drawn."""
_GAP = 0.2
"""Of the usual row's height: what is left between two rows' labels is a row of its own from here."""
_PART = 0.75
"""Of a row: a drawn cell lower than this is one of several in it."""
_SECOND = 0.93
"""Weight beside a reading of `grid`: where both explain as much, that knows more habits."""
_STARTS = 0.7
"""Weight of a table whose labels are starts alone: they may be a scale's, which is measured and not counted."""
_FEW = 0.5
"""Of the lessons' cells with a time in them: below, times in cells are not how the table tells them."""


@dataclass(slots=True)
class _Label:
    """A row's label: what stands in the time header at one height."""

    lines: list[Line]
    lo: float
    hi: float
    drawn: bool
    """Whether the extent is a drawn cell's."""
    spans: list[Span] = field(default_factory=list)


def read_matrix(view: View) -> LayoutResult | None:
    """Read every table of the page in this view; null if it has no row of days."""
    headers = _headers(view)
    if not headers:
        return None
    lattice = Lattice(view)
    result = LayoutResult("matrix down" if view.turned else "matrix across", weight=_SECOND)
    named = {band.line.id for header in headers for band in header.bands}
    legend = find_legend([line for line in view.lines if line.id not in named])
    for header in headers:
        _read_table(view, lattice, header, headers, legend, result)
    return result if result.drafts else None


def _headers(view: View) -> list[DayHeader]:
    """The fullest rows of days, each name in one of them."""
    taken: set[int] = set()
    out: list[DayHeader] = []
    for header in sorted(find_series(view), key=lambda each: -sum(band.weight for band in each.bands)):
        names = {band.line.id for band in header.bands}
        if len(header.bands) >= 2 and not names & taken:
            taken |= names
            out.append(header)
    most = max((len(header.bands) for header in out), default=0)
    return sorted((header for header in out if len(header.bands) >= max(2, _HALF * most)), key=lambda each: each.v0)


def _read_table(
    view: View, lattice: Lattice, header: DayHeader, headers: list[DayHeader], legend: Legend, result: LayoutResult
) -> None:
    _set_days(view, lattice, header)
    below = [other.v0 for other in headers if other.v0 > header.v1 and _share(view, header, other)]
    v_end = min(below, default=max(view.rect(line).y1 for line in view.lines) + view.size)
    bands = _times(view, lattice, header, v_end, legend)
    if sum(band.source == "next" and bool(band.lines) for band in bands) > _HALF * len(bands):
        result.weight = _STARTS
    own = len(bands) < 2
    if own:
        bands = [TimeBand(header.v1, v_end)]
    regions = part_repeated(view, _regions(view, lattice, header, bands), bands)
    regions = with_their_notes(with_their_times(regions, view.size), view.size)
    words = page_words(view.lines)
    parts = [(region, week, lines) for region in regions for week, lines in by_week(region.lines)]
    cells = read_cells([(lines, view.back(region.rect)) for region, _, lines in parts], words)
    found: list[Found] = []
    for (region, week, _), cell in zip(parts, cells, strict=True):
        if not cell.free and cell.name:
            place = Place(region.days, region.rect.y0, region.rect.y1, region.first, region.last, cell)
            found.append(Found(place, region, week))
    if own and sum(bool(item.place.cell.spans) for item in found) < _FEW * len(found):
        return
    pair_weeks(found)
    pair_groups(found)
    place_times([item.place for item in found], bands, view.size, view.rect)
    for item in found:
        result.drafts.extend(drafts_of(view, header.bands, item))
    result.used |= sources_of(band.line for band in header.bands)
    result.used |= sources_of(line for band in bands for line in band.lines)
    result.used |= sources_of(line for region in regions for line in region.lines)
    area = view.back(Rect(header.u0, header.v0, header.u1, bands[-1].hi))
    for line in (line for band in bands for line in band.lines):
        area = area.union(line.rect)
    result.area = area if result.area is None else result.area.union(area)


def _share(view: View, one: DayHeader, other: DayHeader) -> bool:
    """Whether a header stands in the columns of another one."""
    rects = [(view.rect(each.bands[0].line).x0, view.rect(each.bands[-1].line).x1) for each in (one, other)]
    (a0, a1), (b0, b1) = rects
    return min(a1, b1) > max(a0, b0)


def _set_days(view: View, lattice: Lattice, header: DayHeader) -> None:
    """Give each day the extent of its name's cell; where none is drawn, to the middle between it and its neighbours."""
    rects = [view.rect(band.line) for band in header.bands]
    pitch = median(b.cx - a.cx for a, b in pairwise(rects))
    cells = [lattice.of(view, band.line) for band in header.bands]
    ids = [cell.id for cell in cells]
    for band, cell, rect in zip(header.bands, cells, rects, strict=True):
        own = cell.closed and ids.count(cell.id) == 1 and cell.rect.width < _WIDE * pitch
        band.lo, band.hi = (cell.rect.x0, cell.rect.x1) if own else (rect.cx - pitch / 2, rect.cx + pitch / 2)
    for one, other in pairwise(header.bands):
        if one.hi > other.lo:
            one.hi = other.lo = (one.hi + other.lo) / 2
    _add_unread(view, header, pitch)


def _add_unread(view: View, header: DayHeader, pitch: float) -> None:
    """Add the days between two that are not neighbours in the week, where just their columns are left between them."""
    for one, other in list(pairwise(header.bands)):
        missing = DAYS[DAYS.index(one.day) + 1 : DAYS.index(other.day)]
        width = (other.lo - one.hi) / max(1, len(missing))
        if not missing or not 0.6 * pitch < width < 1.6 * pitch:
            continue
        for at, day in enumerate(missing):
            lo, hi = one.hi + at * width, one.hi + (at + 1) * width
            named = [
                line
                for line in view.lines
                if lo < view.rect(line).cx < hi and header.v0 <= view.rect(line).cy <= header.v1
            ]
            line = named[0] if named else one.line
            header.bands.append(DayBand(day, line, one.week, lo=lo, hi=hi))
            header.implied.append(day)
    header.bands.sort(key=lambda band: band.lo)


def _times(view: View, lattice: Lattice, header: DayHeader, v_end: float, legend: Legend) -> list[TimeBand]:
    """The rows' times: of the labels before the days' columns, or else of those behind them."""
    best: list[TimeBand] = []
    for before in (True, False):
        zone = [
            line
            for line in view.lines
            if (view.rect(line).cx < header.u0 if before else view.rect(line).cx > header.u1)
            and header.v1 - 0.3 * view.size < view.rect(line).cy < v_end
        ]
        bands = _bands(view, lattice, header, zone, legend)
        if sum(band.start is not None for band in bands) > sum(band.start is not None for band in best):
            best = bands
    return best


def _bands(view: View, lattice: Lattice, header: DayHeader, zone: list[Line], legend: Legend) -> list[TimeBand]:
    labels = _labels(view, lattice, zone)
    if len(labels) < 2:
        return []
    labels = _with_gaps(_paired(labels))
    edges = _edges(view, header, labels)
    bands = [TimeBand(lo, hi, label.lines) for label, (lo, hi) in zip(labels, edges, strict=True)]
    timed = [(band, label.spans) for band, label in zip(bands, labels, strict=True) if label.spans]
    whole = [_range(spans) for _, spans in timed]
    for (band, _), (start, end) in zip(timed, resolve_all(whole), strict=True):
        band.start, band.end, band.source = start, end, "header"
    for band, label in zip(bands, labels, strict=True):
        band.label = " ".join(line.text for line in label.lines)
        key = next((key for line in label.lines if (key := label_key(line.text)) in legend.times), None)
        if band.start is None and key:
            (band.start, band.end), band.source = legend.times[key], "legend"
    for band, after in pairwise(bands):
        if band.start is not None and band.end is None and after.start is not None and after.start > band.start:
            band.end, band.source = after.start, "next"
    for before, band, after in zip(bands, bands[1:], bands[2:], strict=False):
        if not band.lines and before.end is not None and after.start is not None and before.end < after.start:
            band.start, band.end, band.source = before.end, after.start, "next"
    end_last_hour(bands)
    return bands


def _range(spans: list[Span]) -> Span:
    """A label's time: its range, or its start and its end printed apart."""
    full = next((span for span in spans if span.end is not None), None)
    if full is not None or len(spans) == 1:
        return full or spans[0]
    return Span(spans[0].start, spans[-1].start, spans[0].at)


def _labels(view: View, lattice: Lattice, zone: list[Line]) -> list[_Label]:
    """The texts of the time header, those at one height together, from the first that tells a time or a period."""
    telling = [line for line in zone if find_times(line.text)]
    telling = _one_strip(view, [line for line in telling if any(span.end for span in find_times(line.text))]) or telling
    if len(telling) < 2:
        telling = [line for line in zone if is_period(line.text)]
    if not telling:
        return []
    cells = {line.id: lattice.of(view, line) for line in zone}
    heights = [cells[line.id].rect.height for line in telling if cells[line.id].closed]
    usual = median(heights) if heights else 0.0

    def extent(line: Line) -> tuple[float, float, bool]:
        cell, rect = cells[line.id], view.rect(line)
        # A cell around several rows ("Morning") is no row's.
        if cell.closed and cell.rect.height <= 1.6 * usual:
            return cell.rect.y0, cell.rect.y1, True
        return rect.y0, rect.y1, False

    labels: list[_Label] = []
    for line in sorted(telling, key=lambda line: view.rect(line).cy):
        lo, hi, drawn = extent(line)
        last = labels[-1] if labels else None
        if last and min(last.hi, hi) - max(last.lo, lo) > _HALF * min(last.hi - last.lo, hi - lo):
            last.lines.append(line)
            last.lo, last.hi, last.drawn = min(last.lo, lo), max(last.hi, hi), last.drawn or drawn
        else:
            labels.append(_Label([line], lo, hi, drawn))
    # What stands beside the labels in columns of its own is none of them.
    u0, u1 = min(view.rect(line).x0 for line in telling), max(view.rect(line).x1 for line in telling)
    for line in zone:
        at = view.rect(line).cy
        if not u0 - view.size <= view.rect(line).cx <= u1 + view.size:
            continue
        host = next((label for label in labels if label.lo <= at <= label.hi), None)
        if host and line not in host.lines:
            host.lines.append(line)
    for label in labels:
        label.lines = [line for row in in_reading_order(label.lines) for line in row]
        label.spans = [span for line in label.lines for span in find_times(line.text)]
    return labels


def _one_strip(view: View, ranges: list[Line]) -> list[Line]:
    """Of the ranges of times, those that stand in one line along the times: others beside them are another row's."""
    strips: list[list[Line]] = []
    for seed in map(view.rect, ranges):
        reach = max(view.size, seed.width / 2)
        strips.append([line for line in ranges if abs(view.rect(line).cx - seed.cx) <= reach])
    return max(strips, key=len, default=[])


def _paired(labels: list[_Label]) -> list[_Label]:
    """Starts and ends that stand below each other in rows that nothing parts ("8:15", "to", "9:15"), as one."""
    singles = all(len(label.spans) == 1 and label.spans[0].end is None for label in labels)
    if not singles or len(labels) % 2 or any(label.drawn for label in labels):
        return labels
    middles = [(label.lo + label.hi) / 2 for label in labels]
    gaps = [b - a for a, b in pairwise(middles)]
    within, between = gaps[::2], gaps[1::2]
    if not between or max(within) > 0.8 * min(between):
        return labels
    return [
        _Label([*one.lines, *other.lines], one.lo, other.hi, False, [*one.spans, *other.spans])
        for one, other in zip(labels[::2], labels[1::2], strict=True)
    ]


def _with_gaps(labels: list[_Label]) -> list[_Label]:
    """The labels, with one that says nothing where a row is drawn between two of them."""
    usual = median(label.hi - label.lo for label in labels)
    out = labels[:1]
    for one, other in pairwise(labels):
        if one.drawn and other.drawn and other.lo - one.hi > _GAP * usual:
            out.append(_Label([], one.hi, other.lo, True))
        out.append(other)
    return out


def _edges(view: View, header: DayHeader, labels: list[_Label]) -> list[tuple[float, float]]:
    """Where the rows begin and end: at their cells' edges, else at what is drawn between two labels, else midway."""
    inner: list[float] = []
    for one, other in pairwise(labels):
        if one.drawn and other.drawn:
            inner.append((one.hi + other.lo) / 2)
            continue
        lo, hi = (
            (one.hi if one.drawn else (one.lo + one.hi) / 2),
            (other.lo if other.drawn else (other.lo + other.hi) / 2),
        )
        cuts = [(view.v_cut(rail.at, header.u0, header.u1), rail.at) for rail in view.v_rails if lo <= rail.at <= hi]
        strong, at = max(cuts, default=(0.0, 0.0))
        inner.append(at if strong >= 0.3 else (one.hi + other.lo) / 2)
    heights = [b - a for a, b in pairwise(inner)] or [labels[1].lo - labels[0].lo]
    usual = median(heights)
    first = labels[0].lo if labels[0].drawn else min(labels[0].lo, inner[0] - usual)
    last = labels[-1].hi if labels[-1].drawn else max(labels[-1].hi, inner[-1] + usual)
    return list(pairwise([max(first, header.v1) if not labels[0].drawn else first, *inner, last]))


def _regions(view: View, lattice: Lattice, header: DayHeader, bands: list[TimeBand]) -> list[Region]:
    """The table's cells with text, each with the days and the rows it is of."""
    days, rows = header.bands, bands
    names = {band.line.id for band in days} | {line.id for band in bands for line in band.lines}
    body = [
        line
        for line in view.lines
        if line.id not in names
        and header.u0 <= view.rect(line).cx <= header.u1
        and rows[0].lo <= view.rect(line).cy <= rows[-1].hi
        and not (read_days(line.text, view.spoken) and view.rect(line).cy < header.v1)
    ]
    held: dict[int, list[Line]] = {}
    cells: dict[int, Cell] = {}
    for line in body:
        cell = lattice.of(view, line)
        held.setdefault(cell.id, []).append(line)
        cells[cell.id] = cell
    row_edges = lattice.drawn_share([(d.lo + d.hi) / 2 for d in days], [b.hi for b in rows[:-1]], across=False)
    day_edges = lattice.drawn_share([(b.lo + b.hi) / 2 for b in rows], [d.hi for d in days[:-1]], across=True)
    out: list[Region] = []
    for id_, lines in held.items():
        cell = cells[id_]
        of_days = _covered([(d.lo, d.hi) for d in days], cell.rect.x0, cell.rect.x1) if cell.closed else []
        of_rows = _covered([(b.lo, b.hi) for b in rows], cell.rect.y0, cell.rect.y1) if cell.closed else []
        own_days = {_at([(d.lo, d.hi) for d in days], view.rect(line).cx) for line in lines}
        own_rows = {_at([(b.lo, b.hi) for b in rows], view.rect(line).cy) for line in lines}
        # A cell of nearly all days or rows is no cell where the page draws the edges between these nowhere.
        by_day = _undrawn(of_days, own_days, day_edges, len(days))
        by_row = _undrawn(of_rows, own_rows, row_edges, len(rows))
        parts: dict[tuple[int, int], list[Line]] = {}
        for line in lines:
            rect = view.rect(line)
            day = _at([(d.lo, d.hi) for d in days], rect.cx) if by_day else -1
            row = _at([(b.lo, b.hi) for b in rows], rect.cy) if by_row else -1
            parts.setdefault((day, row), []).append(line)
        for (day, row), texts in parts.items():
            on = [day] if by_day else of_days
            at = [row] if by_row else of_rows
            u0, u1 = (days[day].lo, days[day].hi) if by_day else (cell.rect.x0, cell.rect.x1)
            v0, v1 = (rows[row].lo, rows[row].hi) if by_row else (cell.rect.y0, cell.rect.y1)
            if len(at) == 1 and v1 - v0 < _PART * (rows[at[0]].hi - rows[at[0]].lo):
                v0, v1 = rows[at[0]].lo, rows[at[0]].hi
            certainty = 1.0 if cell.closed and not (by_day or by_row) else 0.9
            out.append(Region(Rect(u0, v0, u1, v1), on, at[0], at[-1], texts, certainty))
    return out


def _undrawn(covered: list[int], own: set[int], edges: list[float], count: int) -> bool:
    """Whether what was taken for one cell is to be parted at the bands of its texts.

    Args:
        covered: the bands it covers; none if nothing is drawn around it.
        own: the bands its texts stand in.
        edges: share of the other axis along which each edge between two bands is drawn.
        count: of all bands.
    """
    if not covered:
        return True
    between = edges[min(covered) : max(covered)]
    return len(own) > 1 and len(covered) >= _NEARLY * count and all(share < _SELDOM for share in between)


def _covered(spans: list[tuple[float, float]], lo: float, hi: float) -> list[int]:
    """The bands that a stretch covers; the one in which its middle lies if it covers none by half."""
    found = [k for k, (a, b) in enumerate(spans) if min(hi, b) - max(lo, a) > _HALF * (b - a)]
    return found or [_at(spans, (lo + hi) / 2)]


def _at(spans: list[tuple[float, float]], at: float) -> int:
    """The band of a place, or the nearest."""
    return min(range(len(spans)), key=lambda k: max(spans[k][0] - at, at - spans[k][1], 0.0))
