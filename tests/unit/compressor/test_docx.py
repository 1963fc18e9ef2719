"""Word documents: what a person sees in the table is what the reader gets, and what is hostile ends with a sentence."""

import io
import struct
from typing import Any

import docx
import msgspec
import numpy as np
import pytest
from docx.enum.text import WD_BREAK
from docx.oxml.ns import qn
from docx.oxml.parser import OxmlElement, parse_xml
from docx.shared import Pt
from PIL import Image

from services.compressor.docx.file import EMPTY, NO_PICTURE, STRANGE, read_word
from services.compressor.docx.numbers import Numbers
from services.compressor.pdf import DrawnPage
from services.compressor.typeset.document import Typeset
from services.extractor.reading import PageInput, read_timetables
from shared.messages import OcrPage, OcrPayload, TextLayer, TextLine
from shared.office import BOMB, BROKEN, LOCKED
from shared.outcomes import Dead, Done, UnreadableError
from shared.pictures import PictureSettings, inspect
from tests.unit.compressor import read_back
from tests.unit.compressor.conftest import Bench
from tests.unit.compressor.made import drawing, save
from tests.unit.compressor.made_docx import WEEK_BLOCKS, rewritten, saved, set_direction, week

LIMITS = PictureSettings.load()
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def opened(data: bytes) -> Typeset:
    return Typeset(read_word(data, LIMITS), LIMITS)


def drawn(data: bytes, number: int = 0, longest: int = 2048) -> DrawnPage:
    return read_back.drawn(opened(data), number, longest)


def lines(data: bytes, number: int = 0) -> list[TextLine]:
    return read_back.lines(opened(data), number)


def texts(data: bytes, number: int = 0) -> list[str]:
    return [line.text for line in lines(data, number)]


def line(data: bytes, text: str) -> TextLine:
    return next(each for each in lines(data) if each.text == text)


def blocks(data: bytes) -> read_back.Blocks:
    return read_back.blocks(opened(data))


# --- what the reader gets -----------------------------------------------------------------------------------------


def test_a_week_is_read_to_the_letter() -> None:
    assert blocks(week()) == WEEK_BLOCKS


def test_turned_text_is_read_to_the_letter() -> None:
    def turn(_: Any, table: Any) -> None:
        for row in range(1, 5):
            set_direction(table.cell(row, 0), "btLr")
        set_direction(table.cell(3, 3), "tbRl")

    assert blocks(week(change=turn)) == WEEK_BLOCKS


@pytest.mark.asyncio(loop_scope="module")
async def test_the_stage_stores_a_page_with_its_exact_text(bench: Bench) -> None:
    outcome = await bench.run(week())
    assert isinstance(outcome, Done)
    assert outcome.next is not None
    assert isinstance(outcome.next.payload, OcrPayload)
    (page,) = outcome.next.payload.pages
    assert page.text_layer is not None
    layer = msgspec.json.decode(await bench.blobs.get(page.text_layer), type=TextLayer)
    assert layer.exact
    with Image.open(io.BytesIO(await bench.blobs.get(page.image))) as image:
        picture = np.asarray(image.convert("RGB"))
        assert image.size == (page.width, page.height)
    (read,) = read_timetables(
        [PageInput(OcrPage(page=0, image="x", width=page.width, height=page.height, lines=[]), picture, layer)]
    )
    assert {(each.day_name, each.name, each.start_time, each.end_time) for each in read.blocks} == WEEK_BLOCKS
    assert read.class_name == "Class 4B"
    assert bench.told.events[-1][2] == "1 page taken from the Word document, its text kept"


@pytest.mark.asyncio(loop_scope="module")
async def test_a_refused_document_is_dead_with_its_sentence(bench: Bench) -> None:
    outcome = await bench.run(saved(docx.Document()))
    assert outcome == Dead(EMPTY)


