"""A PDF's own text: believed where the OCR read much the same in the same place, else not at all."""

from services.extractor.reading.evidence.textlayer import with_layer
from shared.messages import OcrLine, OcrPage, TextLayer, TextLine


def page(*texts: str, to_stored: tuple[float, ...] | None = None) -> OcrPage:
    """Lines of 100 x 20 pixels, 40 apart."""
    lines = [
        OcrLine(
            id=i, text=text, confidence=0.9, angle=0,
            box=((10, 40.0 * i), (110, 40.0 * i), (110, 40.0 * i + 20), (10, 40.0 * i + 20)),
        )
        for i, text in enumerate(texts)
    ]  # fmt: skip
    return OcrPage(page=0, image="x", width=400, height=400, lines=lines, to_stored=to_stored)


def layer(*texts: str, scale: float = 1.0) -> TextLayer:
    return TextLayer(
        lines=[
            TextLine(text=text, box=(12 * scale, (40 * i + 2) * scale, 96 * scale, 16 * scale))
            for i, text in enumerate(texts)
        ]
    )


def read(given: OcrPage, text: TextLayer | None) -> list[str]:
    return [line.text for line in with_layer(given, text).lines]


def test_exact_characters_are_taken() -> None:
    fixed = with_layer(page("Educaclón FIsica", "Patlo"), layer("Educación Física", "Patio"))
    assert [line.text for line in fixed.lines] == ["Educación Física", "Patio"]
    assert all(line.confidence >= 0.99 for line in fixed.lines)


def test_a_garbage_layer_changes_nothing() -> None:
    assert read(page("Maths", "Music", "Drama"), layer("□□□□□", "qzkxw", "Drana")) == ["Maths", "Music", "Drama"]


def test_it_adds_no_line_and_moves_none() -> None:
    assert read(page("Maths"), layer("Maths", "Hidden text")) == ["Maths"]


def test_words_of_one_line_are_put_together() -> None:
    words = TextLayer(lines=[TextLine(text="Work", box=(60, 2, 45, 16)), TextLine(text="Word", box=(12, 2, 40, 16))])
    assert read(page("Word Worlk"), words) == ["Word Work"]


def test_boxes_are_compared_on_the_stored_picture() -> None:
    doubled = (2.0, 0.0, 0.0, 0.0, 2.0, 0.0, 0.0, 0.0, 1.0)
    given = page("Maths", "Music", "Patlo", to_stored=doubled)
    assert read(given, layer("Maths", "Music", "Patio", scale=2.0))[2] == "Patio"
    assert read(given, layer("Maths", "Music", "Patio"))[2] == "Patlo"


def test_without_a_layer() -> None:
    assert read(page("Patlo"), None) == ["Patlo"]


def test_an_exact_layer_holds_instead_of_the_ocr() -> None:
    given = TextLayer(lines=[TextLine(text="Łacina", box=(10, 20, 60, 16))], exact=True)
    for ocr in (page("Lacina", "smudge"), page()):
        (line,) = with_layer(ocr, given).lines
        assert (line.text, line.confidence, line.angle) == ("Łacina", 1.0, 0)
        assert line.box == ((10, 20), (70, 20), (70, 36), (10, 36))


def test_an_exact_layer_is_turned_with_the_page() -> None:
    # The OCR's picture is the stored one (400 high), turned a quarter clockwise: its (x, y) lies at (y, 399 - x).
    turned = page("x", to_stored=(0.0, 1.0, 0.0, -1.0, 0.0, 399.0, 0.0, 0.0, 1.0))
    upright = TextLine(text="Art", box=(10, 20, 60, 16))
    upward = TextLine(text="Break", box=(100, 50, 16, 60), angle=270)
    first, second = with_layer(turned, TextLayer(lines=[upright, upward], exact=True)).lines
    assert (first.angle, second.angle) == (90, 0)
    assert first.box[0] == (379, 10)
    assert second.box == ((289, 100), (349, 100), (349, 116), (289, 116))
