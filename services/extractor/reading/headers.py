"""Finds the header of days in a page's text, and the header of times that crosses it."""

import re
from dataclasses import dataclass, field, replace
from itertools import pairwise
from statistics import median

from services.extractor.reading.bands import split_between
from services.extractor.reading.cells import in_reading_order
from services.extractor.reading.days import DayText, letter_days, read_days, week_named
from services.extractor.reading.legend import is_period, label_key
from services.extractor.reading.model import Line, Rect, bounds
from services.extractor.reading.rules import Rail
from services.extractor.reading.times import Span, find_times, resolve_all, without_times
from services.extractor.reading.view import View
from shared.messages import DAYS, Day, TimeSource

MAX_NAMES = 200
"""Texts that may name a day; a page of single letters (a word search) has many, and every pair is compared."""
Legend = dict[str, tuple[int, int | None]]


@dataclass(slots=True)
class DayBand:
    """One day's column (in `u`)."""

    day: Day
    line: Line
    week: str | None = None
    lo: float = 0.0
    hi: float = 0.0


@dataclass(slots=True)
class DayHeader:
    """A row of day names."""

    bands: list[DayBand]
    v0: float
    v1: float

    @property
    def u0(self) -> float:
        return self.bands[0].lo

    @property
    def u1(self) -> float:
        return self.bands[-1].hi


@dataclass(slots=True)
class TimeBand:
    """One row of the time header (in `v`)."""

    lo: float
    hi: float
    lines: list[Line] = field(default_factory=list)
    start: int | None = None
    end: int | None = None
    label: str = ""
    source: TimeSource | None = None


def find_day_headers(view: View) -> list[DayHeader]:
    """Rows of at least two different days in the order of the week, the fullest first; bands are not set yet."""
    found, spelt = _stacks(view)
    for line in view.lines:
        if line.id in spelt:
            continue
        if read := read_days(line.text):
            found.extend(_apart(line, read, view))
        elif options := letter_days(line.text):
            found.append(_Name(line, options, None))
    headers = _runs(view, found[:MAX_NAMES])
    headers.sort(key=lambda header: -len(header.bands))
    taken: set[int] = set()
    weeks = [(line, week) for line in view.lines if (week := week_named(line.text))]
    out: list[DayHeader] = []
    for header in headers:
        ids = {band.line.id for band in header.bands}
        # A line taken apart gives several bands with one id.
        if not ids & taken or len(ids) == 1:
            out.append(header)
            taken |= ids
            _name_week(view, header, weeks)
    return out


@dataclass(frozen=True, slots=True)
class _Name:
    """A text that may name a day: one day, or those a single letter can stand for."""

    line: Line
    options: tuple[Day, ...]
    week: str | None


def _stacks(view: View) -> tuple[list[_Name], set[int]]:
    """Day names written letter under letter, and the ids of the letters."""
    letters = [line for line in view.lines if len(line.text) == 1 and line.text.isalpha() and line.upright]
    letters.sort(key=lambda line: (round(line.rect.cx / view.size), line.rect.cy))
    stacks: list[list[Line]] = []
    for line in letters:
        last = stacks[-1][-1] if stacks else None
        near = last is not None and 0 < line.rect.cy - last.rect.cy < 1.8 * line.size
        if last is not None and near and abs(line.rect.cx - last.rect.cx) < 0.6 * line.size:
            stacks[-1].append(line)
        else:
            stacks.append([line])
    out: list[_Name] = []
    used: set[int] = set()
    for stack in stacks:
        text = "".join(line.text for line in stack)
        if len(stack) > 1 and (read := read_days(text)) and len(read.days) == 1:
            out.append(_Name(replace(stack[0], text=text, rect=bounds(stack)), read.days, None))
            used |= {line.id for line in stack}
    return out, used


