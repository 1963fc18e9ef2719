"""The looks: files that open, turned as said, with a text layer where said."""

import io
from pathlib import Path

import msgspec
import pypdfium2
import pytest
from PIL import Image

from tests.benchmarks.scorer import Truth
from tests.pages import draw, fonts
from tests.pages.__main__ import write_pages
from tests.pages.canvas import Canvas
from tests.pages.looks import LOOKS


@pytest.mark.parametrize("look", LOOKS)
def test_every_look_gives_the_same_file_each_time(look: str) -> None:
    one = draw("short_days", 2, look)
    assert one.image == draw("short_days", 2, look).image
    assert one.truth.look == look
    if one.suffix == ".pdf":
        assert len(pypdfium2.PdfDocument(one.image)) == 1
    else:
        Image.open(io.BytesIO(one.image)).load()


def test_a_messengers_picture_is_small() -> None:
    assert max(Image.open(io.BytesIO(draw("days_across", 2, "messenger").image)).size) in {1000, 1280}


def test_a_picture_turned_with_exif_says_so_and_one_without_does_not() -> None:
    upright = draw("days_across", 2).sheets[0].image.size
    turned = Image.open(io.BytesIO(draw("days_across", 2, "turned90").image))
    assert turned.size == upright[::-1]
    assert 0x0112 not in turned.getexif()
    for seed in range(4):
        assert Image.open(io.BytesIO(draw("days_across", seed, "turned_exif").image)).getexif()[0x0112] in {3, 6, 8}


@pytest.mark.parametrize("layout", ["days_across", "language_pl", "rotated_text"])
def test_the_text_layer_holds_every_word(layout: str) -> None:
    page = draw(layout, 3, "pdf_text")
    text = pypdfium2.PdfDocument(page.image)[0].get_textpage().get_text_range()
    squeezed = "".join(text.split())
    for drawn in page.sheets[0].texts:
        if drawn.angle == 0:
            assert "".join(drawn.text.split()) in squeezed


@pytest.mark.parametrize("look", ["clean", "photo", "pdf_text"])
def test_several_sheets_become_pages(look: str) -> None:
    page = draw("weeks_pages", 1, look)
    assert page.suffix == ".pdf"
    assert len(pypdfium2.PdfDocument(page.image)) == len(page.sheets) == 2


def test_pages_can_be_drawn_without_any_font_on_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "faces", lambda: (fonts.OWN,))
    monkeypatch.setattr("tests.pages.style.faces", lambda: (fonts.OWN,))
    for layout in ("language_pl", "language_fr", "rotated_text"):
        assert draw(layout, 1).sheets[0].face is fonts.OWN


def test_no_cut_of_a_face_draws_a_letter_as_the_box_of_a_missing_one() -> None:
    def ink(text: str, face: fonts.Face, *, bold: bool, italic: bool) -> bytes:
        canvas = Canvas(100, 80, "#ffffff", face, "#000000")
        canvas.text(10, 10, text, canvas.font(40, bold=bold, italic=italic))
        return canvas.image.tobytes()

    for face in fonts.faces():
        for bold, italic in ((False, False), (True, False), (False, True)):
            missing = ink("\uffff", face, bold=bold, italic=italic)
            assert all(ink(letter, face, bold=bold, italic=italic) != missing for letter in "–ªºéń"), face


def test_pillows_face_gets_its_accents() -> None:
    def ink(text: str) -> bytes:
        canvas = Canvas(200, 80, "#ffffff", fonts.OWN, "#000000")
        canvas.text(10, 10, text, canvas.font(40))
        return canvas.image.tobytes()

    for plain, accented in ("aą", "ec", "eé", "nñ", "lł", "uü", "cç", "oõ", "sś", "zż", "eê", "eè"):
        assert ink(plain) != ink(accented)


def test_pages_are_written_with_truth_that_the_scorer_reads(tmp_path: Path) -> None:
    for path in write_pages(tmp_path, ["day_lists"], ["clean", "scan"], 1):
        truth = msgspec.json.decode(path.with_suffix(".json").read_bytes(), type=Truth)
        assert truth.family == "day_lists"
        assert truth.timeblocks
