"""The calendar of a week, read by a parser of another family (vobject, with dateutil's rules)."""

import re
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
import vobject

from services.gateway.exports import ics
from services.gateway.exports.term_dates import Holiday, TermDates
from services.gateway.exports.week import Week
from tests.unit.gateway.exports.weeks import AUTUMN, block, week


def events(*weeks: Week) -> list[Any]:
    """The events of a calendar as vobject reads them."""
    calendar = vobject.readOne(ics.write(weeks, "4B").decode())
    return list(getattr(calendar, "vevent_list", []))


def starts(event: Any) -> list[Any]:
    """When an event takes place, all its repetitions and exceptions worked out."""
    rules = event.getrruleset(addRDate=True)
    return list(rules) if rules else [event.dtstart.value]


def on(*days: str) -> list[date]:
    return [date.fromisoformat(f"2026-{day}") for day in days]


def dates(event: Any) -> list[date]:
    return [each.date() if isinstance(each, datetime) else each for each in starts(event)]


def test_a_lesson_repeats_each_week_of_the_term_but_in_the_holidays() -> None:
    (event,) = events(week(block("monday", "09:00", "09:45", room="R 12", teacher="Ms Carter", notes="Bring a ruler")))
    expected = [date(2026, 9, 7) + timedelta(weeks=number) for number in range(15)]
    assert dates(event) == [each for each in expected if each not in on("10-12", "10-19")]
    # Nine in the morning, before and after the clocks are changed.
    assert {each.hour for each in starts(event)} == {9}
    offsets = [each.utcoffset() for each in starts(event)]
    assert (offsets[0], offsets[-1]) == (timedelta(hours=2), timedelta(hours=1))
    assert event.dtend.value - event.dtstart.value == timedelta(minutes=45)
    assert (event.summary.value, event.location.value) == ("Maths", "R 12")
    assert event.description.value == "Ms Carter\nBring a ruler"


def test_a_teacher_whom_the_notes_name_is_named_once() -> None:
    (event,) = events(week(block("monday", "09:00", "10:00", teacher="Mrs Hale", notes="Room 4 · Mrs Hale")))
    assert event.description.value == "Room 4 · Mrs Hale"


def test_a_term_that_begins_in_mid_week_begins_with_the_day_itself() -> None:
    found = {
        event.summary.value: dates(event)[0]
        for event in events(
            week(block("tuesday", "09:00", "10:00", "Tue"), block("wednesday", "09:00", "10:00", "Wed"))
        )
    }
    assert found == {"Tue": date(2026, 9, 8), "Wed": date(2026, 9, 2)}


@pytest.mark.parametrize(
    ("first_week", "first_a", "first_b"),
    [("A", date(2026, 9, 14), date(2026, 9, 7)), ("B", date(2026, 9, 7), date(2026, 9, 14))],
)
def test_weeks_take_turns_from_the_term_s_first(first_week: Any, first_a: date, first_b: date) -> None:
    term = msgspec.structs.replace(AUTUMN, first_week=first_week, holidays=[])
    a, b, every = events(
        week(
            block("monday", "09:00", "10:00", "Art", week="A"),
            block("monday", "09:00", "10:00", "Biology", week="B"),
            block("monday", "11:00", "12:00", "Chess"),
            dates=term,
        )
    )
    assert dates(a)[:3] == [first_a + timedelta(weeks=2 * number) for number in range(3)]
    assert dates(b)[:3] == [first_b + timedelta(weeks=2 * number) for number in range(3)]
    assert sorted(dates(a) + dates(b)) == dates(every)


def test_a_week_c_comes_every_third() -> None:
    (event,) = events(
        week(block("friday", "09:00", "10:00", week="C"), dates=msgspec.structs.replace(AUTUMN, holidays=[]))
    )
    assert dates(event)[:3] == on("09-18", "10-09", "10-30")


def test_a_cycle_counts_school_days() -> None:
    term = TermDates(
        first_day=date(2026, 9, 3),
        last_day=date(2026, 9, 18),
        holidays=[Holiday(first_day=date(2026, 9, 8), last_day=date(2026, 9, 8))],
    )
    one, three = events(
        week(
            block(None, "09:00", "10:00", "One", cycle_day=1), block(None, None, None, "Three", cycle_day=3), dates=term
        )
    )
    assert dates(one) == on("09-03", "09-09", "09-14", "09-17")
    assert dates(three) == on("09-07", "09-11", "09-16"), "without a time it fills the day"


