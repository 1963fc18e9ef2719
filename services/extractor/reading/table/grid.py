"""Reads a grid: days in one header, times (or periods) in the other, a lesson where they meet.

The table is cut at every separator and every header boundary into small pieces; pieces with nothing drawn between them
grow together (union-find) to the cells the page shows. Where the page does not draw separators, the text decides: a
cell's place is its header's, unless its text is centred over several.
"""

from collections import Counter
from dataclasses import replace
from itertools import pairwise

from services.extractor.reading.axes.bands import TimeBand
from services.extractor.reading.axes.groups import split_groups
from services.extractor.reading.axes.headers import find_day_headers, set_day_bands, without_repeated
from services.extractor.reading.axes.implied import implied_day
from services.extractor.reading.axes.legend import Legend, find_legend
from services.extractor.reading.axes.rows import untimed_rows
from services.extractor.reading.axes.series import DayBand, DayHeader
from services.extractor.reading.axes.timebands import find_time_bands
from services.extractor.reading.axes.view import View
from services.extractor.reading.axes.weeks import split_weeks
from services.extractor.reading.cell.cells import page_words, read_cells
from services.extractor.reading.cell.parts import by_time, by_week
from services.extractor.reading.lexicon.classes import is_class
from services.extractor.reading.lexicon.days import one_day
from services.extractor.reading.lexicon.times import find_times
from services.extractor.reading.lexicon.words import is_free, is_weekly
from services.extractor.reading.model import BlockDraft, LayoutResult, Line, Rect, sources_of
from services.extractor.reading.table.entries import (
    Found,
    drafts_of,
    pair_groups,
    pair_weeks,
    spell_words,
    spread_routine,
)
from services.extractor.reading.table.notecells import (
    with_headed_fields,
    with_their_fields,
    with_their_notes,
    with_their_rest,
)
from services.extractor.reading.table.parallel import part_parallel, part_repeated
from services.extractor.reading.table.pieces import Table
from services.extractor.reading.table.places import Place, place_times
from services.extractor.reading.table.regions import Region, find_regions
from services.extractor.reading.table.timecells import with_their_times

_LIST = 0.95
"""Weight of a grid whose days look like the headings of lists: these tell what stands under each other in an entry."""


def read_grid(view: View) -> LayoutResult | None:
    """Read every grid of the page in this view; null if it has no header of days with times across."""
    headers = [header for header in find_day_headers(view) if header.read >= 2]
    if not headers:
        return None
    headers = [header for header in headers if header.read >= max(2, 0.6 * headers[0].read)]
    result = LayoutResult("grid down" if view.turned else "grid across")
    legend = find_legend(_outside(view, headers))
    read = 0
    for number, header in enumerate(sorted(headers, key=lambda each: (each.v0, each.u0))):
        before = len(result.drafts)
        count = read_table(view, header, headers, legend, result)
        if not count and any(band.every for band in header.bands):
            # Times between "Every day" and the days: what holds every day has its own.
            header.bands = [band for band in header.bands if not band.every]
            count = read_table(view, header, headers, legend, result)
        read += count
        for draft in result.drafts[before:]:
            draft.table = number
    if any(_heads_list(view, header) for header in headers):
        result.weight = _LIST
    return result if read else None


def _heads_list(view: View, header: DayHeader) -> bool:
    """Whether one text names several of the days ("Monday, Wednesday, Friday"), as the heading of their list does."""
    named = Counter(band.line.origins for band in header.bands)
    return any("," in line.text and named[line.origins] > 1 for line in view.lines)


def _outside(view: View, headers: list[DayHeader]) -> list[Line]:
    """Lines that may hold a legend: all but the headers themselves."""
    names = sources_of(band.line for header in headers for band in header.bands)
    return [line for line in view.lines if names.isdisjoint(line.origins)]


