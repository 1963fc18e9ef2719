"""Finds the header of times (or of periods) that crosses the days, and its rows."""

import math
from itertools import pairwise
from statistics import median

from services.extractor.reading.axes.bands import MIN_CUT, TimeBand, split_between
from services.extractor.reading.axes.legend import Legend
from services.extractor.reading.axes.row_times import MEETING, explain, read_printed, with_their_rest, without_gaps
from services.extractor.reading.axes.scale import lay_on_scale
from services.extractor.reading.axes.series import DayHeader
from services.extractor.reading.axes.view import View
from services.extractor.reading.evidence.rules import Rail
from services.extractor.reading.evidence.time_labels import range_of, rises, rises_evenly
from services.extractor.reading.lexicon.labels import is_period, label_key, numbered_alike
from services.extractor.reading.lexicon.times import find_times, resolve_all
from services.extractor.reading.model import Line, united

_RULES = 4
"""Of a header's cells: from so many on, a place without any is outside of it."""
_SEEN = 0.5
"""Share of a text's height along which a rule must be seen beside it."""
_SELDOM = 0.1
"""How strongly a rule between two labels divides the rows: half of the share of the days' columns it is drawn in."""
_BEYOND, _OF_LABEL, _ROW = 4.0, 2.2, 0.95
"""Text heights: from the last text to the table's end, from a time to what its label says beside it, and of a row."""
_EVEN = 1.2
"""How far the distance of two labels is from the usual, where they are evenly set."""
_LOW = 0.8
"""Of the lowest row's height: that of a break between two rows, at least, where it is less than a text's."""
_MOSTLY = 0.7
"""Of a header's cells: how many of them print one time and no end where this is how they tell it."""
_HOURS = 5
"""Labels of whole hours that are a scale's."""
_PLANNED = 5
"""Minutes at which lessons begin; a moment seldom does."""
_AT_RULE, _HIGH = 0.6, 2.5
"""Text heights from a label's middle to the rule that it names, at most, and of a row between two such rules."""


def find_time_bands(view: View, header: DayHeader, v_end: float, legend: Legend) -> list[TimeBand]:
    """The header of times (or of periods that `legend` explains) that stands before the days' columns.

    Returns:
        Bands in the order of the day, down to `v_end`; empty if there is no such header.
    """
    zone = [
        line
        for line in view.lines
        if line.id not in legend.lines
        and view.rect(line).cx < header.u0
        and header.v1 - view.near <= view.rect(line).cy <= v_end
    ]
    zone = _alike_printed(zone)
    timed = _column(view, [line for line in zone if find_times(line.text)])
    now = _now(timed)
    zone, timed = ([line for line in lines if line is not now] for lines in (zone, timed))
    labels = _column(view, [line for line in zone if _known(line, legend)]) or _series(view, zone)
    if len(timed) >= 2:
        lines = timed
    elif len(labels) >= 2:
        lines = labels
    else:
        return []
    u0, u1 = min(view.rect(line).x0 for line in lines), max(view.rect(line).x1 for line in lines)
    u1 = min(max(u1, median(view.rect(line).x1 for line in lines)), header.u0)
    strip = [line for line in zone if u0 - view.size <= view.rect(line).cx <= u1 + view.size]
    # A text that reaches past several labels is a heading above them.
    middles = [view.rect(line).cy for line in lines]
    strip = [line for line in strip if sum(view.rect(line).y0 < at < view.rect(line).y1 for at in middles) < 2]
    if pairs := _first_and_last(view, lines, header):
        paired = {line.id for pair in pairs for line in pair}
        strip = [line for line in strip if line.id not in paired]
        strip += [united(list(pair), range_of(*pair)) for pair in pairs]
    bands = _between_rules(view, lines, header, v_end) or _entries(view, strip, u0, u1, header, v_end)
    if not bands:
        return []
    read_printed(bands)
    bands = with_their_rest(without_gaps(bands))
    explain(bands, legend)
    bands = _to_its_end(view, _trim(view, bands, header), header)
    lay_on_scale(view, bands, header)
    return bands


