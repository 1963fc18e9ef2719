"""One week to be written to a file, and what its blocks have in common whatever the file."""

import re
from collections.abc import Iterable
from datetime import datetime, time
from typing import NamedTuple

from services.gateway.exports.term_dates import TermDates
from shared.messages import DAYS, WEEKS, TimeBlock, Timetable, WeekLetter

_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")


class Week(NamedTuple):
    """A timetable with what is known of it beside its blocks."""

    id: str
    timetable: Timetable
    updated_at: datetime
    """UTC."""
    revision: int = 0
    """How often a person has corrected it."""
    dates: TermDates | None = None


def plain(text: str | None) -> str:
    """A text without control characters, which neither calendars nor workbooks can hold; plain line breaks stay."""
    return _CONTROLS.sub(" ", text.replace("\r\n", "\n")) if text else ""


def title(timetable: Timetable) -> str:
    """What a week is called: as a person saved it, else class, teacher and term; empty where the page names none."""
    parts = (timetable.class_name, timetable.teacher, timetable.term, str(timetable.year or ""))
    return plain(timetable.saved_name) or " · ".join(plain(part) for part in parts if part)


def note(block: TimeBlock) -> str:
    """A block's notes, unless they only repeat its room."""
    return "" if block.notes == block.room else plain(block.notes)


def teacher(block: TimeBlock) -> str:
    """A block's teacher, unless its notes name them."""
    return "" if block.teacher and block.teacher in note(block) else plain(block.teacher)


def letters(blocks: Iterable[TimeBlock]) -> list[WeekLetter]:
    """The weeks that take turns, from A to the last one named and at least to B; none where every week is the same."""
    named = {block.week for block in blocks if block.week}
    return list(WEEKS[: max(2, 1 + max(WEEKS.index(each) for each in named))]) if named else []


def columns(blocks: Iterable[TimeBlock]) -> list[str]:
    """The days that there are by `TimeBlock.day_name`, those of the week before those of a cycle known by number."""
    order = {each.day_name: (DAYS.index(each.day) if each.day else len(DAYS), each.cycle_day or 0) for each in blocks}
    return sorted(order, key=lambda day: order[day])


def clock(text: str | None) -> time | None:
    """A time as "HH:MM"; None where it is none."""
    try:
        return time.fromisoformat(text) if text else None
    except ValueError:
        return None


def times(block: TimeBlock) -> tuple[time | None, time | None]:
    """Start and end of a block; no end where there is no start or it would not be after it."""
    start, end = clock(block.start_time), clock(block.end_time)
    return start, end if start and end and end > start else None
