"""The legend elsewhere on the page that gives the times of the table's labels."""

from dataclasses import dataclass, field, replace

from services.extractor.reading.lexicon.days import named_days, read_days
from services.extractor.reading.lexicon.labels import label_key, unnumbered
from services.extractor.reading.lexicon.times import Span, find_times, resolve_all, without_times
from services.extractor.reading.model import Line
from shared.messages import Day

_BETWEEN = " ,;|·•"
"""What separates the entries of a legend on one line."""
_BLOCK = 16.0
"""Text heights from a list's heading to its last entry, at most."""
_ROWS = 4.0
"""Text heights from one row of a legend's table to the next, at most."""
MIN_COLUMN = 3
"""Labels that must stand under each other for a legend's column."""


@dataclass(slots=True)
class Legend:
    """Times by label."""

    times: dict[str, tuple[int, int | None]] = field(default_factory=dict)
    """Start and end, in minutes, by `label_key`."""
    lines: dict[int, Line] = field(default_factory=dict)
    """The tokens it stands on, by their ids."""
    implied: set[str] = field(default_factory=set)
    """Keys whose number was not read; the entries before and after tell it."""
    by_day: dict[Day, dict[str, tuple[int, int | None]]] = field(default_factory=dict)
    """The times of days that have a row of their own in it ("Friday" below "Mon - Thu")."""

    def on(self, day: Day, start: int | None, end: int | None) -> tuple[int | None, int | None]:
        """A day's own times in place of those of most days, which `times` has."""
        own = self.by_day.get(day, {})
        known = [(self.times[key], own[key]) for key in own if key in self.times]
        starts = {usual[0]: its[0] for usual, its in known}
        ends = {usual[1]: its[1] for usual, its in known if its[1] is not None}
        return (starts.get(start, start) if start is not None else None), ends.get(end, end)


@dataclass(slots=True)
class _Entry:
    key: str | None
    """None where the label's number, or the label, was not read."""
    span: Span
    line: Line
    label: Line | None = None
    days: tuple[Day, ...] = ()
    """Those its row is for."""


def find_legend(lines: list[Line]) -> Legend:
    """The page's legend: pairs of a label and a range beside each other, above each other or on one line.

    Args:
        lines: those that may hold the legend.
    """
    found: list[_Entry] = []
    for line in lines:
        spans = [span for span in find_times(line.text) if span.end is not None]
        if not spans or not line.upright:
            continue
        if any(letter.isalnum() for letter in without_times(line.text, spans)):
            start = 0
            for span in spans:
                text = line.text[start : span.at[0]].strip(_BETWEEN)
                # "Times: 1st lesson", "Period times: Reg": the legend's own heading.
                text = text.rpartition(":")[2].strip() or text
                if key := label_key(text):
                    found.append(_Entry(None if unnumbered(text) else key, span, line))
                start = span.at[1]
            continue
        days = _days_of_row(line, lines)
        label = _heading(line, lines) if days else _beside(line, lines) or _above(line, lines)
        key = label_key(label.text) if label else None
        found.append(_Entry(None if label is None or unnumbered(label.text) else key, spans[0], line, label, days))
    found = _in_columns(found)
    _under_headings(found, lines)
    legend = Legend()
    resolved = resolve_all([entry.span for entry in found])
    # Where rows are for some days only, those of most days are everybody's but for the others.
    for entry, times in sorted(zip(found, resolved, strict=True), key=lambda item: -len(item[0].days)):
        if entry.key is not None:
            usual = legend.times.setdefault(entry.key, times)
            legend.lines |= {line.id: line for line in (entry.line, entry.label) if line}
            for day in entry.days if times != usual else ():
                legend.by_day.setdefault(day, {})[entry.key] = times
    for index, number in _implied([(times[0], entry.key) for entry, times in zip(found, resolved, strict=True)]):
        if str(number) not in legend.times:
            legend.times[str(number)] = resolved[index]
            legend.implied.add(str(number))
            legend.lines |= {line.id: line for line in (found[index].line, found[index].label) if line}
    return legend


def _in_columns(found: list[_Entry]) -> list[_Entry]:
    """The entries, less what only seems one.

    Where a legend's labels stand under each other, a text elsewhere is none of them: the entry's own was not read. A
    range without a label is an entry only in the column of others.
    """
    labelled = [(entry, entry.label) for entry in found if entry.label]
    column = [entry for entry, label in labelled if sum(_under(label, other) for _, other in labelled) >= MIN_COLUMN]
    for entry, label in labelled:
        if (
            len(column) >= MIN_COLUMN
            and entry not in column
            and not any(_under(label, other.label) for other in column)
        ):
            entry.key = entry.label = None
    return [
        entry
        for entry in found
        if entry.key is not None
        or (entry.label is not None or any(letter.isalpha() for letter in without_times(entry.line.text, [entry.span])))
        or sum(_under(entry.line, other.line) for other in column) >= MIN_COLUMN
    ]


