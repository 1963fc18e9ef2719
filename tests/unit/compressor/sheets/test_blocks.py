"""Whatever kind of file a sheet comes from: one that shows nothing ends with a sentence."""

from typing import Any

import pytest
from openpyxl.styles import PatternFill

from services.compressor.settings import CompressorSettings
from services.compressor.sheets.model import NO_TABLE
from services.compressor.upload import Upload
from shared.outcomes import UnreadableError
from shared.pictures import PictureSettings
from tests.unit.compressor.made_sheets import ods, ods_row, xls, xlsx

PAINT = PatternFill("solid", "FFCC00")
HIDDEN_ROW = ods_row(("Monday", "Maths"), 'table:visibility="collapse"')


def painted(book: Any) -> None:
    for row in book.active["A1:B2"]:
        for cell in row:
            cell.fill = PAINT


def all_rows_hidden(book: Any) -> None:
    for row in range(1, 5):
        book.active.row_dimensions[row].hidden = True


def all_columns_hidden(book: Any) -> None:
    for letter in "ABCDEF":
        book.active.column_dimensions[letter].hidden = True


def text_hidden_beside_paint(book: Any) -> None:
    all_rows_hidden(book)
    for letter in "ABC":
        book.active[f"{letter}5"].fill = PAINT


EMPTY = {
    "xlsx": xlsx(rows=()),
    "xls": xls(rows=()),
    "ods": ods('<table:table table:name="4B"/>'),
    "ods without a sheet": ods(""),
    "blanks": xlsx(rows=((" ", "\t"),)),
    "fills": xlsx(painted, rows=()),
    "hidden rows": xlsx(all_rows_hidden),
    "hidden columns": xlsx(all_columns_hidden),
    "hidden rows beside fills": xlsx(text_hidden_beside_paint),
    "hidden rows of ods": ods(f"<table:table>{HIDDEN_ROW}</table:table>"),
}


@pytest.mark.parametrize("data", EMPTY.values(), ids=EMPTY)
def test_a_workbook_that_shows_nothing_is_told_so(data: bytes) -> None:
    with pytest.raises(UnreadableError) as refused:
        Upload(data, CompressorSettings.load(), PictureSettings.load())
    assert str(refused.value) == NO_TABLE


def test_an_empty_sheet_is_no_page_beside_one_with_text() -> None:
    def change(book: Any) -> None:
        painted(book)
        book.create_sheet("Notes").append(("Nothing but a note",))

    upload = Upload(xlsx(change, rows=()), CompressorSettings.load(), PictureSettings.load())
    assert upload.pages == 1
