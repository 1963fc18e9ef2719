"""Times as they are printed."""

import pytest

from services.extractor.reading.lexicon.times import find_times, resolve, resolve_all, text_of, without_times


def read(text: str) -> tuple[str | None, str | None]:
    spans = find_times(text)
    assert len(spans) == 1, (text, spans)
    start, end = resolve(spans[0])
    return text_of(start), text_of(end)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("9:00-9:45", "09:00", "09:45"),
        ("9.00 – 9.45", "09:00", "09:45"),
        ("0900-0945", "09:00", "09:45"),
        ("8:25/9:25", "08:25", "09:25"),
        ("18.30.19.30H", "18:30", "19:30"),
        ("9h25 / 10h20", "09:25", "10:20"),
        ("9-9.30", "09:00", "09:30"),
        ("8:35 – 8.50 am", "08:35", "08:50"),
        ("1.15 - 2pm", "13:15", "14:00"),
        ("12 – 1pm", "12:00", "13:00"),
        ("10:45amMaths", "10:45", None),
        ("11 - 1pm", "11:00", "13:00"),
        ("1-1.15pm", "13:00", "13:15"),
        ("10h30", "10:30", None),
        ("10h30 - 11h", "10:30", "11:00"),
        ("8:00 AM to 8:30 AM", "08:00", "08:30"),
        ("11:45 AM - 12:15 PM", "11:45", "12:15"),
        ("8:30 bis 9:15 Uhr", "08:30", "09:15"),
        ("12:30-1:00", "12:30", "13:00"),
        ("2 – 3", "14:00", "15:00"),
        ("13:10", "13:10", None),
        ("3.15 p.m.", "15:15", None),
        ("12 am - 1 am", "00:00", "01:00"),
        ("l0:O5-10:50", "10:05", "10:50"),
        ("10.55-II.S5", "10:55", "11:55"),
        ("II.§5–12.35", "11:55", "12:35"),
        ("I0.IS – II.IO", "10:15", "11:10"),
        ("II:15 am – II:§§ am", "11:15", "11:55"),
        ("0900 -", "09:00", None),
        ("9hà 9h15", "09:00", "09:15"),
        ("9h15à10h10", "09:15", "10:10"),
        ("19:35a20:15", "19:35", "20:15"),
        ("8:00bis 9:00", "08:00", "09:00"),
        ("18:55 8 19:35", "18:55", "19:35"),
        # A rule before it was read as a figure.
        ("19:45 – 10:45", "09:45", "10:45"),
        ("19:45 – 20:45", "19:45", "20:45"),
        ("7 - 9pm", "19:00", "21:00"),
        # Words between them, and units behind them, of many languages.
        ("8h às 9h", "08:00", "09:00"),
        ("8:00 hs. a 8:50 hs.", "08:00", "08:50"),
        ("08.00 s/d 08.40", "08:00", "08:40"),
        ("8:00 ile 8:40", "08:00", "08:40"),
        ("8:00 đến 8:45", "08:00", "08:45"),
        ("8.00÷8.45", "08:00", "08:45"),
        ("8:00 > 8:45", "08:00", "08:45"),
        ("das 8h às 9h", "08:00", "09:00"),
        ("von 8 bis 9 Uhr", "08:00", "09:00"),
        ("Salsa 20 a 21 hs.", "20:00", "21:00"),
        ("h0830_1010", "08:30", "10:10"),
        ("8u15", "08:15", None),
        ("10u30 - 12u30", "10:30", "12:30"),
        ("9h", "09:00", None),
        ("14 Uhr", "14:00", None),
        ("22 hs.", "22:00", None),
        # One letter for the half of the day.
        ("8:00a-8:50a", "08:00", "08:50"),
        ("11:30A - 1:15P", "11:30", "13:15"),
        ("2:15p", "14:15", None),
        ("8:00a 8:45", "08:00", "08:45"),
    ],
)
def test_formats(text: str, start: str, end: str | None) -> None:
    assert read(text) == (start, end)


@pytest.mark.parametrize(
    "text",
    ["B1.07", "(B1.07)", "2024-2025", "2024/25", "Year 7-8", "CS101", "Room 12", "Autumn 2 2024", "Daily 5: Station 1",
     "12/05", "Period 3", "Lab 2", "5, 20 pupils", "25:00", "9:75", "13pm", "10.S5 labs", "1-2 h Maths", "Year 7 a 8",
     "Weeks: 1-13, 15", "4 u 20", "B1u20", "2h", "8a", "8a - 9a", "Maths 8 h",
     "15h 16h"],
)  # fmt: skip
def test_what_is_no_time(text: str) -> None:
    assert find_times(text) == []


def test_a_time_within_a_text_is_cut_out() -> None:
    text = "1:30 – 2:30 Science"
    assert without_times(text, find_times(text)) == "Science"
    assert without_times("10:45amMaths", find_times("10:45amMaths")) == "Maths"
    assert find_times("3 amps") == []
    text = "Maths (9:00-9:45)"
    assert without_times(text, find_times(text)) == "Maths"


def test_a_day_goes_on_past_noon() -> None:
    spans = [find_times(text)[0] for text in ("8:30", "11:50-12:30", "12:30-1:15", "1:15-2:00", "7:00-8:00")]
    assert [text_of(start) for start, _ in resolve_all(spans)] == ["08:30", "11:50", "12:30", "13:15", "19:00"]


@pytest.mark.parametrize(
    ("texts", "starts"),
    [
        (("10.00-11.00 PM", "2.00-3.00 PM", "3.00-4.00 PM"), ["10:00", "14:00", "15:00"]),
        (("11:00 am", "12:00 am", "1:00 pm"), ["11:00", "12:00", "13:00"]),
        (("6:00 pm", "9:00 pm", "12:00 am"), ["18:00", "21:00", "00:00"]),
    ],
)
def test_a_half_of_the_day_that_the_others_exclude_is_a_slip(texts: tuple[str, ...], starts: list[str]) -> None:
    spans = [find_times(text)[0] for text in texts]
    assert [text_of(start) for start, _ in resolve_all(spans)] == starts


def test_a_list_s_next_column_begins_in_the_morning_again() -> None:
    """A legend in columns is read row by row: 9:10 stands behind 11:10, and is no 21:10."""
    spans = [find_times(text)[0] for text in ("8.10-9.10", "11.10-12.10", "9.10-10.05", "13.05-14", "10.05-11")]
    assert [text_of(start) for start, _ in resolve_all(spans)] == ["08:10", "11:10", "09:10", "13:05", "10:05"]


def test_near_decides_between_the_halves_of_the_day() -> None:
    span = find_times("7:30-8:00")[0]
    assert resolve(span) == (450, 480)
    assert resolve(span, near=19 * 60) == (1170, 1200)


def test_text_of_what_is_no_time() -> None:
    assert text_of(None) is None
    assert text_of(24 * 60) is None
    assert text_of(-5) is None


def test_a_legends_number_is_no_hour() -> None:
    assert read("Cours 3: 10h45–11h30") == ("10:45", "11:30")
    assert read("Cours 2: 10h–10h45") == ("10:00", "10:45")


def test_a_day_that_ends_at_midnight_begins_in_the_morning() -> None:
    spans = [find_times(text)[0] for text in ("5:00", "6:00", "12:00", "17:00", "23:00", "0:00")]
    assert [text_of(start) for start, _ in resolve_all(spans)] == [
        "05:00", "06:00", "12:00", "17:00", "23:00", "00:00",
    ]  # fmt: skip