def read_table(view: View, header: DayHeader, headers: list[DayHeader], legend: Legend, result: LayoutResult) -> int:
    """Read one table into `result`; returns how many cells it has."""
    below = [other.v0 for other in headers if other.v0 > header.v1 + view.size and _share_columns(view, header, other)]
    v_end = min(below, default=max((view.rect(line).y1 for line in view.lines), default=header.v1) + view.size)
    set_day_bands(view, header, v_end)
    whole, view = view, without_repeated(view, header)
    result.use(line for line in whole.lines if line not in view.lines)
    if split_weeks(view, header) or split_groups(view, header):
        set_day_bands(view, header, v_end)
    bands = find_time_bands(view, header, v_end, Legend())
    labelled = find_time_bands(view, header, v_end, legend) if legend.times else []
    if _worth(view, header, labelled) > _worth(view, header, bands):
        bands = labelled
        result.use(legend.lines.values())
    # A scale is drawn across the days' columns, however few blocks stand on it.
    scale = all(band.source == "drawn" for band in bands)
    rows = [] if len(bands) < 2 or (not scale and _filled(view, header, bands) < 0.4) else bands
    own_times = not rows or _timed_inside(view, header, rows, v_end)
    bands = _one_band(view, header, v_end) if own_times else rows
    found, taken = _find_cells(view, header, bands)
    if own_times and sum(bool(item.place.cell.spans) for item in found) < max(4, 0.6 * len(found)):
        # Neither the rows nor the cells say when they are.
        bands = rows or untimed_rows(view, header, v_end)
        if not bands:
            return 0
        found, taken = _find_cells(view, header, bands)
    # A stacked name is many lines, all of which were understood.
    named = [band.line.rect for band in header.bands]
    result.use(line for line in view.lines if any(rect.contains(line.rect.cx, line.rect.cy) for rect in named))
    result.use([*(band.line for band in header.bands), *header.below, *(line for band in bands for line in band.lines)])
    result.use(line for item in found for line in item.region.lines)
    found = [item for item in found if not item.place.cell.free]
    # A teacher's plan names classes in its cells.
    classes = 2 * sum(is_class(item.place.cell.name) for item in found) < len(found)
    found = [item for item in found if not _heads_row(view, item, header, bands, classes=classes)]
    pair_weeks(found)
    pair_groups(found)
    place_times([item.place for item in found], bands, view.size, view.rect)
    for item in spread_routine(found, header.bands, taken):
        result.drafts.extend(drafts_of(view, header.bands, item))
    if found:
        result.warnings.extend(implied_day(day) for day in header.implied)
    result.drafts.extend(_label_rows(view, header.bands, bands, found))
    area = view.back(Rect(header.u0, header.v0, header.u1, bands[-1].hi))
    for band in bands:
        for line in band.lines:
            area = area.union(line.rect)
    result.area = area if result.area is None else result.area.union(area)
    return len(found)


def _timed_inside(view: View, header: DayHeader, bands: list[TimeBand], v_end: float) -> bool:
    """Whether the rows print no time, but their cells do: more than one range a day."""
    if any(band.source in ("header", "next", "drawn") for band in bands):
        return False
    inside = (line for line in view.lines if header.u0 < view.rect(line).cx < header.u1)
    texts = [line.text for line in inside if header.v1 < view.rect(line).cy < v_end]
    return sum(any(span.end for span in find_times(text)) for text in texts) > len(header.bands)


def _find_cells(view: View, header: DayHeader, bands: list[TimeBand]) -> tuple[list[Found], set[tuple[int, int, int]]]:
    """The table's cells with what they say, free ones too, and the places (day, first and last band) of these."""
    # The columns are looked for again with the table's real end: a legend below it has rules of its own.
    set_day_bands(view, header, bands[-1].hi)
    table = Table(view, header.bands, bands)
    body = [
        line
        for line in view.lines
        if header.u0 <= view.rect(line).cx <= header.u1 and bands[0].lo <= view.rect(line).cy <= bands[-1].hi
    ]
    words = page_words(view.lines)
    regions = part_repeated(view, find_regions(table, body), bands)
    regions = with_headed_fields(view, header.bands, with_their_rest(regions, bands))
    regions = with_their_fields(regions, view.size)
    regions = with_their_times(regions, view.size)
    regions = with_their_notes(regions, view.size)
    regions = _by_time(view, regions)
    parts = [
        (region, lane, week, lines)
        for region, lane in part_parallel(regions, view.size)
        for week, lines in by_week(region.lines)
    ]
    cells = read_cells([(lines, view.back(region.rect)) for region, _, _, lines in parts], words)
    found: list[Found] = []
    for (region, lane, week, _), cell in zip(parts, cells, strict=True):
        place = Place(region.days, region.rect.y0, region.rect.y1, region.first, region.last, cell)
        found.append(Found(place, region, week, lane))
    # Before free cells are left out: an "X" may be the last letter of "RELAX".
    spell_words(found, len(header.bands))
    taken = {
        (day, item.region.first, item.region.last) for item in found if item.place.cell.free for day in item.region.days
    }
    return found, taken


