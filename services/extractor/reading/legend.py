"""Labels of periods ("1", "P2", "Lesson 3", "Break") and the legend elsewhere on the page that gives their times."""

import re

from services.extractor.reading.model import Line
from services.extractor.reading.times import Span, find_times, resolve_all, without_times

_NUMBERED = re.compile(
    r"^(?:p|pd|per|period|lesson|les|l|session|stunde|std|block|band|hour|uur|lesuur|les|cours|s[ée]ance|heure|"
    r"le[cç]on|ora|lezione|unit[àa]|hora|clase|sesi[óo]n|tempo|per[íi]odo|periode|lekcja|godz|godzina|slot|class|h)?\.?\s*"
    r"(?:no\.?\s*)?(\d{1,2}|[ivx]{1,4})(?:st|nd|rd|th|\.|:)?\s*(?:period|lesson|stunde|hour)?$",
    re.IGNORECASE,
)
_RULE = re.compile(r"^[|!Il:]\s+(?=\w{2,}|\d)|\s+[|!l:]$")
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6, "vii": 7, "viii": 8, "ix": 9, "x": 10}


def label_key(text: str) -> str | None:
    """A label to compare by: "P1", "Period 1", "1." and "1st" are all ``1``; words stay words.

    Returns:
        None for what is too long to be a label.
    """
    # A rule beside the text is read as a letter of its own.
    text = _RULE.sub("", text).strip(" :.-–=()[]")
    if not text or len(text) > 24:
        return None
    if match := _NUMBERED.match(text):
        number = match[1].casefold()
        return str(_ROMAN.get(number, number)).lstrip("0") or "0"
    return re.sub(r"\W+", "", text.casefold()) or None


def is_period(text: str) -> bool:
    """Whether `text` is a period's number, with or without the word."""
    return bool(_NUMBERED.match(text.strip(" :.-–=()[]")))


def find_legend(lines: list[Line]) -> tuple[dict[str, tuple[int, int | None]], set[int]]:
    """Times by label, from pairs of a label and a range beside each other, above each other or on one line.

    Args:
        lines: those that may hold the legend.

    Returns:
        ``{label key: (start, end)}`` in minutes, and the ids of the lines they stand on.
    """
    found: list[tuple[str, Span]] = []
    used: set[int] = set()
    for line in lines:
        spans = [span for span in find_times(line.text) if span.end is not None]
        if not spans or not line.upright:
            continue
        if any(letter.isalnum() for letter in without_times(line.text, spans)):
            start = 0
            for span in spans:
                key = label_key(line.text[start : span.at[0]].strip(" ,;|"))
                if key:
                    found.append((key, span))
                    used.add(line.id)
                start = span.at[1]
            continue
        label = _beside(line, lines) or _above(line, lines)
        if label is not None and (key := label_key(label.text)):
            found.append((key, spans[0]))
            used |= {line.id, label.id}
    times: dict[str, tuple[int, int | None]] = {}
    for (key, _), resolved in zip(found, resolve_all([span for _, span in found]), strict=True):
        times.setdefault(key, resolved)
    return times, used


def _beside(line: Line, lines: list[Line]) -> Line | None:
    """The nearest text to the left on the same row."""
    row = [
        other
        for other in lines
        if other.id != line.id
        and other.upright
        and abs(other.rect.cy - line.rect.cy) < 0.6 * line.size
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
        and 0 < line.rect.cy - other.rect.cy < 2.5 * line.size
        and not find_times(other.text)
    ]
    nearest = max(near, key=lambda other: other.rect.cy, default=None)
    return nearest if nearest and label_key(nearest.text) else None
