"""A PDF's text is taken where the picture bears it out, and what it lacks is read off the picture."""

import sysconfig
from pathlib import Path

import PIL.Image
import PIL.ImageDraw
import PIL.ImageFont
import pytest

from services.ocr import layer as layer_module
from services.ocr.engine import Engine
from services.ocr.layer import Checked, check
from services.ocr.page_reader import PageReader
from services.ocr.reading import Found, Layered, News, Read
from shared.messages import UNKNOWN, TextLayer, TextLine
from tests.unit.ocr.conftest import WORDS, draw, pixels, table, webp

FONT = PIL.ImageFont.load_default(30)
_FACE = Path(sysconfig.get_path("purelib")) / "font_roboto" / "files" / "Roboto-Regular.ttf"
ROBOTO = PIL.ImageFont.truetype(str(_FACE), 30)


def lines(texts: list[str] = WORDS, font: int = 0) -> list[TextLine]:
    """Text where `table` has its words."""
    return [
        TextLine(
            text=text, font=font, box=(70.0 + 420 * (at % 2), 60.0 + 110 * (at // 2), FONT.getlength(WORDS[at]), 36.0)
        )
        for at, text in enumerate(texts)
    ]


def checked(engine: Engine, page: PIL.Image.Image, layer: TextLayer) -> Checked | None:
    return check(pixels(page), layer, engine)


def read(engine: Engine, page: PIL.Image.Image, layer: TextLayer) -> tuple[Read, Found]:
    """The page as the reading process answers, and what it told first."""
    told: list[News | None] = []
    answer = PageReader(engine).read(Layered(webp(page), layer), told.append)
    assert isinstance(answer, Read)
    return answer, next(each for each in told if isinstance(each, Found))


def garbled(text: str) -> str:
    """As a font's codes come out where its map to letters is missing: so many places further on in the alphabet."""
    return "".join(chr(ord(letter) + 5) if letter.isalnum() else letter for letter in text)


def test_sound_text_is_taken_to_the_letter_and_nothing_read(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "_detection", None)
    answer, found = read(engine, table(), TextLayer(lines=lines()))
    assert [line.text for line in answer.lines] == WORDS
    assert [line.id for line in answer.lines] == [*range(8)]
    assert {(line.confidence, line.angle) for line in answer.lines} == {(1.0, 0)}
    assert answer.lines[0].box[0] == (70.0, 60.0)
    assert (answer.known, answer.text, found.known, found.lines) == (8, 0.0, 8, 0)


def test_accents_are_kept(engine: Engine) -> None:
    texts = [("Français Ödön Žák", 60), ("Geography lesson", 160), ("Mathematics", 260)]
    page = draw([])
    for text, y in texts:
        PIL.ImageDraw.Draw(page).text((70, y), text, fill="black", font=ROBOTO)
    layer = TextLayer(lines=[TextLine(text=t, box=(70.0, y, ROBOTO.getlength(t), 36.0)) for t, y in texts])
    found = checked(engine, page, layer)
    assert found is not None
    assert [line.text for line in found.lines] == [text for text, _ in texts]


def test_a_letter_that_shows_as_a_box_is_not_taken(engine: Engine) -> None:
    """Pillow's own face has no accents: what the page shows in their place is nobody's letter."""
    texts = [("Français Ödön", 60), ("Geography lesson and more of it", 160), ("Mathematics, then English", 260)]
    page = draw([(text, 70, y) for text, y in texts])
    layer = TextLayer(lines=[TextLine(text=t, box=(70.0, y, FONT.getlength(t), 36.0)) for t, y in texts])
    found = checked(engine, page, layer)
    assert found is not None
    assert [line.text for line in found.lines] == [text for text, _ in texts[1:]]


@pytest.mark.parametrize("fault", ["garbled", "shifted", "white", "under a picture"])
def test_a_layer_that_the_picture_belies_is_not_taken(engine: Engine, fault: str) -> None:
    page, texts = table(), lines()
    if fault == "garbled":
        texts = lines([garbled(word) for word in WORDS])
    elif fault == "shifted":
        texts = [TextLine(text=line.text, box=(line.box[0] + 40, line.box[1] - 25, *line.box[2:])) for line in texts]
    elif fault == "white":
        page = draw([])
    else:
        PIL.ImageDraw.Draw(page).rectangle((0, 0, 900, 300), fill="white")
    assert checked(engine, page, TextLayer(lines=texts)) is None


def test_a_page_whose_layer_is_not_taken_is_read(engine: Engine) -> None:
    answer, found = read(engine, table(), TextLayer(lines=lines([garbled(word) for word in WORDS])))
    assert [line.text for line in answer.lines] == WORDS
    assert (answer.known, found.known, found.lines) == (0, 0, 8)


def test_lines_of_one_font_with_a_wrong_map_are_read(engine: Engine) -> None:
    texts = [*lines()[:6], *[TextLine(text=garbled(each.text), box=each.box, font=1) for each in lines()[6:]]]
    answer, _ = read(engine, table(), TextLayer(lines=texts))
    assert [line.text for line in answer.lines] == WORDS
    assert answer.known == 6


def test_lines_with_an_unknown_letter_are_read(engine: Engine) -> None:
    texts = lines()
    texts[1] = TextLine(text=f"Ma{UNKNOWN}ematics", box=texts[1].box)
    answer, _ = read(engine, table(), TextLayer(lines=texts))
    assert [line.text for line in answer.lines] == WORDS
    assert answer.known == 7


def test_a_letter_that_stands_for_two_is_found_out(engine: Engine) -> None:
    """Some programs draw "ti" as one glyph and map it to an odd letter: "RegistraƟon"."""
    answer, _ = read(engine, table(), TextLayer(lines=lines([word.replace("ti", "Ɵ") for word in WORDS])))
    assert [line.text for line in answer.lines] == WORDS
    assert answer.known == 6  # "Mathematics" has it, too


def test_text_in_a_picture_on_the_page_is_read(engine: Engine) -> None:
    page = table()
    page.paste(draw([("Swimming", 20, 20)], (260, 70)).point(lambda level: level * 220 // 255), (600, 420))
    answer, _ = read(engine, page, TextLayer(lines=lines(), pictures=[(600, 420, 130, 70), (730, 420, 130, 70)]))
    assert sorted(line.text for line in answer.lines) == sorted([*WORDS, "Swimming"])
    assert answer.known == 8


def test_text_drawn_as_shapes_is_read(engine: Engine) -> None:
    texts = lines()
    answer, _ = read(engine, table(), TextLayer(lines=texts[:6]))
    assert [line.text for line in answer.lines] == WORDS
    assert answer.known == 6


def test_a_picture_with_a_few_words_of_text_is_read_as_a_picture(engine: Engine) -> None:
    assert checked(engine, table(), TextLayer(lines=lines()[:2])) is None


def test_hidden_words_beside_sound_ones_are_left_out(engine: Engine) -> None:
    hidden = TextLine(text="Hidden", box=(70.0, 480.0, 90.0, 30.0))
    answer, _ = read(engine, table(), TextLayer(lines=[*lines(), hidden]))
    assert [line.text for line in answer.lines] == WORDS


def test_rules_and_fills_are_no_text(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    page = table()
    pen = PIL.ImageDraw.Draw(page)
    for x in (40, 460, 880):
        pen.line((x, 20, x, 490), fill="black", width=3)
    for y in (20, 130, 240, 350, 490):
        pen.line((40, y, 880, y), fill="black", width=3)
    monkeypatch.setattr(engine, "_detection", None)
    answer, _ = read(engine, page, TextLayer(lines=lines()))
    assert [line.text for line in answer.lines] == WORDS


def test_letters_that_the_recogniser_has_not_are_taken_by_their_ink(engine: Engine) -> None:
    """It has no witness against a Greek page but the ink."""
    texts = ["".join(chr(0x3B1 + ord(letter) % 16) for letter in word) for word in WORDS]
    found = checked(engine, table(), TextLayer(lines=lines(texts)))
    assert found is not None
    assert [line.text for line in found.lines] == texts


def test_of_a_layer_of_thousands_of_lines_nothing_is_taken(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layer_module, "_MOST", 7)
    assert checked(engine, table(), TextLayer(lines=lines())) is None
