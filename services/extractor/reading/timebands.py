"""Finds the header of times (or of periods) that crosses the days, and what each of its rows says."""

from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median

from services.extractor.reading.bands import split_between
from services.extractor.reading.cells import in_reading_order
from services.extractor.reading.legend import is_period, label_key
from services.extractor.reading.model import Line
from services.extractor.reading.rules import Rail
from services.extractor.reading.series import DayHeader
from services.extractor.reading.times import Span, find_times, resolve_all, without_times
from services.extractor.reading.view import View
from services.extractor.reading.words import is_weekly
from shared.messages import TimeSource

Legend = dict[str, tuple[int, int | None]]


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
    implied: bool = False
    """Its number was not read; those above and below it tell it."""
    weekly: bool = False
    """Its cells hold what has no number: a break, or a name that the legend knows."""


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
    if all(is_period(band.lines[0].text) for band in bands if band.lines):
        bands = _unread_around(view, bands, header, (u0, u1), v_end)
        _mark_weekly(view, bands, header, legend)
    _read_bands(bands, legend)
    bands = _trim(view, bands, header)
    _lay_on_scale(view, bands, header)
    return bands


def _trim(view: View, bands: list[TimeBand], header: DayHeader) -> list[TimeBand]:
    """Without what stands above and below the table: bands that say no time and that no column reaches into."""
    inner = [(header.bands[i].hi, view) for i in range(len(header.bands) - 1)]

    def inside(band: TimeBand) -> bool:
        if not band.lines:
            return band.implied
        if band.start is not None or is_period(band.label):
            return True
        return sum(view.u_cut(u, band.lo, band.hi, 0.3 * view.size) > 0.5 for u, _ in inner) >= 0.5 * len(inner)

    kept = [index for index, band in enumerate(bands) if inside(band)]
    return bands[kept[0] : kept[-1] + 1] if kept else []


def _lay_on_scale(view: View, bands: list[TimeBand], header: DayHeader) -> None:
    """Turn rows to the hours of a scale, where the labels stand on the lines instead of between them."""
    labelled = [band for band in bands if band.lines and band.start is not None]
    printed = any(span.end is not None for band in bands for line in band.lines for span in find_times(line.text))
    if len(labelled) < 3 or len(labelled) < len(bands) or printed or any(b.source == "legend" for b in bands):
        return
    at = [view.rect(band.lines[0]).cy for band in labelled]
    steps = [b.start - a.start for a, b in pairwise(labelled) if a.start is not None and b.start is not None]
    step = min(steps)
    # Where a label was not read, the next one is twice as far and twice as late.
    pitches = [(b - a) * step / max(1, each) for (a, b), each in zip(pairwise(at), steps, strict=True)]
    multiples = step > 0 and all(each % step == 0 for each in steps) and steps.count(step) > len(steps) / 2
    even = multiples and max(pitches) < 1.25 * min(pitches)
    offset = _line_offset(view, at, header, median(pitches) if even else 0.0)
    if offset is None and even and at[0] - median(pitches) / 2 < header.v1 - 0.2 * view.size:
        # No lines were seen, but a first row around its label would reach into the days' names: it begins there.
        offset = 0.0
    # Labels in the middle between lines are a table's: its rows are what they seem.
    if offset is None or (even and abs(abs(offset) - median(pitches) / 2) < 0.1 * median(pitches)):
        return
    at = [v + offset for v in at]
    bottom = [rail.at for rail in view.v_rails if rail.at > at[-1] + view.size and _across(view, rail, header)]
    end = at[-1] + median(pitches) if even or not bottom else bottom[0]
    for band, v, after in zip(labelled, at, [*at[1:], end], strict=True):
        # Even hours are a scale to be measured on; other times only name the lines they stand on.
        band.lo, band.hi, band.source = v, after, "drawn" if even else "next"
    last = labelled[-1]
    if even and _ends_at(view, at[-1], end, header):
        bands.remove(last)
    elif even and last.end is None and last.start is not None:
        last.end = last.start + step
    elif last.end is None:
        last.source = "header"


def _ends_at(view: View, at: float, below: float, header: DayHeader) -> bool:
    """Whether the days' columns are drawn down to the line at `at` but not from there to `below`."""
    edges = [band.hi for band in header.bands[:-1]]
    above = sum(view.u_cut(u, 2 * at - below, at, 0.3 * view.size) > 0.5 for u in edges)
    under = sum(view.u_cut(u, at + 0.3 * view.size, below, 0.3 * view.size) > 0.2 for u in edges)
    return above >= 0.7 * len(edges) and not under


