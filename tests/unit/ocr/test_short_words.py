"""Short words that run up or down the page."""

import numpy as np

from services.ocr.angles import Readings
from services.ocr.crops import Quad
from services.ocr.short_words import add_turned, run_as_their_columns
from shared.messages import Doubt


def _column(count: int, *, wide: float = 27, high: float = 28) -> list[Quad]:
    """Boxes above each other, then one beside them."""
    places = [(10.0, 100.0 * number) for number in range(count)] + [(400.0, 0.0)]
    return [np.array([(x, y), (x + wide, y), (x + wide, y + high), (x, y + high)], dtype=np.float32) for x, y in places]


SIDES = {
    (0, 270): (0.996, "po"), (0, 90): (0.9997, "od"), (1, 270): (0.998, "út"), (2, 270): (0.9995, "st"),
    (3, 270): (0.993, "čt"), (4, 270): (0.998, "pá"), (4, 90): (0.99, "d"), (5, 90): (0.99, "SO"),
}  # fmt: skip


def _look(tries: list[tuple[int, int]]) -> list[tuple[float, str, list[Doubt]]]:
    return [(*SIDES.get(each, (0.3, "?")), []) for each in tries]


def test_days_in_a_column_of_bars_run_one_way() -> None:
    """One reads surer upside down, and some read a little upright; a box of its own beside them stays as it is."""
    upright = [(0.84, "po"), (0.97, "it"), (0.75, "st"), (0.98, "t"), (0.48, "p"), (0.7, "os")]
    read: Readings = {number: {0: (*each, [])} for number, each in enumerate(upright)}
    add_turned(read, _column(5), _look)
    assert {number: {angle: text for angle, (_, text, _) in each.items()} for number, each in read.items()} == {
        0: {270: "po"}, 1: {270: "út"}, 2: {270: "st"}, 3: {270: "čt"}, 4: {270: "pá"}, 5: {0: "os"},
    }  # fmt: skip


def test_texts_that_are_sure_upright_are_read_from_no_side() -> None:
    read: Readings = {number: {0: (0.99, "Ji", [])} for number in range(6)}
    asked: list[tuple[int, int]] = []

    def look(tries: list[tuple[int, int]]) -> list[tuple[float, str, list[Doubt]]]:
        asked.extend(tries)
        return _look(tries)

    add_turned(read, _column(5), look)
    assert asked == []


def test_a_turned_word_runs_as_its_column_does() -> None:
    texts = ("NOW", "TUE", "WED", "THU")
    read: Readings = {number: {90: (0.9, text, [])} for number, text in enumerate(texts)}
    read[0] = {270: (0.99, "NOW", []), 90: (0.98, "MON", [])}
    read[4] = {270: (0.99, "Registration", []), 90: (0.2, "uoge", [])}
    angles = {0: 270, 1: 90, 2: 90, 3: 90, 4: 270}
    assert run_as_their_columns(angles, read, _column(4, high=60)) == {**angles, 0: 90}