@pytest.mark.asyncio(loop_scope="module")
async def test_an_embedded_picture_goes_the_way_of_a_picture(bench: Bench) -> None:
    document = docx.Document()
    document.add_paragraph("Class 4B, Ms Carter")
    document.add_picture(io.BytesIO(save("png", drawing(40, 30))))  # a logo
    document.add_picture(io.BytesIO(save("png", drawing(900, 600))))
    document.add_picture(io.BytesIO(save("jpeg", drawing(800, 560))))
    outcome = await bench.run(saved(document))
    assert isinstance(outcome, Done)
    assert outcome.next is not None
    assert isinstance(outcome.next.payload, OcrPayload)
    *pages, caption = outcome.next.payload.pages
    assert caption.text_layer is not None, "what is written around the pictures comes last"
    assert b"Class 4B, Ms Carter" in await bench.blobs.get(caption.text_layer)
    assert [(page.width, page.height, page.text_layer) for page in pages] == [(900, 600, None), (800, 560, None)]
    assert bench.told.events[-1][2] == "3 pages taken from the Word document, its text kept"


# --- layout ---------------------------------------------------------------------------------------------------------


def test_boxes_hold_the_ink_of_their_text() -> None:
    def turn(_: Any, table: Any) -> None:
        set_direction(table.cell(3, 3), "btLr")

    page = drawn(week(change=turn))
    assert page.text is not None
    dark = read_back.pixels(page).min(axis=2) < 140
    for each in page.text.lines:
        x, y, wide, high = map(int, each.box)
        inside = dark[y : y + high, x : x + wide]
        assert inside.any(), each
        ink = np.argwhere(inside.any(axis=0 if each.angle == 0 else 1)).ravel()
        assert ink[-1] - ink[0] > 0.8 * (wide if each.angle == 0 else high) - 6, each
    assert [each.angle for each in page.text.lines if each.text == "Art"] == [270]


def test_merged_cells_have_no_line_within() -> None:
    page = drawn(week())
    assert page.text is not None
    dark = read_back.pixels(page).max(axis=2) < 100
    place = {each.text: each.box for each in page.text.lines}
    y = int(place["Break"][1] + place["Break"][3] / 2)
    columns = [int(place[day][0]) - 8 for day in ("Tuesday", "Friday")]
    for x in columns:
        assert not dark[y, x - 12 : x + 12].any()
        assert dark[y + 50, x - 12 : x + 12].any()


def test_columns_keep_the_documents_widths() -> None:
    def narrow(_: Any, table: Any) -> None:
        table.autofit = False
        for column, points in enumerate((60, 100, 200, 100, 100, 100)):
            for cell in table.columns[column].cells:
                cell.width = Pt(points)

    at = {each.text: each.box[0] for each in lines(week(change=narrow))}
    assert (at["Wednesday"] - at["Tuesday"]) / (at["Tuesday"] - at["Monday"]) == pytest.approx(2, rel=0.05)


def test_a_word_is_never_broken_by_a_narrow_column() -> None:
    document = docx.Document()
    table = document.add_table(2, 8)
    for column in range(8):
        table.cell(0, column).width = Pt(12)
        table.cell(0, column).text = "Betriebswirtschaftslehre und Recht"
    table.cell(1, 1).text = "x"
    assert texts(saved(document)).count("Betriebswirtschaftslehre") == 8


def test_short_notes_stay_on_one_line_and_widths_in_proportion() -> None:
    def note(_: Any, table: Any) -> None:
        table.autofit = False
        for column, points in enumerate((60, 100, 50, 100, 100, 100)):
            for cell in table.columns[column].cells:
                cell.width = Pt(points)
        table.cell(1, 1).add_paragraph("(practical or TTRS)")

    found = lines(week(change=note))
    at = {each.text: each.box[0] for each in found}
    assert "(practical or TTRS)" in at
    assert (at["Friday"] - at["Thursday"]) / (at["Wednesday"] - at["Tuesday"]) == pytest.approx(2, rel=0.1)


def test_letters_down_a_cell_are_a_word() -> None:
    document = docx.Document()
    table = document.add_table(2, 2)
    table.cell(0, 0).text = "L\nU\nN\nC\nH"
    table.cell(1, 1).text = "A\nB"
    assert texts(saved(document)) == ["LUNCH", "A", "B"]


