"""A cell's text taken apart: name, notes, people, rooms, times."""

from dataclasses import replace

import numpy as np
import pytest

from services.extractor.reading.cell.cell_details import inline
from services.extractor.reading.cell.cells import assembled, page_words, read_cell, read_cells
from services.extractor.reading.cell.fragments import Cut, Fragment, fragments_of
from services.extractor.reading.cell.parts import by_time, by_week
from services.extractor.reading.cell.roles import Told, bar_capitals, going_on
from services.extractor.reading.evidence.order import in_reading_order, joined
from services.extractor.reading.lexicon.columns import is_keyed_aside
from services.extractor.reading.lexicon.words import (
    is_aside,
    is_code,
    is_key,
    is_person,
    is_room,
    is_weekly,
    people_and_rooms,
)
from services.extractor.reading.model import HALF, Line, Rect, Type

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
        # What parts room and person on a line that was cut between them belongs to neither.
        (["Art", ("Studio ·", 14), ("· Ms Brandt", 14)], "Art", "Studio, Ms Brandt"),
        (["Sociology", "Studio 3 TBY"], "Sociology", "Studio 3 TBY"),
        (["Registration and", "Early Morning work"], "Registration and Early Morning work", None),
        (["English", ("(Sentence Stacking", 14), ("2)", 14)], "English", "Sentence Stacking, 2"),
        ([("Lab 2", 13), "Chemistry"], "Chemistry", "Lab 2"),
        (["PE 1"], "PE 1", None),
        (["German", "Dr", "Fairweather"], "German", "Dr Fairweather"),
        (["Algebra", "KJO"], "Algebra", "KJO"),
        # A room's number in the corner is no name, however large; alone it is all there is.
        (["21", "Matematyka", "A. Nowak"], "Matematyka", "21, A. Nowak"),
        (["21"], "21", None),
        (["HISTOIRE-GEOGRAPHIE", "LEROY C.", "Salle 204"], "HISTOIRE-GEOGRAPHIE", "LEROY C., Salle 204"),
        (["W.I.N. Time", ("Intervention", 12)], "W.I.N. Time", "Intervention"),
        (["Science", ("Lab", 13)], "Science", "Lab"),
        (["Design patterns; A. Lind; A411"], "Design patterns", "A. Lind; A411"),
        (["20CST-390:L :: GP-All: By"], "20CST-390:L", "GP-All: By"),
        (["Human Comp. Inter."], "Human Comp. Inter.", None),
        (["Comp. Science"], "Comp. Science", None),
        (["Databases (Lab)"], "Databases (Lab)", None),
        (["Biology 101"], "Biology 101", None),
        (
            ["Laboratory, weeks 1-10", "Module: Probability for", "computing", "Room: B18", "Lecturer: Lind"],
            "Probability for computing",
            "Laboratory, weeks 1-10, Room: B18, Lecturer: Lind",
        ),
        (["Grupa: 3D", "Przedmiot: Fizyka"], "Fizyka", "Grupa: 3D"),
        (["Prof: Lindqvist", "Matiere: Physique"], "Physique", "Prof: Lindqvist"),
        (["Batch - 9", "2301CS301 - DS"], "2301CS301 - DS", "Batch - 9"),
        (["1. Csoport", "Matek"], "Matek", "1. Csoport"),
        # A letter of the key misread.
        (["Wyklad", "Modut: Fizyka", "Sala: 12"], "Fizyka", "Wyklad, Sala: 12"),
    ],
)
def test_name_and_notes(texts: list[str | tuple[str, float]], name: str, notes: str | None) -> None:
    lines = stack(*texts)
    cell = read_cell(lines, CELL, page_words(lines))
    assert (cell.name, cell.notes) == (name, notes)


