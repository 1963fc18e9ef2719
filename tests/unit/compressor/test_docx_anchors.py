"""Text boxes of a Word document stand where their anchors put them."""

from typing import Any

import docx
import pytest
from docx.oxml.parser import parse_xml
from docx.shared import Pt

from services.compressor.docx.file import read_word
from services.compressor.typeset.document import Typeset
from shared.pictures import PictureSettings
from tests.unit.compressor import read_back
from tests.unit.compressor.made_docx import DAYS, saved

LIMITS = PictureSettings.load()
NAMESPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:v="urn:schemas-microsoft-com:vml" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:wpg="http://schemas.microsoft.com/office/word/2010/wordprocessingGroup"'
)
ROWS = [("09:00 - 10:00", "Maths Art Drama Music Sport"), ("10:00 - 11:00", "Physics Latin Maths Art French")]
WEEK = {
    (day.lower(), name, f"{9 + row:02}:00", f"{10 + row:02}:00")
    for row, (_, names) in enumerate(ROWS)
    for day, name in zip(DAYS, names.split(), strict=True)
}


def emu(points: float) -> int:
    return round(points * 12_700)


def words(text: str) -> str:
    return f"<w:txbxContent><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:txbxContent>"


def shape(content: str, x: float, y: float, wide: float, high: float, body: str = "") -> str:
    return (
        f'<wps:wsp><wps:spPr><a:xfrm><a:off x="{emu(x)}" y="{emu(y)}"/><a:ext cx="{emu(wide)}" cy="{emu(high)}"/>'
        f"</a:xfrm></wps:spPr><wps:txbx>{content}</wps:txbx><wps:bodyPr {body}/></wps:wsp>"
    )


def anchor(graphic: str, x: float, y: float, wide: float, high: float, of: tuple[str, str] = ("page", "page")) -> str:
    return (
        f"<w:drawing><wp:anchor>"
        f'<wp:positionH relativeFrom="{of[0]}"><wp:posOffset>{emu(x)}</wp:posOffset></wp:positionH>'
        f'<wp:positionV relativeFrom="{of[1]}"><wp:posOffset>{emu(y)}</wp:posOffset></wp:positionV>'
        f'<wp:extent cx="{emu(wide)}" cy="{emu(high)}"/>'
        f"<a:graphic><a:graphicData>{graphic}</a:graphicData></a:graphic></wp:anchor></w:drawing>"
    )


def box(text: str, x: float, y: float, wide: float, high: float, of: tuple[str, str] = ("page", "page")) -> str:
    return anchor(shape(words(text), 0, 0, wide, high), x, y, wide, high, of)


def vml(text: str, x: float, y: float, wide: float, high: float) -> str:
    return (
        f'<w:pict><v:shape style="position:absolute;margin-left:{x}pt;margin-top:{y / 72}in;width:{wide}pt;'
        f'height:{high}pt;mso-position-horizontal-relative:page;mso-position-vertical-relative:page">'
        f"<v:textbox>{words(text)}</v:textbox></v:shape></w:pict>"
    )


def cells() -> list[tuple[str, float, float]]:
    """The week's texts, with their places in columns of 110 points and rows of 40."""
    found = [(day, 110.0 * at, 0.0) for at, day in enumerate(DAYS, 1)]
    for row, (time, names) in enumerate(ROWS, 1):
        found += [(text, 110.0 * at, 40.0 * row) for at, text in enumerate([time, *names.split()])]
    return found


def document(*paragraphs: str) -> Typeset:
    """A landscape page with these runs' contents, a paragraph each."""
    made = docx.Document()
    made.sections[0].page_width, made.sections[0].page_height = Pt(842), Pt(595)
    for inside in paragraphs:
        made.element.body.insert(-1, parse_xml(f"<w:p {NAMESPACES}><w:r>{inside}</w:r></w:p>"))
    return Typeset(read_word(saved(made), LIMITS), LIMITS)


@pytest.mark.parametrize("kind", ["page", "margin", "vml"])
def test_a_week_of_text_boxes_is_read(kind: str) -> None:
    drawn: list[str] = []
    for text, x, y in reversed(cells()):
        if kind == "vml":
            drawn.append(vml(text, 40 + x, 60 + y, 110, 40))
        else:
            drawn.append(box(text, 40 + x, 60 + y, 110, 40, (kind, kind)))
    read = document("".join(drawn), "<w:t>Class 4B</w:t>")
    assert read.pages == 1
    assert read_back.blocks(read) == WEEK
    assert read_back.readings(read)[0].class_name == "Class 4B"


