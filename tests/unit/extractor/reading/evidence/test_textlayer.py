"""An exact layer's lines are the page's, wherever its picture was turned to; another layer changes nothing."""

from services.extractor.reading.evidence.textlayer import exact_page
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


def test_a_layer_that_is_not_exact_changes_nothing() -> None:
    """A PDF's lines have been held against the picture by then: those that hold are the OCR's."""
    given = page("Patlo")
    assert exact_page(given, TextLayer(lines=[TextLine(text="Patio", box=(12, 2, 96, 16))])) == given
    assert exact_page(given, None) == given


def test_an_exact_layer_holds_instead_of_the_ocr() -> None:
    given = TextLayer(lines=[TextLine(text="Łacina", box=(10, 20, 60, 16))], exact=True)
    for ocr in (page("Lacina", "smudge"), page()):
        (line,) = exact_page(ocr, given).lines
        assert (line.text, line.confidence, line.angle) == ("Łacina", 1.0, 0)
        assert line.box == ((10, 20), (70, 20), (70, 36), (10, 36))


def test_an_exact_layer_is_turned_with_the_page() -> None:
    # The OCR's picture is the stored one (400 high), turned a quarter clockwise: its (x, y) lies at (y, 399 - x).
    turned = page("x", to_stored=(0.0, 1.0, 0.0, -1.0, 0.0, 399.0, 0.0, 0.0, 1.0))
    upright = TextLine(text="Art", box=(10, 20, 60, 16))
    upward = TextLine(text="Break", box=(100, 50, 16, 60), angle=270)
    first, second = exact_page(turned, TextLayer(lines=[upright, upward], exact=True)).lines
    assert (first.angle, second.angle) == (90, 0)
    assert first.box[0] == (379, 10)
    assert second.box == ((289, 100), (349, 100), (349, 116), (289, 116))
