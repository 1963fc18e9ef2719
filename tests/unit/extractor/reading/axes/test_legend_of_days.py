"""Legends that give some days other times, and day names that run together or end too soon."""

import pytest

from services.extractor.reading.axes.legend import find_legend
from services.extractor.reading.lexicon.days import one_day, run_together
from services.extractor.reading.model import Line, Rect

SIZE = 24.0


def line(number: int, text: str, x: float, y: float) -> Line:
    return Line(number, text, 0.99, 0, Rect(x, y, x + 12 * len(text), y + SIZE), SIZE)


def test_rows_for_some_days_have_times_of_their_own() -> None:
    rows = [
        ["Bell times", "Period 1", "Break", "Period 2"],
        ["Mon - Thu", "8.30-9.25", "9.25-9.45", "9.45-10.40"],
        ["Friday", "8.30-9.15", "9.15-9.35", "9.35-10.20"],
    ]
    lines = [
        line(10 * r + c, text, 20 + 180 * c, 40 + 40 * r) for r, row in enumerate(rows) for c, text in enumerate(row)
    ]
    legend = find_legend(lines)
    assert legend.times == {"1": (510, 565), "break": (565, 585), "2": (585, 640)}
    assert legend.on("friday", 585, 640) == (575, 620)
    assert legend.on("friday", 510, 565) == (510, 555)
    assert legend.on("monday", 585, 640) == (585, 640)
    assert legend.on("friday", None, 565) == (None, 555)


def test_lists_headed_with_days_have_times_of_their_own() -> None:
    first = ["Bell times Mon, Tue, Thu, Fri", "1  8:15 - 9:02", "2  9:05 - 9:52", "3  9:55 - 10:42"]
    other = ["Late start Wednesday", "1  9:13 - 9:53", "2  9:56 - 10:36", "3  10:39 - 11:19"]
    lines = [line(i, text, 20, 40 + 30 * i) for i, text in enumerate(first)]
    lines += [line(10 + i, text, 500, 40 + 30 * i) for i, text in enumerate(other)]
    legend = find_legend(lines)
    assert legend.times["2"] == (545, 592)
    assert legend.on("wednesday", 545, 592) == (596, 636)
    assert legend.on("tuesday", 545, 592) == (545, 592)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("MONDAYTUESDAY", ["monday", "tuesday"]),
        ("WEDNESDAYTHURSDAYFRIDAY", ["wednesday", "thursday", "friday"]),
        ("MONDAYTUESDAVWEDNESDAY", ["monday", "tuesday", "wednesday"]),
        ("MONDAY", []),
        ("FRIDAYMONDAY", []),
        ("MONDAYSCHOOL", []),
    ],
)
def test_names_of_days_that_follow_each_other_without_a_gap(text: str, days: list[str]) -> None:
    found = run_together(text)
    assert [day for _, _, day in found] == days
    assert not found or (found[0][0], found[-1][1]) == (0, len(text))


def test_a_name_whose_end_was_not_read_is_still_that_day() -> None:
    assert one_day("Wednesd") == "wednesday"
    assert one_day("Mond") is None
