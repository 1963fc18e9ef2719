"""CSV in the ways that spreadsheets write it."""

import pytest

from services.compressor.sheets.blocks import content_of
from services.compressor.sheets.delimited import read_delimited
from services.compressor.sheets.model import NO_TABLE, TOO_LARGE
from services.compressor.typeset.document import Typeset
from shared.outcomes import UnreadableError
from shared.pictures import PictureSettings, inspect
from tests.unit.compressor import read_back
from tests.unit.compressor.made_sheets import BLOCKS, ROWS, delimited

LIMITS = PictureSettings.load()


def opened(data: bytes) -> Typeset:
    return Typeset(content_of(read_delimited(data)), LIMITS)


@pytest.mark.parametrize(
    ("delimiter", "encoding"), [(",", "utf-8"), (";", "utf-8-sig"), ("\t", "utf-16"), (";", "utf-16-be")]
)
def test_a_week_is_read_whatever_it_is_written_with(delimiter: str, encoding: str) -> None:
    data = delimited(delimiter).encode(encoding)
    if encoding == "utf-16-be":
        data = b"\xfe\xff" + data
    assert inspect(data, len(data), LIMITS).kind == "csv", "told by its bytes"
    assert {line.text for line in read_back.lines(opened(data))} == {cell for row in ROWS for cell in row}


def test_a_week_is_read_to_the_letter() -> None:
    assert read_back.blocks(opened(delimited().encode())) == BLOCKS


def test_windows_own_letters() -> None:
    rows = tuple(tuple(cell.replace("Łacina", "Französisch – Übung") for cell in row) for row in ROWS)
    data = delimited(";", rows).encode("cp1252")
    assert "Französisch – Übung" in {line.text for line in read_back.lines(opened(data))}


def test_delimiters_and_line_ends_within_quotes() -> None:
    text = delimited().replace("English,Maths,History", '"English, with Ms ""X""","Maths\nRoom 5",History')
    found = {line.text for line in read_back.lines(opened(text.encode()))}
    assert {'English, with Ms "X"', "Maths", "Room 5"} <= found


def test_a_first_line_that_says_the_delimiter() -> None:
    document = opened(b"sep=|\r\n" + delimited("|").encode())
    assert "Maths" in {line.text for line in read_back.lines(document)}


def test_rows_that_hold_nothing_are_left_out() -> None:
    text = "Class 4B,,,,,\r\n,,,,,\r\n" + delimited().replace("\r\n", "\r\n,,,,,\r\n")
    document = opened(text.encode())
    assert read_back.blocks(document) == BLOCKS
    assert read_back.readings(document)[0].class_name == "Class 4B"


def test_a_name_or_a_type_says_that_a_text_is_a_table() -> None:
    data = b"Monday,Maths\n"
    with pytest.raises(UnreadableError, match="no table"):
        inspect(data, len(data), LIMITS)
    assert inspect(data, len(data), LIMITS, name="Week.CSV").kind == "csv"
    assert inspect(data, len(data), LIMITS, declared="text/csv; charset=utf-8").kind == "csv"


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"nothing at all\nside by side\n", NO_TABLE),
        (b"\n\n", NO_TABLE),
        (b"a,b\n" * 1001, TOO_LARGE),
        (b",".join([b"x"] * 65) + b"\n" + b",".join([b"y"] * 65), TOO_LARGE),
        (b"a," + b"b" * 90_000 + b"\n" + (b"c," + b"d" * 90_000 + b"\n") * 2, TOO_LARGE),
    ],
    ids=["prose", "empty", "rows", "columns", "letters"],
)
def test_what_is_no_timetable_is_refused(data: bytes, sentence: str) -> None:
    with pytest.raises(UnreadableError) as refused:
        opened(data)
    assert str(refused.value) == sentence


def test_bytes_that_are_no_text_are_refused() -> None:
    data = bytes(range(256)) * 4
    with pytest.raises(UnreadableError, match="not a picture and no table"):
        inspect(data, len(data), LIMITS, name="week.csv", declared="text/csv")