def test_names_begin_where_most_of_the_cells_of_one_form_begin_theirs() -> None:
    """A teacher's code that looks like a lesson by itself ("EC")."""

    def row(at: int, *texts: str) -> tuple[list[Line], Rect]:
        lines = [
            Line(number, text, 0.99, 0, Rect(x, at * 60 + 10, x + 11 * len(text), at * 60 + 30), 20)
            for number, (text, x) in enumerate(zip(texts, (10, 130, 230), strict=True))
        ]
        return lines, Rect(0, at * 60, 300, at * 60 + 60)

    taught = [("ITL/1", "MR"), ("PB", "SD"), ("AMA/N", "HB"), ("INF/1", "MR"), ("AWL/V", "Eco"), ("ITL/2", "Music")]
    cells = [row(at, name, teacher, "AE06") for at, (name, teacher) in enumerate(taught)]
    words = page_words([line for lines, _ in cells for line in lines])
    assert [cell.name for cell in read_cells(cells, words)] == [name for name, _ in taught]


def test_a_thin_room_over_a_bold_name_begins_no_name_though_other_cells_begin_with_their_first_line() -> None:
    bold, thin = Type(22, 4, 200), Type(22, 2, 200)

    def stack(at: int, texts: tuple[str, ...], first: Type) -> tuple[list[Line], Rect]:
        lines = []
        for number, text in enumerate(texts):
            y, half = at * 100 + 10 + 28 * number, 5.5 * len(text)
            print_ = bold if number else first
            lines.append(Line(number, text, 0.99, 0, Rect(110 - half, y, 110 + half, y + 22), 22, type=print_))
        return lines, Rect(0, at * 100, 220, at * 100 + 100)

    named = [("PRINCIPLES OF", "OPTICS AND", "LENSES"), ("HISTORY OF", "OPERATING", "SYSTEMS")]
    named += [("MUSEUM", "STUDIES AND", "ART"), ("INTRODUCTION", "TO LINEAR", "ALGEBRA")]
    roomed = [("E290", "SIGNAL", "PROCESSING"), ("Room 6", "NUMBER", "THEORY"), ("H.228", "MODERN", "PHILOSOPHY")]
    roomed += [("K 383A", "URBAN", "PLANNING"), ("Main Hall", "CONTRACT", "LAW")]
    cells = [stack(at, texts, bold) for at, texts in enumerate(named * 4)]
    cells += [stack(at, texts, thin) for at, texts in enumerate(roomed, len(cells))]
    read = read_cells(cells, page_words([line for lines, _ in cells for line in lines]))
    assert not any(texts[0] in str(cell.name) for texts, cell in zip(roomed, read[-len(roomed) :], strict=True))


@pytest.mark.parametrize(
    ("text", "name", "notes"),
    [
        ("Algebra B406", "Algebra", "B406"),
        # Read without the blank.
        ("AlgebraB406", "Algebra", "B406"),
        ("TD AlgebraB406", "TD Algebra", "B406"),
        ("Algebra B407", "Algebra B407", None),
        ("Lab B406", "Lab B406", None),
        ("Drama B406", "Drama B406", None),
    ],
)
def test_a_room_behind_a_name_is_known_by_the_lines_that_it_has_for_itself(
    text: str, name: str, notes: str | None
) -> None:
    words = frozenset({"b406", "algebra", "td", "lab"})
    assert inline(text, words) == (name, [notes] if notes else [])


def test_a_line_that_can_only_be_the_names_goes_on_from_it() -> None:
    """What begins names elsewhere ("Phys.") is half of one behind "TD"."""
    rows = np.array([[0.63, 0.0, 0.32, 0.01, 0.04], [0.47, 0.37, 0.05, 0.02, 0.09], [0.3, 0.2, 0.2, 0.2, 0.1]])
    assert [chance > HALF for chance in going_on(rows, 0, [0, 1, 2])] == [False, True, False]


def test_teacher_and_room_are_told_apart() -> None:
    cell = read_cell(stack("Maths", ("Lab 2 Dr Singh", 14)), CELL, frozenset())
    assert (cell.teacher, cell.room) == ("Dr Singh", "Lab 2")


