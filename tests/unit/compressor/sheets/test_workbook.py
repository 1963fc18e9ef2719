"""XLSX and XLS: what a person sees in the cells is what the reader gets, and what is hostile ends with a sentence."""

import datetime as dt
import io
import re
import struct
import zipfile
from typing import Any

import pytest
from openpyxl.styles import Border, PatternFill, Side

from services.compressor.sheets.blocks import content_of
from services.compressor.sheets.container import chains_end
from services.compressor.sheets.model import BROKEN, TOO_LARGE
from services.compressor.sheets.workbook import read_workbook
from services.compressor.typeset.document import Typeset
from shared.office import BOMB, LOCKED
from shared.outcomes import UnreadableError
from shared.pictures import Kind, PictureSettings, inspect
from tests.unit.compressor import read_back
from tests.unit.compressor.made_docx import rewritten
from tests.unit.compressor.made_sheets import BLOCKS, ROWS, sheet, xls, xlsx

LIMITS = PictureSettings.load()


def opened(data: bytes, kind: Kind = "xlsx") -> Typeset:
    assert inspect(data, len(data), LIMITS).kind == kind
    return Typeset(content_of(read_workbook(data, kind)), LIMITS)


def texts(data: bytes, number: int = 0, kind: Kind = "xlsx") -> list[str]:
    return [line.text for line in read_back.lines(opened(data, kind), number)]


def refusal(data: bytes) -> str:
    with pytest.raises(UnreadableError) as refused:
        opened(data)
    return str(refused.value)


@pytest.mark.parametrize(("data", "kind"), [(xlsx(), "xlsx"), (xls(), "xls")], ids=["xlsx", "xls"])
def test_a_week_is_read_to_the_letter(data: bytes, kind: Kind) -> None:
    assert read_back.blocks(opened(data, kind)) == BLOCKS


def test_merged_cells_are_one_lesson() -> None:
    def change(book: Any) -> None:
        sheet = book.active
        sheet["B3"] = None
        sheet.merge_cells("B2:B3")
        sheet["E2"] = "Swimming"
        sheet.merge_cells("E2:F2")

    found = read_back.blocks(opened(xlsx(change)))
    assert ("monday", "Maths", "08:30", "10:00") in found
    assert {("thursday", "Swimming", "08:30", "09:15"), ("friday", "Swimming", "08:30", "09:15")} <= found


def test_merged_cells_of_an_old_workbook_are_one_lesson() -> None:
    rows = (ROWS[0], (ROWS[1][0], None, *ROWS[1][2:]), (ROWS[2][0], None, *ROWS[2][2:]), ROWS[3])
    data = xls(rows, lambda _, sheet: sheet.write_merge(1, 2, 1, 1, "Maths"))
    assert ("monday", "Maths", "08:30", "10:00") in read_back.blocks(opened(data, "xls"))


def test_times_stand_as_the_sheet_shows_them() -> None:
    def change(book: Any) -> None:
        sheet = book.active
        for row, (text, code) in enumerate((("8:30 AM", "h:mm AM/PM"), ("09:15", "hh:mm"), ("10:20", "h:mm")), 2):
            hour, minute = text.split(" ")[0].split(":")
            sheet.cell(row, 1, dt.time(int(hour), int(minute))).number_format = code
        for column in range(2, 7):
            sheet.cell(1, column, dt.date(2026, 11, 21 + column)).number_format = "dddd"

    shown = texts(xlsx(change))
    assert {"8:30 AM", "09:15", "10:20", "Monday", "Friday"} <= set(shown)
    assert ("monday", "Maths", "08:30", "09:15") in read_back.blocks(opened(xlsx(change)))


def test_what_is_hidden_is_left_out() -> None:
    def change(book: Any) -> None:
        sheet = book.active
        sheet.row_dimensions[3].hidden = True
        sheet.column_dimensions["C"].hidden = True
        book.create_sheet("Secret").append(("Monday", "Hidden"))
        book["Secret"].sheet_state = "hidden"

    shown = texts(xlsx(change))
    assert "Maths" in shown
    assert not {"09:15 - 10:00", "Tuesday", "Geography", "Hidden"} & set(shown)


def test_sheets_are_pages_under_their_names() -> None:
    def change(book: Any) -> None:
        book.active.title = "Class 4B"
        other = book.create_sheet("Class 5A")
        for row in ROWS:
            other.append(row)
        book.create_sheet("Empty")

    document = opened(xlsx(change))
    assert document.pages == 2
    readings = read_back.readings(document)
    assert [reading.class_name for reading in readings] == ["Class 4B", "Class 5A"]


def test_a_sheet_without_a_table_is_no_page_beside_one_with() -> None:
    def change(book: Any) -> None:
        book.create_sheet("Notes").append(("Nothing but a note",))

    assert opened(xlsx(change)).pages == 1


def test_rows_of_one_colour_or_in_one_frame_are_one_lesson() -> None:
    def change(book: Any) -> None:
        sheet, line = book.active, Side("thin")
        for row in (3, 4):
            sheet.cell(row, 2).value = sheet.cell(row, 3).value = None
        for row in (2, 3):
            sheet.cell(row, 2).fill = PatternFill("solid", "FFCC00")
            sheet.cell(row, 3).border = Border(line, line, line if row == 2 else None, line if row == 3 else None)
        sheet["B4"], sheet["C4"] = "Science", "Geography"

    found = read_back.blocks(opened(xlsx(change)))
    assert {("monday", "Maths", "08:30", "10:00"), ("tuesday", "English", "08:30", "10:00")} <= found


