"""Two weeks beside each other within each day: "A" and "B" in the row next to the days' names."""

import re
from dataclasses import replace

from services.extractor.reading.axes.series import DayBand, DayHeader
from services.extractor.reading.axes.view import View
from services.extractor.reading.lexicon.days import turn, week_named
from services.extractor.reading.lexicon.words import heads_groups
from services.extractor.reading.model import Line
from shared.messages import WeekLetter

_MOST = 0.6
"""Of the days: how many must have both weeks' names."""
_LETTER = re.compile(r"[(\[]?([AB12])[)\].:]?")
"""A week's name beside the other one's."""


def split_weeks(view: View, header: DayHeader) -> bool:
    """Make two bands of each day of a header, one a week, if the row next to the names says "A", "B" in each of them.

    Args:
        header: its bands are set; those of the weeks stand where their names do and are yet to be set.

    Returns:
        Whether the header has changed.
    """
    row = next_row(view, header)
    named = [(line, week) for line in row if (week := _week(line.text))]
    days = [band for band in header.bands if not band.every]
    pairs = [pair for band in days if (pair := _pair(view, band, named))]
    if len(pairs) < max(2, _MOST * len(days)) or len(named) < _MOST * len(row):
        return False
    weeks = [week for _, week in pairs[0]]
    if all(line.text.strip().isdecimal() for line, _ in named) and _of_groups(view, header, row):
        return False
    if any([week for _, week in pair] != weeks for pair in pairs):
        return False
    first = view.rect(pairs[0][0][0])
    bands: list[DayBand] = []
    for band in header.bands:
        if band.every:
            bands.append(band)
            continue
        pair = _pair(view, band, named)
        for half, week in enumerate(weeks):
            middle = band.lo + (0.25 + 0.5 * half) * (band.hi - band.lo)
            rect = replace(first, x0=middle - first.width / 2, x1=middle + first.width / 2)
            # The day's own line, which tells how sure the day is, at the place of its week.
            place = view.rect(pair[half][0]) if pair else rect
            bands.append(replace(band, line=replace(band.line, rect=view.back(place)), week=week))
    header.bands = bands
    header.below.extend(line for line, _ in named)
    header.v1 = max(header.v1, *(view.rect(line).y1 for line, _ in named))
    return True


def next_row(view: View, header: DayHeader) -> list[Line]:
    """The texts nearest to the days' names on the side of the cells."""
    below = [
        line for line in view.lines if header.u0 <= view.rect(line).cx <= header.u1 and view.rect(line).cy > header.v1
    ]
    nearest = min(below, key=lambda line: view.rect(line).cy, default=None)
    return [line for line in below if nearest and view.rect(line).level(view.rect(nearest))]


def _of_groups(view: View, header: DayHeader, row: list[Line]) -> bool:
    """Whether the head of a row of numbers says that they are groups'."""
    heads = [line for line in view.lines if view.rect(line).cx < header.u0]
    return any(heads_groups(line.text) and view.rect(line).level(view.rect(row[0]), 0) for line in heads)


def _week(text: str) -> WeekLetter | None:
    """The week that a text names, be it with a letter or a number alone."""
    letter = _LETTER.fullmatch(text.strip())
    return turn(letter[1]) if letter else week_named(text)


def _pair(view: View, band: DayBand, named: list[tuple[Line, WeekLetter]]) -> list[tuple[Line, WeekLetter]]:
    """The names of both weeks within a day, in their order; empty if there are not just these two."""
    own = sorted(
        (item for item in named if band.lo <= view.rect(item[0]).cx < band.hi), key=lambda item: view.rect(item[0]).cx
    )
    return own if len(own) == 2 and own[0][1] != own[1][1] else []