def test_content_controls_text_boxes_links_and_insertions_count() -> None:
    def change(document: Any, table: Any) -> None:
        for inside in (
            "<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>Secret</w:t></w:r></w:p>",
            "<w:p><w:r><w:pict><w:txbxContent><w:p><w:r><w:t>Boxed</w:t></w:r></w:p></w:txbxContent></w:pict></w:r></w:p>",
            "<w:p><w:ins><w:r><w:t>New</w:t></w:r></w:ins><w:del><w:r><w:delText>Old</w:delText></w:r></w:del></w:p>",
            "<w:p><w:hyperlink><w:r><w:t>Linked</w:t></w:r></w:hyperlink></w:p>",
            "<w:p><w:r><w:t>Controlled</w:t></w:r></w:p>",
        ):
            control = parse_xml(f"<w:sdt {W}><w:sdtContent>{inside}</w:sdtContent></w:sdt>")
            document.element.body.insert(-1, control)
        document.sections[0].header.paragraphs[0].text = "St Mary's School"

    found = texts(week(change=change))
    assert found[0] == "St Mary's School"
    assert found[-4:] == ["Boxed", "New", "Linked", "Controlled"]
    assert "Secret" not in found
    assert "Old" not in found


def test_numbers_that_word_counts_are_printed() -> None:
    document = docx.Document()
    table = document.add_table(4, 2)
    for row in range(4):
        table.cell(row, 0).paragraphs[0].style = "List Number"
        table.cell(row, 1).text = "Maths"
    document.add_paragraph("Bring pens", style="List Bullet")
    document.add_paragraph("9.00 – 9.50", style="List Number")
    numbers = ["1.", "Maths", "2.", "Maths", "3.", "Maths", "4.", "Maths", "Bring pens", "5. 9.00 – 9.50"]
    assert texts(saved(document)) == numbers


def test_levels_of_a_list_are_counted_apart() -> None:
    level = '<w:lvl w:ilvl="{}"><w:start w:val="{}"/><w:numFmt w:val="{}"/><w:lvlText w:val="{}"/></w:lvl>'
    levels = level.format(0, 3, "upperRoman", "%1)") + level.format(1, 1, "lowerLetter", "%1.%2")
    element = parse_xml(
        f'<w:numbering {W}><w:abstractNum w:abstractNumId="7">{levels}</w:abstractNum>'
        '<w:num w:numId="1"><w:abstractNumId w:val="7"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="7"/>'
        '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride></w:num></w:numbering>'
    )
    numbers = Numbers(element)
    asked = [("1", 0), ("1", 1), ("1", 1), ("1", 0), ("1", 1), ("2", 0), ("1", 0), ("9", 0), ("1", 5)]
    labels = ["III)", "III.a", "III.b", "IV)", "IV.a", "I)", "V)", "", ""]
    assert [numbers.label(*each) for each in asked] == labels


def test_a_table_in_a_frame_is_read_as_if_it_stood_alone() -> None:
    document = docx.Document()
    frame = document.add_table(1, 1)
    inner = frame.cell(0, 0).add_table(2, 2)
    for row, column, text in ((0, 0, "Time"), (0, 1, "Monday"), (1, 0, "9.00"), (1, 1, "Maths")):
        inner.cell(row, column).text = text
    data = saved(document)
    assert texts(data) == ["Time", "Monday", "9.00", "Maths"]
    assert line(data, "Maths").box[0] > line(data, "9.00").box[0] + 50


def test_pages_break_where_the_document_says_and_rows_repeat_their_header() -> None:
    document = docx.Document()
    document.add_paragraph("First").add_run().add_break(WD_BREAK.PAGE)
    table = document.add_table(121, 2)
    for row in range(121):
        table.cell(row, 0).text, table.cell(row, 1).text = ("Day", "Lesson") if row == 0 else (f"Row {row}", "Maths")
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    data = saved(document)
    word = opened(data)
    pages = [texts(data, number) for number in range(word.pages)]
    assert pages[0] == ["First"]
    assert len(pages) > 2
    assert all(page[:2] == ["Day", "Lesson"] for page in pages[1:])
    rows = [text for page in pages[1:] for text in page if text.startswith("Row")]
    assert rows == [f"Row {number}" for number in range(1, 121)]


def test_a_page_is_bounded() -> None:
    page = drawn(week(), longest=700)
    assert max(page.width, page.height) <= 700
    document = docx.Document()
    for _ in range(40):
        document.add_paragraph("x").add_run().add_break(WD_BREAK.PAGE)
    with pytest.raises(UnreadableError, match="pages; at most"):
        opened(saved(document))


