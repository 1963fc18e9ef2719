"""When a course meets, from one text of a list."""

import pytest

from services.extractor.reading.lexicon.meetings import read_meetings
from services.extractor.reading.lexicon.times import resolve, text_of

Told = list[tuple[str, str | None, str | None]]


def _told(text: str, *spoken: str) -> Told:
    """Each day (its first two letters) with the start and the end."""
    meetings, _ = read_meetings(text, spoken)
    told = [(meeting.days, *resolve(meeting.span)) for meeting in meetings]
    return [(day[:2], text_of(start), text_of(end)) for days, start, end in told for day in days]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("SELASA 10.20-12.00", [("tu", "10:20", "12:00")]),
        ("Lun/Mer 08:00-10:00", [("mo", "08:00", "10:00"), ("we", "08:00", "10:00")]),
        ("MWF 9:00am - 9:50am", [(day, "09:00", "09:50") for day in ("mo", "we", "fr")]),
        ("TTH 10:30-12:00", [("tu", "10:30", "12:00"), ("th", "10:30", "12:00")]),
        ("M W 1:00 PM - 2:15 PM", [("mo", "13:00", "14:15"), ("we", "13:00", "14:15")]),
        ("Mo. 10-12 Uhr", [("mo", "10:00", "12:00")]),
        ("Mo 10-12", [("mo", "10:00", "12:00")]),
        ("2as 14h-16h", [("mo", "14:00", "16:00")]),
        ("2ª e 4ª das 14:00 às 16:00", [("mo", "14:00", "16:00"), ("we", "14:00", "16:00")]),
        ("Mon 10:00-11:50, Fri 9:00-10:50", [("mo", "10:00", "11:50"), ("fr", "09:00", "10:50")]),
        ("10.20-12.00 Selasa", [("tu", "10:20", "12:00")]),
    ],
)
def test_days_with_their_times(text: str, told: Told) -> None:
    assert _told(text) == told


def test_a_day_of_the_page_s_language() -> None:
    assert _told("Rabu 13.00-15.30") == []
    assert _told("Rabu 13.00-15.30", "id") == [("we", "13:00", "15:30")]


def test_what_stands_behind_a_meeting() -> None:
    assert read_meetings("Tuesday 13:00-15:30, R 203")[1] == "R 203"
    # One letter from "martes", a Tuesday.
    assert read_meetings("08:40-09:30 - SEG: Artes (Wren)")[1] == "Artes (Wren)"
    assert _told("08:40-09:30 - SEG: Artes") == [("mo", "08:40", "09:30")]


@pytest.mark.parametrize("text", ["Maths 9:00-10:00", "9:00-9:45", "Mon", "Mon 9-12 B2", "7as 8h-10h"])
def test_what_names_no_day_or_no_time(text: str) -> None:
    assert _told(text) == []