def _heads_row(view: View, item: Found, header: DayHeader, bands: list[TimeBand], *, classes: bool) -> bool:
    """Whether a cell without a time says whose the lessons beside it are: a day's name, or a class's."""
    if bands[item.place.first].start is not None or item.place.cell.spans:
        return False
    days = {header.bands[index].day for index in item.place.days}
    return one_day(item.place.cell.name, view.spoken) in days or (classes and is_class(item.place.cell.name))


def _share_columns(view: View, one: DayHeader, other: DayHeader) -> bool:
    """Whether the names of two headers stand under each other: a small calendar beside a table is not the end of it."""
    (a0, a1), (b0, b1) = (
        (view.rect(each.bands[0].line).x0, view.rect(each.bands[-1].line).x1) for each in (one, other)
    )
    return min(a1, b1) > max(a0, b0)


def _by_time(view: View, regions: list[Region]) -> list[Region]:
    """The regions, those of several blocks in their parts: each from its times to the next one's."""
    out: list[Region] = []
    for region in regions:
        parts = [region.lines] if view.turned else by_time(region.lines)
        if len(parts) < 2:
            out.append(region)
            continue
        begins = [min(view.rect(line).y0 for line in part) for part in parts[1:]]
        tops = [region.rect.y0, *begins, region.rect.y1]
        out.extend(
            replace(region, rect=replace(region.rect, y0=y0, y1=y1), lines=part, certainty=min(region.certainty, 0.9))
            for part, (y0, y1) in zip(parts, pairwise(tops), strict=True)
        )
    return out


def _one_band(view: View, header: DayHeader, v_end: float) -> list[TimeBand]:
    """All of a table whose times stand in its cells: one band, down to the last separator that runs across it."""
    lo = header.v1
    across = [rail.at for rail in view.v_rails if rail.at > lo + 2 * view.size]
    across = sorted(at for at in across if view.v_cut(at, header.u0, header.u1, 0.2 * view.size) > 0.3)
    ends = [at for at in across if at < v_end + 2 * view.size]
    above = [rail.at for rail in view.v_rails if lo - 0.3 * view.size < rail.at < lo + 2 * view.size]
    return [TimeBand(min(above, default=lo), max(ends, default=v_end))]


def _worth(view: View, header: DayHeader, bands: list[TimeBand]) -> float:
    return _filled(view, header, bands) * sum(band.start is not None for band in bands)


def _filled(view: View, header: DayHeader, bands: list[TimeBand]) -> float:
    """Share of the labelled bands with text in some day's column: a legend beside the table has none."""
    labelled = [band for band in bands if band.lines]
    if not labelled:
        return 0.0
    rects = [view.rect(line) for line in view.lines]
    rects = [rect for rect in rects if header.u0 <= rect.cx <= header.u1]
    return sum(any(min(r.y1, b.hi) > max(r.y0, b.lo) for r in rects) for b in labelled) / len(labelled)


def _label_rows(view: View, days: list[DayBand], bands: list[TimeBand], found: list[Found]) -> list[BlockDraft]:
    """Rows whose name stands in the time header and whose cells are empty ("Lunch 12:00-12:45"): it is every day's."""
    out: list[BlockDraft] = []
    for index, band in enumerate(bands):
        if band.start is None or not is_weekly(band.label) or is_free(band.label):
            continue
        if any(item.region.first <= index <= item.region.last for item in found):
            continue
        out.extend(
            BlockDraft(
                day=day.day,
                name=band.label,
                rect=view.back(Rect(day.lo, band.lo, day.hi, band.hi)),
                lines=[*band.lines, day.line],
                start=band.start,
                end=band.end,
                source=band.source,
                week=day.week,
                cycle=day.cycle,
                weekday=day.weekday,
                certainty=0.9,
            )
            for day in days
            if not day.every
        )
    return out