def test_without_a_zone_times_float() -> None:
    (event,) = events(week(block("monday", "09:00", "10:00"), dates=msgspec.structs.replace(AUTUMN, time_zone=None)))
    assert event.dtstart.value == datetime(2026, 9, 7, 9, 0)  # noqa: DTZ001 - floating is what is meant
    assert len(starts(event)) == 13


def test_a_lesson_on_the_last_day_is_in_the_term() -> None:
    """The rule's end is given in UTC; late in the evening west of Greenwich that is the next day."""
    term = TermDates(first_day=date(2026, 9, 7), last_day=date(2026, 9, 21), time_zone="America/Los_Angeles")
    (event,) = events(week(block("monday", "23:30", "23:59"), dates=term))
    assert dates(event) == on("09-07", "09-14", "09-21")


def test_a_lesson_that_no_day_of_the_term_is_for_is_left_out() -> None:
    term = TermDates(
        first_day=date(2026, 9, 7),
        last_day=date(2026, 9, 11),
        holidays=[Holiday(first_day=date(2026, 9, 8), last_day=date(2026, 9, 8))],
    )
    blocks = (
        block("sunday", "09:00", "10:00"),
        block("tuesday", "09:00", "10:00"),
        block("friday", "08:00", None, "Fri"),
    )
    (event,) = events(week(*blocks, dates=term))
    assert (event.summary.value, dates(event)) == ("Fri", on("09-11"))
    assert not hasattr(event, "dtend")


def test_a_corrected_lesson_is_the_same_event() -> None:
    """A program that was given the file before changes what it has, and shows nothing twice."""
    read = events(week(block("monday", "09:00", "10:00", "Maihs"), block("monday", "09:00", "10:00", "Art")))
    corrected = events(
        week(block("monday", "09:00", "10:00", "Maths", room="7"), block("monday", "09:00", "10:00", "Art"))
    )
    assert [each.uid.value for each in read] == [each.uid.value for each in corrected]
    assert len({each.uid.value for each in read}) == 2
    assert read[0].sequence.value == "2"


def test_the_same_week_gives_the_same_bytes() -> None:
    same = week(block("monday", "09:00", "10:00"))
    assert ics.write([same], "4B") == ics.write([same], "4B")


def test_a_page_s_words_are_words_alone() -> None:
    nasty = "Maths, Art; and\\more\r\nEND:VEVENT\r\nBEGIN:VEVENT\x00\x07\x85\u2028 " + "é" * 100
    (event,) = events(week(block("monday", "09:00", "10:00", nasty, room="R;1,2", notes="a\nb")))
    assert event.summary.value == re.sub(r"[\x00\x07\x85\u2028]", " ", nasty.replace("\r\n", "\n"))
    assert (event.location.value, event.description.value) == ("R;1,2", "a\nb")
    text = ics.write([week(block("monday", "09:00", "10:00", nasty))], nasty)
    assert all(len(line) <= 75 for line in text.split(b"\r\n")), "RFC 5545, section 3.1"


def test_every_zone_named_is_told() -> None:
    two = week(block("monday", "09:00", "10:00"), dates=msgspec.structs.replace(AUTUMN, time_zone="America/New_York"))
    calendar = vobject.readOne(ics.write([week(block("monday", "09:00", "10:00")), two], "all").decode())
    assert {zone.tzid.value for zone in calendar.vtimezone_list} == {"Europe/Berlin", "America/New_York"}
    # By what the file itself says of its zones, without the machine's own knowledge of them.
    for event, name in zip(calendar.vevent_list, ("Europe/Berlin", "America/New_York"), strict=True):
        for start in starts(event):
            assert start.utcoffset() == start.replace(tzinfo=ZoneInfo(name)).utcoffset(), start


@pytest.mark.parametrize("first_day", ["1900-01-01", "2999-12-31"])
@pytest.mark.parametrize("time_zone", [None, "Europe/Berlin", "Pacific/Kiritimati", "Pacific/Niue"])
@pytest.mark.parametrize("holiday", [("0001-01-01", "9999-12-31"), ("0001-01-01", "0001-01-01")])
def test_the_longest_term_at_either_end_of_what_is_taken_can_be_written(
    first_day: str, time_zone: str | None, holiday: tuple[str, str]
) -> None:
    first = date.fromisoformat(first_day)
    free = Holiday(first_day=date.fromisoformat(holiday[0]), last_day=date.fromisoformat(holiday[1]))
    term = TermDates(
        first_day=first, last_day=first + timedelta(days=1_100), holidays=[free], time_zone=time_zone
    ).check()
    blocks = block("monday", "09:00", "10:00"), block("sunday", "23:00", "23:30", week="B"), block("friday", None, None)
    assert len(events(week(*blocks, dates=term))) == (0 if term.days_off else 3)
