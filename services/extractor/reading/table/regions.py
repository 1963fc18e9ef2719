"""The cells of a table as the picture shows them: pieces between separators and header boundaries, grown together.

Pieces join where nothing is drawn between them (union-find). A joined area is taken apart again at a header boundary
where the drawing cannot have been meant as one cell: it is no rectangle, it holds texts that each stand in their own
day's column, or the page draws no separators along that axis at all.
"""

import math
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

import numpy as np

from services.extractor.reading.evidence.order import joined
from services.extractor.reading.lexicon.words import is_aside, is_weekly
from services.extractor.reading.model import Line, Rect, united
from services.extractor.reading.table.lattice import FULL
from services.extractor.reading.table.pieces import SAME, Piece, Table, band_at

_LETTERS = 4
"""Of a word whose letters are read one by one."""
_ABOUT, _EXACT = 0.3, 0.1
"""Of a band, from its middle to that of a text in it."""
_ALIKE = 0.5
"""Of a text's height: by which the places where texts begin in their bands differ at most."""
_APART = 1.6
"""Times the step from letter to letter: the step to the next word's."""


@dataclass(slots=True)
class Region:
    """A cell: its rectangle in (u, v), the days and time bands it covers, its text."""

    rect: Rect
    days: list[int]
    first: int
    last: int
    lines: list[Line]
    certainty: float = 1.0


def find_regions(table: Table, body: list[Line]) -> list[Region]:
    """The table's cells that hold text, each with the days and bands it covers."""
    place: dict[Piece, list[Line]] = {}
    for line in body:
        place.setdefault(table.piece_of(line), []).append(line)
    areas = [(pieces, [line for piece in pieces for line in place.get(piece, [])]) for pieces in table.components()]
    out: list[Region] = []
    for pieces, lines in _with_their_patches(table, [area for area in areas if area[1]]):
        out.extend(_resolve(table, pieces, lines))
    return out


def _with_their_patches(
    table: Table, areas: list[tuple[list[Piece], list[Line]]]
) -> list[tuple[list[Piece], list[Line]]]:
    """The areas, each whole with the patch of colour in it that holds nothing but a room or a person."""
    whole = dict(enumerate(areas))
    hulls = [_hull(table, pieces) for pieces, _ in areas]
    for at, (pieces, lines) in enumerate(areas):
        if not is_aside(joined(lines)):
            continue
        patch = hulls[at]
        around = [
            host
            for host, hull in enumerate(hulls)
            if host != at and hull.contains(patch.x0, patch.y0) and hull.contains(patch.x1, patch.y1)
        ]
        hosts = [host for host in around if host in whole and _fills(table, [*areas[host][0], *pieces])]
        if len(hosts) == 1 and not is_aside(joined(areas[hosts[0]][1])):
            own, texts = whole[hosts[0]]
            whole[hosts[0]] = [*own, *pieces], [*texts, *lines]
            del whole[at]
    return list(whole.values())


def _resolve(table: Table, pieces: list[Piece], lines: list[Line]) -> list[Region]:
    """One region, or several where the pieces that grew together were never meant as one cell."""
    pieces = _of_one_colour(table, pieces, lines)
    days = sorted({table.day_of[i] for i, _ in pieces})
    bands = sorted({table.band_of[j] for _, j in pieces})
    rect = _hull(table, pieces)
    full = _fills(table, pieces)
    undrawn = [not table.band_drawn[band] for band in bands[:-1]]
    coloured = np.abs(table.colour(pieces[0]) - table.background).max() > SAME
    one = len(_groups([(table.view.rect(line), line) for line in lines], table.view.size)) == 1
    # A patch of colour over several bands is one cell, even where nothing is drawn between the bands anywhere. So is a
    # frame on a scale: a lunch of every day that the hour's line does not cross.
    if len(bands) > 1 and any(undrawn) and not (full and ((one and coloured) or _framed(table, rect))):
        slices = _by_band(table, pieces, lines, bands)
        if len(slices) > 1 or slices[0][2]:
            return [region for part, part_lines, _ in slices for region in _across(table, part, part_lines)]
    if len(days) > 1 and not full:
        return _weeklong(table, pieces, lines, bands) or _by_day(table, pieces, lines, days)
    if len(days) > 1 and (word := _spelt(table, lines)):
        return [_region(table, pieces, [word], 0.95)]
    if len(days) > 1:
        return _across(table, pieces, lines)
    if len(bands) > 1 and (parts := _stacked(table, pieces, lines, bands)):
        return parts
    return [_region(table, pieces, lines, 1.0 if full else 0.85)]


