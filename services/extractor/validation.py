"""Checks a timetable against the rules every week keeps. Pure and deterministic: the same blocks, the same answer.

Errors, after which the timetable is not validated:

==================  ====================================================================================
``no_blocks``       there is no block at all
``unknown_day``     a day that is no English weekday, no day at all, or a cycle's day that is not 1 to 10
``blank_name``      a block without a name
``bad_time``        a time that is not ``HH:MM`` of one day
``start_after_end`` a block that does not end after it starts
``missing_time``    a block whose start is not known: it cannot be placed in the week
``overlap``         two blocks of the same day, week and cycle's day at the same time, not drawn side by side
                    (``parallel``)
==================  ====================================================================================

Warnings, which only ask a person to look:

==================  ====================================================================================
``missing_end``     a start is known and its end is not (bells, arrivals)
``duplicate``       the same name on the same day at the same time twice
``parallel``        two blocks at the same time that the page draws side by side in their day's column (beside each
                    other where days stand across, above each other where they stand down the side): groups, clashes
``unusual_hours``   before 05:00, or after 23:00
``unusual_length``  longer than five hours
``unsure``          read with a confidence below 0.6
==================  ====================================================================================

`judge` says of a local reading as a whole whether it may be called validated: by these rules, by what it left
unexplained (``unread_day``, ``unread_time``, ``unread_text``, ``odd_name``, ``falling_times``), by whether several
lessons are longer than five hours, and by the chance that it is right (``unsure_page``).
"""

import re
from dataclasses import dataclass

from services.extractor.drawing import Drawing
from services.extractor.reading import Reading
from services.extractor.reading.decide.calibration import vouched_from
from services.extractor.reading.decide.doubts import GRAVE
from services.extractor.reading.lexicon.words import is_group
from shared.messages import DAYS, MAX_CYCLE, TimeBlock, Warning_

MAX_WARNINGS = 100
"""What is listed; a page of nonsense must not make a body of megabytes. Errors come before warnings."""
_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
_LONG = 5 * 60
_MANY = 3
"""Different lessons that are so long: a week has a trip or a day of work."""
_EARLY, _LATE = 5 * 60, 23 * 60
_UNSURE = 0.6


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the blocks keep the rules, and what was found."""

    validated: bool
    warnings: list[Warning_]


def validate(blocks: list[TimeBlock]) -> Verdict:
    """Check blocks one by one and against each other.

    Returns:
        The verdict; its warnings name blocks by their index in `blocks`.
    """
    errors: list[Warning_] = []
    hints: list[Warning_] = []
    if not blocks:
        errors.append(Warning_(code="no_blocks", message="No lessons were found on the page."))
    spans: list[tuple[int, int] | None] = []
    for index, block in enumerate(blocks):
        spans.append(_check(index, block, errors, hints))
    _check_pairs(blocks, spans, errors, hints)
    return Verdict(not errors, [*errors, *hints][:MAX_WARNINGS])


def judge(reading: Reading) -> Verdict:
    """Check a local reading: its blocks by the rules, and whether enough of its page was understood to vouch for it."""
    verdict = validate(reading.blocks)
    doubted = any(warning.code in GRAVE for warning in reading.warnings) or _misread_scale(reading.blocks)
    if reading.confidence >= vouched_from() or not reading.blocks:
        return Verdict(verdict.validated and not doubted, verdict.warnings)
    message = f"The page may have been misunderstood: the chance that all of it is right is {reading.confidence:.0%}."
    return Verdict(False, [Warning_(code="unsure_page", message=message), *verdict.warnings][:MAX_WARNINGS])


def _misread_scale(blocks: list[TimeBlock]) -> bool:
    """Whether so many lessons are longer than five hours that rather their times were misread. One that is there every
    day is a kindergarten's, not a mistake."""
    spans = ((block.name.casefold(), _minutes(block.start_time), _minutes(block.end_time)) for block in blocks)
    long = {name for name, start, end in spans if start is not None and end is not None and end - start > _LONG}
    return len(long) >= _MANY


