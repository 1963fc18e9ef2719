"""The workbook of a week, read back by openpyxl."""

import gc
import io
from typing import Any

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

from services.gateway.exports import csv_rows, xlsx
from services.gateway.exports.week import Week
from shared.messages import TimeBlock
from tests.unit.gateway.exports.weeks import block, week


def read(*weeks: Week) -> dict[str, Worksheet]:
    book = openpyxl.load_workbook(io.BytesIO(xlsx.write(weeks)))
    return {sheet.title: sheet for sheet in book.worksheets}


def cells(sheet: Worksheet) -> list[list[Any]]:
    """The values from the row of the days on."""
    return [list(row) for row in sheet.iter_rows(min_row=3, values_only=True)]


def merged(sheet: Worksheet) -> set[str]:
    return {str(each) for each in sheet.merged_cells.ranges}


def test_a_grid_and_a_list() -> None:
    lessons = (
        block("tuesday", "09:00", "10:30", "Art", room="Studio", teacher="Mr Sol", notes="Apron"),
        block("monday", "09:00", "09:45"),
        block("monday", "09:45", "10:30", "History"),
    )
    sheets = read(week(*lessons, class_name="4B", year=2026))
    assert list(sheets) == ["Week", "List"]
    grid = sheets["Week"]
    assert grid["A1"].value == "4B · 2026"
    assert cells(grid) == [
        [None, "Monday", "Tuesday"],
        ["09:00–09:45", "Maths", "Art\nStudio\nMr Sol\nApron"],
        ["09:45–10:30", "History", None],
    ]
    assert merged(grid) == {"C4:C5"}
    assert grid.page_setup.orientation == "landscape"
    rows = list(sheets["List"].iter_rows(values_only=True))
    assert rows[0] == csv_rows.HEADINGS
    assert [(row[0], row[3], row[5]) for row in rows[1:]] == [
        ("tuesday", "09:00", "Art"),
        ("monday", "09:00", "Maths"),
        ("monday", "09:45", "History"),
    ]


def test_nothing_is_said_twice() -> None:
    notes = block("monday", "09:00", "10:00", room="Room 4", teacher="Mrs Hale", notes="Room 4 · Mrs Hale")
    room = block("tuesday", "09:00", "10:00", room="Room 4", notes="Room 4")
    assert cells(read(week(notes, room))["Week"])[1][1:] == ["Maths\nRoom 4 · Mrs Hale", "Maths\nRoom 4"]


def test_what_is_at_once_stands_side_by_side() -> None:
    sheets = read(
        week(
            block("monday", "09:00", "10:00", "Group 1"),
            block("monday", "09:00", "10:00", "Group 2"),
            block("monday", "10:00", "11:00", "All"),
            block("friday", "09:00", "11:00", "Trip"),
        )
    )
    assert cells(sheets["Week"]) == [
        [None, "Monday", None, "Friday"],
        ["09:00–10:00", "Group 1", "Group 2", "Trip"],
        ["10:00–11:00", "All", None, None],
    ]
    assert merged(sheets["Week"]) == {"B3:C3", "B5:C5", "D4:D5"}


def test_weeks_that_take_turns_have_a_sheet_each() -> None:
    sheets = read(
        week(
            block("monday", "09:00", "10:00", "Art", week="A"),
            block("monday", "09:00", "10:00", "Biology", week="B"),
            block("monday", "10:00", "11:00", "Chess"),
        )
    )
    assert list(sheets) == ["Week A", "Week B", "List"]
    assert [row[1] for row in cells(sheets["Week A"])] == ["Monday", "Art (A)", "Chess"]
    assert [row[1] for row in cells(sheets["Week B"])] == ["Monday", "Biology (B)", "Chess"]


def test_no_block_is_left_out_for_want_of_a_time() -> None:
    sheets = read(
        week(
            block("monday", "09:00", None, "Open end"),
            block("monday", None, None, "Some time"),
            block("monday", None, None, "Some other time"),
            block("monday", "25:00", "1", "Misread"),
            block(None, "09:00", "08:00", "Backwards", cycle_day=2),
        )
    )
    assert cells(sheets["Week"]) == [
        [None, "Monday", "Day 2"],
        ["09:00", "Open end", "Backwards"],
        ["no time", "Some time", None],
        ["no time", "Some other time", None],
        ["no time", "Misread", None],
    ]
    assert sheets["List"].max_row == 6


def test_nothing_of_a_page_is_a_formula_or_a_link() -> None:
    texts = ('=HYPERLINK("http://evil.example")', "http://evil.example", "{=1}", "@SUM(1)")
    sheets = read(week(*(block("monday", f"0{number}:00", None, text) for number, text in enumerate(texts))))
    for sheet in sheets.values():
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type in ("s", "n"), cell.value
                assert cell.hyperlink is None
    assert [row[1] for row in cells(sheets["Week"])[1:]] == list(texts)


def test_many_weeks_in_one_workbook() -> None:
    one = block("monday", "09:00", "10:00")
    names = ["4B", "4b", "", "History", "a/b:c*?[x]\\", "x" * 40, "x" * 41, "'quoted'"]
    sheets = read(*(week(one, saved_name=name) for name in names))
    assert len(sheets) == 2 * len(names)
    assert list(sheets)[:4] == ["4B", "4b 2", "Week", "History 2"]
    assert all(0 < len(name) <= 31 for name in sheets)


def test_the_same_week_gives_the_same_bytes() -> None:
    same = week(block("monday", "09:00", "10:00"), block("monday", None, None))
    assert xlsx.write([same]) == xlsx.write([same])


def test_an_empty_week_and_the_largest_are_written() -> None:
    assert list(read(week())) == ["Week", "List"]
    blocks: list[TimeBlock] = [
        block("monday", f"{number % 24:02}:{number % 60:02}", "23:59", "n" * 500, notes="x" * 40_000)
        for number in range(30)
    ]
    assert read(week(*blocks))["List"].max_row == 31


def test_a_workbook_leaves_no_cycles_to_be_looked_for() -> None:
    same = week(*(block("monday", f"{number % 24:02}:{number // 24:02}", "23:59") for number in range(200)))
    xlsx.write([same])
    gc.collect()
    gc.disable()
    try:
        xlsx.write([same])
        assert gc.collect() < 2_000
    finally:
        gc.enable()