def _of_one_colour(table: Table, pieces: list[Piece], lines: list[Line]) -> list[Piece]:
    """The pieces without the blank ones beside a coloured block, where their common edge was too short to be seen."""
    own = table.piece_of(lines[0])
    if _fills(table, pieces) or own not in pieces:
        return pieces
    if np.abs(table.colour(own) - table.background).max() <= SAME:
        return pieces
    alike = [piece for piece in pieces if table.alike(piece, own)]
    block = next(part for part in table.components(alike) if own in part)
    inside = set(block)
    return block if all(table.piece_of(line) in inside for line in lines) else pieces


def _framed(table: Table, rect: Rect) -> bool:
    """Whether an area of a scale has ends of its own: they were drawn where its block begins and ends."""
    return all(b.source == "drawn" for b in table.bands) and table.vs[0] < rect.y0 and rect.y1 < table.vs[-1]


def _across(table: Table, pieces: list[Piece], lines: list[Line]) -> list[Region]:
    """An area over several days: one cell, or a cell a day with nothing drawn between them."""
    days = sorted({table.day_of[i] for i, _ in pieces})
    if len(days) == 1:
        return [_region(table, pieces, lines, 0.95)]
    view = table.view
    rects = [view.rect(line) for line in lines]
    inner = [table.days[day].hi for day in days[:-1]]
    margin = 0.5 * view.size
    crossing = [rect for rect in rects if any(rect.x0 < edge - margin and rect.x1 > edge + margin for edge in inner)]
    occupied = {band_at([(d.lo, d.hi) for d in table.days], rect.cx) for rect in rects}
    ruled = all(table.day_lined[day] for day in days[:-1])
    if not crossing and len(occupied) > 1:
        # Two lines of one cell stand on either side of a boundary that is ruled where it divides two cells.
        one = ruled and _crosses(table, pieces, lines)
        return [_region(table, pieces, lines, 0.95)] if one else _by_day(table, pieces, lines, days)
    if crossing and len(occupied) == 1:
        return [_region(table, pieces, lines, 0.97)]
    if crossing:
        # Text over a boundary beside text in other columns: without lines, each column keeps what is centred in it.
        lined = any(table.day_lined[day] for day in days[:-1])
        return [_region(table, pieces, lines, 0.9)] if lined else _by_day(table, pieces, lines, days)
    if ruled:
        return [_region(table, pieces, lines, 1.0)]
    text = " ".join(line.text for line in lines)
    coloured = np.abs(table.colour(pieces[0]) - table.background).max() > SAME
    if is_weekly(text) or coloured:
        return [_region(table, pieces, lines, 0.93)]
    day = table.days[occupied.pop()]
    centre = (min(rect.x0 for rect in rects) + max(rect.x1 for rect in rects)) / 2
    if abs(centre - _hull(table, pieces).cx) < 0.1 * (day.hi - day.lo) and (
        table.headed or abs(centre - (day.lo + day.hi) / 2) > 0.2 * (day.hi - day.lo)
    ):
        return [_region(table, pieces, lines, 0.97 if table.headed else 0.9)]
    return _by_day(table, pieces, lines, days)


def _crosses(table: Table, pieces: list[Piece], lines: list[Line]) -> bool:
    """Whether the lines of an area stand together in its middle, over a boundary of two days."""
    rects = [table.view.rect(line) for line in lines]
    lo, hi = min(rect.x0 for rect in rects), max(rect.x1 for rect in rects)
    hull = _hull(table, pieces)
    return hi - lo < 0.6 * hull.width and abs((lo + hi) / 2 - hull.cx) < 0.12 * hull.width


def _spelt(table: Table, lines: list[Line]) -> Line | None:
    """The letters of a cell over several days as a word: "R E C R E O" across the week, "B-R-E-A-K" down it.

    A gap that is much wider than those between letters is one between words.
    """
    rects = sorted(((table.view.rect(line), line) for line in lines), key=lambda item: item[0].cx)
    letters = [line.text.strip() for _, line in rects]
    straight = all(abs(rect.cy - rects[0][0].cy) < 0.5 * table.view.size for rect, _ in rects)
    if len(rects) < _LETTERS or not straight or any(len(letter) != 1 for letter in letters):
        return None
    steps = [b.cx - a.cx for (a, _), (b, _) in pairwise(rects)]
    usual = median(steps)
    if max(steps) > 4 * usual:
        return None
    apart = [" " if step > _APART * usual else "" for step in steps]
    word = "".join(letter + space for letter, space in zip(letters, [*apart, ""], strict=True))
    if any(letter.isalpha() for letter in word):
        word = word.replace("0", "O").replace("1", "I")
    return united([line for _, line in rects], word)


