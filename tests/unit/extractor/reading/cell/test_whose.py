"""Lines that say in most of a table's cells whose lesson it is."""

from services.extractor.reading.cell.cells import page_words, read_cells
from services.extractor.reading.cell.fragments import Cut, Fragment
from services.extractor.reading.cell.whose import whose
from services.extractor.reading.model import Line, Rect


def cut(*texts: str) -> Cut:
    fragments = [
        Fragment(at, text, 16, Rect(0, 20 * at, 100, 20 * at + 16), at, None, 1) for at, text in enumerate(texts)
    ]
    return Cut(fragments, Rect(0, 0, 100, 80))


def test_a_class_above_each_lesson_is_no_name() -> None:
    lessons = ["Programmering", "Diskret matematikk", "Webprosjekt", "Fysikk", "Programmering", "Webprosjekt"]
    cells = []
    for at, lesson in enumerate(lessons):
        texts = ["HING17HA" if at % 2 else "ANV15HA, ANV16HA, HING17HA...", lesson, f"P35-PI55{at}", "Solvang Henrik"]
        middle = 150.0 + 300 * at
        lines = [
            Line(row, text, 0.99, 0, Rect(middle - 4 * len(text), 20 * row, middle + 4 * len(text), 20 * row + 16), 16)
            for row, text in enumerate(texts)
        ]
        cells.append((lines, Rect(300 * at, -10, 300 * at + 300, 90)))
    # Three of six stand alone: a fourth cell says it, too.
    cells.append(
        (
            [
                Line(0, "HING17HA", 0.99, 0, Rect(1910, 0, 1974, 16), 16),
                Line(1, "Fysikk", 0.99, 0, Rect(1920, 20, 1968, 36), 16),
            ],
            Rect(1800, -10, 2100, 90),
        )
    )
    words = page_words([line for lines, _ in cells for line in lines])
    assert [found.name for found in read_cells(cells, words)] == [*lessons, "Fysikk"]


def test_a_code_behind_each_courses_own_says_not_whose_the_lesson_is() -> None:
    cuts = [cut(f"COS1000{at} C1", "[LECTURE]") for at in range(8)]
    assert not any(found.any() for found in whose(cuts))


def test_a_few_cells_tell_nothing() -> None:
    assert not any(found.any() for found in whose([cut("7A1", "Fysikk"), cut("7A1", "Kjemi")]))
