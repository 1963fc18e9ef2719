"""PDF pages drawn with their text where it stands; locked, broken and hostile ones refused with a sentence."""

import io
import zlib

import pytest
from PIL import Image

from services.compressor import pdf as pdf_module
from services.compressor.pdf import DrawnPage, Pdf
from shared.messages import UNKNOWN
from shared.outcomes import UnreadableError
from shared.pictures import PictureSettings
from tests.unit.compressor.made import PDF_LOCKED, PDF_PLAIN, pdf, save, words

LIMITS = PictureSettings.load()


def draw(data: bytes, longest: int = 2048, number: int = 0) -> DrawnPage:
    document = Pdf(data, LIMITS)
    try:
        return document.draw(number, longest)
    finally:
        document.close()


def picture(page: DrawnPage) -> Image.Image:
    return Image.frombytes("RGBX", (page.width, page.height), page.pixels).convert("RGB")


def texts(page: DrawnPage) -> list[str]:
    return [line.text for line in page.text.lines] if page.text else []


def ink_inside(page: DrawnPage, box: tuple[float, float, float, float]) -> tuple[int, int]:
    """Dark pixels inside the box, and on the whole page."""
    dark = picture(page).convert("L").point(lambda value: 255 * (value < 128))
    x, y, width, height = box
    part = dark.crop((int(x), int(y), int(x + width) + 1, int(y + height) + 1))
    return part.histogram()[255], dark.histogram()[255]


def test_a_page_is_drawn_at_200_dots_an_inch_or_what_fits() -> None:
    small = draw(pdf([words((20, 100, "x"))], size=(360, 288)))
    assert (small.width, small.height) == (1000, 800)
    a4 = draw(PDF_PLAIN)
    assert (a4.width, a4.height) == (1447, 2048)
    huge = draw(pdf([b""], size=(200_000, 100)))
    assert (huge.width, huge.height) == (2048, 1)


def test_each_page_and_its_text() -> None:
    data = pdf([words((72, 700, f"Page {n} Monday"), (72, 650, "08:00 - 08:45")) for n in range(5)])
    document = Pdf(data, LIMITS)
    try:
        assert document.pages == 5
        assert [texts(document.draw(n, 1000)) for n in range(5)] == [
            [f"Page {n} Monday", "08:00 - 08:45"] for n in range(5)
        ]
    finally:
        document.close()


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_boxes_lie_on_the_letters_however_the_page_is_turned(rotate: int) -> None:
    """Text at two angles: neither is so much of it that the page would be drawn turned."""
    both = words((200, 300, "Mathematics")) + b"BT /F1 12 Tf 0 1 -1 0 300 500 Tm (Lunchtime) Tj ET"
    page = draw(pdf([both], page_extra=b"/Rotate %d/CropBox[50 100 545 800]" % rotate))
    assert page.text is not None
    level, up = sorted(page.text.lines, key=lambda line: line.text, reverse=True)
    assert (level.text, level.angle) == ("Mathematics", rotate)
    assert (up.text, up.angle) == ("Lunchtime", (rotate + 270) % 360)
    for line in (level, up):
        long, short = max(line.box[2:]), min(line.box[2:])
        assert long / short > 3
        assert (line.box[2] < line.box[3]) == (line.angle in (90, 270))
    (one, everywhere), (other, _) = (ink_inside(page, line.box) for line in (level, up))
    assert one + other == everywhere > 400


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
@pytest.mark.parametrize("matrix", [b"1 0 0 1 200 400", b"0 1 -1 0 300 400", b"0 -1 1 0 300 400", b"-1 0 0 -1 300 400"])
def test_a_page_on_its_side_is_drawn_upright(rotate: int, matrix: bytes) -> None:
    content = b"BT /F1 8 Tf %s Tm (Mathematics and physics, then history) Tj 0 -12 Td (Geography, English and an "
    content += b"hour of singing) Tj ET"
    page = draw(pdf([content % matrix], page_extra=b"/Rotate %d" % rotate))
    assert page.text is not None
    first, second = page.text.lines
    assert (first.text, first.angle) == ("Mathematics and physics, then history", 0)
    assert (second.text, second.angle) == ("Geography, English and an hour of singing", 0)
    assert first.box[1] < second.box[1]  # upright, and not on its head
    (one, everywhere), (other, _) = (ink_inside(page, line.box) for line in page.text.lines)
    assert one + other == everywhere > 400


def test_a_few_turned_words_do_not_turn_a_page() -> None:
    """The rest of its text may be shapes."""
    page = draw(pdf([b"BT /F1 12 Tf 0 1 -1 0 300 400 Tm (Monday) Tj ET"]))
    assert page.text is not None
    assert [(line.text, line.angle) for line in page.text.lines] == [("Monday", 270)]


@pytest.mark.parametrize(("matrix", "name"), [(b"0 1 -1 0 300 400", "up"), (b"0 -1 1 0 300 400", "down")])
def test_text_that_runs_up_or_down_is_one_line(matrix: bytes, name: str) -> None:
    page = draw(pdf([b"BT /F1 12 Tf %s Tm (Lunch break) Tj ET " % matrix + words((72, 700, "Monday"))]))
    assert sorted(texts(page)) == ["Lunch break", "Monday"], name
    assert page.text is not None
    inside, everywhere = zip(*(ink_inside(page, line.box) for line in page.text.lines), strict=True)
    assert sum(inside) == everywhere[0] > 400


