"""Returns each cell its times: those printed in it, else its header's, else its place in the drawing."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from services.extractor.reading.axes.bands import TimeBand
from services.extractor.reading.cell.cells import CellText
from services.extractor.reading.lexicon.times import Clock, Span, find_times, resolve
from services.extractor.reading.model import Line, Rect
from services.extractor.reading.table.time_scale import find_time_scale, printed_scale
from shared.messages import TimeSource

_EVEN = 1.25
"""How far a row's height for each minute is from the usual where it is drawn to scale."""
_MOSTLY = 0.8
"""Of a table's rows: how many of them are drawn to scale, and how many meet in time; the others hold breaks."""
_QUARTER = 15
"""Minutes: what a cell that ends within a table's row ends at."""
_NEAR = 0.08
"""Of a row's length: how far its edge may be from there."""
_START_AND_END, _LONGEST = 2, 6 * 60
"""Times of a cell, and minutes that a lesson lasts at most."""
_ABOUT = 30
"""Minutes by which a card's own start may differ from where it is drawn, where its upper edge was not seen."""
STEP = 5
"""Minutes to which a time taken from the drawing is rounded: school days are planned in these."""


@dataclass(slots=True)
class Place:
    """A cell in its table. `lo` and `hi` are its edges along the times, `first` and `last` the bands it covers."""

    days: list[int]
    lo: float
    hi: float
    first: int
    last: int
    cell: CellText
    start: int | None = None
    end: int | None = None
    source: TimeSource | None = None
    certainty: float = 1.0


def place_times(places: list[Place], bands: list[TimeBand], size: float, rect_of: Callable[[Line], Rect]) -> None:
    """Set start, end and source of every place.

    A cell whose edges meet its bands' has their times. One that is divided unevenly has those its edges point at on the
    scale between the bands' times; on one that cells which print their own times lie on, however its labels stand, each
    has those its edges point at.
    """
    timed = [place for place in places if None not in (bands[place.first].start, bands[place.last].start)]
    proportional = _proportional(bands)
    for place in places:
        _header_times(place, bands, size, measured=proportional)
    marks = {clock.mark for band in bands for line in band.lines for clock in _clocks(line.text)}
    ranged = sum(band.source == "header" and band.end is not None for band in bands)
    points = [point for place in places for point in _printed_edges(place, marks)]
    # Rows that print their ends are no scale, though one day's cells that have times of their own are as high.
    scale = printed_scale(points) if 2 * ranged < len(bands) else None
    measured = places if scale is not None else timed
    # Ticks between the labels say where every part of an hour is, however unevenly it is drawn.
    if not any(band.source == "drawn" and not band.lines for band in bands[1:]):
        scale = scale or find_time_scale(bands, [edge for place in timed for edge in (place.lo, place.hi)], rect_of)
    for place in measured:
        if scale is not None:
            place.start, place.end = map(scale.planned, (place.lo, place.hi))
            place.source, place.certainty = "drawn", 0.95
    for place in places:
        _printed_times(place, marks)
    _fill_between(places)


def _printed_edges(place: Place, marks: set[str]) -> list[tuple[float, int]]:
    """A cell's edges along the times, each with the time that the cell prints for it."""
    spans = [span for span in place.cell.spans if _is_time(span, place, marks)]
    if len(spans) != 1:
        return []
    start, end = resolve(spans[0], near=place.start)
    return [(place.lo, start)] if end is None else [(place.lo, start), (place.hi, end)]


def _fill_between(places: list[Place]) -> None:
    """A cell without any time that stands right between two of the same days lasts from the one to the other."""
    for place in places:
        if place.start is not None or place.cell.spans:
            continue
        spans: set[tuple[int, int]] = set()
        for day in place.days:
            column = [other for other in places if day in other.days and other is not place]
            before = [other for other in column if other.hi <= place.lo + 1]
            after = [other for other in column if other.lo >= place.hi - 1]
            if before and after:
                end = max(before, key=lambda other: other.hi).end
                start = min(after, key=lambda other: other.lo).start
                if end is not None and start is not None and end < start:
                    spans.add((end, start))
        # Days that disagree say that the place is not what it seems.
        if len(spans) == 1:
            place.start, place.end = spans.pop()
            place.source, place.certainty = "next", 0.9


def _proportional(bands: list[TimeBand]) -> bool:
    """Whether rows follow each other without a gap of time and are as high as they are long, so that an edge within one
    is at a time. The rows of a plain table are cut for parallel groups, and only seem to end halfway."""
    timed = [(band, band.end - band.start) for band in bands if band.start is not None and band.end is not None]
    rates = [(band.hi - band.lo) / length for band, length in timed if length > 0]
    pairs = [one.end == other.start for (one, _), (other, _) in pairwise(timed)]
    usual = median(rates or [0.0])
    even = sum(usual / _EVEN < rate < usual * _EVEN for rate in rates)
    return len(rates) > 1 and even >= _MOSTLY * len(rates) and sum(pairs) >= _MOSTLY * len(pairs)


