"""Words set letter by letter."""

import pytest

from services.extractor.reading.lexicon.letter_spacing import spread_word, unspaced, whole_word


@pytest.mark.parametrize(
    ("letters", "word"),
    [
        ("BREAK", "BREAK"),
        ("Lunch", "Lunch"),
        # Its first letter was not read.
        ("UNCH", "LUNCH"),
        ("BREK", "BREAK"),
        # Fits two words.
        ("PAUS", "PAUS"),
        ("KOALA", "KOALA"),
        ("ART", "ART"),
    ],
)
def test_common_words_are_known_by_most_of_their_letters(letters: str, word: str) -> None:
    assert whole_word(letters) == word


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("R EC RE 0", "RECREO"),
        ("A or B", "A or B"),
        ("Maths and Art", "Maths and Art"),
        ("B R E K", "BREAK"),
    ],
)
def test_letters_set_wide_are_a_word(name: str, word: str) -> None:
    assert unspaced(name, frozenset()) == word


@pytest.mark.parametrize(
    ("letters", "word"),
    [
        ("BREAK", "BREAK"),
        ("_UNCH", "LUNCH"),
        ("BR_AK", "BREAK"),
        ("REL_X", "RELX"),
        # Two letters are missing: these may be subjects.
        ("B_E_K", None),
        ("12345", None),
    ],
)
def test_letters_over_a_row_s_days(letters: str, word: str | None) -> None:
    read = {day: letter for day, letter in enumerate(letters) if letter != "_"}
    assert spread_word(read, len(letters)) == word