def _apart(line: Line, read: DayText, view: View) -> list[_Name]:
    """A line the OCR read across several columns ("Mon Tue Wed Thu Fri"), taken apart by its letters' places."""
    if len(read.days) == 1:
        return [_Name(line, read.days, read.week)]
    words = list(re.finditer(r"\S+", line.text))
    if len(read.days) < 3 or len(words) != len(read.days) or view.turned or not line.upright:
        return []
    out = []
    for word, day in zip(words, read.days, strict=True):
        step = line.rect.width / max(1, len(line.text))
        rect = replace(line.rect, x0=line.rect.x0 + word.start() * step, x1=line.rect.x0 + word.end() * step)
        out.append(_Name(replace(line, text=word.group(), rect=rect), (day,), read.week))
    return out


def _runs(view: View, found: list[_Name]) -> list[DayHeader]:
    """Names that stand level with each other and follow the week's order. Letters need more company than words."""
    headers: list[DayHeader] = []
    for seed in found:
        row = sorted(
            (item for item in found if _level(view.rect(seed.line), view.rect(item.line))),
            key=lambda item: view.rect(item.line).cx,
        )
        run: list[DayBand] = []
        for item in [*row, None]:
            after = DAYS.index(run[-1].day) if run else -1
            later = [day for day in item.options if DAYS.index(day) > after] if item else []
            if not later:
                letters = sum(len(band.line.text.strip(".")) == 1 for band in run)
                if len(run) >= 2 and len(run) - 0.5 * letters >= 2:
                    headers.append(_header(view, run))
                run = []
                later = list(item.options) if item else []
            if item and later:
                day = min(later, key=DAYS.index) if run else later[0]
                run.append(DayBand(day, item.line, item.week))
    return headers


def _name_week(view: View, header: DayHeader, weeks: list[tuple[Line, str]]) -> None:
    """A text such as "Week A" above (or, in a header down the side, before) the days holds for all of them."""
    rects = [view.rect(band.line) for band in header.bands]
    u0, u1 = rects[0].x0 - 3 * view.size, rects[-1].x1 + 3 * view.size
    best: tuple[float, str] | None = None
    for line, week in weeks:
        rect = view.rect(line)
        away = header.v0 - rect.cy
        level = -2 * view.size < away < 10 * view.size
        before = level and (u0 <= rect.cx <= u1 or (rect.cx < u0 and u0 - rect.cx < 12 * view.size))
        if before and (best is None or abs(away) < best[0]):
            best = (abs(away), week)
    for band in header.bands:
        band.week = band.week or (best[1] if best else None)


def _level(a: Rect, b: Rect) -> bool:
    overlap = min(a.y1, b.y1) - max(a.y0, b.y0)
    return overlap > 0.5 * min(a.height, b.height)


def _header(view: View, bands: list[DayBand]) -> DayHeader:
    rects = [view.rect(band.line) for band in bands]
    return DayHeader(bands, min(rect.y0 for rect in rects), max(rect.y1 for rect in rects))


def set_day_bands(view: View, header: DayHeader, v_end: float) -> None:
    """Find where each day's column begins and ends, down to `v_end`."""
    rects = [view.rect(band.line) for band in header.bands]
    size = view.size
    ids = {band.line.id for band in header.bands}
    body = [view.rect(line) for line in view.lines if line.id not in ids]
    body = [rect for rect in body if header.v1 <= rect.cy <= v_end and rect.cx > rects[0].x0 - 4 * size]

    def cut(rail: Rail) -> float:
        slack = (rail.hi - rail.lo) / 2
        return (view.u_cut(rail.at, header.v0, header.v1, slack) + 2 * view.u_cut(rail.at, header.v1, v_end, slack)) / 2

    spans = split_between(
        [(rect.x0, rect.x1) for rect in rects],
        view.u_rails,
        cut,
        size=size,
        starts=[rect.x0 for rect in body],
        centres=[rect.cx for rect in body],
    )
    for band, (lo, hi) in zip(header.bands, spans, strict=True):
        band.lo, band.hi = lo, hi


