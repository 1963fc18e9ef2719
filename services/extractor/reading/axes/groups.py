"""Several classes within each day: their names in the row next to the days' names, the same for every day."""

from collections import Counter
from dataclasses import replace

from services.extractor.reading.axes.series import DayBand, DayHeader
from services.extractor.reading.axes.view import View
from services.extractor.reading.axes.weeks import next_row
from services.extractor.reading.lexicon.classes import is_class, is_year
from services.extractor.reading.lexicon.labels import is_period
from services.extractor.reading.lexicon.times import find_times
from services.extractor.reading.model import Line

_MOST = 0.6
"""Of the days: on how many a class's name stands."""
_FEWEST = 2
"""Classes of such a table."""
_LONGEST = 24
"""Letters of a class's name, at most."""


def split_groups(view: View, header: DayHeader) -> bool:
    """Make a band for each class of each day of a header, where the row next to the names says the same few names in
    every day, and no time or period stands over that row: it is no lesson's.

    Names that are no classes' ("Lab", "Team") only leave the table.

    Args:
        header: its bands are set; those of the classes stand where their names do and are yet to be set.

    Returns:
        Whether the header has changed.
    """
    days = [band for band in header.bands if not band.every]
    row = [line for line in next_row(view, header) if len(line.text) <= _LONGEST]
    named = {
        id(band): _with_words([line for line in row if band.lo <= view.rect(line).cx < band.hi], view) for band in days
    }
    row = [line for lines in named.values() for line in lines]
    # The fullest day first, which has them in their order.
    fullest = sorted(named.values(), key=len, reverse=True)
    counts = Counter(name for lines in fullest for name in dict.fromkeys(line.text.strip() for line in lines))
    names = [name for name, count in counts.items() if count >= max(2, _MOST * len(days))]
    of_group = [line for line in row if line.text.strip() in names]
    if (
        len(names) < _FEWEST
        or any(map(find_times, names))
        or len(of_group) < _MOST * len(row)
        or len(of_group) < _MOST * len(names) * len(days)
    ):
        return False
    if any(len({line.text for line in lines}) < len(lines) for lines in named.values()) or _timed(view, header, row):
        return False
    header.below.extend(of_group)
    header.v1 = max(header.v1, *(view.rect(line).y1 for line in of_group))
    if not all(is_class(name) or is_year(name) or is_period(name) or len(name) == 1 for name in names):
        return False
    bands: list[DayBand] = []
    for band in header.bands:
        if band.every:
            bands.append(band)
            continue
        own = {line.text.strip(): line for line in named[id(band)]}
        for at, name in enumerate(names):
            middle = band.lo + (at + 0.5) / len(names) * (band.hi - band.lo)
            model = view.rect(of_group[0])
            rect = replace(model, x0=middle - model.width / 2, x1=middle + model.width / 2)
            place = view.rect(own[name]) if name in own else rect
            bands.append(replace(band, line=replace(band.line, rect=view.back(place)), group=name))
    header.bands = sorted(bands, key=lambda band: view.rect(band.line).cx)
    return True


def _with_words(row: list[Line], view: View) -> list[Line]:
    """A day's names, a word that all of them have on a line of its own ("1st" over "Year") put to each."""
    row = sorted(row, key=lambda line: view.rect(line).cx)
    first, second = row[::2], row[1::2]
    if len(first) != len(second) or len(first) < _FEWEST:
        return row
    if all(len({line.text for line in lines}) > 1 for lines in (first, second)):
        return row
    return [a.joined(b, f"{a.text} {b.text}") for a, b in zip(first, second, strict=True)]


def _timed(view: View, header: DayHeader, row: list[Line]) -> bool:
    """Whether a time or a period stands over a row of names."""
    lo, hi = min(view.rect(line).y0 for line in row), max(view.rect(line).y1 for line in row)
    over = [line for line in view.lines if view.rect(line).cx < header.u0 and header.v1 < view.rect(line).cy]
    over = [line for line in over if find_times(line.text) or is_period(line.text)]
    return any(min(view.rect(line).y1, hi) > max(view.rect(line).y0, lo) for line in over)
