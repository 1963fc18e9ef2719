"""Word documents made by the tests themselves, with python-docx."""

import io
import zipfile
from collections.abc import Callable
from typing import Any

import docx
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn
from docx.oxml.parser import OxmlElement
from docx.shared import Pt

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
WEEK = (
    ("9.00 – 10.00", ("Maths", "English", "Physics", "Français", "Drama")),
    ("10.00 – 10.20", ("Break",)),
    ("10.20 – 11.20", ("Łacina", "Maths", "Art", "Science", "Music")),
    ("11.20 – 12.20", ("History", "Maths", "Art", "Geography", "P.E.")),
)
"""Break goes across the week; Art is one lesson of two hours."""


WEEK_BLOCKS: set[tuple[str, str, str | None, str | None]] = {
    *((day.lower(), name, "09:00", "10:00")
      for day, name in zip(DAYS, ("Maths", "English", "Physics", "Français", "Drama"), strict=True)),
    *((day.lower(), "Break", "10:00", "10:20") for day in DAYS),
    ("monday", "Łacina", "10:20", "11:20"), ("monday", "History", "11:20", "12:20"),
    ("tuesday", "Maths", "10:20", "11:20"), ("tuesday", "Maths", "11:20", "12:20"),
    ("wednesday", "Art", "10:20", "12:20"),
    ("thursday", "Science", "10:20", "11:20"), ("thursday", "Geography", "11:20", "12:20"),
    ("friday", "Music", "10:20", "11:20"), ("friday", "P.E.", "11:20", "12:20"),
}  # fmt: skip
"""Day, name, start and end of the blocks of `WEEK`."""


def saved(document: Any) -> bytes:
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def set_direction(cell: Any, direction: str) -> None:
    """Turn a cell's text: ``btLr`` reads bottom to top, ``tbRl`` top to bottom."""
    element = OxmlElement("w:textDirection")
    element.set(qn("w:val"), direction)
    cell._tc.get_or_add_tcPr().append(element)


def week(*, title: str = "Class 4B", change: Callable[[Any, Any], None] | None = None) -> bytes:
    """A landscape page with days across the top, a break across the week and a double lesson.

    Args:
        change: called with the document and its table before it is saved.
    """
    document = docx.Document()
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Pt(842), Pt(595)
    document.add_heading(title, 1)
    table = document.add_table(len(WEEK) + 1, 6)
    table.style = "Table Grid"
    for column, day in enumerate(DAYS, 1):
        table.cell(0, column).text = day
    for row, (time, lessons) in enumerate(WEEK, 1):
        table.cell(row, 0).text = time
        if len(lessons) == 1:
            table.cell(row, 1).merge(table.cell(row, 5)).text = lessons[0]
        else:
            for column, lesson in enumerate(lessons, 1):
                table.cell(row, column).text = lesson
    table.cell(4, 3).text = ""
    table.cell(3, 3).merge(table.cell(4, 3)).text = "Art"
    if change is not None:
        change(document, table)
    return saved(document)


def rewritten(data: bytes, change: Callable[[str, bytes], bytes | None], **more: bytes) -> bytes:
    """The archive with `change` made to every part (None leaves it out), and parts more."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            body = change(name, old.read(name))
            if body is not None:
                new.writestr(name, body)
        for name, body in more.items():
            new.writestr(name, body)
    return out.getvalue()
