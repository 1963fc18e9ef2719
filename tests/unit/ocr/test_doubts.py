"""Which characters are told as doubtful."""

from services.ocr.doubts import doubts
from services.ocr.line_model import Letter, LineText


def _line(*letters: tuple[str, str, float]) -> LineText:
    return LineText(tuple(Letter(text, 1 - chance, rival, chance, 0.5, 0.0) for text, rival, chance in letters), 0.9)


def test_a_letter_is_told_with_its_runner_up() -> None:
    line = _line((" ", "", 0.0), ("l", "I", 0.27), ("a", "o", 0.04), ("n", "", 0.4), ("-", "–", 0.4))
    assert [(each.at, each.text, each.confidence) for each in doubts(line)] == [(0, "I", 0.27), (2, "", 0.4)]


def test_of_many_doubts_the_likeliest_are_told_in_order() -> None:
    line = _line(*(("l", "I", 0.1 + 0.01 * at) for at in range(9)))
    assert [each.at for each in doubts(line)] == [4, 5, 6, 7, 8]