def test_a_group_measures_its_shapes_by_itself() -> None:
    inside = "".join(shape(words(text), 1000 + 2 * x, 500 + 2 * y, 220, 80) for text, x, y in cells())
    frame = (
        f'<wpg:grpSpPr><a:xfrm><a:chOff x="{emu(1000)}" y="{emu(500)}"/><a:chExt cx="{emu(1320)}" cy="{emu(240)}"/>'
        "</a:xfrm></wpg:grpSpPr>"
    )
    read = document(anchor(f"<wpg:wgp>{frame}{inside}</wpg:wgp>", 40, 60, 660, 120))
    assert read_back.blocks(read) == WEEK


def test_boxes_hang_at_the_paragraph_that_holds_them() -> None:
    """Row by row in paragraphs of their own, each as far from its own as the one before."""
    rows = [[cell for cell in cells() if cell[2] == 40.0 * row] for row in range(3)]
    paragraphs = ["".join(box(text, x, 0, 110, 14, ("column", "paragraph")) for text, x, _ in row) for row in rows]
    assert read_back.blocks(document(*paragraphs)) == WEEK


def places(read: Typeset, number: int = 0) -> dict[str, tuple[float, float]]:
    return {line.text: line.box[:2] for line in read_back.lines(read, number)}


def test_places_are_kept_and_text_around_does_not_cover_them() -> None:
    read = document("<w:t>Title</w:t>", box("Left", 100, 50, 90, 30) + box("Right", 400, 86, 90, 30), "<w:t>End</w:t>")
    at = places(read)
    scale = read_back.drawn(read).width / 842
    assert (at["Right"][0] - at["Left"][0]) / scale == pytest.approx(300, abs=1)
    assert (at["Right"][1] - at["Left"][1]) / scale == pytest.approx(36, abs=1)
    assert at["Title"][1] < at["Left"][1] < at["Right"][1] < at["End"][1]


def test_empty_paragraphs_that_made_room_for_boxes_make_none_here() -> None:
    at = places(document(box("Boxed", 100, 60, 90, 30), *["<w:t> </w:t>"] * 12, "<w:t>Class 4B</w:t>"))
    assert at["Boxed"][1] < at["Class 4B"][1] < at["Boxed"][1] + 150


def test_what_lies_over_another_stands_on_the_next_page() -> None:
    read = document(box("First", 100, 100, 90, 30), box("Second", 100, 100, 90, 30))
    assert [list(places(read, number)) for number in range(read.pages)] == [["First"], ["Second"]]


def test_text_is_made_small_enough_for_its_box() -> None:
    long = "a note that is far too long for the box that it has to stand in"
    low = max(line.box[1] + line.box[3] for line in read_back.lines(document(box(long, 40, 40, 100, 42))))
    small = read_back.drawn(document(box(long, 40, 40, 100, 42)))
    assert low <= (36 + 42 + 4) * small.width / 842


def test_a_box_around_a_table_is_the_table() -> None:
    cell = "<w:tc><w:p><w:r><w:t>{}</w:t></w:r></w:p></w:tc>"
    rows = "".join(f"<w:tr>{cell.format(a)}{cell.format(b)}</w:tr>" for a, b in (("Mon", "Art"), ("Tue", "PE")))
    table = f"<w:txbxContent><w:tbl>{rows}</w:tbl><w:p/></w:txbxContent>"
    read = document(anchor(shape(table, 0, 0, 300, 80), 40, 40, 300, 80))
    assert list(places(read)) == ["Mon", "Art", "Tue", "PE"]


def test_a_box_within_a_cell_is_the_cells_text() -> None:
    made = docx.Document()
    table = made.add_table(2, 2)
    boxed: Any = parse_xml(f"<w:r {NAMESPACES}>{box('Boxed', 0, 0, 60, 20)}</w:r>")
    table.cell(0, 0).paragraphs[0]._p.append(boxed)
    table.cell(1, 1).text = "Maths"
    read = Typeset(read_word(saved(made), LIMITS), LIMITS)
    assert list(places(read)) == ["Boxed", "Maths"]


def test_turned_text_keeps_its_angle() -> None:
    read = document(anchor(shape(words("Monday"), 0, 0, 30, 90, 'vert="vert270"'), 40, 40, 30, 90))
    assert [line.angle for line in read_back.lines(read)] == [270]


@pytest.mark.parametrize("value", ["", "x", "9" * 4000, "-99999999999999"])
def test_strange_numbers_do_no_harm(value: str) -> None:
    strange = box("Boxed", 40, 40, 60, 20).replace(f"<wp:posOffset>{emu(40)}", f"<wp:posOffset>{value}")
    assert "Boxed" in places(document(strange))
