"""Whose week it is, from the usual headings."""

import pytest

from services.extractor.reading.decide.meta import Meta, read_meta
from services.extractor.reading.model import Line, Rect

TABLE = Rect(0, 200, 1000, 800)


def meta(*texts: str, y: float = 20.0) -> Meta:
    lines = [
        Line(i, text, 0.99, 0, Rect(10, y + 30 * i, 10 + 10 * len(text), y + 20 + 30 * i), 20)
        for i, text in enumerate(texts)
    ]
    return read_meta(lines, set(), TABLE)


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("Autumn term 2026", "term", "Autumn term"),
        ("Autumn term 2026", "year", 2026),
        ("Term: Autumn1", "term", "Autumn 1"),
        ("Semester 2", "term", "Semester 2"),
        ("2º Trimestre", "term", "2º Trimestre"),
        ("Schuljahr: 2024/25", "year", 2024),
        ("Klasse: 9b | Lehrer: Hr. Brandt", "class_name", "9b"),
        ("Klasse: 9b | Lehrer: Hr. Brandt", "teacher", "Hr. Brandt"),
        ("Enseignant: D. Renaud Année: 2024", "teacher", "D. Renaud"),
        ("Profesora: D. Núñez · Curso: 2024", "teacher", "D. Núñez"),
        ("Docente: Prof.ssa Bianchi", "teacher", "Prof.ssa Bianchi"),
        ("Timetable – Kestrels", "class_name", "Kestrels"),
        ("Horário – 3º C", "class_name", "3º C"),
        ("Emploi du temps – 3e J", "class_name", "3e J"),
        ("Oak Class Timetable", "class_name", "Oak Class"),
        ("Year 4 Timetable", "class_name", "Year 4"),
        ("Year: 4", "class_name", "Year 4"),
        ("Mr Rossi's Timetable", "teacher", "Mr Rossi"),
        ("Weekly Timetable", "class_name", None),
        ("Elm Park School Timetable", "class_name", None),
        ("Timetable_v2.docx", "class_name", None),
        ("Bell Schedule", "class_name", None),
        ("Mr D. Okafor – Staff Timetable", "class_name", None),
        ("Mr D. Okafor – Staff Timetable", "teacher", "Mr D. Okafor"),
        ("Our Daily Class Schedule", "class_name", None),
        ("3rd Grade Schedule 2024-2025", "class_name", "3rd Grade"),
        ("1/2 Wombats Class Timetable", "class_name", "1/2 Wombats"),
        ("Y2 Otters", "class_name", "Y2 Otters"),
        ("8 Curie", "class_name", "8 Curie"),
        ("Year 4 Willow", "class_name", "Year 4 Willow"),
        ("Grade 3 - Sampaguita", "class_name", "Grade 3"),
        ("Class 5 Miss J. Rowntree", "class_name", "Class 5"),
        ("Class 5 Miss J. Rowntree", "teacher", "Miss J. Rowntree"),
        ("Mr Sandhu & Mrs Bligh", "teacher", "Mr Sandhu & Mrs Bligh"),
        ("Mrs. Lindqvist's Class", "teacher", "Mrs. Lindqvist"),
        ("Clase: 6° A", "class_name", "6º A"),
        ("Horário da Turma 8.º B", "class_name", "Turma 8.º B"),
        ("Diretora de turma: Prof. Matos", "teacher", "Prof. Matos"),
        ("Diretora de turma: Prof. Matos", "class_name", None),
        ("2.º período", "term", "2.º período"),
        ("Team schedule 24-25", "year", 2024),
        ("Week of 24-25 March", "year", None),
        ("4 November", "class_name", None),
        ("Year 4 Juniper", "class_name", "Year 4 Juniper"),
        ("3 Marlow", "class_name", "3 Marlow"),
        ("Class: 4B | Date: 01/09/2025", "class_name", "4B"),
        ("portal.school.org/my/week Autumn term", "term", None),
        ("30 Minutes", "class_name", None),
        ("5 lessons", "class_name", None),
        ("Classes", "class_name", None),
        ("CLASS PROGRAM", "class_name", None),
        ("Regular Class", "class_name", None),
        ("Class Routine", "class_name", None),
        ("GRUPO", "class_name", None),
        ("E082", "class_name", None),
        ("1 SEMANA", "class_name", None),
        ("11h", "class_name", None),
        ("VIII B", "class_name", "VIII B"),
        ("Kelas: VII A", "class_name", "VII A"),
        ("Section: K", "class_name", "K"),
        ("10th_grade_schedule_fall.pdf", "term", None),
    ],
)
def test_headings(text: str, field: str, value: object) -> None:
    assert getattr(meta(text), field) == value


def test_rooms_and_people_below_the_table_are_not_the_class_and_the_teacher() -> None:
    below = meta("R8", "Mrs Novak", y=850)
    assert (below.class_name, below.teacher) == (None, None)


def _boxes(*texts: tuple[str, float, float]) -> Meta:
    """What is read from texts at (x, y)."""
    lines = [Line(i, text, 0.99, 0, Rect(x, y, x + 10 * len(text), y + 20), 20) for i, (text, x, y) in enumerate(texts)]
    return read_meta(lines, set(), TABLE)


def test_a_key_in_a_box_of_its_own_has_its_value_beside_it() -> None:
    found = _boxes(("Class", 400, 20), ("Y5/6 Puffins", 500, 22), ("Term", 400, 60), ("Spring 2", 500, 60))
    assert (found.class_name, found.term) == ("Y5/6 Puffins", "Spring 2")


def test_a_key_s_value_is_no_other_key() -> None:
    found = _boxes(("Class", 10, 20), ("Teacher", 100, 20), ("Mr Rossi", 200, 20))
    assert (found.class_name, found.teacher) == (None, "Mr Rossi")


def test_a_window_names_its_user_and_its_cell() -> None:
    menu = [(word, 100 * i, 60.0) for i, word in enumerate(("File", "Home", "Insert", "View", "Help"))]
    found = _boxes(("K. Ashworth", 700, 20), *menu, ("G9", 10, 100), ("Mr Rossi", 400, 140))
    assert (found.teacher, found.class_name) == ("Mr Rossi", None)