@pytest.mark.parametrize(
    ("notes", "teacher", "room"),
    [
        ([("note", "Prof: Lindqvist"), ("note", "Salle: A502")], "Lindqvist", "A502"),
        ([("teacher", "Lindqvist"), ("room", "Large Chem")], "Lindqvist", "Large Chem"),
        ([("note", "G1"), ("room", "Labo6")], None, "Labo6"),
        ([("", "G1")], None, "G1"),
        ([("note", "Lab 2 Dr Singh")], "Dr Singh", "Lab 2"),
        ([("teacher", "Ms. Lind"), ("teacher", "Ms. Ode")], "Ms. Lind, Ms. Ode", None),
        ([("note", "bring a coat")], None, None),
    ],
)
def test_what_a_line_was_taken_for_tells_bare_surnames_and_codes(
    notes: list[tuple[str, str]], teacher: str | None, room: str | None
) -> None:
    assert people_and_rooms(notes) == (teacher, room)


def test_times_are_taken_out() -> None:
    cell = read_cell(stack("1:30 – 2:30", "Science"), CELL, frozenset())
    assert cell.name == "Science"
    assert len(cell.spans) == 1


def test_a_range_broken_over_two_lines_is_one_range() -> None:
    cell = read_cell(stack("10:35 –", "11:25", "English"), CELL, frozenset())
    assert cell.name == "English"
    assert [span.end is not None for span in cell.spans] == [True]


@pytest.mark.parametrize("text", ["---", "Free", "FREE PERIOD", "–", "Frei", "Sg26:"])
def test_free_cells(text: str) -> None:
    assert read_cell(stack(text), CELL, frozenset()).free


def test_upward_text_is_read_left_to_right() -> None:
    lines = [
        Line(0, "Assembly", 0.99, 270, Rect(120, 20, 140, 110), 20),
        Line(1, "Singing", 0.99, 270, Rect(96, 30, 116, 100), 20),
    ]
    assert read_cell(lines, Rect(80, 0, 160, 120), frozenset()).name == "Singing Assembly"


def test_turned_words_whose_boxes_meet_are_in_one_row() -> None:
    lines = [
        Line(0, "Break", 0.99, 270, Rect(10, 0, 34, 76), 24),
        Line(1, "Lunch", 0.99, 270, Rect(10, 65, 34, 147), 24),
    ]
    assert joined(lines) == "Lunch Break"


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Bt = Mrs Yilmaz   Mn = R. Jessop", True),
        ("Ma=Maths", True),
        ("P1 = 9:00-9:45", False),
        ("2 + 2 = 4 Club", False),
        ("Maths = fun", False),
    ],
)
def test_what_explains_codes_is_a_key(text: str, key: bool) -> None:
    assert is_key(text) is key


@pytest.mark.parametrize("text", ["Frühstückspause", "Hofpause", "Pause", "kleine pauze", "Lunchpauze"])
def test_breaks_are_every_day_s(text: str) -> None:
    assert is_weekly(text)


BODY = Type(20, 2, 200)


def _printed(*texts: str, like: float) -> list[Line]:
    """Lines of one size by their boxes; all but the first are printed with strokes thinner by `like`."""
    thinner = replace(BODY, stroke=like * BODY.stroke)
    return [replace(line, type=thinner if index else BODY) for index, line in enumerate(stack(*texts))]


@pytest.mark.parametrize(
    ("first", "second", "like", "one"),
    [
        # Half of the cell was free: ended on purpose, whatever the print.
        ("Maths", "Warmup", 1.0, False),
        ("Maths", "warmup", 0.9, False),
        # The next word had no room on the name's line, but the print is quite another.
        ("Environmental", "Research", 0.6, False),
    ],
)
def test_print_tells_a_name_s_second_line_from_a_note(first: str, second: str, like: float, one: bool) -> None:
    cell = read_cell(_printed(first, second, like=like), CELL, frozenset())
    assert (cell.name, cell.notes) == ((f"{first} {second}", None) if one else (first, second))


@pytest.mark.parametrize(("like", "one"), [(0.65, True), (0.5, False)])
def test_what_ends_in_a_small_word_goes_on_unless_the_print_is_quite_another(like: float, one: bool) -> None:
    """ "Library van" ends as "Tiere van" would."""
    cell = read_cell(_printed("Library van", "Tuesdays", like=like), CELL, frozenset())
    assert (cell.name == "Library van Tuesdays") is one


