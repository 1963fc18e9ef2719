"""ODS: cells as they are shown."""

import pytest

from services.compressor.sheets.blocks import content_of
from services.compressor.sheets.model import LOCKED
from services.compressor.sheets.ods import read_ods
from services.compressor.typeset.document import Typeset
from shared.outcomes import OtherFormatError, UnreadableError
from shared.pictures import PictureSettings, inspect
from tests.unit.compressor import read_back
from tests.unit.compressor.made_docx import rewritten
from tests.unit.compressor.made_sheets import BLOCKS, ROWS, ods, ods_row, ods_week

LIMITS = PictureSettings.load()


def opened(data: bytes) -> Typeset:
    assert inspect(data, len(data), LIMITS).kind == "ods"
    return Typeset(content_of(read_ods(data)), LIMITS)


def texts(data: bytes) -> list[str]:
    return [line.text for line in read_back.lines(opened(data))]


def test_a_week_is_read_to_the_letter() -> None:
    document = opened(ods(ods_week()))
    assert read_back.blocks(document) == BLOCKS
    assert read_back.readings(document)[0].class_name == "4B"


def test_merged_and_repeated_cells() -> None:
    merged = (
        "<table:table-row><table:table-cell><text:p>11:05 - 11:50</text:p></table:table-cell>"
        '<table:table-cell table:number-columns-spanned="2"><text:p>Sport<text:s/>day</text:p></table:table-cell>'
        '<table:covered-table-cell/><table:table-cell table:number-columns-repeated="3"><text:p>Art</text:p>'
        '</table:table-cell><table:table-cell table:number-columns-repeated="16378"/></table:table-row>'
        '<table:table-row table:number-rows-repeated="1048000"><table:table-cell/></table:table-row>'
    )
    found = read_back.blocks(opened(ods(ods_week(more=merged))))
    assert found - BLOCKS == {
        *((day, "Sport day", "11:05", "11:50") for day in ("monday", "tuesday")),
        *((day, "Art", "11:05", "11:50") for day in ("wednesday", "thursday", "friday")),
    }


def test_what_is_hidden_or_said_aside_is_left_out() -> None:
    hides = '<style:table-properties table:display="false"/>'
    styles = f'<style:style style:name="away" style:family="table">{hides}</style:style>'
    note = (
        "<table:table-row><table:table-cell><office:annotation><text:p>A note</text:p></office:annotation>"
        "<text:p>11:05 - 11:50</text:p></table:table-cell><table:table-cell><text:p>Drama</text:p></table:table-cell>"
        "</table:table-row>"
    )
    hidden = ods_row(("12:00 - 12:30", "Hidden"), 'table:visibility="collapse"')
    away = (
        '<table:table table:name="x" table:style-name="away"><table:table-row><table:table-cell><text:p>Away</text:p>'
    )
    away += "</table:table-cell></table:table-row></table:table>"
    document = opened(ods(ods_week(more=note + hidden) + away, styles))
    assert document.pages == 1
    assert read_back.blocks(document) == BLOCKS | {("monday", "Drama", "11:05", "11:50")}


def test_a_time_without_its_text_is_shown() -> None:
    row = (
        '<table:table-row><table:table-cell office:value-type="time" office:time-value="PT08H05M00S"/>'
        "<table:table-cell><text:p>Registration</text:p></table:table-cell></table:table-row>"
    )
    assert "08:05" in texts(ods(ods_week(more=row)))


def test_a_sheet_that_is_coloured_as_a_whole_is_kept_as_far_as_its_table_reaches() -> None:
    """Its 17 billion cells were kept up to five million, which took a process 31 s."""
    style = '<style:style style:name="paint"><style:table-cell-properties fo:background-color="#ffcc00"/></style:style>'
    paint = '<table:table-cell table:style-name="paint" table:number-columns-repeated="16384"/>'
    below = f'<table:table-row table:number-rows-repeated="1048576">{paint}</table:table-row>'
    lesson = '<table:table-cell table:style-name="paint"><text:p>Chess</text:p></table:table-cell>'
    rows = (
        f"{ods_row(('11:05 - 11:50',)).removesuffix('</table:table-row>')}{lesson}{paint}</table:table-row>",
        f"{ods_row(('11:50 - 12:35',)).removesuffix('</table:table-row>')}{paint}</table:table-row>",
    )
    data = ods(ods_week(more="".join(rows) + below * 5), style)
    (found,) = read_ods(data)
    assert len(found.cells) == 6 * 6
    assert read_back.blocks(opened(data)) == BLOCKS | {("monday", "Chess", "11:05", "12:35")}


def test_cells_with_nothing_but_a_colour_are_bounded_over_all_sheets() -> None:
    style = '<style:style style:name="paint"><style:table-cell-properties fo:background-color="#ffcc00"/></style:style>'
    paint = '<table:table-cell table:style-name="paint" table:number-columns-repeated="64"/>'
    painted = f'<table:table-row table:number-rows-repeated="1000">{paint}</table:table-row>'
    words = ods_row(tuple("abcdefgh" * 8))
    sheet = f'<table:table table:name="4B">{words}{painted}{words}</table:table>'
    with pytest.raises(UnreadableError, match="far larger"):
        read_ods(ods(sheet * 4, style))


def test_more_than_a_timetable_is_refused() -> None:
    many = ods_row(("12:00", *ROWS[1][1:]), 'table:number-rows-repeated="1048576"')
    with pytest.raises(UnreadableError, match="far larger"):
        opened(ods(ods_week(more=many + many)))


def test_entities_are_refused() -> None:
    start = b"<office:document-content"
    entity = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    with pytest.raises(UnreadableError, match="cannot be read"):
        read_ods(rewritten(ods(ods_week()), lambda _, body: body.replace(start, entity + start, 1)))


def test_locked_and_damaged_workbooks_are_told() -> None:
    with pytest.raises(UnreadableError) as locked:
        read_ods(ods(ods_week(), more={"META-INF/manifest.xml": b"<manifest:encryption-data/>"}))
    assert str(locked.value) == LOCKED
    with pytest.raises(UnreadableError, match="damaged"):
        read_ods(rewritten(ods(ods_week()), lambda name, body: body[:500] if name == "content.xml" else body))


def test_other_files_of_opendocument_are_told_how_to_be_saved() -> None:
    data = rewritten(ods(ods_week()), lambda _, body: body.replace(b"opendocument.spreadsheet", b"opendocument.text"))
    with pytest.raises(OtherFormatError, match="DOCX or PDF") as other:
        inspect(data, len(data), LIMITS)
    assert other.value.format == "odt"