def test_cells_of_a_row_are_lines_of_their_own() -> None:
    page = draw(pdf([words((72, 700, "Maths"), (112, 700, "Art"), (150, 700, "Room 12"), (72, 686, "Smith"))]))
    assert texts(page) == ["Maths", "Art", "Room 12", "Smith"]
    spread = draw(pdf([b"BT /F1 12 Tf 72 700 Td [(Maths) -9000 (Art)] TJ ET"]))
    assert texts(spread) == ["Maths", "Art"]


def test_words_written_in_any_order_come_out_as_lines_from_top_to_bottom() -> None:
    page = draw(
        pdf([words((110, 650, "08:45"), (72, 700, "Room"), (72, 650, "08:00"), (104.5, 650, "-"), (107.3, 700, "12"))])
    )
    assert texts(page) == ["Room 12", "08:00 - 08:45"]


def test_a_page_made_of_too_many_pieces_is_left_to_the_ocr() -> None:
    letters = [(20 + n % 20 * 27, 800 - n // 20 * 0.7, "a") for n in range(10_001)]
    assert draw(pdf([words(*letters)])).text is None
    most = draw(pdf([words(*letters[:3000])])).text
    assert most is not None
    assert len(most.lines) >= 150  # of those printed nearly on one spot each once


def test_text_outside_the_page_is_left_out() -> None:
    assert texts(draw(pdf([words((72, 700, "In"), (72, 5000, "Out"))]))) == ["In"]


def test_a_layer_that_a_scanner_hid_behind_the_page_is_not_trusted() -> None:
    assert draw(pdf([b"BT 3 Tr /F1 12 Tf 72 700 Td (M0nday) Tj ET"])).text is None


def test_a_form_keeps_its_text() -> None:
    """What is filled in is ink that no line covers, and read off the picture."""
    extra = b"/Annots[<</Type/Annot/Subtype/Widget/FT/Tx/T(a)/V(Art)/Rect[72 600 200 620]>>]"
    assert texts(draw(pdf([words((72, 700, "Monday"))], page_extra=extra))) == ["Monday"]


def to_unicode(letters: dict[str, str]) -> bytes:
    """A font's map from codes to letters (ISO 32000-1, 9.10.3)."""
    pairs = "".join(f"<{ord(code):02x}> <{to.encode('utf-16-be').hex()}>\n" for code, to in letters.items())
    body = (
        "begincmap 1 begincodespacerange <00> <ff> endcodespacerange "
        f"{len(letters)} beginbfchar\n{pairs}endbfchar endcmap"
    ).encode()
    return b"<</Length %d>>stream\n%s\nendstream" % (len(body), body)


MAPPED = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding/ToUnicode 7 0 R>>"
PLAIN = {letter: letter for letter in "oceSchulhf"}


def with_font(content: bytes, font: bytes, *objects: bytes) -> bytes:
    """A page of `content` with a font ``/F2``; `objects` are numbered from 7."""
    return pdf([content], extra_objects=(font, *objects)).replace(b"/F1 3 0 R", b"/F1 3 0 R/F2 6 0 R")


@pytest.mark.parametrize(
    ("printed", "letters", "text"),
    [
        ("oXce", {"X": "ffi"}, "office"),
        ("oXce", {"X": "\ufb03"}, "office"),
        ("oceX", {"X": "\u0301"}, "océ"),
        ("Schul-hof", {"-": "\xad"}, "Schul-hof"),
        ("oXce", {"X": "\ufffd"}, f"o{UNKNOWN}ce"),
        ("oXce", {"X": "\ue001"}, f"o{UNKNOWN}ce"),
    ],
)
def test_what_a_glyph_stands_for(printed: str, letters: dict[str, str], text: str) -> None:
    content = b"BT /F2 12 Tf 72 700 Td (%s) Tj ET" % printed.encode()
    page = draw(with_font(content, MAPPED, to_unicode(PLAIN | letters)))
    assert texts(page) == [text]


def test_letters_of_a_font_without_a_map_are_unknown() -> None:
    font = (
        b"<</Type/Font/Subtype/Type0/BaseFont/Arial/Encoding/Identity-H/DescendantFonts[<</Type/Font"
        b"/Subtype/CIDFontType2/BaseFont/Arial/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>"
        b"/FontDescriptor 7 0 R/DW 600>>]>>"
    )
    descriptor = (
        b"<</Type/FontDescriptor/FontName/Arial/Flags 4/FontBBox[-100 -200 1000 900]/Ascent 900"
        b"/Descent -200/CapHeight 700/ItalicAngle 0/StemV 80>>"
    )
    content = b"BT /F2 12 Tf 72 700 Td <003000520051> Tj ET " + words((72, 600, "Monday"))
    page = draw(with_font(content, font, descriptor))
    assert texts(page) == [3 * UNKNOWN, "Monday"]
    assert page.text is not None
    assert len({line.font for line in page.text.lines}) == 2


def test_a_word_set_letter_by_letter_is_one() -> None:
    widths = {"S": 8.0, "c": 6.0, "h": 6.7, "u": 6.7, "l": 2.7, "e": 6.7}
    at, letters = 72.0, []
    for letter in "Schule":
        letters.append((at, 700.0, letter))
        at += widths[letter]
    assert texts(draw(pdf([words(*reversed(letters))]))) == ["Schule"]


def test_what_is_printed_twice_is_there_once() -> None:
    """TCPDF prints a table's head again over itself; a list may say one word twice, side by side or below."""
    head = words((72, 700, "Slot"), (112, 700, "Subject"))
    again = words((72.4, 700.3, "Slot"), (112.4, 700.3, "Subject"))
    beside = words((72, 686, "Slot"), (160, 700, "Slot"))
    assert sorted(texts(draw(pdf([head + again + beside])))) == ["Slot", "Slot", "Slot", "Subject"]


def test_slanting_text_is_left_to_the_picture() -> None:
    slanting = b"BT /F1 12 Tf 0.707 0.707 -0.707 0.707 100 400 Tm (Draft) Tj ET "
    assert texts(draw(pdf([slanting + words((72, 600, "Monday"))]))) == ["Monday"]


def test_where_pictures_lie_is_told() -> None:
    """One on the page, one in a form that halves it."""
    image = (
        b"<</Type/XObject/Subtype/Image/Width 1/Height 1/BitsPerComponent 8/ColorSpace/DeviceGray/Length 1>>"
        b"stream\n\x80\nendstream"
    )
    form = (
        b"<</Type/XObject/Subtype/Form/BBox[0 0 600 800]/Matrix[.5 0 0 .5 0 0]/Resources<</XObject<</Im 6 0 R>>>>"
        b"/Length 31>>stream\nq 200 0 0 100 400 1400 cm /Im Do Q\nendstream"
    ).replace(b"/Length 31", b"/Length 34")
    content = words((72, 700, "Monday")) + b"q 100 0 0 50 72 72 cm /Im Do Q /Fm Do"
    data = pdf([content], size=(600, 800), extra_objects=(image, form))
    page = draw(data.replace(b"/Resources<</Font", b"/Resources<</XObject<</Im 6 0 R/Fm 7 0 R>>/Font"), longest=800)
    assert page.text is not None
    assert page.text.pictures == [(72.0, 678.0, 100.0, 50.0), (200.0, 50.0, 100.0, 50.0)]


def test_a_small_print_on_a_huge_page_is_drawn_alone() -> None:
    page = draw(pdf([words((4000, 4000, "Monday"), (4200, 3800, "08:00 - 08:45"))], size=(5000, 5000)))
    assert page.text is not None
    assert [line.text for line in page.text.lines] == ["Monday", "08:00 - 08:45"]
    assert max(page.width, page.height) < 1200  # 200 dots an inch, and no more
    inside = [ink_inside(page, line.box) for line in page.text.lines]
    assert sum(ink for ink, _ in inside) == inside[0][1] > 400


def test_a_page_without_text_has_no_layer() -> None:
    assert draw(save("pdf")).text is None


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (PDF_LOCKED, "locked with a password. Save a copy without one"),
        (pdf([]), "PDF file is cut off or damaged"),
        (pdf([b""] * 21), "21 pages; at most 20"),
        (b"%PDF-1.7\nnothing of it", "PDF file is cut off or damaged"),
        (PDF_PLAIN[:200], "PDF file is cut off or damaged"),
    ],
)
def test_what_cannot_be_read_is_named(data: bytes, says: str) -> None:
    with pytest.raises(UnreadableError, match=says):
        Pdf(data, LIMITS)


