"""A cell's text taken apart: name, notes, people, rooms, times."""

import pytest

from services.extractor.reading.cells import page_words, read_cell
from services.extractor.reading.model import Line, Rect

CELL = Rect(0, 0, 200, 120)


def stack(*texts: str | tuple[str, float]) -> list[Line]:
    """Lines below each other in the middle of `CELL`; (text, size) for another size than 20."""
    lines: list[Line] = []
    y = 10.0
    for text in texts:
        size = 20.0
        if isinstance(text, tuple):
            text, size = text
        half = len(text) * size * 0.25
        lines.append(Line(len(lines), text, 0.99, 0, Rect(100 - half, y, 100 + half, y + size), size))
        y += size + 4
    return lines


@pytest.mark.parametrize(
    ("texts", "name", "notes"),
    [
        (["Physics (Mr Rossi)"], "Physics", "Mr Rossi"),
        (["Drama (Room 12, Mrs Novak)"], "Drama", "Room 12, Mrs Novak"),
        (["Word Work (Phonics)"], "Word Work (Phonics)", None),
        (["Maths - Lab 2"], "Maths", "Lab 2"),
        (["Maths Mr Patel"], "Maths", "Mr Patel"),
        (["Maths", ("R204 Mr Rossi", 14)], "Maths", "R204 Mr Rossi"),
        (["Maths", "Mr Rossi"], "Maths", "Mr Rossi"),
        (["Sociology", "Studio 3 TBY"], "Sociology", "Studio 3 TBY"),
        (["Registration and", "Early Morning work"], "Registration and Early Morning work", None),
        (["English", ("(Sentence Stacking", 14), ("2)", 14)], "English", "Sentence Stacking, 2"),
        (["Year 11 Option", "Choices"], "Year 11 Option Choices", None),
        ([("Lab 2", 13), "Chemistry"], "Chemistry", "Lab 2"),
        (["PE 1"], "PE 1", None),
    ],
)
def test_name_and_notes(texts: list[str | tuple[str, float]], name: str, notes: str | None) -> None:
    lines = stack(*texts)
    cell = read_cell(lines, CELL, page_words(lines))
    assert (cell.name, cell.notes) == (name, notes)


def test_teacher_and_room_are_told_apart() -> None:
    cell = read_cell(stack("Maths", ("Lab 2 Dr Singh", 14)), CELL, frozenset())
    assert (cell.teacher, cell.room) == ("Dr Singh", "Lab 2")


def test_a_word_broken_over_two_lines_is_one_word() -> None:
    narrow = Rect(70, 0, 130, 120)
    cell = read_cell(stack("Engli", "sh"), narrow, frozenset({"english"}))
    assert cell.name == "English"


def test_times_are_taken_out() -> None:
    cell = read_cell(stack("1:30 – 2:30", "Science"), CELL, frozenset())
    assert cell.name == "Science"
    assert len(cell.spans) == 1


def test_a_range_broken_over_two_lines_is_one_range() -> None:
    cell = read_cell(stack("10:35 –", "11:25", "English"), CELL, frozenset())
    assert cell.name == "English"
    assert [span.end is not None for span in cell.spans] == [True]


@pytest.mark.parametrize("text", ["---", "Free", "FREE PERIOD", "–", "Frei"])
def test_free_cells(text: str) -> None:
    assert read_cell(stack(text), CELL, frozenset()).free


def test_upward_text_is_read_left_to_right() -> None:
    lines = [
        Line(0, "Assembly", 0.99, 270, Rect(120, 20, 140, 110), 20),
        Line(1, "Singing", 0.99, 270, Rect(96, 30, 116, 100), 20),
    ]
    assert read_cell(lines, Rect(80, 0, 160, 120), frozenset()).name == "Singing Assembly"
