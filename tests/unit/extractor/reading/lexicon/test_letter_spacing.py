"""Words set letter by letter."""

import pytest

from services.extractor.reading.lexicon.letter_spacing import spread_word, unspaced


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("R EC RE 0", "RECREO"),
        ("A or B", "A or B"),
        ("Maths and Art", "Maths and Art"),
    ],
)
def test_letters_set_wide_are_a_word(name: str, word: str) -> None:
    assert unspaced(name, frozenset()) == word


@pytest.mark.parametrize(
    ("letters", "word"),
    [
        ("BREAK", "BREAK"),
        ("REL_X", "RELX"),
        # Two letters are missing: these may be subjects.
        ("B_E_K", None),
        ("12345", None),
    ],
)
def test_letters_over_a_row_s_days(letters: str, word: str | None) -> None:
    read = {day: letter for day, letter in enumerate(letters) if letter != "_"}
    assert spread_word(read, len(letters)) == word
