"""The week in the terminal."""

import io

import pytest
from rich.console import Console

from deploy.launch import week
from shared.messages import Day, TimeBlock, Timetable, Warning_


def block(day: Day, start: str | None, end: str | None, name: str, notes: str | None = None) -> TimeBlock:
    return TimeBlock(day=day, start_time=start, end_time=end, name=name, notes=notes)


WEEK = Timetable(
    class_name="4B",
    teacher="Ms Carter",
    timeblocks=[
        block("monday", "09:00", "10:00", "Maths", "Room 12"),
        block("monday", "10:00", "11:00", "English"),
        block("tuesday", "09:00", "11:00", "Science"),
        block("tuesday", None, None, "Choir"),
    ],
    warnings=[Warning_(code="missing_time", message="Choir has no time.", time_block=3)],
)


def shown(timetable: Timetable, width: int) -> list[str]:
    console = Console(file=io.StringIO(), width=width, force_terminal=False)
    week.show(timetable, console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue().splitlines()


def test_rows_are_the_stretches_between_times() -> None:
    assert week.slots(WEEK.timeblocks) == [("09:00", "10:00"), ("10:00", "11:00")]


def test_a_gap_in_which_nothing_runs_has_no_row() -> None:
    blocks = [block("monday", "09:00", "10:00", "a"), block("monday", "11:00", "12:00", "b")]
    assert week.slots(blocks) == [("09:00", "10:00"), ("11:00", "12:00")]


def test_a_double_lesson_is_named_once_and_hinted_at_below() -> None:
    text = "\n".join(shown(WEEK, 100))
    assert text.count("Science") == 2
    assert "┆ Science" in text
    for words in ("4B · Ms Carter", "Maths", "Room 12", "Monday", "Tuesday", "Choir", "! Choir has no time."):
        assert words in text


@pytest.mark.parametrize("width", [30, 71, 72, 100, 200])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    assert max(map(len, shown(WEEK, width))) <= width


def test_a_narrow_terminal_gets_a_list_with_every_block() -> None:
    text = "\n".join(shown(WEEK, 40))
    for words in ("Monday", "Tuesday", "09:00–11:00", "?–?", "Choir"):
        assert words in text


def test_times_that_do_not_line_up_get_a_row_for_each_pair() -> None:
    blocks = [block("monday", f"{8 + i // 6:02d}:{i % 6}0", f"{9 + i // 6:02d}:{i % 6}5", f"b{i}") for i in range(45)]
    table = week.as_table(Timetable(timeblocks=blocks), ["monday", "tuesday"], 80)
    assert table.row_count == 45


@pytest.mark.parametrize("width", [40, 100])
def test_days_that_only_a_cycle_counts_are_columns_after_the_weeks_own(width: int) -> None:
    numbers = (10, 2)
    rotating = [TimeBlock(day=None, cycle_day=day, name=f"Lesson {day}", start_time="09:00") for day in numbers]
    blocks = [*rotating, block("friday", "09:00", "10:00", "Art")]
    assert week.columns(blocks) == ["friday", "day 2", "day 10"]
    text = "\n".join(shown(Timetable(timeblocks=blocks), width))
    for words in ("Friday", "Day 2", "Day 10", "Lesson 2", "Lesson 10", "Art"):
        assert words in text


def test_an_empty_week_is_a_sentence() -> None:
    assert shown(Timetable(), 100) == ["No time blocks were found in this picture."]