def find_time_bands(
    view: View, header: DayHeader, v_end: float, legend: Legend, legend_lines: set[int]
) -> list[TimeBand]:
    """The header of times (or of periods that `legend` explains) that stands before the days' columns.

    Returns:
        Bands in the order of the day, down to `v_end`; empty if there is no such header.
    """
    zone = [
        line
        for line in view.lines
        if line.id not in legend_lines
        and view.rect(line).cx < header.u0
        and header.v1 - 0.3 * view.size <= view.rect(line).cy <= v_end
    ]
    timed = _column(view, [line for line in zone if find_times(line.text)])
    labels = _column(view, [line for line in zone if _known(line, legend)])
    if len(timed) >= 2:
        lines = timed
    elif len(labels) >= 2:
        lines = labels
    else:
        return []
    u0, u1 = min(view.rect(line).x0 for line in lines), max(view.rect(line).x1 for line in lines)
    u1 = min(max(u1, median(view.rect(line).x1 for line in lines)), header.u0)
    strip = [line for line in zone if u0 - view.size <= view.rect(line).cx <= u1 + view.size]
    bands = _entries(view, strip, u0, u1, header, v_end)
    _read_bands(bands, legend)
    _lay_on_scale(view, bands, header)
    first = next((i for i, band in enumerate(bands) if band.lines), 0)
    last = max((i for i, band in enumerate(bands) if band.lines), default=-1)
    return bands[first : last + 1]


def _lay_on_scale(view: View, bands: list[TimeBand], header: DayHeader) -> None:
    """Turn rows to the hours of a scale, where the labels stand on the lines instead of between them."""
    labelled = [band for band in bands if band.lines and band.start is not None]
    printed = any(span.end is not None for band in bands for line in band.lines for span in find_times(line.text))
    if len(labelled) < 3 or len(labelled) < len(bands) or printed:
        return
    at = [view.rect(band.lines[0]).cy for band in labelled]
    on_line = 0
    for v in at:
        near = [rail for rail in view.v_rails if abs(rail.at - v) < 0.3 * view.size]
        on_line += any(view.v_cut(rail.at, header.u0, header.u1) > 0.3 for rail in near)
    if on_line < 0.6 * len(at):
        return
    for band, v, after in zip(labelled, at, [*at[1:], 2 * at[-1] - at[-2]], strict=True):
        band.lo, band.hi, band.source = v, after, "drawn"
    last, before = labelled[-1], labelled[-2]
    if last.end is None and last.start is not None and before.start is not None:
        last.end = last.start + (last.start - before.start)


def _known(line: Line, legend: Legend) -> bool:
    return label_key(line.text) in legend or is_period(line.text)


def _column(view: View, lines: list[Line]) -> list[Line]:
    """The largest set of lines that stand under each other."""
    best: list[Line] = []
    for seed in lines:
        a = view.rect(seed)
        same = [line for line in lines if min(a.x1, view.rect(line).x1) - max(a.x0, view.rect(line).x0) > 0]
        if len(same) > len(best):
            best = same
    return best


def _entries(view: View, strip: list[Line], u0: float, u1: float, header: DayHeader, v_end: float) -> list[TimeBand]:
    """Group the strip's lines to header cells and give each its band."""

    def cut(rail: Rail) -> float:
        slack = (rail.hi - rail.lo) / 2
        near = view.v_cut(rail.at, u0, u1, slack)
        return near + 0.5 * view.v_cut(rail.at, header.u0, header.u1, slack)

    rails = [rail for rail in view.v_rails if header.v0 <= rail.at <= v_end + 4 * view.size]
    strong = [rail for rail in rails if view.v_cut(rail.at, u0, u1, (rail.hi - rail.lo) / 2) >= 0.6]
    cells: list[list[Line]] = []
    edges = [rail.at for rail in strong]
    by_cell: dict[int, list[Line]] = {}
    for line in strip:
        by_cell.setdefault(sum(edge < view.rect(line).cy for edge in edges), []).append(line)
    for _, lines in sorted(by_cell.items()):
        cells.extend(_by_time(lines, view))
    spans = [(min(view.rect(line).y0 for line in lines), max(view.rect(line).y1 for line in lines)) for lines in cells]
    empties = _empty_cells(strong, spans, view.size)
    boxes: list[tuple[tuple[float, float], list[Line]]] = list(zip(spans, cells, strict=True))
    boxes += [(empty, []) for empty in empties]
    boxes.sort(key=lambda item: item[0])
    body = [view.rect(line) for line in view.lines if header.u0 <= view.rect(line).cx <= header.u1]
    body = [rect for rect in body if header.v1 <= rect.cy <= v_end]
    bands = split_between(
        [span for span, _ in boxes],
        rails,
        cut,
        size=view.size,
        starts=[rect.y0 for rect in body],
        centres=[rect.cy for rect in body],
    )
    return [TimeBand(lo, hi, lines) for (lo, hi), (_, lines) in zip(bands, boxes, strict=True)]


