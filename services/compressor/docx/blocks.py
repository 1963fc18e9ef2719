"""A Word document's XML as blocks: paragraphs, tables, page breaks, and its pictures.

python-docx opens the package and finds parts; the walk is over the elements themselves, because its own iterators leave
out what stands in content controls, text boxes, hyperlinks and tracked insertions (ECMA-376 part 1, 17.2 to 17.5).
"""

from collections.abc import Iterator
from typing import Any

from services.compressor.docx.anchors import Shape, Sheet, shapes
from services.compressor.docx.numbers import Numbers
from services.compressor.docx.styles import Look, Styles
from services.compressor.docx.tables import Cells, read_table
from services.compressor.typeset.model import Block, Cell, Content, Frame, PageBreak, Paragraph, Table
from shared.outcomes import UnreadableError

_THROUGH = {"hyperlink", "smartTag", "ins", "moveTo", "sdt", "sdtContent", "fldSimple", "customXml", "body", "hdr"}
"""Elements whose content counts as if it stood there itself."""
_CHARACTERS = 200_000
_PARAGRAPHS = 50_000
_FRAMES = 3
"""Tables around tables."""
_ELSEWHERE = {"Fallback", "txbxContent"}
"""Where a text box is the same one for older programs, or is met again when the one around it is gone through."""
_PICTURES = 200
_A4 = (595.0, 842.0)
_MARGIN = 36.0

TOO_LONG = "This Word document is far longer than a timetable. Upload only the pages with the timetable."


