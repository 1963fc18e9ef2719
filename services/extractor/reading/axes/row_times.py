"""What each row of a header of times says: as printed, by a legend, or by its neighbours."""

from itertools import pairwise

from services.extractor.reading.axes.bands import TimeBand
from services.extractor.reading.axes.legend import Legend
from services.extractor.reading.evidence.order import in_reading_order
from services.extractor.reading.lexicon.labels import is_period, label_key
from services.extractor.reading.lexicon.times import HOUR, Span, find_times, resolve_all, without_times
from services.extractor.reading.model import HALF

MEETING = 3
"""Rows that end when the next begins: what such a header looks like."""
_HOURLY = 4
"""Starts that follow each other by an hour, at least."""


def read_printed(bands: list[TimeBand]) -> None:
    """Set each band's label, and its times where its text says them."""
    timed: list[tuple[TimeBand, Span]] = []
    for band in bands:
        text = " ".join(line.text for row in in_reading_order(band.lines) for line in row) if band.lines else ""
        spans = find_times(text)
        if not spans and (alone := next((line.text for line in band.lines if find_times(line.text)), None)):
            # "B" over "8 to 9": a spreadsheet's column, and hours that are a time only alone.
            text, spans = alone, find_times(alone)
        band.label = without_times(text, spans)
        if len(spans) == 2 and all(span.end is None for span in spans):
            spans = [Span(spans[0].start, spans[1].start, (spans[0].at[0], spans[1].at[1]))]
        if spans:
            timed.append((band, next((span for span in spans if span.end is not None), spans[0])))
    for (band, _), (start, end) in zip(timed, resolve_all([span for _, span in timed]), strict=True):
        band.start, band.end, band.source = start, end, "header"


def explain(bands: list[TimeBand], legend: Legend) -> None:
    """Set the times of bands that print none, from the legend or their neighbours."""
    for band in bands:
        key = label_key(band.label)
        if band.start is None and key in legend.times:
            (band.start, band.end), band.source = legend.times[key], "legend"
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
    end_last_hour(bands)


def end_last_hour(bands: list[TimeBand]) -> None:
    """Where a table has a start for every hour, the last one lasts an hour as well."""
    starts = [band.start for band in bands if band.start is not None]
    ranged = any(band.end is not None and band.source != "next" for band in bands)
    if len(starts) < max(_HOURLY, len(bands)) or ranged:
        return
    last = bands[-1]
    hourly = all(after - start == HOUR for start, after in pairwise(starts))
    if hourly and last.start is not None and last.end is None:
        last.end, last.source = last.start + HOUR, "next"


def without_gaps(bands: list[TimeBand]) -> list[TimeBand]:
    """The rows, one that has no label and no time left, between two that meet, as a part of the first."""
    out = bands[:1]
    for band, after in zip(bands[1:], [*bands[2:], None], strict=False):
        last = out[-1]
        if after and not band.lines and last.end is not None and last.end == after.start:
            last.hi = band.hi
        else:
            out.append(band)
    return out


def with_their_rest(bands: list[TimeBand]) -> list[TimeBand]:
    """The rows of a header of starts alone, most of them with those without a label below them, which go on from it."""
    timed = [band for band in bands if band.start is not None]
    if len(timed) < MEETING or any(band.end is not None for band in timed):
        return bands
    followed = sum(one.start is not None and other.start is None for one, other in pairwise(bands))
    if followed < HALF * len(timed) or any(is_period(band.label) for band in bands if band.start is None):
        return bands
    out: list[TimeBand] = []
    for band in bands:
        if band.start is None and out:
            out[-1].hi, out[-1].several = band.hi, True
            out[-1].lines = [*out[-1].lines, *band.lines]
        else:
            out.append(band)
    return out