def _under(line: Line, other: Line | None) -> bool:
    """Whether two lines stand in one column (a line does so with itself)."""
    return other is not None and min(line.rect.x1, other.rect.x1) - max(line.rect.x0, other.rect.x0) > 0


def _implied(entries: list[tuple[int, str | None]]) -> list[tuple[int, int]]:
    """The numbers that were not read, where just as many are missing as there are entries without one.

    Args:
        entries: start and key of each.

    Returns:
        Index of the entry and its number.
    """
    order = sorted(range(len(entries)), key=lambda index: entries[index][0])
    out: list[tuple[int, int]] = []
    before, blanks = 0, list[int]()
    for index in order:
        key = entries[index][1]
        if key is None:
            blanks.append(index)
        elif key.isdigit():
            missing = range(before + 1, int(key))
            if blanks and len(missing) == len(blanks):
                out.extend(zip(blanks, missing, strict=True))
            before, blanks = int(key), []
    if before >= 2:
        out.extend(zip(blanks, range(before + 1, before + 1 + len(blanks)), strict=True))
    return out


def _before(line: Line, lines: list[Line]) -> list[Line]:
    """What stands to the left on the same row, the nearest first."""
    row = [
        other
        for other in lines
        if other.id != line.id
        and other.upright
        and abs(other.rect.cy - line.rect.cy) < 0.6 * line.size
        and other.rect.x1 <= line.rect.x0 + line.size
    ]
    return sorted(row, key=lambda other: -other.rect.x1)


def _beside(line: Line, lines: list[Line]) -> Line | None:
    """The nearest text to the left on the same row."""
    nearest = next((other for other in _before(line, lines) if not find_times(other.text)), None)
    return nearest if nearest and label_key(nearest.text) else None


def _days_of_row(line: Line, lines: list[Line]) -> tuple[Day, ...]:
    """The days that the row of a time begins with ("Mon - Thu  8.30-9.25  9.25-10.20"), where a text heads the time."""
    row = _before(line, lines)
    read = read_days(row[-1].text) if row else None
    return read.days if read and _heading(line, lines) else ()


def _under_headings(found: list[_Entry], lines: list[Line]) -> None:
    """Give the entries of lists that are headed with days ("Late start Wednesday" beside "Mon, Tue, Thu, Fri") these.

    One such heading alone says nothing of the others: two and more make the difference.
    """
    headings = [
        (line, days) for line in lines if line.upright and not find_times(line.text) and (days := named_days(line.text))
    ]
    under: dict[int, list[_Entry]] = {}
    for entry in found:
        first = (entry.label or entry.line).rect
        above = [
            (line, days)
            for line, days in headings
            if line.rect.cy < first.cy
            and line.rect.x0 < first.x0 + 2 * line.size
            and line.rect.y1 > first.y0 - _BLOCK * line.size
        ]
        if above:
            lowest = max(line.rect.y1 for line, _ in above)
            row = [item for item in above if lowest - item[0].rect.y1 < item[0].size]
            heading, days = max(row, key=lambda item: item[0].rect.x0)
            under.setdefault(heading.id, []).append(replace(entry, days=days))
    groups = [entries for entries in under.values() if len(entries) >= MIN_COLUMN]
    if len(groups) < 2 or len({entries[0].days for entries in groups}) < len(groups):
        return
    for headed in (entry for entries in groups for entry in entries):
        for entry in found:
            if entry.line is headed.line and entry.span is headed.span and not entry.days:
                entry.days = headed.days


def _heading(line: Line, lines: list[Line]) -> Line | None:
    """The label at the head of a column of times."""
    column = [
        other
        for other in lines
        if other.upright
        and other.rect.cy < line.rect.cy
        and abs(other.rect.cx - line.rect.cx) < max(line.rect.width, other.rect.width) / 2
    ]
    before = line
    for other in sorted(column, key=lambda each: -each.rect.cy):
        if before.rect.cy - other.rect.cy > _ROWS * line.size:
            return None
        if not find_times(other.text):
            return other if label_key(other.text) else None
        before = other
    return None


def _above(line: Line, lines: list[Line]) -> Line | None:
    """The text right above it."""
    near = [
        other
        for other in lines
        if other.id != line.id
        and other.upright
        and abs(other.rect.cx - line.rect.cx) < max(line.rect.width, other.rect.width) / 2
        and 0 < line.rect.cy - other.rect.cy < 2.5 * line.size
        and not find_times(other.text)
    ]
    nearest = max(near, key=lambda other: other.rect.cy, default=None)
    return nearest if nearest and label_key(nearest.text) else None
