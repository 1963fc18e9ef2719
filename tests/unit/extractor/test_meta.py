"""Whose week it is, from the usual headings."""

import pytest

from services.extractor.reading.meta import Meta, read_meta
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
    ],
)
def test_headings(text: str, field: str, value: object) -> None:
    assert getattr(meta(text), field) == value


def test_rooms_and_people_below_the_table_are_not_the_class_and_the_teacher() -> None:
    below = meta("R8", "Mrs Novak", y=850)
    assert (below.class_name, below.teacher) == (None, None)
