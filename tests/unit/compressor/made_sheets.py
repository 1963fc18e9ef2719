"""Workbooks, CSV and HTML made by the tests themselves."""

import io
import zipfile
from collections.abc import Callable
from typing import Any
from xml.sax.saxutils import escape

import openpyxl

from tests.unit.compressor.made_docx import rewritten

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
ROWS = (
    ("Time", *DAYS),
    ("08:30 - 09:15", "Maths", "English", "Science", "Maths", "Art"),
    ("09:15 - 10:00", "English", "Maths", "History", "Łacina", "Maths"),
    ("10:20 - 11:05", "Science", "Geography", "Maths", "English", "Music"),
)
BLOCKS: set[tuple[str, str, str | None, str | None]] = {
    (day.lower(), lessons[at], lessons[0][:5], lessons[0][8:]) for lessons in ROWS[1:] for at, day in enumerate(DAYS, 1)
}
"""Day, name, start and end of the blocks of `ROWS`."""


def xlsx(change: Callable[[Any], None] | None = None, rows: tuple[tuple[Any, ...], ...] = ROWS) -> bytes:
    """A workbook of one sheet.

    Args:
        change: called with the workbook before it is saved.
    """
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    if change is not None:
        change(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def sheet(rows: str, more: str = "") -> bytes:
    """A workbook whose sheet has these rows of XML, and what stands behind them."""
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    xml = f'<worksheet xmlns="{space}"><sheetData>{rows}</sheetData>{more}</worksheet>'.encode()
    return rewritten(xlsx(), lambda name, body: xml if name == "xl/worksheets/sheet1.xml" else body)


def xls(rows: tuple[tuple[Any, ...], ...] = ROWS, change: Callable[[Any, Any], None] | None = None) -> bytes:
    """A workbook of Excel 97.

    Args:
        change: called with the workbook and its sheet before it is saved.
    """
    import xlwt

    book = xlwt.Workbook()
    sheet = book.add_sheet("4B")
    for at, row in enumerate(rows):
        for column, value in enumerate(row):
            if value is not None:
                sheet.write(at, column, value)
    if change is not None:
        change(book, sheet)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def ods(body: str, styles: str = "", more: dict[str, bytes] | None = None) -> bytes:
    """A workbook of OpenDocument.

    Args:
        body: its tables' XML.
    """
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{urn}:1.0"'
        for name, urn in (
            ("office", "office"),
            ("table", "table"),
            ("text", "text"),
            ("style", "style"),
            ("fo", "xsl-fo-compatible"),
        )
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {spaces} office:version="1.3">'
        f"<office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:spreadsheet>{body}</office:spreadsheet></office:body></office:document-content>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet", zipfile.ZIP_STORED)
        archive.writestr("content.xml", content)
        for name, data in (more or {}).items():
            archive.writestr(name, data)
    return out.getvalue()


def ods_row(cells: tuple[str, ...], attributes: str = "") -> str:
    inside = "".join(f"<table:table-cell><text:p>{escape(cell)}</text:p></table:table-cell>" for cell in cells)
    return f"<table:table-row {attributes}>{inside}</table:table-row>"


def ods_week(name: str = "4B", more: str = "") -> str:
    return f'<table:table table:name="{name}">{"".join(map(ods_row, ROWS))}{more}</table:table>'


def delimited(delimiter: str = ",", rows: tuple[tuple[str, ...], ...] = ROWS) -> str:
    return "\r\n".join(delimiter.join(row) for row in rows) + "\r\n"


def html(rows: tuple[tuple[str, ...], ...] = ROWS, *, before: str = "", after: str = "") -> str:
    body = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return f"{before}<table>{body}</table>{after}"
