"""Finds the header of days in a page's text."""

import re
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from services.extractor.reading.bands import split_between
from services.extractor.reading.days import DayText, is_every_day, letter_days, read_days, week_named
from services.extractor.reading.letters import days_of_initials, stacked_days
from services.extractor.reading.model import Line, Rect
from services.extractor.reading.rules import Rail
from services.extractor.reading.view import View
from shared.messages import DAYS, Day

MAX_NAMES = 200
"""Texts that may name a day; a page of single letters (a word search) has many, and every pair is compared."""


@dataclass(slots=True)
class DayBand:
    """One day's column (in `u`)."""

    day: Day
    line: Line
    week: str | None = None
    lo: float = 0.0
    hi: float = 0.0
    every: bool = False
    """What stands here holds for every day that has no entry of its own."""


@dataclass(slots=True)
class DayHeader:
    """A row of day names."""

    bands: list[DayBand]
    v0: float
    v1: float

    @property
    def u0(self) -> float:
        return self.bands[0].lo

    @property
    def u1(self) -> float:
        return self.bands[-1].hi


def find_day_headers(view: View) -> list[DayHeader]:
    """Rows of at least two different days in the order of the week, the fullest first; bands are not set yet."""
    stacks, spelt = stacked_days(view.lines, view.size)
    found = [_Name(line, (day,), None) for line, day in stacks]
    for line in view.lines:
        if line.id in spelt:
            continue
        if read := read_days(line.text):
            found.extend(_apart(line, read, view))
        elif options := letter_days(line.text):
            found.append(_Name(line, options, None))
    headers = _runs(view, found[:MAX_NAMES])
    headers.sort(key=lambda header: -len(header.bands))
    taken: set[int] = set()
    weeks = [(line, week) for line in view.lines if (week := week_named(line.text))]
    out: list[DayHeader] = []
    for header in headers:
        ids = {band.line.id for band in header.bands}
        # A line taken apart gives several bands with one id.
        if not ids & taken or len(ids) == 1:
            out.append(header)
            taken |= ids
            _name_week(view, header, weeks)
            _add_unread(view, header)
            _add_routine(view, header)
    return out


UNREAD = 0.7
"""Score of a day whose name was not read and that only its place tells."""


def _add_unread(view: View, header: DayHeader) -> None:
    """Days whose names the OCR missed: where one is left out, or the week ends early though cells go on.

    Only in a header that is otherwise even, and only for days from Monday to Friday.
    """
    bands = header.bands
    order = [DAYS.index(band.day) for band in bands]
    middles = [view.rect(band.line).cx for band in bands]
    if len(bands) < 3 or len({band.line.id for band in bands}) < len(bands):
        return
    pitch = median([(b - a) / (j - i) for (a, i), (b, j) in pairwise(zip(middles, order, strict=True))])
    steps = [(b - a) / pitch / (j - i) for (a, i), (b, j) in pairwise(zip(middles, order, strict=True))]
    if pitch < 2 * view.size or max(steps) > 1.3:
        return
    first, last = order[0], order[-1]
    wanted = [day for day in range(first + 1, last) if day not in order]
    if last == 3 and first == 0 and _cells_at(view, header, middles[-1] + pitch, pitch):
        wanted.append(4)
    if first == 1 and last == 4 and _cells_at(view, header, middles[0] - pitch, pitch):
        wanted.append(0)
    for day in wanted:
        model = bands[0].line
        rect = view.rect(model)
        shift = middles[0] + (day - first) * pitch - rect.cx
        moved = view.back(replace(rect, x0=rect.x0 + shift, x1=rect.x1 + shift))
        line = replace(model, id=-1 - day, text="", confidence=UNREAD, rect=moved)
        bands.append(DayBand(DAYS[day], line, bands[0].week))
    bands.sort(key=lambda band: view.rect(band.line).cx)


def _cells_at(view: View, header: DayHeader, at: float, pitch: float) -> bool:
    """Whether texts stand where a further day's would, as many as a day has, and none in the header itself."""
    near = [view.rect(line) for line in view.lines if abs(view.rect(line).cx - at) < 0.35 * pitch]
    body = [rect for rect in near if rect.cy > header.v1]
    return len(body) >= 3 and not any(header.v0 <= rect.cy <= header.v1 for rect in near)


def _add_routine(view: View, header: DayHeader) -> None:
    """A column beside the days that says "Every day" is one of them."""
    for line in view.lines:
        if is_every_day(line.text) and any(_level(view.rect(line), view.rect(band.line)) for band in header.bands):
            header.bands.append(DayBand(header.bands[0].day, line, every=True))
            header.bands.sort(key=lambda band: view.rect(band.line).cx)
            return


@dataclass(frozen=True, slots=True)
class _Name:
    """A text that may name a day: one day, or those a single letter can stand for."""

    line: Line
    options: tuple[Day, ...]
    week: str | None