def test_a_column_of_one_colour_is_not_one_lesson() -> None:
    def change(book: Any) -> None:
        for row in range(1, 5):
            book.active.cell(row, 2).fill = PatternFill("solid", "FFCC00")

    assert read_back.blocks(opened(xlsx(change))) == BLOCKS


def test_a_title_above_the_table_is_no_column() -> None:
    def change(book: Any) -> None:
        book.active.insert_rows(1, 2)
        book.active["A1"] = "Timetable of a class with a rather long name, autumn term"
        book.active["A2"], book.active["B2"] = "Class:", "4B"

    shown = texts(xlsx(change))
    assert "Class: 4B" in shown
    assert read_back.blocks(opened(xlsx(change))) == BLOCKS


def test_a_room_that_spaces_set_apart_is_a_line_of_its_own() -> None:
    def change(book: Any) -> None:
        book.active["B2"], book.active["C2"], book.active["D2"] = "Maths       H4.2", "Physical  Education", "AI  12"

    assert {"Maths", "H4.2", "Physical Education", "AI", "12"} <= set(texts(xlsx(change)))


def test_macros_are_not_looked_at() -> None:
    data = rewritten(
        xlsx(), lambda _, body: body.replace(b"sheet.main+xml", b"sheet.macroEnabled.main+xml"),
        **{"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0" + bytes(500)},
    )  # fmt: skip
    assert read_back.blocks(opened(data)) == BLOCKS


def test_a_workbook_of_strange_looks_is_read_by_its_cells() -> None:
    data = rewritten(xlsx(), lambda name, body: b"<x" if name == "xl/theme/theme1.xml" else body)
    assert read_back.blocks(opened(data)) == BLOCKS
    assert refusal(rewritten(xlsx(), lambda name, body: b"" if name == "xl/workbook.xml" else body)) == BROKEN


# --- what is refused ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("last", ['<c r="XFD1048576"><v>1</v></c>', "<c/>" * 16_383 + "<c><v>1</v></c>"])
def test_a_sheet_that_spans_billions_of_cells_is_refused_before_it_is_read(last: str) -> None:
    corners = f'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576">{last}</row>'
    assert refusal(sheet(corners)) == TOO_LARGE


@pytest.mark.parametrize("part", ["xl/theme/theme1.xml", "xl/styles.xml"])
def test_its_extent_is_known_though_its_looks_are_odd(part: str) -> None:
    """Where it was not, calamine asked for 550 GB."""
    corners = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    assert refusal(rewritten(sheet(corners), lambda name, body: b"<x" if name == part else body)) == TOO_LARGE


def test_a_merge_of_the_whole_sheet_is_no_more_than_what_is_in_it() -> None:
    rows = '<row r="1"><c r="A1"><v>1</v></c><c r="B1"><v>2</v></c></row><row r="2"><c r="A2"><v>3</v></c></row>'
    merges = '<mergeCells><mergeCell ref="C1:XFD1048576"/><mergeCell ref="A2:XFD2"/></mergeCells>'
    assert texts(sheet(rows, merges)) == ["1", "2", "3"]


def test_entities_are_refused() -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    assert "cannot be read" in refusal(
        rewritten(xlsx(), lambda name, body: bomb + body if name == "xl/styles.xml" else body)
    )
    away = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    assert "cannot be read" in refusal(
        rewritten(xlsx(), lambda name, body: away + body if name == "xl/workbook.xml" else body)
    )


def test_bombs_are_refused_by_the_archive_s_directory() -> None:
    assert refusal(rewritten(xlsx(), lambda _, body: body, **{"xl/x.xml": bytes(30 << 20)})) == BOMB


def test_locked_workbooks_are_told_what_to_do() -> None:
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500) + "EncryptedPackage\0".encode("utf-16-le")
    assert refusal(ole) == LOCKED


@pytest.mark.parametrize("cut", [0.3, 0.7, 0.99])
def test_cut_off(cut: float) -> None:
    data = xlsx()
    assert "cut off or damaged" in refusal(data[: int(len(data) * cut)])


def test_an_old_workbook_that_is_cut_off() -> None:
    data = xls()
    with pytest.raises(UnreadableError) as refused:
        read_workbook(data[: len(data) // 2], "xls")
    assert str(refused.value) == BROKEN


def _looped(part: str) -> bytes:
    """An old workbook in whose table of sectors, or in the list of that table's, a chain is a ring."""
    data = bytearray(xls())
    (table,) = struct.unpack_from("<I", data, 76)
    if part == "listed":
        struct.pack_into("<II", data, 68, 3, 1)
        struct.pack_into("<I", data, 512 * 5 - 4, 3)
    else:
        first = 512 * (table + 1)
        nexts = struct.unpack_from("<128I", data, first)
        at = next(n for n, each in enumerate(nexts) if each < 128 and nexts[each] < 128)
        struct.pack_into("<I", data, first + 4 * nexts[at], at)
    return bytes(data)


@pytest.mark.parametrize("part", ["sectors", "listed"])
def test_an_old_workbook_whose_chains_are_rings_is_told_so(part: str) -> None:
    """Followed, one takes memory until there is none."""
    assert chains_end(xls())
    with pytest.raises(UnreadableError, match=re.escape(BROKEN)):
        read_workbook(_looped(part), "xls")


def test_an_archive_of_another_kind_of_workbook_is_told_how_to_be_saved() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("xl/workbook.bin", b"x")
    assert "XLSB" in refusal(out.getvalue())