@pytest.mark.parametrize("unknown", [None, Type(20, 2, 100)])
def test_boxes_tell_where_the_print_does_not(unknown: Type | None) -> None:
    """The name's print was not measured, or so pale that its ground was not understood."""
    name, other = stack("Gardening", ("harvests", 14.0))
    lines = [replace(name, type=unknown), replace(other, text="Harvests", type=replace(BODY, stroke=1))]
    cell = read_cell(lines, CELL, frozenset())
    assert (cell.name, cell.notes) == ("Gardening", "Harvests")


def test_a_group_of_its_own_line_is_a_note() -> None:
    """Also where it is printed as the name is."""
    cell = read_cell(_printed("Maths", "Group 2", like=1), CELL, frozenset())
    assert (cell.name, cell.notes) == ("Maths", "Group 2")
    assert not is_aside("Group work")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("R E C R E O", "RECREO"),
        ("R EC RE 0", "RECREO"),
        ("L UN CH", "LUNCH"),
        # Most of it in pairs, and no word that is known.
        ("PE or RE", "PE or RE"),
        ("P E", "P E"),
        ("Year 1 B", "Year 1 B"),
        ("1 2 1", "1 2 1"),
    ],
)
def test_letters_set_wide_apart_are_one_word(text: str, name: str) -> None:
    assert read_cell(stack(text), CELL, frozenset()).name == name


@pytest.mark.parametrize("below", ["Mr Rossi", "Lab 2"])
def test_a_letter_above_an_aside_is_the_name(below: str) -> None:
    name, aside = stack(("F", 40.0), below)
    cell = read_cell([replace(name, confidence=0.6), aside], CELL, frozenset())
    assert (cell.name, cell.notes) == ("F", below)


@pytest.mark.parametrize(
    "text",
    ["Sleep or quiet time", "Music with Mr. Lowe", "Chant avec Mme Petit", "Specials: P.E.", "Art with Sofia R."],
)
def test_names_that_only_look_as_if_a_person_followed_stay_whole(text: str) -> None:
    cell = read_cell(stack(text), CELL, frozenset())
    assert (cell.name, cell.notes, cell.teacher, cell.room) == (text, None, None, None)


@pytest.mark.parametrize("text", ["r. 12", "R. 12", "s. 204", "prac. 3", "lok. B2", "rm. nr. 7"])
def test_an_abbreviated_room_has_a_number(text: str) -> None:
    assert is_room(text)


@pytest.mark.parametrize("text", ["Sofia R.", "Anna S.", "R.", "s. Anna"])
def test_a_person_s_initial_is_no_room(text: str) -> None:
    assert not is_room(text)


def test_codes_of_a_capital_and_small_letters() -> None:
    assert is_code("Mu1")
    assert is_room("Sc12")
    assert not is_code("Group1")
    assert not is_code("mu1")


def test_a_range_s_first_figure_is_no_week() -> None:
    lines = stack("1:25 - 2:05", "Art", "2:05 - 2:45", "Music")
    assert by_week(lines) == [(None, lines)]
    weeks = by_week(stack("1: Art", "2: Music"))
    assert [(week, [line.text for line in own]) for week, own in weeks] == [("A", ["Art"]), ("B", ["Music"])]


def test_a_range_over_two_lines_stands_beside_the_name_and_what_is_under_it() -> None:
    lines = [
        Line(0, "8:00 - 8:45", 0.99, 0, Rect(0, 10, 60, 54), 20),
        Line(1, "Maths", 0.99, 0, Rect(90, 10, 150, 30), 20),
        Line(2, "Mr Rossi", 0.99, 0, Rect(80, 34, 160, 54), 20),
    ]
    assert [[line.text for line in row] for row in in_reading_order(lines)] == [["8:00 - 8:45", "Maths"], ["Mr Rossi"]]
    cell = read_cell(lines, CELL, frozenset())
    assert (cell.name, cell.notes, len(cell.spans)) == ("Maths", "Mr Rossi", 1)