def _apart(line: Line, read: DayText, view: View) -> list[_Name]:
    """A line the OCR read across several columns ("Mon Tue Wed Thu Fri"), taken apart by its letters' places."""
    if len(read.days) == 1:
        return [_Name(line, read.days, read.week)]
    words = list(re.finditer(r"\S+", line.text))
    if len(read.days) < 3 or len(words) != len(read.days) or view.turned or not line.upright:
        return []
    out = []
    for word, day in zip(words, read.days, strict=True):
        step = line.rect.width / max(1, len(line.text))
        rect = replace(line.rect, x0=line.rect.x0 + word.start() * step, x1=line.rect.x0 + word.end() * step)
        out.append(_Name(replace(line, text=word.group(), rect=rect), (day,), read.week))
    return out


def _runs(view: View, found: list[_Name]) -> list[DayHeader]:
    """Names that stand level with each other and follow the week's order. Letters need more company than words."""
    headers = _initials(view, found)
    for seed in found:
        row = sorted(
            (item for item in found if _level(view.rect(seed.line), view.rect(item.line))),
            key=lambda item: view.rect(item.line).cx,
        )
        run: list[DayBand] = []
        for item in [*row, None]:
            after = DAYS.index(run[-1].day) if run else -1
            later = [day for day in item.options if DAYS.index(day) > after] if item else []
            if not later:
                letters = sum(len(band.line.text.strip(".")) == 1 for band in run)
                if len(run) >= 2 and len(run) - 0.5 * letters >= 2:
                    headers.append(_header(view, run))
                run = []
                later = list(item.options) if item else []
            if item and later:
                day = min(later, key=DAYS.index) if run else later[0]
                run.append(DayBand(day, item.line, item.week))
    return headers


def _initials(view: View, found: list[_Name]) -> list[DayHeader]:
    """Rows of initials that are a whole week in some language; one by one, each could be several days."""
    letters = [item for item in found if len(item.line.text.strip(".")) == 1]
    out: list[DayHeader] = []
    done: set[int] = set()
    for seed in letters:
        if seed.line.id in done:
            continue
        row = [item for item in letters if _level(view.rect(seed.line), view.rect(item.line))]
        row.sort(key=lambda item: view.rect(item.line).cx)
        done |= {item.line.id for item in row}
        if days := days_of_initials([item.line.text for item in row]):
            out.append(_header(view, [DayBand(day, item.line, item.week) for day, item in zip(days, row, strict=True)]))
    return out


def _name_week(view: View, header: DayHeader, weeks: list[tuple[Line, str]]) -> None:
    """A text such as "Week A" above (or, in a header down the side, before) the days holds for all of them."""
    rects = [view.rect(band.line) for band in header.bands]
    u0, u1 = rects[0].x0 - 3 * view.size, rects[-1].x1 + 3 * view.size
    best: tuple[float, str] | None = None
    for line, week in weeks:
        rect = view.rect(line)
        away = header.v0 - rect.cy
        level = -2 * view.size < away < 10 * view.size
        before = level and (u0 <= rect.cx <= u1 or (rect.cx < u0 and u0 - rect.cx < 12 * view.size))
        if before and (best is None or abs(away) < best[0]):
            best = (abs(away), week)
    for band in header.bands:
        band.week = band.week or (best[1] if best else None)


def _level(a: Rect, b: Rect) -> bool:
    overlap = min(a.y1, b.y1) - max(a.y0, b.y0)
    return overlap > 0.5 * min(a.height, b.height)


def _header(view: View, bands: list[DayBand]) -> DayHeader:
    rects = [view.rect(band.line) for band in bands]
    return DayHeader(bands, min(rect.y0 for rect in rects), max(rect.y1 for rect in rects))


def set_day_bands(view: View, header: DayHeader, v_end: float) -> None:
    """Find where each day's column begins and ends, down to `v_end`."""
    rects = [view.rect(band.line) for band in header.bands]
    size = view.size
    ids = {band.line.id for band in header.bands}
    body = [view.rect(line) for line in view.lines if line.id not in ids]
    body = [rect for rect in body if header.v1 <= rect.cy <= v_end and rect.cx > rects[0].x0 - 4 * size]

    def cut(rail: Rail) -> float:
        slack = (rail.hi - rail.lo) / 2
        return (view.u_cut(rail.at, header.v0, header.v1, slack) + 2 * view.u_cut(rail.at, header.v1, v_end, slack)) / 2

    spans = split_between(
        [(rect.x0, rect.x1) for rect in rects],
        view.u_rails,
        cut,
        size=size,
        starts=[rect.x0 for rect in body],
        centres=[rect.cx for rect in body],
    )
    for band, (lo, hi) in zip(header.bands, spans, strict=True):
        band.lo, band.hi = lo, hi
