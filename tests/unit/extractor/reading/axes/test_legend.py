"""Period numbers and the legend that explains them, with parts of it misread or missed."""

import pytest

from services.extractor.reading.axes.legend import Legend, find_legend
from services.extractor.reading.lexicon.labels import is_period, label_key
from services.extractor.reading.lexicon.times import find_times
from services.extractor.reading.model import Line, Rect

HOURS = ("9:00-9:45", "9:45-10:30", "10:45-11:30", "11:30-12:15", "13:00-13:45")


def _line(number: int, text: str, x: float, y: float) -> Line:
    return Line(number, text, 0.99, 0, Rect(x, y, x + 10 * len(text), y + 20), 20)


def _legend(*labels: str | None) -> Legend:
    """A legend of the hours above with these labels, each label and each range a line of its own."""
    lines: list[Line] = []
    for index, (label, times) in enumerate(zip(labels, HOURS, strict=False)):
        if label:
            lines.append(_line(2 * index, label, 500, 40 * index))
        lines.append(_line(2 * index + 1, times, 640, 40 * index))
    # A table's cell stands to the left of each row: it is no label.
    lines.extend(_line(100 + index, f"Cell {'abcde'[index]}", 20 + 60 * index, 40 * index) for index in range(5))
    return find_legend(lines)


@pytest.mark.parametrize(
    ("text", "clocks"),
    [
        ("Snack:10.15-10.30", [(10, 15), (10, 30)]),
        ("Period 5:1.10 -2.00", [(1, 10), (2, 0)]),
        ("Period4:11:30AM-12:15PM", [(11, 30), (12, 15)]),
        ("11:45 AM-1:1§ PM", [(11, 45), (1, 15)]),
        ("8:30 AM-9:I5 AM", [(8, 30), (9, 15)]),
        ("II:00-12:00", [(11, 0), (12, 0)]),
    ],
)
def test_times_close_to_their_label_or_with_a_look_alike(text: str, clocks: list[tuple[int, int]]) -> None:
    (span,) = find_times(text)
    assert span.end is not None
    assert [(span.start.hour, span.start.minute), (span.end.hour, span.end.minute)] == clocks


@pytest.mark.parametrize("text", ["B1:07", "Room A:10", "1.Il pleut"])
def test_no_times(text: str) -> None:
    assert find_times(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "3rd lesson", "3er", "3e uur", "3e les", "3e lesuur", "3re heure", "3a ora", "3ª hora", "3º tempo",
        "3. Std.", "3. Stunde", "3. godz.", "3. godzina", "3 lekcja", "3rd hour",
    ],
)  # fmt: skip
def test_ordinals_of_many_languages_are_periods(text: str) -> None:
    assert is_period(text)
    assert label_key(text) == "3"


@pytest.mark.parametrize("text", ["3rd Art", "3 Mathe", "lesson", "3e Geography"])
def test_a_number_before_a_name_is_no_period(text: str) -> None:
    assert not is_period(text)


def _lesson_times(*texts: str) -> dict[str, tuple[int, int | None]]:
    """The legend of lines under each other, where the page has nothing else."""
    return find_legend([_line(index, text, 40, 30 * index) for index, text in enumerate(texts)]).times


FOUR = {"1": (540, 585), "2": (585, 630), "3": (645, 690), "4": (690, 735)}


def test_a_legend_with_ordinals_on_one_line() -> None:
    assert _lesson_times("1e uur 9:00-9:45, 2e uur 9:45-10:30, 3e uur 10:45-11:30, 4e uur 11:30-12:15") == FOUR


def test_a_legend_with_its_own_heading_on_its_line() -> None:
    assert _lesson_times("Times: 1st lesson 9:00-9:45, 2nd lesson 9:45-10:30") == {"1": FOUR["1"], "2": FOUR["2"]}
    assert "break" in _lesson_times("1st lesson 9:00-9:45, Break: 9:45-10:30")


@pytest.mark.parametrize("apart", [0, 200])
def test_a_legend_with_starts_and_ends_in_columns_of_their_own(apart: float) -> None:
    """An end is on the level of its start, or it is none's."""
    lines = []
    for row, times in enumerate(HOURS[:4]):
        start, end = times.split("-")
        for column, text in enumerate((f"{row + 1}", start, end)):
            lines.append(_line(3 * row + column, text, 40 + 120 * column, 30 * row + (column == 2) * apart))
    assert find_legend(lines).times == ({} if apart else FOUR)
