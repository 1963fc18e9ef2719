"""What stands with a name on its line, and names that only look as if something did."""

import pytest

from services.extractor.reading.cell.cell_details import inline
from services.extractor.reading.cell.cells import page_words, read_cell
from services.extractor.reading.model import Line, Rect
from tests.unit.extractor.reading.cell.test_cells import CELL, stack


@pytest.mark.parametrize("text", ["Algebra (seminar)", "Ethics (elective)", "BIO(RS)", "MC(B2)"])
def test_a_word_or_a_code_in_brackets_is_the_name_s(text: str) -> None:
    assert inline(text, frozenset()) == (text, [])


@pytest.mark.parametrize("text", ["Algebra (half class)", "Algebra (Unit 3)", "Algebra (Mr Rossi)", "Algebra (RS)"])
def test_what_explains_the_name_in_brackets_is_a_note(text: str) -> None:
    name, (aside,) = inline(text, frozenset())
    assert name == "Algebra"
    assert f"({aside})" in text


def test_codes_behind_dashes_that_several_names_have_are_notes() -> None:
    texts = ("EMP(M) - 1AT1 - C4-237V", "CAL(G) - 1AT1 - C4-237V", "Level - 2B", "10291 - 1", "12497 - 1")
    words = page_words([Line(at, text, 0.99, 0, Rect(0, 0, 9, 9), 20) for at, text in enumerate(texts)])
    assert inline(texts[0], words) == ("EMP(M)", ["1AT1", "C4-237V"])
    assert all(inline(text, words) == (text, []) for text in texts[2:])


@pytest.mark.parametrize(
    ("first", "rest", "name"),
    [
        ("EC19P52/EC1", "9P53", "EC19P52/EC19P53"),
        ("PSY-T72/ECO-", "T47", "PSY-T72/ECO-T47"),
        ("Maths/Art", "R204", "Maths/Art"),
        ("PSY-T72/ECO", "Mr Rossi", "PSY-T72/ECO"),
    ],
)
def test_codes_that_the_cell_s_edge_broke_are_one_word(first: str, rest: str, name: str) -> None:
    lines = stack(first, rest)
    assert read_cell(lines, CELL, page_words(lines)).name == name