def _empty_cells(rails: list[Rail], spans: list[tuple[float, float]], size: float) -> list[tuple[float, float]]:
    """Ruled cells of the strip that hold no text, between ones that do: breaks often print no time."""
    out: list[tuple[float, float]] = []
    for a, b in pairwise(rails):
        lo, hi = a.hi, b.lo
        inside = any(lo - size < (s + e) / 2 < hi + size for s, e in spans)
        between = spans and spans[0][1] < lo and hi < spans[-1][0]
        if between and not inside and hi - lo > 0.7 * size:
            out.append((lo + 0.25 * (hi - lo), hi - 0.25 * (hi - lo)))
    return out


def _by_time(lines: list[Line], view: View) -> list[list[Line]]:
    """Lines between two rules are one header cell, unless each of several says a whole time itself (no rules there)."""
    ranges = [line for line in lines if any(span.end is not None for span in find_times(line.text))]
    singles = [line for line in lines if find_times(line.text) and line not in ranges]
    numbers = [line for line in lines if is_period(line.text)]
    if len(ranges) >= 2:
        anchors = ranges
    elif not ranges and len(singles) >= 3:
        anchors = singles
    elif not ranges and not singles and len(numbers) >= 2:
        anchors = numbers
    else:
        return [lines]
    groups: dict[int, list[Line]] = {line.id: [line] for line in anchors}
    for line in lines:
        if line.id not in groups:
            nearest = min(anchors, key=lambda anchor: abs(view.rect(anchor).cy - view.rect(line).cy))
            if abs(view.rect(nearest).cy - view.rect(line).cy) < 2.2 * view.size:
                groups[nearest.id].append(line)
            else:
                groups[line.id] = [line]
    return sorted(groups.values(), key=lambda group: view.rect(group[0]).cy)


def _read_bands(bands: list[TimeBand], legend: Legend) -> None:
    """Set each band's times from its text, the legend, or its neighbours."""
    timed: list[tuple[TimeBand, Span]] = []
    for band in bands:
        text = " ".join(line.text for row in in_reading_order(band.lines) for line in row) if band.lines else ""
        spans = find_times(text)
        band.label = without_times(text, spans)
        if len(spans) == 2 and all(span.end is None for span in spans):
            spans = [Span(spans[0].start, spans[1].start, (spans[0].at[0], spans[1].at[1]))]
        if spans:
            timed.append((band, next((span for span in spans if span.end is not None), spans[0])))
    for (band, _), (start, end) in zip(timed, resolve_all([span for _, span in timed]), strict=True):
        band.start, band.end, band.source = start, end, "header"
    for band in bands:
        if band.start is None and (key := label_key(band.label)) and key in legend:
            band.start, band.end = legend[key]
            band.source = "legend"
    _fill_gaps(bands)


def _fill_gaps(bands: list[TimeBand]) -> None:
    """An end that is not printed is the next start; a row without times lies between its neighbours."""
    for band, after in pairwise(bands):
        if band.start is not None and band.end is None and after.start is not None and after.start > band.start:
            band.end, band.source = after.start, "next"
    for before, band, after in zip(bands, bands[1:], bands[2:], strict=False):
        if band.start is not None or is_period(band.label) or before.source == "next":
            continue
        if before.end is not None and after.start is not None and before.end < after.start:
            band.start, band.end, band.source = before.end, after.start, "next"
