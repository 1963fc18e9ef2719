"""The cells that were found in a table: what one's label, neighbours or the legend say of it, and the blocks it is."""

from dataclasses import dataclass, replace

from services.extractor.reading.axes.series import DayBand
from services.extractor.reading.axes.view import View
from services.extractor.reading.lexicon.letter_spacing import spread_word
from services.extractor.reading.lexicon.words import is_group
from services.extractor.reading.model import BlockDraft, Rect
from services.extractor.reading.table.places import Place
from services.extractor.reading.table.regions import Region
from shared.messages import WeekLetter

LANE = 0.75
"""Of a day's column: a block narrower than this leaves room for another one beside it."""


@dataclass(slots=True)
class Found:
    place: Place
    region: Region
    week: WeekLetter | None = None
    """As the cell itself names it."""
    lane: tuple[float, float] | None = None
    """Beside the other groups at the same time."""


def pair_weeks(found: list[Found]) -> None:
    """Two halves of a cell that are labelled with week A and week B each last as long as the whole of it."""
    labelled = [item for item in found if item.week]
    for item in labelled:
        for other in labelled:
            same = item.place.days == other.place.days and item.region.first == other.region.first
            if same and item.region.last == other.region.last and item.week != other.week:
                lo, hi = min(item.place.lo, other.place.lo), max(item.place.hi, other.place.hi)
                item.place.lo, item.place.hi = lo, hi


def pair_groups(found: list[Found]) -> None:
    """Parts of a cell that are labelled with groups ("group 1", "group 2") are at the same time: all of the cell's."""
    cells: dict[tuple[tuple[int, ...], int, int], list[Found]] = {}
    for item in found:
        cells.setdefault((tuple(item.place.days), item.region.first, item.region.last), []).append(item)
    for parts in cells.values():
        if len(parts) > 1 and all(any(is_group(line.text) for line in item.region.lines) for item in parts):
            lo, hi = min(item.place.lo for item in parts), max(item.place.hi for item in parts)
            for at, item in enumerate(parts):
                item.place.lo, item.place.hi, item.lane = lo, hi, (at, at + 1)


def spell_words(found: list[Found], days: int) -> None:
    """Letters spread over the days of one row (B-R-E-A-K) are one word that holds for each of them."""
    rows: dict[tuple[int, int], list[Found]] = {}
    for item in found:
        # A letter with a room or a teacher is a subject's ("F", "E" in a plan of codes).
        if len(item.place.cell.name) == 1 and len(item.place.days) == 1 and not item.place.cell.notes:
            rows.setdefault((item.region.first, item.region.last), []).append(item)
    for row in rows.values():
        word = spread_word({item.place.days[0]: item.place.cell.name for item in row}, days)
        crosses = sum(item.place.cell.free for item in row)
        if word and crosses < 2:
            for item in row:
                item.place.cell.name = word


def spread_routine(found: list[Found], days: list[DayBand], free: set[tuple[int, int, int]]) -> list[Found]:
    """Give what stands under "Every day" to each day that has no entry of its own at that time.

    Args:
        free: (day, first band, last band) of cells that say they are free: entries, too.
    """
    every = {index for index, band in enumerate(days) if band.every}
    if not every:
        return found
    own = [item for item in found if not every & set(item.place.days)]
    out = list(own)
    for item in found:
        if not every & set(item.place.days):
            continue
        bands = set(range(item.region.first, item.region.last + 1))
        blocked = {day for day, first, last in free if bands & set(range(first, last + 1))}
        for other in own:
            if _overlap(item.place, other.place):
                blocked |= set(other.place.days)
        place = replace(item.place, days=[day for day in range(len(days)) if day not in blocked | every])
        place.certainty = min(place.certainty, 0.97)
        out.append(replace(item, place=place))
    return out


def _overlap(a: Place, b: Place) -> bool:
    if a.start is None or b.start is None:
        return a.first <= b.last and b.first <= a.last
    return a.start < (b.end or b.start + 1) and b.start < (a.end or a.start + 1)


def drafts_of(view: View, days: list[DayBand], item: Found) -> list[BlockDraft]:
    place, region = item.place, item.region
    out: list[BlockDraft] = []
    for index in place.days:
        band = days[index]
        rect = region.rect
        lane = item.lane
        if lane is None and len(place.days) == 1 and rect.width < LANE * (band.hi - band.lo):
            lane = (rect.x0, rect.x1)
        if len(place.days) > 1:
            # A cell of both weeks is each one's whole.
            own = [days[other] for other in place.days if days[other].day == band.day]
            rect = Rect(max(rect.x0, own[0].lo), rect.y0, min(rect.x1, own[-1].hi), rect.y1)
        out.append(
            BlockDraft(
                day=band.day,
                name=place.cell.name,
                rect=view.back(rect),
                lines=[*region.lines, band.line],
                start=place.start,
                end=place.end,
                source=place.source,
                notes=place.cell.notes,
                room=place.cell.room,
                teacher=place.cell.teacher,
                week=item.week or band.week,
                cycle=band.cycle,
                weekday=band.weekday,
                lane=lane,
                group=band.group,
                certainty=region.certainty * place.certainty * place.cell.chance,
                named=place.cell.chance,
            )
        )
    return out