def _by_day(table: Table, pieces: list[Piece], lines: list[Line], days: list[int]) -> list[Region]:
    """Cut an area at the days' boundaries; what is drawn within a day's part still divides it."""
    out: list[Region] = []
    for day in days:
        for part in table.components([piece for piece in pieces if table.day_of[piece[0]] == day]):
            among = set(part)
            own = [line for line in lines if table.piece_of(line) in among]
            if own:
                bands = sorted({table.band_of[j] for _, j in part})
                stacked = _stacked(table, part, own, bands) if len(bands) > 1 else []
                out.extend(stacked or [_region(table, part, own, 0.93)])
    return out


def _weeklong(table: Table, pieces: list[Piece], lines: list[Line], bands: list[int]) -> list[Region]:
    """The regions of an area with a stretch over the whole week that grew together with cells beside it; else empty.

    A break's pale ground and a white cell next to it are easily alike in a photo. Where the page rules its days apart
    elsewhere, a stretch of one time without any such rule is one cell, if its text says that it is one of every day's.
    """
    every = set(range(len(table.days)))
    if len(bands) == 1 or not all(table.day_lined):
        return []
    out: list[Region] = []
    placed: set[int] = set()
    rest = list(pieces)
    for band in bands:
        strip = [piece for piece in pieces if table.band_of[piece[1]] == band]
        own = [line for line in lines if table.piece_of(line) in strip]
        whole = {table.day_of[i] for i, _ in strip} == every and _fills(table, strip)
        if whole and own and is_weekly(" ".join(line.text for line in own)) and len(table.components(strip)) == 1:
            out.append(_region(table, strip, own, 0.93))
            placed |= {line.id for line in own}
            rest = [piece for piece in rest if piece not in strip]
    if not out:
        return []
    for part in table.components(rest):
        others = [line for line in lines if line.id not in placed and table.piece_of(line) in part]
        if others:
            out.extend(_resolve(table, part, others))
    return out


def _fills(table: Table, pieces: list[Piece]) -> bool:
    """Whether pieces make up a rectangle."""
    return sum(table.piece_rect(piece).area for piece in pieces) >= FULL * _hull(table, pieces).area


def _by_band(
    table: Table, pieces: list[Piece], lines: list[Line], bands: list[int]
) -> list[tuple[list[Piece], list[Line], bool]]:
    """Split an area at the time boundaries the page does not draw; (pieces, lines, whether it was narrowed)."""
    spans = [(band.lo, band.hi) for band in table.bands]
    out = _doubles(table, pieces, lines, bands)
    placed = {line.id for _, own, _ in out for line in own}
    lines = [line for line in lines if line.id not in placed]
    runs: list[list[int]] = [[bands[0]]]
    for band in bands[1:]:
        if table.band_drawn[band - 1]:
            runs[-1].append(band)
        else:
            runs.append([band])
    for run in runs:
        part = [piece for piece in pieces if table.band_of[piece[1]] in run]
        own = [line for line in lines if band_at(spans, table.view.rect(line).cy) in run]
        if own:
            out.append((part, own, len(part) < len(pieces)))
    return out or [(pieces, lines, False)]


def _doubles(
    table: Table, pieces: list[Piece], lines: list[Line], bands: list[int]
) -> list[tuple[list[Piece], list[Line], bool]]:
    """Texts that stand on a boundary nothing is drawn on, with nothing else in either band: double lessons."""
    days = [(band.lo, band.hi) for band in table.days]
    out: list[tuple[list[Piece], list[Line], bool]] = []
    by_day: dict[int, list[tuple[Rect, Line]]] = {}
    for line in lines:
        rect = table.view.rect(line)
        by_day.setdefault(band_at(days, rect.cx), []).append((rect, line))
    for day, items in by_day.items():
        groups = _groups(items, table.view.size)
        middles = [sum(_extent(group)) / 2 for group in groups]
        for group, middle in zip(groups, middles, strict=True):
            for k in bands[:-1]:
                one, two = table.bands[k], table.bands[k + 1]
                near = abs(middle - one.hi) < 0.15 * min(one.hi - one.lo, two.hi - two.lo)
                alone = sum(one.lo <= other <= two.hi for other in middles) == 1
                if near and alone and not table.band_drawn[k]:
                    part = [(i, j) for i, j in pieces if table.day_of[i] == day and table.band_of[j] in (k, k + 1)]
                    out.append((part, [line for _, line in group], True))
    return out


