"""PDF pages drawn with their text where it stands; locked, broken and hostile ones refused with a sentence."""

import io
import zlib

import pytest
from PIL import Image

from services.compressor import pdf as pdf_module
from services.compressor.pdf import DrawnPage, Pdf
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
    extra = b"/Rotate %d/CropBox[50 100 545 800]" % rotate
    page = draw(pdf([words((200, 300, "Mathematics"))], page_extra=extra))
    assert page.text is not None
    (line,) = page.text.lines
    assert line.text == "Mathematics"
    inside, everywhere = ink_inside(page, line.box)
    assert inside == everywhere > 200
    long, short = max(line.box[2:]), min(line.box[2:])
    assert long / short > 4
    assert (line.box[2] < line.box[3]) == (rotate in (90, 270))


@pytest.mark.parametrize(("matrix", "name"), [(b"0 1 -1 0 300 400", "up"), (b"0 -1 1 0 300 400", "down")])
def test_text_that_runs_up_or_down_is_one_line(matrix: bytes, name: str) -> None:
    page = draw(pdf([b"BT /F1 12 Tf %s Tm (Lunch break) Tj ET" % matrix]))
    assert texts(page) == ["Lunch break"], name
    assert page.text is not None
    inside, everywhere = ink_inside(page, page.text.lines[0].box)
    assert inside == everywhere > 200


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
    assert len(most.lines) >= 1500


def test_text_outside_the_page_is_left_out() -> None:
    assert texts(draw(pdf([words((72, 700, "In"), (72, 5000, "Out"))]))) == ["In"]


def test_a_layer_that_a_scanner_hid_behind_the_page_is_not_trusted() -> None:
    assert draw(pdf([b"BT 3 Tr /F1 12 Tf 72 700 Td (M0nday) Tj ET"])).text is None


def test_a_page_with_filled_fields_is_drawn_and_left_to_the_ocr() -> None:
    extra = b"/Annots[<</Type/Annot/Subtype/Widget/FT/Tx/T(a)/V(Art)/Rect[72 600 200 620]>>]"
    assert draw(pdf([words((72, 700, "Monday"))], page_extra=extra)).text is None


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
