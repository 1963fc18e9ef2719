"""Cells of several lessons: at once, in rows of text that all have the columns of a lesson in a cell of its own; or one
after the other, which say the same in each of the table's rows."""

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
    out: list[tuple[Region, Lane | None]] = []
    for region, each in zip(regions, rows, strict=True):
        if len(each) > 1 and len(each[0]) in usual and all(_alike(each[0], row, size) for row in each[1:]):
            out.extend((replace(region, lines=row), (at, at + 1)) for at, row in enumerate(each))
        else:
            out.append((region, None))
    return out


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
