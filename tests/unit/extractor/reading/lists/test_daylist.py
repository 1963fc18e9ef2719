"""Lists under day headings: where they begin and end, what an entry is, and which pages are tables instead."""

import pytest

from services.extractor.reading.lists.daylist import read_daylist
from services.extractor.reading.model import BlockDraft
from services.extractor.reading.table.grid import read_grid
from tests.unit.extractor.reading.sheet import DAYS, LESSONS, Sheet

Row = tuple[str, str]
Entry = tuple[str, int | None, int | None]


def _list(page: Sheet, x: float, y: float, heading: str, rows: list[Row], *, heading_x: float = 0) -> None:
    """A list of rows 50 pixels high: times left of `x`, names right of it."""
    page.text(x + heading_x, y, heading)
    for index, (times, name) in enumerate(rows):
        page.text(x - 110, y + 50 * (index + 1), times)
        page.text(x + 60, y + 50 * (index + 1), name)


def _hours(count: int, first: int = 0) -> list[Row]:
    return [(f"{9 + index}:00-{9 + index}:45", LESSONS[(index + first) % 5]) for index in range(count)]


def _drafts(page: Sheet) -> list[BlockDraft]:
    result = read_daylist(page.view())
    assert result is not None
    return result.drafts


def _entries(page: Sheet, day: str) -> list[Entry]:
    return [(draft.name, draft.start, draft.end) for draft in _drafts(page) if draft.day == day]


def test_a_list_goes_on_beside_the_heading_of_one_that_begins_further_down() -> None:
    page = Sheet(1100, 700)
    _list(page, 250, 40, "Monday", _hours(10))
    _list(page, 800, 40, "Tuesday", _hours(3))
    _list(page, 800, 300, "Wednesday", _hours(4, 2))
    names = {day: [name for name, _, _ in _entries(page, day)] for day in ("monday", "tuesday", "wednesday")}
    assert names == {
        "monday": [name for _, name in _hours(10)],
        "tuesday": [name for _, name in _hours(3)],
        "wednesday": [name for _, name in _hours(4, 2)],
    }


def test_a_list_that_another_heading_ended_reaches_no_further() -> None:
    """The wide heading on top is over: the times of the list that begins under its edge are that list's."""
    page = Sheet(900, 600)
    _list(page, 260, 40, "Monday, Tuesday, Thursday", _hours(3))
    _list(page, 180, 300, "Wednesday", _hours(3), heading_x=-40)
    _list(page, 490, 300, "Friday", _hours(3, 1), heading_x=-50)
    assert [name for name, _, _ in _entries(page, "friday")] == [name for _, name in _hours(3, 1)]


STARTS = [("8:35", "Doors"), ("9:00", "Maths"), ("10:30", "Break"), ("10:50", "Art"), ("15:30", "Choir")]


def test_an_entry_of_a_list_of_starts_ends_at_the_next_one() -> None:
    """But not where that is half a day later, and nobody says when the last one ends."""
    page = Sheet(600, 400)
    _list(page, 250, 40, "Monday", STARTS)
    assert _entries(page, "monday") == [
        ("Doors", 515, 540), ("Maths", 540, 630), ("Break", 630, 650), ("Art", 650, None), ("Choir", 930, None)
    ]  # fmt: skip
    assert [draft.source for draft in _drafts(page)] == ["next", "next", "next", "printed", "printed"]


def test_a_lone_start_among_ranges_has_no_end() -> None:
    page = Sheet(600, 300)
    _list(page, 250, 40, "Monday", [("8:35", "Doors"), ("9:00-10:00", "Maths"), ("10:00-10:30", "Break")])
    assert _entries(page, "monday") == [("Doors", 515, None), ("Maths", 540, 600), ("Break", 600, 630)]


@pytest.mark.parametrize("text", ["from 11:15 Reading", "11:15 Reading with the whole class"])
def test_a_time_before_or_behind_a_few_words_does(text: str) -> None:
    page = Sheet(900, 400)
    _list(page, 250, 40, "Monday", [("9:00-10:00", "Maths"), ("10:00-11:00", "Music")])
    page.text(300, 190, text)
    assert [start for _, start, _ in _entries(page, "monday")] == [540, 600, 675]


def test_headings_in_the_middle_of_their_lists_are_lists() -> None:
    """The first one's times stand before it like the margin of a table; the others' do so, too."""
    page = Sheet(1300, 450)
    for day in range(3):
        _list(page, 200 + 420 * day, 40, DAYS[day], _hours(5, day))
    assert {draft.certainty for draft in _drafts(page)} == {0.96}


def test_headings_behind_a_margin_of_times_are_a_table() -> None:
    page = Sheet(1300, 450)
    for row, (times, _) in enumerate(_hours(5)):
        page.text(120, 90 + 50 * row, times)
        for day in range(3):
            page.text(400 + 300 * day, 90 + 50 * row, LESSONS[(row + day) % 5])
    for day in range(3):
        page.text(400 + 300 * day, 40, DAYS[day])
    assert {draft.certainty for draft in _drafts(page)} == {0.75}


def test_cards_stand_abreast_under_one_heading() -> None:
    """Time, name and room below each other on each card; two cards a row, as a phone shows them."""
    page = Sheet(700, 900)
    for day, name in enumerate(DAYS[:2]):
        top = 60 + 400 * day
        page.text(80, top, name)
        for card, (times, lesson) in enumerate(_hours(4, day)):
            x, y = 130 + 300 * (card % 2), top + 60 + 120 * (card // 2)
            for line, text in enumerate((times, lesson, f"Room {card}")):
                page.text(x, y + 26 * line, text)
    want = [[(lesson, *_minutes(times)) for times, lesson in _hours(4, day)] for day in range(2)]
    assert [sorted(_entries(page, day), key=str) for day in ("monday", "tuesday")] == [
        sorted(entries, key=str) for entries in want
    ]
    assert {draft.room for draft in _drafts(page)} == {f"Room {card}" for card in range(4)}


def _minutes(times: str) -> tuple[int, int]:
    start, end = (60 * int(clock.split(":")[0]) + int(clock.split(":")[1]) for clock in times.split("-"))
    return start, end


def test_lists_abreast_of_which_the_first_is_for_several_days_are_no_table() -> None:
    """Its times are no header of the others' rows."""
    page = Sheet(1300, 500)
    for column, heading in enumerate(("Monday, Wednesday", "Tuesday, Thursday", "Friday")):
        page.text(140 + 420 * column, 40, heading)
        for row, (times, name) in enumerate(_hours(6, column)):
            page.text(160 + 420 * column, 90 + 50 * row, f"{times} {name}", scale=0.5)
    reading = page.read()
    assert reading.layout == "day lists"
    assert len(reading.blocks) == 30


@pytest.mark.parametrize(
    ("headings", "weight"), [(("Mon, Wed, Fri", "Tue, Thu"), 0.95), (("Mon", "Tue", "Wed", "Thu", "Fri"), 1.0)]
)
def test_days_of_one_heading_are_a_list_s_rather_than_a_table_s(headings: tuple[str, ...], weight: float) -> None:
    page = Sheet(1200, 620)
    for row, (times, name) in enumerate(_hours(6)):
        page.text(100, 100 + 60 * row, times, scale=0.5)
        for column in range(len(headings)):
            page.text(240 + 200 * column, 100 + 60 * row, name)
    for column, heading in enumerate(headings):
        page.text(240 + 200 * column, 40, heading)
    result = read_grid(page.view())
    assert result is not None
    assert result.weight == weight
