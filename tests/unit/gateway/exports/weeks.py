"""Weeks for the tests of what becomes of them."""

import uuid
from datetime import UTC, date, datetime

from services.gateway.exports.term_dates import Holiday, TermDates
from services.gateway.exports.week import Week
from shared.messages import TimeBlock, Timetable

ID = str(uuid.UUID(int=7))
AUTUMN = TermDates(
    first_day=date(2026, 9, 2),  # a Wednesday
    last_day=date(2026, 12, 18),
    holidays=[Holiday(first_day=date(2026, 10, 12), last_day=date(2026, 10, 23))],
    time_zone="Europe/Berlin",
)


def block(day: str | None, start: str | None, end: str | None, name: str = "Maths", **more: object) -> TimeBlock:
    return TimeBlock(day=day, start_time=start, end_time=end, name=name, **more)  # type: ignore[arg-type]  # short calls


def week(*blocks: TimeBlock, dates: TermDates | None = AUTUMN, **fields: object) -> Week:
    timetable = Timetable(timeblocks=list(blocks), **fields)  # type: ignore[arg-type]  # short calls
    return Week(ID, timetable, datetime(2026, 9, 1, 12, 0, tzinfo=UTC), 2, dates)
