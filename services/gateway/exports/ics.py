"""A week as a calendar (RFC 5545): an event for each block, repeated between the term's dates.

Blocks of weeks that take turns repeat every second (third, fourth) week, counted from the term's first; those of a
cycle beside the calendar's week are given date by date, since no rule counts school days.
"""

import uuid
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, vDuration, vText

from services.gateway.exports.term_dates import TermDates, days
from services.gateway.exports.week import Week, letters, note, plain, teacher, times
from shared.messages import DAYS, WEEKS, TimeBlock

CONTENT_TYPE = "text/calendar"
_PRODUCT = "-//Timelift//Timelift//EN"
_REFRESH = timedelta(hours=1)
"""How often a subscribed calendar is asked for anew, if its program heeds that."""


def write(weeks: Sequence[Week], name: str) -> bytes:
    """The calendar of one week or several; a block whose day never comes between the term's dates is left out.

    Args:
        weeks: each with its dates.
        name: what calendar programs show.
    """
    calendar = Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    # The name and the refresh twice: as RFC 7986 says, and as programs older than it read them.
    # As texts of our own making, since the library escapes nothing in properties that it does not know.
    calendar.add("name", vText(" ".join(plain(name).split())))
    calendar.add("x-wr-calname", vText(" ".join(plain(name).split())))
    calendar.add("refresh-interval", vDuration(_REFRESH), parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", vDuration(_REFRESH))
    for week in weeks:
        for event in _events(week):
            calendar.add_component(event)
    terms = [week.dates for week in weeks if week.dates]
    if terms:
        calendar.add_missing_timezones(
            first_date=min(each.first_day for each in terms) - timedelta(days=1),
            last_date=max(each.last_day for each in terms) + timedelta(days=1),
        )
    return bytes(calendar.to_ical())


def _events(week: Week) -> list[Event]:
    if week.dates is None:
        raise ValueError("a calendar needs the term's dates")
    blocks = week.timetable.timeblocks
    turns = len(letters(blocks)) or 1
    cycle = max((block.cycle_day or 0 for block in blocks if block.day is None), default=0)
    off = week.dates.days_off
    found, places = [], Counter[str]()
    for block in blocks:
        if block.day is None and block.cycle_day is None:
            continue
        place = f"{block.day_name}|{block.week or ''}|{block.start_time or ''}"
        places[place] += 1
        all_dates = (
            _cycle_dates(week.dates, block, cycle, off) if block.day is None else _dates(week.dates, block, turns)
        )
        kept = [each for each in all_dates if each not in off]
        if kept:
            # By its place in the week: who corrects a name or a room changes the event and makes no second one.
            uid = uuid.uuid5(uuid.UUID(week.id), f"{place}|{places[place]}")
            cancelled = [each for each in all_dates if each in off and kept[0] < each < kept[-1]]
            found.append(_event(week, block, f"{uid}@timelift", kept, cancelled, 0 if block.day is None else turns))
    return found


def _dates(term: TermDates, block: TimeBlock, turns: int) -> list[date]:
    """Every day of the term that a block falls on by its weekday and week, holidays included."""
    every = turns if block.week else 1
    ahead = (WEEKS.index(block.week) - WEEKS.index(term.first_week)) % turns if block.week else 0
    monday = term.first_day - timedelta(days=term.first_day.weekday())
    first = monday + timedelta(weeks=ahead, days=DAYS.index(block.day) if block.day else 0)
    if first < term.first_day:
        first += timedelta(weeks=every)
    return [
        first + timedelta(weeks=every * number) for number in range((term.last_day - first).days // (7 * every) + 1)
    ]


def _cycle_dates(term: TermDates, block: TimeBlock, length: int, off: frozenset[date]) -> list[date]:
    """Every `length`-th school day from the block's own on: Monday to Friday, without holidays, which move no cycle."""
    school = [day for day in days(term.first_day, term.last_day) if day.weekday() < 5 and day not in off]
    return school[(block.cycle_day or 1) - 1 :: length]


def _event(week: Week, block: TimeBlock, uid: str, kept: list[date], cancelled: list[date], turns: int) -> Event:
    """A block's event.

    Args:
        kept: the days it takes place, in order.
        cancelled: the days between them that a rule would name and that are holidays.
        turns: weeks that take turns; 0 where no rule holds.
    """
    start, end = times(block)
    zone = ZoneInfo(week.dates.time_zone) if week.dates and week.dates.time_zone else None
    event = Event()
    event.add("uid", uid)
    event.add("dtstamp", week.updated_at.astimezone(UTC))
    event.add("last-modified", week.updated_at.astimezone(UTC))
    event.add("sequence", week.revision)
    event.add("summary", plain(block.name))
    if block.room:
        event.add("location", plain(block.room))
    if description := "\n".join(filter(None, (teacher(block), note(block)))):
        event.add("description", description)
    event.add("dtstart", _at(kept[0], start, zone))
    if end:
        event.add("dtend", _at(kept[0], end, zone))
    if not start:
        # A day's notice keeps nobody from being invited.
        event.add("transp", "TRANSPARENT")
    if len(kept) > 1 and turns:
        rule: dict[str, Any] = {"freq": "weekly", "until": _until(kept[-1], start, zone), "wkst": "MO"}
        if block.week and turns > 1:
            rule["interval"] = turns
        event.add("rrule", rule)
        if cancelled:
            event.add("exdate", [_at(each, start, zone) for each in cancelled], parameters=_kind(start))
    elif len(kept) > 1:
        event.add("rdate", [_at(each, start, zone) for each in kept[1:]], parameters=_kind(start))
    return event


def _at(day: date, clock: time | None, zone: ZoneInfo | None) -> date:
    return datetime.combine(day, clock, zone) if clock else day


def _kind(clock: time | None) -> dict[str, str]:
    return {} if clock else {"VALUE": "DATE"}


def _until(day: date, clock: time | None, zone: ZoneInfo | None) -> date:
    """The rule's end, in the form that RFC 5545 asks for: in UTC where the start has a zone, else as the start is."""
    at = _at(day, clock, zone)
    return at.astimezone(UTC) if isinstance(at, datetime) and zone else at