def test_a_number_within_the_text_is_no_time() -> None:
    """Alone on its line it could be one."""
    assert read_cell(stack("Race to", "1000"), CELL, frozenset()).spans == []


def test_a_letter_beside_the_name_is_no_picture_above_it() -> None:
    lines = [
        Line(0, "J", 0.6, 0, Rect(10, 0, 40, 40), 40),
        Line(1, "Music", 0.99, 0, Rect(60, 10, 110, 30), 20),
    ]
    assert read_cell(lines, CELL, frozenset()).name != "Music"


@pytest.mark.parametrize("text", ["CHEM 121", "MATH 2413", "CHEM 121L", "English 10"])
def test_a_course_s_or_a_grade_s_number_is_no_room(text: str) -> None:
    """Even on a page whose rooms are numbers."""
    cell = read_cell(stack(text), CELL, page_words(stack("108", "210", "10", "R10", "R12")))
    assert (cell.name, cell.notes) == (text, None)


def test_what_stands_below_the_times_is_no_part_of_the_name() -> None:
    """A calendar prints the name, its times, and the room in the same print."""
    lines = [
        Line(at, text, 0.99, 0, Rect(10, 10 + 14 * at, 10 + 9 * len(text), 30 + 14 * at), 20, BODY)
        for at, text in enumerate(("Lecture", "9:00 - 9:50", "Babbage"))
    ]
    cell = read_cell(lines, CELL, frozenset())
    assert (cell.name, cell.notes) == ("Lecture", "Babbage")


@pytest.mark.parametrize("em", [12.0, 17.0])
def test_the_largest_print_is_the_name_where_the_corners_are_small(em: float) -> None:
    corner, middle = stack(("9.B", em), ("Physics", 20.0))
    lines = [replace(corner, type=replace(BODY, em=em)), replace(middle, type=BODY)]
    assert read_cell(lines, CELL, frozenset()).name.startswith("Physics")


@pytest.mark.parametrize(
    "text", ["LEROY C.", "DE LA CRUZ M.", "O'NEIL J.", "ÉTIENNE P.-L.", "A. Fitzgerald", "J. R. Hill"]
)
def test_people_by_their_initials(text: str) -> None:
    assert is_person(text)


@pytest.mark.parametrize("text", ["W.I.N. Time", "MATHS A", "S.V.T.", "PE", "Leroy C.", "4.2 SPORT A."])
def test_initials_of_no_person(text: str) -> None:
    assert not is_person(text)


def test_a_start_above_the_name_and_an_end_below_it_are_the_times() -> None:
    lines = stack("Start 11:00", "Networks", ("Lab 3", 14.0), "End 14:00")
    cell = read_cell(lines, CELL, page_words(lines))
    assert (cell.name, cell.room) == ("Networks", "Lab 3")
    (span,) = cell.spans
    assert span.end is not None
    assert (span.start.hour, span.end.hour) == (11, 14)


def test_a_bracket_that_closes_on_another_line_is_one_note() -> None:
    """Also where the line that opens it is taken for more of the name."""
    lines = stack("English", "(Sentence Stacking", "2)")
    cut = Cut(fragments_of([[line] for line in lines], 0, broken=False), CELL)
    cell = assembled(cut, Told(["name", "more", "note"], 0.5), page_words(lines))
    assert (cell.name, cell.notes) == ("English", "Sentence Stacking 2")


@pytest.mark.parametrize("key", ["Faculty: KLM", "Enseignant-e-(s): Roux Camille", "Time: (KLM)"])
def test_a_line_that_says_whose_or_when_goes_on_from_no_name(key: str) -> None:
    cells = [(stack(name, key, room), CELL) for name, room in (("CSE 113", "R: 4002"), ("PROG 112", "R: 5701"))]
    words = page_words([line for lines, _ in cells for line in lines])
    assert [found.name for found in read_cells(cells, words)] == ["CSE 113", "PROG 112"]


@pytest.mark.parametrize(
    ("text", "aside"),
    [("Lecturer: Lind", True), ("Dozent/in: Lind", True), ("Lab: Physics", False), ("Faculty meeting", False)],
)
def test_heads_of_people_and_times_behind_which_a_colon_stands(text: str, aside: bool) -> None:
    assert is_keyed_aside(text) == aside