def test_light_text_on_white_is_made_readable() -> None:
    def shade(_: Any, table: Any) -> None:
        properties = table.cell(0, 1)._tc.get_or_add_tcPr()
        properties.append(parse_xml(f'<w:shd {W} w:val="clear" w:fill="1F3864"/>'))

    page = drawn(week(change=shade))
    assert page.text is not None
    x, y, wide, high = (int(each) for each in next(each.box for each in page.text.lines if each.text == "Monday"))
    inside = read_back.pixels(page)[y : y + high, x : x + wide]
    assert tuple(inside[0, 0]) == (0x1F, 0x38, 0x64)
    assert inside.min(axis=2).max() > 230, "white letters on the dark fill"


# --- what is refused ------------------------------------------------------------------------------------------------


def refusal(data: bytes) -> str:
    """The sentence: of the gateway's look, else of the reader."""
    try:
        inspect(data, len(data), LIMITS)
        opened(data)
    except UnreadableError as refused:
        return str(refused)
    raise AssertionError("it was read")


def test_a_word_document_is_told_by_what_it_holds() -> None:
    data = week()
    assert inspect(data, len(data), LIMITS).kind == "docx"
    assert inspect(data[:3000], len(data), LIMITS).kind == "docx"
    assert "ZIP archive" in refusal(rewritten(data, lambda name, body: None if "document" in name else body))
    assert "XLSB" in refusal(rewritten(data, lambda *_: None, **{"xl/workbook.bin": b"x"}))


def test_old_and_locked_documents_are_told_what_to_do() -> None:
    container = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
    assert "Save it as DOCX or PDF" in refusal(container + "WordDocument".encode("utf-16-le") + bytes(100))
    assert "old Word document" in refusal(container + "WordDocument".encode("utf-16-le") + bytes(100))
    assert refusal(container + "EncryptedPackage".encode("utf-16-le") + bytes(100)) == LOCKED


def test_bombs_are_refused_before_they_are_unpacked() -> None:
    data = week()
    assert refusal(rewritten(data, lambda _, body: body, **{"word/x.xml": bytes(30 << 20)})) == BOMB
    many = {f"word/{number}.xml": b"" for number in range(2500)}
    assert refusal(rewritten(data, lambda _, body: body, **many)) == BOMB
    # A directory that lies about the sizes: no more is unpacked than it says.
    bomb = bytearray(rewritten(data, lambda _, body: body, **{"word/document.xml.rels": bytes(30 << 20)}))
    at = bomb.rfind(b"PK\1\2")
    struct.pack_into("<I", bomb, at + 24, 100)
    assert refusal(bytes(bomb)) in (BROKEN, STRANGE)


def test_entity_tricks_are_refused() -> None:
    declaration = b'<!DOCTYPE w [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;"><!ENTITY c SYSTEM "file:///etc/passwd">]>'

    def declare(name: str, body: bytes) -> bytes:
        return body.replace(b"<w:document", declaration + b"<w:document", 1) if name == "word/document.xml" else body

    assert refusal(rewritten(week(), declare)) == STRANGE


@pytest.mark.parametrize("cut", [0.3, 0.7, 0.99])
def test_cut_off(cut: float) -> None:
    data = week()
    assert refusal(data[: int(len(data) * cut)]) == BROKEN


def test_damaged_parts_are_told() -> None:
    assert refusal(rewritten(week(), lambda n, b: b[: len(b) // 2] if n == "word/document.xml" else b)) == BROKEN
    assert refusal(rewritten(week(), lambda n, b: None if n == "_rels/.rels" else b)) == STRANGE
    strict = rewritten(
        week(),
        lambda _, b: b.replace(
            b"schemas.openxmlformats.org/officeDocument/2006", b"purl.oclc.org/ooxml/officeDocument"
        ),
    )
    assert refusal(strict) == STRANGE


def test_only_drawings_that_cannot_be_read() -> None:
    document = docx.Document()
    document.add_picture(io.BytesIO(save("png", drawing(40, 30))))
    assert refusal(saved(document)) == NO_PICTURE


def test_absurd_tables_are_refused_or_bounded() -> None:
    def span(_: Any, table: Any) -> None:
        table.cell(0, 1)._tc.get_or_add_tcPr().get_or_add_gridSpan().set(qn("w:val"), "90000")

    assert "far larger" in refusal(week(change=span))

    def tall(_: Any, table: Any) -> None:
        table.rows[1].height = Pt(1500)

    assert drawn(week(change=tall)).height <= 2048
