"""Word documents (DOCX, ECMA-376) as pages.

There is no word processor on a server that must run anywhere, so the document is read here and typeset anew:

1. `docx.file` (this one) opens it with python-docx: the archive's directory is looked at before anything is unpacked,
   and a part with a document type declaration, which no word processor writes and every entity trick needs, is refused.
2. `docx.blocks` and `docx.tables` (with `docx.styles` and `docx.numbers`) walk its XML into the small model that all
   such files share (`typeset.model`): paragraphs, tables with their merged cells and column widths, page breaks,
   pictures. What stands in content controls, text boxes, hyperlinks and tracked insertions counts; what is deleted or
   hidden does not.

A document with pictures and hardly any text is a timetable that was pasted or photographed: then each large picture is
a page, and goes the way of any uploaded picture; what is written around them, often the class and the teacher, is a
page behind them. All of it runs in a child process (`pages`), which bounds time and memory.
"""

import io

from services.compressor.archive import DAMAGED, open_archive
from services.compressor.docx.blocks import read_blocks
from services.compressor.typeset.model import Content, Frame, Paragraph, Table
from shared.office import BROKEN
from shared.outcomes import UnreadableError
from shared.pictures import PictureSettings, inspect

_CAPTION_WORDS = 60
"""Text beside a picture up to which the picture is what the document is for."""
_LARGE = 120_000
"""Pixels of a picture that may be a timetable; a logo has fewer."""
_SHORTEST = 250
"""Pixels."""
_PICTURES = 100
"""Looked at."""

EMPTY = "This Word document is empty. Upload the one with the timetable."
NO_PICTURE = (
    "This Word document holds no table and no text, and its drawings cannot be read. Save it as PDF and upload that."
)
STRANGE = "This Word document is of a kind that cannot be read. Save it as PDF and upload that."


def read_word(data: bytes, limits: PictureSettings) -> Content:
    """What a Word document holds; as pictures only those that are pages.

    Raises:
        UnreadableError: broken, a bomb, of a strange kind, or empty.
    """
    content = _open(data)
    tables = any(isinstance(block, Table) and block.tells for block in content.blocks)
    words = sum(len(each.text.split()) for block in content.blocks for each in _paragraphs(block))
    pages = [] if tables or words >= _CAPTION_WORDS else _large(content.pictures, limits)
    if not pages and not words:
        raise UnreadableError(NO_PICTURE if content.pictures else EMPTY)
    content.pictures = pages
    return content


def _open(data: bytes) -> Content:
    import docx
    from lxml import etree

    open_archive(data, STRANGE).close()
    try:
        return read_blocks(docx.Document(io.BytesIO(data)))
    except (*DAMAGED, etree.LxmlError):
        raise UnreadableError(BROKEN) from None
    except (LookupError, ValueError, AttributeError, TypeError, RuntimeError, OverflowError):
        # What python-docx raises for a package without the parts it counts on (strict OOXML, templates).
        raise UnreadableError(STRANGE) from None


def _paragraphs(block: object) -> list[Paragraph]:
    if isinstance(block, Table):
        return [each for cell in block.cells for each in cell.paragraphs]
    if isinstance(block, Frame):
        return block.cell.paragraphs
    return [block] if isinstance(block, Paragraph) else []


def _large(pictures: list[bytes], limits: PictureSettings) -> list[bytes]:
    """The pictures that may be a timetable. Windows metafiles, which Word also embeds, are not read."""
    found = []
    for data in pictures[:_PICTURES]:
        try:
            info = inspect(data, len(data), limits)
        except UnreadableError:
            continue
        sides = (info.width or 0, info.height or 0)
        if info.kind not in ("pdf", "docx") and min(sides) >= _SHORTEST and sides[0] * sides[1] >= _LARGE:
            found.append(data)
    return found
