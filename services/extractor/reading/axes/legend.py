"""The legend elsewhere on the page that gives the times of the table's labels."""

from dataclasses import dataclass, field

from services.extractor.reading.lexicon.labels import label_key
from services.extractor.reading.lexicon.times import Span, find_times, resolve_all, without_times
from services.extractor.reading.model import Line

_BETWEEN = " ,;|·•"
"""What separates the entries of a legend on one line."""
_OVER = 2.5
"""Text heights from a time to the label above it, at most."""
MIN_COLUMN = 3
"""Labels that must stand under each other for a legend's column."""


@dataclass(slots=True)
class Legend:
    """Times by label."""

    times: dict[str, tuple[int, int | None]] = field(default_factory=dict)
    """Start and end, in minutes, by `label_key`."""
    lines: dict[int, Line] = field(default_factory=dict)
    """The tokens it stands on, by their ids."""


@dataclass(frozen=True, slots=True)
class _Entry:
    key: str
    span: Span
    line: Line
    label: Line | None = None


def find_legend(lines: list[Line]) -> Legend:
    """The page's legend: pairs of a label and a range beside each other, above each other or on one line.

    Args:
        lines: those that may hold the legend.
    """
    found: list[_Entry] = []
    for line in lines:
        if not line.upright:
            continue
        spans = [span for span in find_times(line.text) if span.end is not None]
        if not spans:
            # "Start" and "End" above such columns are no labels of theirs.
            parted, label = _with_end_beside(line, lines), _beside(line, lines)
            if parted and label and (key := label_key(label.text)):
                found.append(_Entry(key, parted, line, label))
            continue
        if any(letter.isalnum() for letter in without_times(line.text, spans)):
            start = 0
            for span in spans:
                text = line.text[start : span.at[0]].strip(_BETWEEN)
                # "Times: 1st lesson", "Period times: Reg": the legend's own heading.
                if key := label_key(text.rpartition(":")[2].strip() or text):
                    found.append(_Entry(key, span, line))
                start = span.at[1]
        elif (label := _beside(line, lines) or _above(line, lines)) and (key := label_key(label.text)):
            found.append(_Entry(key, spans[0], line, label))
    found = _in_columns(found)
    legend = Legend()
    for entry, times in zip(found, resolve_all([entry.span for entry in found]), strict=True):
        legend.times.setdefault(entry.key, times)
        legend.lines |= {line.id: line for line in (entry.line, entry.label) if line}
    return legend


def _with_end_beside(line: Line, lines: list[Line]) -> Span | None:
    """The range of a start that stands alone with the end in the column beside it."""
    start = find_times(line.text)
    right = [other for other in lines if other.rect.x0 >= line.rect.x1 and line.beside(other)]
    end = find_times(min(right, key=lambda other: other.rect.x0).text) if right else []
    if len(start) != 1 or len(end) != 1 or start[0].at != (0, len(line.text)) or end[0].end is not None:
        return None
    return Span(start[0].start, end[0].start, start[0].at)


def _in_columns(found: list[_Entry]) -> list[_Entry]:
    """The entries; where a legend's labels stand under each other, without those whose label stands elsewhere."""
    labels = [entry.label.rect for entry in found if entry.label]
    column = [rect for rect in labels if sum(rect.stacked(other, 0) for other in labels) >= MIN_COLUMN]
    return [
        entry
        for entry in found
        if not (column and entry.label) or any(entry.label.rect.stacked(other, 0) for other in column)
    ]


def _beside(line: Line, lines: list[Line]) -> Line | None:
    """The nearest text to the left on the same row."""
    row = [
        other
        for other in lines
        if other.id != line.id
        and other.upright
        and line.beside(other)
        and other.rect.x1 <= line.rect.x0 + line.size
        and not find_times(other.text)
    ]
    nearest = max(row, key=lambda other: other.rect.x1, default=None)
    return nearest if nearest and label_key(nearest.text) else None


def _above(line: Line, lines: list[Line]) -> Line | None:
    """The text right above it."""
    near = [
        other
        for other in lines
        if other.id != line.id
        and other.upright
        and abs(other.rect.cx - line.rect.cx) < max(line.rect.width, other.rect.width) / 2
        and 0 < line.rect.cy - other.rect.cy < _OVER * line.size
        and not find_times(other.text)
    ]
    nearest = max(near, key=lambda other: other.rect.cy, default=None)
    return nearest if nearest and label_key(nearest.text) else None
