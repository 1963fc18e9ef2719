"""Takes a cell's lines apart that hold several entries: one for each week, or one for each time."""

import re
from dataclasses import replace
from itertools import pairwise

from services.extractor.reading.evidence.order import in_reading_order
from services.extractor.reading.lexicon.days import turn
from services.extractor.reading.lexicon.times import Span, find_times, resolve_all, without_times
from services.extractor.reading.model import Line
from shared.messages import WeekLetter

_OF_WEEK = re.compile(
    r"^\s*[(\[]?(?:(?:week|wk|woche|semaine|sem\.?|semana|settimana|tydzie[nń])\s*(?P<n>[AB12])\b|(?P<w>[AB])[\s-]?"
    r"(?:week|wk|woche)\b|(?P<l>[AB12])(?=\s*[:)\]=|](?!\d)))[)\]]?\s*[:=|–—-]?\s*",
    re.IGNORECASE,
)
_WEEK_AFTER = re.compile(
    r"\s*[(\[](?:(?:week|wk|woche)\s*)?(?P<l>[AB])(?:[\s-]?(?:week|wk|woche))?[)\]]\s*$", re.IGNORECASE
)


def by_week(lines: list[Line]) -> list[tuple[WeekLetter | None, list[Line]]]:
    """A cell's lines by the week they are labelled with ("A: Art" above "B: Music", "Week B Art").

    A letter alone is a label only beside the other week's; the word stands for itself.

    Returns:
        The week (null where the cell names none) and its lines, without the labels.
    """
    weeks: list[tuple[WeekLetter | None, list[Line]]] = [(None, [])]
    worded = False
    for row in in_reading_order(lines):
        for line in row:
            before, after = _OF_WEEK.match(line.text), _WEEK_AFTER.search(line.text)
            match = before or after
            if match is None:
                weeks[-1][1].append(line)
                continue
            label = turn(next(group for group in match.groups() if group))
            worded = worded or len(match.group().strip(" ()[]:=|–—-")) > 2
            text = line.text[match.end() :] if before else line.text[: match.start()]
            weeks.append((label, [replace(line, text=text)] if text else []))
    found = [(week, own) for week, own in weeks if own]
    labels = {week for week, _ in found if week}
    if not labels or (labels != {"A", "B"} and not worded):
        return [(None, lines)]
    return found


def by_time(lines: list[Line]) -> list[list[Line]]:
    """A cell's lines by the ranges of times among them, where each range has a text of its own under it.

    Several blocks of a scale whose edges were not seen look like one. A cell that names one lesson's several times has
    nothing between them, and stays one.
    """
    parts: list[list[Line]] = [[]]
    spans: list[Span] = []
    for line in sorted(lines, key=lambda each: each.rect.cy):
        found = find_times(line.text) if line.upright else []
        if found and found[0].end is not None and not without_times(line.text, found):
            parts.append([])
            spans.append(found[0])
        parts[-1].append(line)
    times = resolve_all(spans)
    # Lessons at once begin together, or before the one above them ends.
    ordered = all(one[0] <= other[0] for one, other in pairwise(times)) and all(end is not None for _, end in times)
    if len(times) < 2 or not ordered or any(len(part) < 2 for part in parts[1:]):
        return [lines]
    return [parts[0] + parts[1], *parts[2:]]
