"""The table of a week, read back by Python's own reader."""

import csv
import io

import pytest

from services.gateway.exports import csv_rows
from tests.unit.gateway.exports.weeks import block, week


def read(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_a_row_for_each_block() -> None:
    data = csv_rows.write(
        week(
            block("monday", "09:00", "09:45", "Maths, advanced", room="R 12", teacher="Ms Carter", notes='say "x"'),
            block(None, None, None, "Art", cycle_day=3, week="B", confidence=0.98765),
        )
    )
    assert data.startswith(b"\xef\xbb\xbfday,"), "Excel reads it as UTF-8"
    assert read(data) == [
        list(csv_rows.HEADINGS),
        ["monday", "", "", "09:00", "09:45", "Maths, advanced", "R 12", "Ms Carter", 'say "x"', "0.0"],
        ["", "3", "B", "", "", "Art", "", "", "", "0.9877"],
    ]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\n=", "  =", "＝", "＋", "－", "＠", "\xa0="])
def test_no_cell_is_a_formula(start: str) -> None:
    text = f'{start}HYPERLINK("http://evil.example";"x")'
    (_, cells) = read(
        csv_rows.write(week(block("monday", "09:00", "10:00", text, room=text, teacher=text, notes=text)))
    )
    assert [cells[number] for number in (5, 6, 7, 8)] == [f"'{text}"] * 4


def test_what_is_no_formula_stays_as_it_is() -> None:
    (_, cells) = read(csv_rows.write(week(block("monday", "09:00", "10:00", "Maths = fun", notes="1+1, a@b"))))
    assert (cells[5], cells[8]) == ("Maths = fun", "1+1, a@b")