def _alike_printed(lines: list[Line]) -> list[Line]:
    """The texts without four digits alone where other times are printed otherwise: "1601" below "14:30" is a code."""
    timed = [line for line in lines if find_times(line.text)]
    bare = {line.id for line in timed if line.text.strip().isdigit()}
    return [line for line in lines if line.id not in bare] if len(timed) - len(bare) >= MEETING else lines


def _first_and_last(view: View, lines: list[Line], header: DayHeader) -> list[tuple[Line, Line]]:
    """Starts and ends that stand at the first and the last line of the cells beside them: by turns, with rules across
    the days' columns behind each end and none behind a start."""
    lines = sorted(lines, key=lambda line: view.rect(line).cy)
    alone = all(len(spans) == 1 and spans[0].end is None for spans in (find_times(line.text) for line in lines))
    pairs = list(zip(lines[::2], lines[1::2], strict=False))
    if not alone or len(pairs) < MEETING or len(lines) % 2 or not all(rises(*pair) for pair in pairs):
        return []
    rails = [(rail.at, view.v_seen(rail, header.u0, header.u1)) for rail in view.v_rails]

    def drawn(one: Line, other: Line) -> float:
        return max((seen for at, seen in rails if view.rect(one).y1 < at < view.rect(other).y0), default=0.0)

    within = max(drawn(*pair) for pair in pairs)
    between = min(drawn(end, start) for end, start in zip(lines[1::2], lines[2::2], strict=False))
    return pairs if within < MIN_CUT < between else []


def _between_rules(view: View, lines: list[Line], header: DayHeader, v_end: float) -> list[TimeBand]:
    """The rows from one rule to the next where each label is a time that stands at a rule of the days' columns, the
    last at their end; empty where labels stand in rows, or make a scale."""
    lines = sorted(lines, key=lambda line: view.rect(line).cy)
    spans = [span for line in lines for span in find_times(line.text)]
    times = [start for start, _ in resolve_all(spans)]
    steps = [after - before for before, after in pairwise(times)]
    if len(lines) < _RULES or len(spans) != len(lines) or any(span.end for span in spans):
        return []
    if min(steps) <= 0 or min(steps) == max(steps):
        return []
    rails = [rail.at for rail in view.v_rails if view.v_seen(rail, header.u0, header.u1) > _SELDOM]
    middles = [view.rect(line).cy for line in lines]

    def nearest(at: float) -> float:
        return min(rails, key=lambda rail: abs(rail - at), default=math.inf)

    rules = [nearest(at) for at in middles]
    off = [at - rule for at, rule in zip(middles, rules, strict=True)]
    rows = [after - before for before, after in pairwise(rules)]
    # In the middle of its row a label is far from the rules; at its top or foot, always on the same side of one.
    if max(map(abs, off)) > _AT_RULE * view.size or min(off) >= 0 or max(off) <= 0:
        return []
    if (
        min(rows) <= 0
        or median(rows) < _HIGH * view.size
        or any(rules[-1] + view.size < rail < v_end for rail in rails)
    ):
        return []
    return [
        TimeBand(lo, hi, [line] if hi < rules[-1] else [line, lines[-1]])
        for (lo, hi), line in zip(pairwise(rules), lines[:-1], strict=True)
    ]


def _now(timed: list[Line]) -> Line | None:
    """The time that a calendar shows beside the line of this moment: no hour, where all others are."""
    spans = [(line, find_times(line.text)[0]) for line in timed]
    odd = [line for line, span in spans if span.start.minute % _PLANNED]
    hours = sum(not span.start.minute and span.end is None for _, span in spans)
    return odd[0] if len(odd) == 1 and hours >= _HOURS and hours + 1 == len(spans) else None


def _trim(view: View, bands: list[TimeBand], header: DayHeader) -> list[TimeBand]:
    """Without what stands above and below the table: bands that say no time and that no column reaches into."""
    inner = [band.hi for band in header.bands[:-1]]

    def inside(band: TimeBand) -> bool:
        if not band.lines and band.start is None:
            return False
        if band.start is not None or is_period(band.label):
            return True
        return 2 * sum(view.u_drawn(u, band.lo, band.hi) for u in inner) >= len(inner)

    kept = [index for index, band in enumerate(bands) if inside(band)]
    return bands[kept[0] : kept[-1] + 1] if kept else []