def _check(index: int, block: TimeBlock, errors: list[Warning_], hints: list[Warning_]) -> tuple[int, int] | None:
    """Check one block; returns its start and end in minutes if both are good."""
    day = block.day_name.capitalize()
    label = f"“{block.name.strip() or 'A block'}” on {day}"
    if block.day is None and block.cycle_day is None:
        errors.append(_about(index, "unknown_day", f"“{block.name.strip() or 'A block'}” is on no day."))
    elif block.day is not None and block.day not in DAYS:
        errors.append(_about(index, "unknown_day", f"“{block.day}” is not a day of the week."))
    if block.cycle_day is not None and not 1 <= block.cycle_day <= MAX_CYCLE:
        errors.append(_about(index, "unknown_day", f"{label}: day {block.cycle_day} is no day of a cycle."))
    if not block.name.strip():
        errors.append(_about(index, "blank_name", f"A block on {day} has no name."))
    start, end = _minutes(block.start_time), _minutes(block.end_time)
    for text, value in ((block.start_time, start), (block.end_time, end)):
        if text is not None and value is None:
            errors.append(_about(index, "bad_time", f"{label}: “{text}” is not a time."))
    if block.start_time is None:
        errors.append(_about(index, "missing_time", f"{label} has no start time on the page."))
    elif block.end_time is None:
        hints.append(_about(index, "missing_end", f"{label} has no end time on the page."))
    if block.confidence < _UNSURE:
        hints.append(_about(index, "unsure", f"{label} was hard to read."))
    if start is not None and (start < _EARLY or start > _LATE):
        hints.append(_about(index, "unusual_hours", f"{label} starts at {block.start_time}."))
    if start is None or end is None:
        return None
    if end <= start:
        errors.append(_about(index, "start_after_end", f"{label} ends at {block.end_time}, not after its start."))
        return None
    if end - start > _LONG:
        hints.append(_about(index, "unusual_length", f"{label} lasts longer than five hours."))
    return start, end


def _check_pairs(
    blocks: list[TimeBlock],
    spans: list[tuple[int, int] | None],
    errors: list[Warning_],
    hints: list[Warning_],
) -> None:
    order = sorted((span, index) for index, span in enumerate(spans) if span is not None)
    drawing: Drawing | None = None
    for position, ((start, end), i) in enumerate(order):
        for (other_start, other_end), j in order[position + 1 :]:
            if other_start >= end:
                break
            a, b = blocks[i], blocks[j]
            if a.day != b.day or _differ(a.week, b.week) or _differ(a.cycle_day, b.cycle_day):
                continue
            day = a.day_name.capitalize()
            first, second = min(i, j), max(i, j)
            if (start, end) == (other_start, other_end) and a.name.casefold() == b.name.casefold():
                hints.append(_about(second, "duplicate", f"“{a.name}” stands twice on {day}."))
                continue
            names = f"“{blocks[first].name}” and “{blocks[second].name}”"
            drawing = drawing or Drawing(blocks, spans)
            if drawing.side_by_side(a, b) or (_of_groups(a) and _of_groups(b)):
                hints.append(_about(second, "parallel", f"{names} are at the same time on {day}."))
                continue
            errors.append(_about(second, "overlap", f"{names} overlap on {day}."))


def _differ(a: object, b: object) -> bool:
    """Whether two blocks never meet: each has the mark, and another one. One without it is in every week."""
    return a is not None and b is not None and a != b


def _of_groups(block: TimeBlock) -> bool:
    """Whether a block is for a part of the class only ("group 2"): another part has another lesson meanwhile."""
    return any(is_group(note) for note in (block.notes or "").split(","))


def _minutes(text: str | None) -> int | None:
    match = _TIME.fullmatch(text or "")
    return int(match[1]) * 60 + int(match[2]) if match else None


def _about(index: int, code: str, message: str) -> Warning_:
    return Warning_(code=code, message=message, time_block=index)