def local(element: Any) -> str:
    """An element's name without its namespace; empty for comments and the like."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def read_blocks(document: Any) -> Content:
    """The document's content.

    Args:
        document: of python-docx.

    Raises:
        UnreadableError: there is too much of it.
    """
    section = document.sections[0] if len(document.sections) else None
    width = float(section.page_width.pt) if section is not None and section.page_width else _A4[0]
    height = float(section.page_height.pt) if section is not None and section.page_height else _A4[1]
    content = Content(min(max(width, 144.0), 3000.0), min(max(height, 144.0), 3000.0), _MARGIN)
    walk = _Walk(Styles(document.styles.element), Numbers(_numbering(document)), _sheet(section, content))
    if section is not None and not section.header.is_linked_to_previous:
        # The class and the school often stand in the header alone.
        walk.part = section.header.part
        walk.blocks(section.header._element)
    walk.part = document.part
    walk.blocks(document.element.body)
    content.blocks, content.pictures = walk.found, walk.pictures
    return content


def _sheet(section: Any, content: Content) -> Sheet:
    """The page that anchors speak of."""
    sides = ("left_margin", "top_margin", "right_margin", "bottom_margin")
    margins = [getattr(section, side, None) for side in sides]
    left, top, right, bottom = (_MARGIN if each is None else float(each.pt) for each in margins)
    return Sheet(content.width, content.height, left, top, right, bottom)


def _numbering(document: Any) -> Any:
    """``w:numbering``, None where the document has no lists. Asking python-docx for it would make one."""
    from docx.opc.constants import RELATIONSHIP_TYPE

    parts = (each.target_part for each in document.part.rels.values() if each.reltype == RELATIONSHIP_TYPE.NUMBERING)
    part = next(parts, None)
    return None if part is None else part.element


class _Walk:
    """Gathers blocks while it goes through the elements."""

    def __init__(self, styles: Styles, numbers: Numbers, sheet: Sheet) -> None:
        from docx.oxml.ns import qn

        self._qn = qn
        self._styles = styles
        self._numbers = numbers
        self._sheet = sheet
        self._characters = 0
        self._depth = 0
        self._paragraphs = 0
        self._relations: set[tuple[int, str]] = set()
        self.part: Any = None
        self.found: list[Block] = []
        self.pictures: list[bytes] = []

    def blocks(self, parent: Any) -> None:
        """Take in the paragraphs and tables of a body, header, text box or cell."""
        for element in parent.iterchildren():
            name = local(element)
            if name == "p":
                self._paragraph(element)
            elif name == "tbl":
                self._table(element)
            elif name in _THROUGH:
                self.blocks(element)

    def _table(self, element: Any) -> None:
        self._depth += 1
        counts = dict(self._numbers.counts)
        table, inner = read_table(element, self._inside)
        self._depth -= 1
        # What a frame holds is gone through again: frames in frames would double the work with each.
        if inner and self._depth < _FRAMES:  # a frame around other tables: what it holds stands for itself
            self._numbers.counts = counts
            for tc in inner:
                self.blocks(tc)
        else:
            self.found.append(table)

    def _inside(self, tc: Any) -> Cells:
        """What a cell holds: its paragraphs, those of tables in it, one line for each of their rows."""
        outer, self.found = self.found, []
        self.blocks(tc)
        inside, self.found = self.found, outer
        paragraphs: list[Paragraph] = []
        for block in inside:
            if isinstance(block, Paragraph):
                paragraphs.append(block)
            elif isinstance(block, Frame):
                paragraphs.extend(block.cell.paragraphs)
            elif isinstance(block, Table):
                rows: dict[int, list[Paragraph]] = {}
                for cell in block.cells:
                    rows.setdefault(cell.row, []).extend(cell.paragraphs)
                for row in rows.values():
                    text = "  ".join(each.text.strip() for each in row if each.text.strip())
                    if text:
                        paragraphs.append(Paragraph(text, row[0].size, row[0].bold, row[0].align))
        return paragraphs, any(isinstance(block, Table) and block.tells for block in inside)

    def _paragraph(self, element: Any) -> None:
        qn = self._qn
        self._paragraphs += 1
        if self._paragraphs > _PARAGRAPHS:
            raise UnreadableError(TOO_LONG)
        properties = element.find(qn("w:pPr"))
        look = self._styles.of_paragraph(properties)
        tabs: tuple[float, ...] = ()
        if properties is not None:
            before = properties.find(qn("w:pageBreakBefore"))
            if before is not None and before.get(qn("w:val")) not in ("0", "false", "off"):
                self.found.append(PageBreak())
            stops = [stop.get(qn("w:pos")) for stop in properties.iterfind(f"{qn('w:tabs')}/{qn('w:tab')}")]
            tabs = tuple(sorted(int(stop) / 20 for stop in stops if stop and stop.isdigit()))
        line = _Line(self.found, look, tabs)
        numbered = self._styles.numbering(properties)
        if numbered is not None and (label := self._numbers.label(*numbered)):
            line.add(f"{label} ", look)
        self._runs(element, look, line)
        line.end(empty=True)
        section = None if properties is None else properties.find(qn("w:sectPr"))
        if section is not None:
            kind = section.find(qn("w:type"))
            if kind is None or kind.get(qn("w:val")) != "continuous":
                self.found.append(PageBreak())

    def _runs(self, parent: Any, look: Look, line: "_Line") -> None:
        for element in parent.iterchildren():
            name = local(element)
            if name == "r":
                style = self._styles.of_run(look, element.find(self._qn("w:rPr")))
                if not style.hidden:
                    self._run(element, style, line)
            elif name in _THROUGH:
                self._runs(element, look, line)

    def _run(self, run: Any, look: Look, line: "_Line") -> None:
        for element in run.iterchildren():
            name = local(element)
            if name == "t":
                text = element.text or ""
                self._characters += len(text)
                if self._characters > _CHARACTERS:
                    raise UnreadableError(TOO_LONG)
                line.add(text, look)
            elif name in ("tab", "ptab"):
                line.add("\t", look)
            elif name == "noBreakHyphen":
                line.add("-", look)
            elif name in ("br", "cr"):
                line.end()
                if element.get(self._qn("w:type")) == "page":
                    self.found.append(PageBreak())
            elif name in ("drawing", "pict", "object", "AlternateContent"):
                self._drawn(element, line)

    def _drawn(self, element: Any, line: "_Line") -> None:
        """Pictures and text boxes. Of alternatives for newer and older programs the first is taken."""
        if local(element) == "AlternateContent":
            element = next(iter(element.iterchildren()), element)
        qn = self._qn
        placed = shapes(element, self._sheet) or []
        boxed = {id(shape.content) for shape in placed if shape.content is not None}
        for each in element.iter():
            name = local(each)
            key = each.get(qn("r:embed")) if name == "blip" else each.get(qn("r:id")) if name == "imagedata" else None
            if key and len(self.pictures) < _PICTURES and (id(self.part), key) not in self._relations:
                self._relations.add((id(self.part), key))
                part = self.part.related_parts.get(key)
                if part is not None:
                    self.pictures.append(part.blob)
            nested = name == "txbxContent" and any(local(up) in _ELSEWHERE for up in _between(each, element))
            if name == "txbxContent" and not nested and id(each) not in boxed:
                line.end()
                self.blocks(each)
        for shape in placed:
            self._shape(shape)

    def _shape(self, shape: Shape) -> None:
        """A text box in its place; one that holds a table is as good as the table."""
        paragraphs: list[Paragraph] = []
        if shape.content is not None:
            begun = len(self.found)
            self.blocks(shape.content)
            inside = self.found[begun:]
            if not all(isinstance(block, Paragraph) for block in inside):
                return
            del self.found[begun:]
            paragraphs = [block for block in inside if isinstance(block, Paragraph)]
        while paragraphs and not paragraphs[-1].text.strip():
            paragraphs.pop()
        cell = Cell(0, 0, 1, 1, paragraphs, shape.fill, shape.angle, shape.valign)
        self.found.append(Frame(shape.x, shape.y, shape.width, shape.height, cell, shape.flows))


def _between(element: Any, top: Any) -> Iterator[Any]:
    """The elements around one, up to `top`."""
    for up in element.iterancestors():
        if up is top:
            return
        yield up


class _Line:
    """Text up to a line break. It looks like the most of it."""

    def __init__(self, found: list[Block], look: Look, tabs: tuple[float, ...]) -> None:
        self._found = found
        self._look = look
        self._tabs = tabs
        self._pieces: list[tuple[str, Look]] = []
        self._ended = False

    def add(self, text: str, look: Look) -> None:
        self._pieces.append((text.upper() if look.caps else text, look))

    def end(self, *, empty: bool = False) -> None:
        """Args:
        empty: keep an empty paragraph, which is a gap, unless a line of it was kept already.
        """
        text = "".join(piece for piece, _ in self._pieces)
        if text.strip() or (empty and not self._ended):
            look = max(self._pieces, key=lambda each: len(each[0].strip()), default=("", self._look))[1]
            align = self._look.align
            self._found.append(Paragraph(text, look.size, look.bold, align, look.colour, self._tabs))
        self._ended = True
        self._pieces = []