def _to_its_end(view: View, bands: list[TimeBand], header: DayHeader) -> list[TimeBand]:
    """Without the rows of another table below ("No. | Code | Subject"): without times, behind a stretch in which no
    column's edge goes on."""
    timed = [index for index, band in enumerate(bands) if band.start is not None]
    if len(timed) < MEETING or len(bands) - timed[-1] <= 2:
        return bands
    last, after = bands[timed[-1]], next((band for band in bands[timed[-1] + 1 :] if band.lines), bands[-1])
    edges = [band.hi for band in header.bands[:-1]]
    rails = sorted(rail.at for rail in view.v_rails if last.lo + view.size / 2 < rail.at < after.hi)
    for end, begin in pairwise(rails):
        above = sum(view.u_drawn(u, last.lo, end) for u in edges)
        inside = max(view.u_cut(u, end, begin) for u in edges)
        if begin - end > _SEEN * view.size and 2 * above > len(edges) and inside < _SEEN:
            last.hi = min(last.hi, end)
            return bands[: timed[-1] + 1]
    return bands


def _known(line: Line, legend: Legend) -> bool:
    return label_key(line.text) in legend.times or is_period(line.text)


def _series(view: View, zone: list[Line]) -> list[Line]:
    """The column of labels that count in words which nobody knows."""
    ordered = sorted(zone, key=lambda line: view.rect(line).cy)
    return _column(view, [ordered[at] for at in numbered_alike([line.text for line in ordered])])


def _column(view: View, lines: list[Line]) -> list[Line]:
    """The largest set of lines that stand under each other."""
    best: list[Line] = []
    for seed in lines:
        a = view.rect(seed)
        same = [line for line in lines if a.stacked(view.rect(line), 0)]
        if len(same) > len(best):
            best = same
    return best


def _entries(view: View, strip: list[Line], u0: float, u1: float, header: DayHeader, v_end: float) -> list[TimeBand]:
    """Group the strip's lines to header cells and give each its band."""

    def cut(rail: Rail) -> float:
        return view.v_seen(rail, u0, u1) + view.v_seen(rail, header.u0, header.u1) / 2

    rails = [rail for rail in view.v_rails if header.v0 <= rail.at <= v_end + _BEYOND * view.size]
    strong = [rail for rail in rails if view.v_ruled(rail, u0, u1)]
    cells: list[list[Line]] = []
    edges = [rail.at for rail in strong]
    strip = [line for line in strip if find_times(line.text) or _among_cells(view, line, strong)]
    by_cell: dict[int, list[Line]] = {}
    for line in strip:
        by_cell.setdefault(sum(edge < view.rect(line).cy for edge in edges), []).append(line)
    # Where nearly every row tells its start alone, two in one are two rows, and the rule between them was not seen.
    starts = [_starts_alone(lines) for lines in by_cell.values()]
    alone = starts.count(1) > _MOSTLY * len(starts) or _evenly_set(view, strip)
    for _, lines in sorted(by_cell.items()):
        cells.extend(_by_time(lines, view, alone=alone))
    if not cells:
        # Headings alone: none of them is a row's label.
        return []
    spans = [(min(view.rect(line).y0 for line in lines), max(view.rect(line).y1 for line in lines)) for lines in cells]
    ranges = _printed_ranges(cells)
    empties = _empty_cells(strong, spans, view.size) or (_gaps(view, header, rails, spans) if ranges else [])
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
        # Not before the days' names: a rule on their other side is the table's edge.
        begin=header.v1 - 0.5 * view.size,
        # Where few cells end, the rule between two rows is drawn in few of the days' columns; a scale has no such rows.
        least=_SELDOM if ranges else MIN_CUT,
    )
    return [TimeBand(lo, hi, lines) for (lo, hi), (_, lines) in zip(bands, boxes, strict=True)]


def _among_cells(view: View, line: Line, strong: list[Rail]) -> bool:
    """Whether rules that divide the strip's cells run on beside a text: above the table ("Tutor: Mrs Osei") none do."""
    if len(strong) < _RULES:
        return True
    rect = view.rect(line)
    return sum(view.v_seen(rail, rect.x0, rect.x1) > _SEEN for rail in strong) > 1


