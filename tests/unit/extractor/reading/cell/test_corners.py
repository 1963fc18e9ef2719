"""Tables that print the lesson in the middle of its cell and all else in the corners."""

from services.extractor.reading.cell.cells import page_words, read_cells
from services.extractor.reading.model import Line, Rect

WIDTH, HEIGHT, SIZE = 200.0, 90.0, 16.0
Cell = tuple[list[Line], Rect]


def cell(at: int, *texts: tuple[str, float, float]) -> Cell:
    """A cell with its texts: what each says, which share of the room left over is left of it, and its height."""
    x = at * WIDTH
    lines: list[Line] = []
    for text, side, y in texts:
        width = len(text) * SIZE / 2
        left = x + 4 + side * (WIDTH - 8 - width)
        lines.append(Line(len(lines), text, 0.99, 0, Rect(left, y, left + width, y + SIZE), SIZE))
    return lines, Rect(x, 0, x + WIDTH, HEIGHT)


def names(cells: list[Cell]) -> list[str]:
    words = page_words([line for lines, _ in cells for line in lines])
    return [found.name for found in read_cells(cells, words)]


TEACHERS = ["DIET", "Dancer", "Artur", "Musica", "Logika", "Formal"]
LESSONS = ["Retele", "Progr", "Alg Avans", "Met Dezv", "Retele", "Funct"]


def test_the_lesson_stands_in_the_middle_where_all_else_stands_in_corners() -> None:
    cells = [
        cell(at, (teacher, 0, 4), (lesson, 0.5, 36), (f"L-30{at}", 1, 68))
        for at, (teacher, lesson) in enumerate(zip(TEACHERS, LESSONS, strict=True))
    ]
    assert names(cells) == LESSONS


def test_a_groups_corner_does_not_go_on_in_the_lesson() -> None:
    cells = [
        cell(at, (f"{at % 2 + 1}. Csoport", 1, 4), (lesson, 0.5, 36), ("203", 0, 68), ("DSz", 1, 68))
        for at, lesson in enumerate(["ang", "mat", "palap", "itall", "fiz", "tor"])
    ]
    assert names(cells) == ["ang", "mat", "palap", "itall", "fiz", "tor"]


def test_long_lines_that_begin_at_the_left_are_in_no_middle() -> None:
    cells = [
        cell(at, (code, 0, 4), ("Room-number 6142 wing Q", 0, 36), ("(SFR)", 0, 68))
        for at, code in enumerate(["SE- 441", "SE- 321", "SE- 323", "SE- 412", "SE- 450"])
    ]
    assert names(cells) == ["SE- 441", "SE- 321", "SE- 323", "SE- 412", "SE- 450"]
