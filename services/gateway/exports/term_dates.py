"""When a week's lessons take place: the term that a timetable holds for, as a client gives it or as it was stored.

A page says "Monday, 09:00" and seldom which Monday. A calendar needs the dates, and the zone that the clock shows.
"""

import re
import zoneinfo
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from functools import lru_cache
from typing import Annotated, Self

import msgspec
from msgspec import Meta

from services.gateway.problems import ProblemError
from shared.messages import Message, WeekLetter

_MAX_DAYS = 1100
"""Longest term, in days: three years. Each day of a holiday is written out for every lesson it cancels."""
_EARLIEST, _LATEST = date(1900, 1, 1), date(2999, 12, 31)
"""Between these a term lies: days are counted beyond both its ends, and a calendar has none before 1 nor after 9999."""
_MAX_HOLIDAYS = 100
_QUERY = ("from", "until", "holidays", "timeZone", "firstWeek")


class Holiday(Message, forbid_unknown_fields=True):
    """Days without lessons, both ends included."""

    first_day: date
    last_day: date


class TermDates(Message, forbid_unknown_fields=True):
    """The dates between which a week repeats."""

    first_day: date
    last_day: date
    """Included."""
    holidays: Annotated[list[Holiday], Meta(max_length=_MAX_HOLIDAYS)] = msgspec.field(default_factory=list)
    time_zone: Annotated[str, Meta(max_length=64)] | None = None
    """IANA name ("Europe/Berlin"); null: the time of wherever the calendar is looked at."""
    first_week: WeekLetter = "A"
    """Which week it is at `first_day`, where weeks take turns."""

    def check(self) -> Self:
        """Itself. Raises a 422 problem that names the field which does not fit."""
        if not _EARLIEST <= self.first_day <= _LATEST:
            raise bad_dates("firstDay", f"a day from {_EARLIEST} to {_LATEST}")
        if not timedelta(0) <= self.last_day - self.first_day <= timedelta(days=_MAX_DAYS):
            raise bad_dates("lastDay", f"a day from firstDay on, at most {_MAX_DAYS:,} days later")
        for number, holiday in enumerate(self.holidays):
            if holiday.last_day < holiday.first_day:
                raise bad_dates(f"holidays[{number}].lastDay", "a day from the holiday's firstDay on")
        if self.time_zone is not None and self.time_zone not in _zones():
            raise bad_dates("timeZone", "the IANA name of a time zone, such as Europe/Berlin")
        return self

    @property
    def days_off(self) -> frozenset[date]:
        """Every day of the term that is a holiday."""
        return frozenset(
            day
            for holiday in self.holidays
            for day in days(max(holiday.first_day, self.first_day), min(holiday.last_day, self.last_day))
        )


def days(first: date, last: date) -> Iterator[date]:
    """Each day from `first` to `last`, both included; none where `last` is before it."""
    return (first + timedelta(days=number) for number in range((last - first).days + 1))


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    # Those that are no place: whatever this machine is set to, and a placeholder.
    return frozenset(zoneinfo.available_timezones()) - {"localtime", "Factory"}


def bad_dates(field: str, expected: str) -> ProblemError:
    """The 422 problem for one field of the dates."""
    return ProblemError(
        422,
        "bad-term-dates",
        "Bad term dates",
        f"“{field}” must be {expected}." if field else f"The term's dates must be {expected}.",
        field=field or None,
        allowed={"expected": expected},
    )


_EXPECTED = {
    "firstDay": "a date as YYYY-MM-DD",
    "lastDay": "a date as YYYY-MM-DD",
    "holidays": f"a list of at most {_MAX_HOLIDAYS} holidays, each with firstDay and lastDay",
    "timeZone": "the IANA name of a time zone, such as Europe/Berlin, or null",
    "firstWeek": '"A", "B", "C" or "D"',
}


def read(data: bytes) -> TermDates:
    """Term dates as JSON. Raises a 400 or 422 problem."""
    try:
        return msgspec.json.decode(data, type=TermDates).check()
    except msgspec.ValidationError as error:
        text, _, path = str(error).partition(" - at `$")
        field = path.removesuffix("`").removeprefix(".")
        if named := re.search(r"field `(.+)`", text):
            field = ".".join(filter(None, (field, named[1])))
            if "unknown" in text:
                raise bad_dates(field[:200], "left out: term dates have no such field") from None
        name = re.sub(r"\[.*?\]", "", field).rpartition(".")[2]
        raise bad_dates(
            field[:200], _EXPECTED.get(name, "a JSON object with firstDay and lastDay as YYYY-MM-DD")
        ) from None
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        raise ProblemError(400, "bad-json", "Bad JSON", "The body is not JSON. Send term dates as JSON.") from None


def from_query(query: Mapping[str, str], stored: TermDates | None) -> TermDates | None:
    """What a request asks for by `from`, `until`, `holidays`, `timeZone` and `firstWeek`, each before what is stored
    with the week. None where neither says when the term is. Raises a 422 problem.

    Args:
        query: the request's, `holidays` as ``2026-10-12/2026-10-24,2026-12-25``.
    """
    given = {name: query[name] for name in _QUERY if name in query}
    if not given:
        return stored
    fields = msgspec.to_builtins(stored) if stored else {}
    for name, field in (("from", "firstDay"), ("until", "lastDay"), ("timeZone", None), ("firstWeek", None)):
        if name in given:
            fields[field or name] = given[name]
    if "holidays" in given:
        spans = (each.strip().partition("/") for each in given["holidays"].split(",") if each.strip())
        fields["holidays"] = [{"firstDay": first, "lastDay": last or first} for first, _, last in spans]
    if "firstDay" not in fields or "lastDay" not in fields:
        return None
    return read(msgspec.json.encode(fields))