def _empty_cells(rails: list[Rail], spans: list[tuple[float, float]], size: float) -> list[tuple[float, float]]:
    """Ruled cells of the strip that hold no text, between ones that do: breaks often print no time."""
    out: list[tuple[float, float]] = []
    for a, b in pairwise(rails):
        lo, hi = a.hi, b.lo
        # In low rows the next label is nearer than a line's height.
        near = min(size, 0.4 * (hi - lo))
        inside = any(lo - near < (s + e) / 2 < hi + near for s, e in spans)
        between = spans and spans[0][1] < lo and hi < spans[-1][0]
        if between and not inside and hi - lo > _ROW * size:
            out.append((lo + 0.25 * (hi - lo), hi - 0.25 * (hi - lo)))
    return out


def _printed_ranges(cells: list[list[Line]]) -> bool:
    """Whether most of a header's cells print a start and an end."""
    ranges = sum(any(span.end for line in lines for span in find_times(line.text)) for lines in cells)
    return 2 * ranges > len(cells)


def _gaps(
    view: View, header: DayHeader, rails: list[Rail], spans: list[tuple[float, float]]
) -> list[tuple[float, float]]:
    """Stretches between two labels that rules across the days' columns enclose and that hold no text: breaks."""
    across = [rail for rail in rails if view.v_ruled(rail, header.u0, header.u1)]
    texts = [view.rect(line).cy for line in view.lines if view.rect(line).cx <= header.u1]
    # Rows may be no higher than their text.
    least = min([view.size, *(_LOW * (after - before) for (before, _), (after, _) in pairwise(spans))])
    return [
        (a.hi, b.lo)
        for a, b in pairwise(across)
        if spans[0][1] < a.hi and b.lo < spans[-1][0] and b.lo - a.hi > least
        if not any(a.hi < at < b.lo for at in texts)
    ]


def _starts_alone(lines: list[Line]) -> int:
    """How many starts a header's cell prints; none where it prints an end."""
    spans = [span for line in lines for span in find_times(line.text)]
    return 0 if any(span.end is not None for span in spans) else len(spans)


def _evenly_set(view: View, strip: list[Line]) -> bool:
    """Whether a header's texts are starts alone, each as long after the one before and as far from it: no end is."""
    timed = sorted((line for line in strip if find_times(line.text)), key=lambda line: view.rect(line).cy)
    tops = [view.rect(line).y0 for line in timed]
    steps = [after - before for before, after in pairwise(tops)]
    usual = median(steps or [0.0])
    even = sum(usual / _EVEN < step < usual * _EVEN for step in steps) > _MOSTLY * len(steps)
    return even and rises_evenly([line.text for line in timed])


def _by_time(lines: list[Line], view: View, *, alone: bool) -> list[list[Line]]:
    """Lines between two rules are one header cell, unless each of several says a whole time itself (no rules there).

    Args:
        alone: whether the header's rows tell their starts alone.
    """
    ranges = [line for line in lines if any(span.end is not None for span in find_times(line.text))]
    singles = [line for line in lines if find_times(line.text) and line not in ranges]
    numbers = [line for line in lines if is_period(line.text)]
    if len(ranges) >= 2 and len(singles) <= len(ranges):
        anchors = ranges
    elif (alone and len(ranges) + len(singles) >= 2) or len(ranges) >= 2:
        anchors = ranges + singles
    elif not ranges and len(singles) >= MEETING:
        anchors = singles
    elif not ranges and not singles and len(numbers) >= 2:
        anchors = numbers
    else:
        return [lines]
    groups: dict[int, list[Line]] = {line.id: [line] for line in anchors}
    for line in lines:
        if line.id not in groups:
            nearest = min(anchors, key=lambda anchor: abs(view.rect(anchor).cy - view.rect(line).cy))
            if abs(view.rect(nearest).cy - view.rect(line).cy) < _OF_LABEL * view.size:
                groups[nearest.id].append(line)
            else:
                groups[line.id] = [line]
    return sorted(groups.values(), key=lambda group: view.rect(group[0]).cy)