def test_a_picture_too_large_inside_a_page_is_refused() -> None:
    packed = zlib.compress(b"\0" * 100)
    bomb = (
        b"<</Type/XObject/Subtype/Image/Width 60000/Height 60000/BitsPerComponent 8/ColorSpace/DeviceGray"
        b"/Filter/FlateDecode/Length %d>>stream\n%s\nendstream" % (len(packed), packed)
    )
    data = pdf([b"q 400 0 0 400 0 0 cm /Im Do Q"], extra_objects=(bomb,))
    data = data.replace(b"/Resources<</Font", b"/Resources<</XObject<</Im 6 0 R>>/Font")
    with pytest.raises(UnreadableError, match="60,000 × 60,000"):
        draw(data)


def test_a_page_that_never_ends_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf_module, "_SECONDS_A_PAGE", 0.0)
    content = b"0 0 595 842 re f\n" * 5000
    with pytest.raises(UnreadableError, match="takes too long"):
        draw(pdf([content]))


def test_pictures_saved_as_pdf_keep_their_colours() -> None:
    out = io.BytesIO()
    Image.new("RGB", (200, 100), (200, 30, 60)).save(out, "PDF", resolution=72)
    page = draw(out.getvalue())
    assert picture(page).getpixel((50, 50)) == pytest.approx((200, 30, 60), abs=8)