def _stacked(table: Table, pieces: list[Piece], lines: list[Line], bands: list[int]) -> list[Region]:
    """Texts that each stand in the middle of their own time band, or all begin alike in theirs, in an area where only
    a change of colour could have divided them: one cell each. Empty if that is not so."""
    view = table.view
    spans = [(band.lo, band.hi) for band in table.bands]
    items = [(view.rect(line), line) for line in lines]
    groups = (_columns(items, spans, view.size) if view.turned else []) or _groups(items, view.size)
    if len(groups) < 2 or len(groups) > len(bands):
        return []
    begins = [lo - spans[band_at(spans, (lo + hi) / 2)][0] for lo, hi in map(_extent, groups)]
    alike = view.turned and max(begins) - min(begins) < _ALIKE * view.size
    within = math.inf if alike else _ABOUT
    if any(table.band_lined[band] for band in bands[:-1]):
        # A line is drawn between these bands somewhere. Still, no one cell's text stands in two columns' middles.
        if not view.turned or len(groups) < len(bands):
            return []
        within = math.inf if alike or _side_by_side(groups, spans, view.size) else _EXACT
    out: list[Region] = []
    seen: set[int] = set()
    for group in groups:
        centre = sum(_extent(group)) / 2
        band = band_at(spans, centre)
        lo, hi = spans[band]
        if band in seen or abs(centre - (lo + hi) / 2) > within * (hi - lo):
            return []
        seen.add(band)
        part = [piece for piece in pieces if table.band_of[piece[1]] == band]
        out.append(_region(table, part, [line for _, line in group], 0.85))
    return out


def _side_by_side(groups: list[list[tuple[Rect, Line]]], spans: list[tuple[float, float]], size: float) -> bool:
    """Whether texts stand far apart, each inside its own band, and one of them in its middle: no one cell's do."""
    extents = [_extent(group) for group in groups]
    apart = all(lo - hi > size for (_, hi), (lo, _) in pairwise(extents))
    middles = [abs((lo + hi) / 2 - sum(spans[band_at(spans, (lo + hi) / 2)]) / 2) for lo, hi in extents]
    widths = [spans[band_at(spans, (lo + hi) / 2)] for lo, hi in extents]
    return apart and any(off < _EXACT * (b - a) for off, (a, b) in zip(middles, widths, strict=True))


def _groups(items: list[tuple[Rect, Line]], size: float) -> list[list[tuple[Rect, Line]]]:
    items = sorted(items, key=lambda item: item[0].y0)
    groups: list[list[tuple[Rect, Line]]] = []
    for item in items:
        if groups and item[0].y0 - max(rect.y1 for rect, _ in groups[-1]) < 0.6 * size:
            groups[-1].append(item)
        else:
            groups.append([item])
    return groups


def _columns(
    items: list[tuple[Rect, Line]], spans: list[tuple[float, float]], size: float
) -> list[list[tuple[Rect, Line]]]:
    """Texts side by side by the column they stand in; none if one stands in two."""
    columns: dict[int, list[tuple[Rect, Line]]] = {}
    for rect, line in items:
        index = band_at(spans, rect.cy)
        lo, hi = spans[index]
        if rect.y0 < lo - _ALIKE * size or rect.y1 > hi + _ALIKE * size:
            return []
        columns.setdefault(index, []).append((rect, line))
    return [columns[index] for index in sorted(columns)]


def _extent(group: list[tuple[Rect, Line]]) -> tuple[float, float]:
    """Where texts begin and end along the time axis."""
    return min(rect.y0 for rect, _ in group), max(rect.y1 for rect, _ in group)


def _region(table: Table, pieces: list[Piece], lines: list[Line], certainty: float) -> Region:
    rect = _hull(table, pieces)
    columns, rows = [(d.lo, d.hi) for d in table.days], [(b.lo, b.hi) for b in table.bands]
    days = [i for i, (lo, hi) in enumerate(columns) if _covers(rect.x0, rect.x1, lo, hi)] or [band_at(columns, rect.cx)]
    bands = [i for i, (lo, hi) in enumerate(rows) if _covers(rect.y0, rect.y1, lo, hi)] or [band_at(rows, rect.cy)]
    return Region(rect, days, bands[0], bands[-1], lines, certainty)


def _covers(lo: float, hi: float, band_lo: float, band_hi: float) -> bool:
    """Whether lo..hi takes a good part of a band; a sliver over its edge is bad drawing, not a second hour."""
    overlap = min(hi, band_hi) - max(lo, band_lo)
    return overlap > 0.2 * (band_hi - band_lo)


def _hull(table: Table, pieces: list[Piece]) -> Rect:
    return Rect(
        table.us[min(i for i, _ in pieces)],
        table.vs[min(j for _, j in pieces)],
        table.us[max(i for i, _ in pieces) + 1],
        table.vs[max(j for _, j in pieces) + 1],
    )