def _header_times(place: Place, bands: list[TimeBand], size: float, *, measured: bool) -> None:
    """Give a place the times of its rows, and where its edges are within these, what they are measured at.

    Args:
        measured: whether an edge within a table's row is at a time; on a scale it always is.
    """
    first, last = bands[place.first], bands[place.last]
    place.start, place.end = first.start, last.end
    place.source = first.source if first.source == last.source else last.source or first.source
    if first.start is None or last.end is None:
        place.end = last.end if last.start is not None else None
    if first.start is None or not (measured or "drawn" in (first.source, last.source)):
        return
    early = place.lo - first.lo
    # A last row whose end is not known is not measured by.
    late = last.hi - place.hi if last.end is not None else 0.0
    drawn = False
    if early > _slack(first, size) and (start := _on_scale(first, place.lo)) is not None:
        place.start, drawn = start, True
    if late > _slack(last, size) and (end := _on_scale(last, place.hi)) is not None:
        place.end, drawn = end, True
    # An edge a little inside the next band: too little of it to be covered, enough to be meant.
    before = bands[place.first - 1] if place.first else None
    after = bands[place.last + 1] if place.last + 1 < len(bands) else None
    if before and before.source == first.source and -early > _slack(before, size) and before.end == first.start:
        start = _on_scale(before, place.lo)
        place.start, drawn = (start, True) if start is not None else (place.start, drawn)
    if after and after.source == last.source and -late > _slack(after, size) and after.start == last.end:
        end = _on_scale(after, place.hi)
        place.end, drawn = (end, True) if end is not None else (place.end, drawn)
    if first.source == "drawn":
        # A scale is drawn to be measured; an uneven cell in a table may only be drawn unevenly.
        place.source, place.certainty = "drawn", 0.95
    elif drawn:
        place.source, place.certainty = "drawn", 0.75


def _slack(band: TimeBand, size: float) -> float:
    if band.source == "drawn":
        return 0.0  # a quarter of an hour on a scale is less than a text's height
    return max(0.7 * size, 0.12 * (band.hi - band.lo))


def _on_scale(band: TimeBand, at: float) -> int | None:
    """The time of a place in a band; null where the band has none, or in a table's row where it is not at a quarter."""
    if band.start is None or band.end is None:
        return None
    share = (at - band.lo) / max(1.0, band.hi - band.lo)
    time = band.start + share * (band.end - band.start)
    if band.source == "drawn":
        return round(time / STEP) * STEP
    quarter = round(time / _QUARTER) * _QUARTER
    return quarter if abs(time - quarter) <= max(STEP, _NEAR * (band.end - band.start)) else None


def _clocks(text: str) -> list[Clock]:
    return [clock for span in find_times(text) for clock in (span.start, span.end) if clock]


def _is_time(span: Span, place: Place, marks: set[str]) -> bool:
    """Whether what looks like a time in a cell is one; not if the header's say otherwise.

    A lone time in a note ("leaves 9.05 sharp") is no start, a lone "1.10" behind other text is a room's number where
    the header prints 13:00, and "5-6" are the periods of a lesson that its place puts at another time.
    """
    if span.end is None:
        if span.at[0] == 0:
            return True
        mentioned = place.start is not None and place.end is not None and span.at[0] > place.cell.opening
        return not mentioned and not (span.start.mark == "." and marks == {":"})
    if not (span.start.bare and span.end.bare) or place.start is None or place.end is None:
        return True
    return _agree(resolve(span, near=place.start), (place.start, place.end))


def _printed_times(place: Place, marks: set[str]) -> None:
    spans = [span for span in place.cell.spans if _is_time(span, place, marks)]
    if not spans:
        return
    span = next((each for each in spans if each.end is not None), spans[0])
    if span.end is None and len(spans) == 1 and place.start is not None and place.cell.name == "":
        return
    start, end = resolve(span, near=place.start)
    if end is None and place.start is not None and place.end is not None:
        # A card on a scale says when it begins and is drawn to its end; in a table's cell, a time may be anything's.
        if place.source == "drawn" and span.at[0] == 0 and abs(start - place.start) < _ABOUT and start < place.end:
            place.start, place.source = start, "printed"
        return
    if end is None and place.end is not None and place.end > start:
        end = place.end
    if end is None and len(spans) == _START_AND_END:
        # What stands between the two was not read.
        last, _ = resolve(spans[1], after=start)
        end = last if start < last <= start + _LONGEST else None
    header, scale = (place.start, place.end), place.source == "drawn"
    place.start, place.end, place.source = start, end, "printed"
    place.certainty = 1.0 if None in header or _agree((start, end), header) else 0.9
    pairs = ((start, header[0]), (end, header[1]))
    if scale and any(a is not None and b is not None and abs(a - b) > 2 * STEP for a, b in pairs):
        # Drawn to measure, the block ends elsewhere than its text says: one digit may be misread.
        place.certainty = min(place.certainty, 0.8)


def _agree(printed: tuple[int, int | None], header: tuple[int | None, int | None]) -> bool:
    """Whether a printed range overlaps the header's."""
    if header[0] is None or header[1] is None or printed[1] is None:
        return True
    return printed[0] < header[1] and header[0] < printed[1]
