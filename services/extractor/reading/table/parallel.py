"""Cells of several lessons: at once, in rows of text that all have the columns of a lesson in a cell of its own; or one
after the other, which say the same in each of the table's rows."""

import re
from collections import Counter
from dataclasses import replace

from services.extractor.reading.axes.bands import TimeBand
from services.extractor.reading.axes.view import View
from services.extractor.reading.evidence.order import in_reading_order
from services.extractor.reading.model import Line
from services.extractor.reading.table.pieces import band_at
from services.extractor.reading.table.regions import Region

_FEWEST = 2
"""Texts of a lesson's row, and cells that have just one such row, at least."""
_CELLS, _MOST = 3, 0.6
"""Cells whose rows are all written in one way, at least, and their share of those with several rows."""
_OF_GROUP = re.compile(r"[A-Z][A-Z\d-]{0,6}\s?\([A-Z\d]{1,4}\)(?:[\s_-]?[A-Z]?\d{1,2})?")
"""A lesson's code with its kind or group ("WEL(PR)_S1", "MC(B2)")."""
_ROOM_LAST = re.compile(r"[,;]\s*(?=\S*\d)[A-Z]{0,3}\d?[\w.-]{1,7}$")
_ALIGNED = 1.0
"""Text heights by which the texts of one column begin apart at most."""

Lane = tuple[float, float]


def part_parallel(regions: list[Region], size: float) -> list[tuple[Region, Lane | None]]:
    """Each cell, or each of the lessons in it with its place among them; all last as long as the cell.

    Args:
        regions: a table's cells.
        size: height of its text.
    """
    rows = [in_reading_order(region.lines) for region in regions]
    single = Counter(len(each[0]) for each in rows if len(each) == 1)
    usual = {count for count, cells in single.items() if min(count, cells) >= _FEWEST}
    forms = [{_form(row) for row in each} if len(each) > 1 else {""} for each in rows]
    of_one_form = sum(len(each) == 1 and "" not in each for each in forms)
    listed = of_one_form >= max(_CELLS, _MOST * sum(len(each) > 1 for each in rows))
    out: list[tuple[Region, Lane | None]] = []
    for region, each, form in zip(regions, rows, forms, strict=True):
        aligned = len(each) > 1 and len(each[0]) in usual and all(_alike(each[0], row, size) for row in each[1:])
        if aligned or (listed and len(form) == 1 and "" not in form):
            out.extend((replace(region, lines=row), (at, at + 1)) for at, row in enumerate(each))
        else:
            out.append((region, None))
    return out


def _form(row: list[Line]) -> str:
    """How a lesson that fills a row of its own is written: with a room's code behind the last comma, or as a code
    with its group; empty for any other text, which may be a part of a lesson's."""
    text = " ".join(line.text for line in row).strip()
    if _ROOM_LAST.search(text):
        return ","
    return "(" if _OF_GROUP.fullmatch(text) else ""


def part_repeated(view: View, regions: list[Region], bands: list[TimeBand]) -> list[Region]:
    """The cells, one over several rows that says the same in each of them as a lesson of each."""
    spans = [(band.lo, band.hi) for band in bands]
    out: list[Region] = []
    for region in regions:
        rows: dict[int, list[Line]] = {at: [] for at in range(region.first, region.last + 1)}
        for line in region.lines:
            rows.setdefault(band_at(spans, view.rect(line).cy), []).append(line)
        said = {tuple(sorted(line.text.casefold() for line in lines)) for lines in rows.values()}
        # A break's letters, one a row, are alike as well.
        words = all(len(text) > 1 for texts in said for text in texts)
        if len(rows) < 2 or len(said) > 1 or not words:
            out.append(region)
            continue
        for at, lines in rows.items():
            rect = replace(region.rect, y0=max(region.rect.y0, spans[at][0]), y1=min(region.rect.y1, spans[at][1]))
            out.append(replace(region, rect=rect, first=at, last=at, lines=lines))
    return out


def _alike(one: list[Line], other: list[Line], size: float) -> bool:
    """Whether two rows have as many texts, which begin under each other."""
    return len(one) == len(other) and all(
        abs(a.rect.x0 - b.rect.x0) < _ALIGNED * size for a, b in zip(one, other, strict=True)
    )