@pytest.mark.parametrize("times", [("9:00-10:00", "10:00-11:00"), ("19-21H", "19-20.30H"), ("19-21H", "19-21H")])
def test_each_range_heads_a_lesson_of_its_own_also_of_those_at_once(times: tuple[str, str]) -> None:
    parts = by_time(stack(times[0], "Pottery", times[1], "Chess for", "beginners"))
    assert [joined(part) for part in parts] == [f"{times[0]} Pottery", f"{times[1]} Chess for beginners"]


def test_a_range_that_begins_before_the_one_above_it_heads_nothing() -> None:
    lines = stack("10:00-11:00", "Pottery", "9:00-10:00", "Chess")
    assert by_time(lines) == [lines]


def _below_each_other(*texts: tuple[str, ...]) -> list[Cut]:
    return [
        Cut(
            [Fragment(at, text, 16, Rect(0, 20 * at, 100, 20 * at + 16), at, None, 1) for at, text in enumerate(own)],
            Rect(0, 0, 100, 60),
        )
        for own in texts
    ]


@pytest.mark.parametrize(("others", "barred"), [(0.2, True), (0.7, False)])
def test_surnames_in_capitals_are_told_by_those_of_the_other_cells(others: float, barred: bool) -> None:
    cuts = _below_each_other(
        ("Ed fisica", "ALBIERI"), ("Inglese", "CORSANI"), ("Lab Sist", "DELL'ORO - VENTI"), ("Storia", "MORANDELLI")
    )
    more = [0.7, others, others, others]
    cells = [np.array([[0.9, 0.1, 0, 0, 0], [0.1, each, 0, 0, 0.9 - each]]) for each in more]
    nameless = [np.zeros(2, bool) for _ in cuts]
    bar_capitals(cuts, cells, nameless)
    assert [list(each) for each in nameless] == [[False, barred]] * 4


def test_no_capitals_are_barred_below_names_in_capitals_or_in_a_few_cells() -> None:
    few = _below_each_other(("Ed fisica", "ALBIERI"), ("Inglese", "CORSANI"), ("Lab", "VENTI"))
    loud = _below_each_other(*[("EDUCACION", "FISICA")] * 5)
    for cuts in (few, loud):
        nameless = [np.zeros(2, bool) for _ in cuts]
        bar_capitals(cuts, [np.zeros((2, 5)) for _ in cuts], nameless)
        assert not any(each.any() for each in nameless)


def test_a_name_in_capitals_goes_on_below_a_person_in_small_letters() -> None:
    cuts = _below_each_other(*[("Ms Quillon", "PRINCIPLES OF", "OPTICS")] * 5)
    nameless = [np.zeros(3, bool) for _ in cuts]
    rows = np.array([[0.1, 0, 0, 0, 0.9], [0.9, 0, 0, 0, 0.1], [0, 0.4, 0, 0, 0.6]])
    bar_capitals(cuts, [rows.copy() for _ in cuts], nameless)
    assert not any(each.any() for each in nameless)


def test_initials_below_a_code_are_told_by_those_of_the_other_cells() -> None:
    cuts = _below_each_other(*[(f"SWE 43{at}", initials) for at, initials in enumerate(("KLM", "KLM", "RST", "VWX"))])
    nameless = [np.zeros(2, bool) for _ in cuts]
    bar_capitals(
        cuts, [np.array([[0.9, 0.1, 0, 0, 0], [0.1, each, 0, 0, 0]]) for each in (0.7, 0.2, 0.2, 0.3)], nameless
    )
    assert [list(each) for each in nameless] == [[False, True]] * 4


@pytest.mark.parametrize(("first", "second"), [("Gymnastik", "für Anfänger"), ("Valčík", "s košíky"), ("TD", "Phys.")])
def test_a_line_that_begins_as_none_does_belongs_to_the_name_above(first: str, second: str) -> None:
    assert read_cell(stack(first, second, "B12"), CELL, frozenset()).name == f"{first} {second}"