def _line_offset(view: View, at: list[float], header: DayHeader, pitch: float) -> float | None:
    """How far from the labels the lines run that they name: 0 on them, less than 0 above.

    Args:
        pitch: between the labels of an even scale, whose labels may also stand below, above or between their lines;
            0 for others, whose labels can only stand on them.

    Returns:
        None if no such lines are drawn.
    """
    rails = [(rail.at, view.v_cut(rail.at, header.u0, header.u1, (rail.hi - rail.lo) / 2)) for rail in view.v_rails]
    rails = [rail for rail in rails if rail[1] > 0.1]
    offsets = {0.0} | {rail - v for rail, _ in rails for v in at if abs(rail - v) <= 0.55 * pitch}
    best: tuple[float, float] | None = None
    near = 0.3 * view.size
    for offset in sorted(offsets, key=abs)[:60]:
        cuts = [max((cut for rail, cut in rails if abs(rail - v - offset) < near), default=0.0) for v in at]
        if sum(cut > 0.15 for cut in cuts) < 0.6 * len(at):
            continue
        support = sum(cuts) / len(cuts)
        if support > (best[0] * 1.1 if best else 0.3 if not pitch else 0.2):
            best = (support, offset)
    return best[1] if best else None


def _across(view: View, rail: Rail, header: DayHeader) -> bool:
    return view.v_cut(rail.at, header.u0, header.u1) > 0.5


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


def _unread_around(
    view: View, bands: list[TimeBand], header: DayHeader, column: tuple[float, float], v_end: float
) -> list[TimeBand]:
    """`bands` with the ruled rows before and after them that hold lessons, but no label that was read."""
    if not bands:
        return bands
    before = _unread_rows(view, header, column, header.v1, bands[0].lo)
    after = _unread_rows(view, header, column, bands[-1].hi, v_end)
    if before and abs(before[-1].hi - bands[0].lo) > 0.8 * view.size:
        before = []
    if after and abs(after[0].lo - bands[-1].hi) > 0.8 * view.size:
        after = []
    return [*before, *bands, *after]


def _unread_rows(view: View, header: DayHeader, column: tuple[float, float], top: float, end: float) -> list[TimeBand]:
    """Ruled rows from `top` to `end`; none if something stands in their header, or nothing in their cells."""
    edges: list[float] = []
    for rail in view.v_rails:
        near = top - 0.5 * view.size < rail.at < end + 0.5 * view.size
        drawn = near and min(view.v_cut(rail.at, *column), view.v_cut(rail.at, header.u0, header.u1)) > 0.6
        if drawn and (not edges or rail.at - edges[-1] > 0.8 * view.size):
            edges.append(rail.at)
    rects = [view.rect(line) for line in view.lines]
    out: list[TimeBand] = []
    for lo, hi in pairwise(edges):
        inside = [rect for rect in rects if lo < rect.cy < hi]
        read = any(rect.cx < header.u0 for rect in inside)
        if read or not any(header.u0 < rect.cx < header.u1 for rect in inside):
            break
        out.append(TimeBand(lo, hi))
    return out


def _mark_weekly(view: View, bands: list[TimeBand], header: DayHeader, legend: Legend) -> None:
    """Find the rows without a label whose cells say what has no number."""
    for band in bands:
        texts = [
            line.text
            for line in view.lines
            if band.lo < view.rect(line).cy < band.hi and header.u0 < view.rect(line).cx < header.u1
        ]
        named = sum(is_weekly(text) or label_key(text) in legend for text in texts)
        band.weekly = not band.lines and (not texts or named > 0.5 * len(texts) or len(texts) == 1)


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
    imply_numbers(bands, legend)
    for band in bands:
        if band.start is None and (key := label_key(band.label)) and key in legend:
            band.start, band.end = legend[key]
            band.source = "legend"
    _fill_gaps(bands)


def imply_numbers(bands: list[TimeBand], legend: Legend) -> None:
    """Number the rows whose period number was not read, where just as many numbers as rows are missing.

    Numbers can be missing before the first, between two, and after the last up to the legend's last.
    """
    numbered = [(-1, 0)] + [(i, number) for i, band in enumerate(bands) if (number := _number(band))]
    known = [int(key) for key in legend if key.isdigit()]
    if len(numbered) > 2 and known and max(known) > numbered[-1][1]:
        numbered.append((len(bands), max(known) + 1))
    for (i, before), (j, after) in pairwise(numbered):
        missing = range(before + 1, after)
        rows = [band for band in bands[i + 1 : j] if not band.label and band.start is None and not band.weekly]
        if missing and len(rows) == len(missing):
            for band, number in zip(rows, missing, strict=True):
                band.label, band.implied = str(number), True


def _number(band: TimeBand) -> int:
    """A period's number; 0 if it has none."""
    key = label_key(band.label) if band.label and is_period(band.label) else None
    return int(key) if key and key.isdigit() else 0


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
