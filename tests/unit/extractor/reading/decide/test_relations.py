"""What the network says of a page, the week that it reads alone, and the choice between readings."""

from dataclasses import replace

import numpy as np
import pytest

from services.extractor.reading import reader
from services.extractor.reading.axes.view import View
from services.extractor.reading.decide import choice
from services.extractor.reading.decide.choice import chosen
from services.extractor.reading.decide.related import read_relations
from services.extractor.reading.decide.relations import MOST, UNKNOWN, Relations, relations_of
from services.extractor.reading.learned.relations import RELATIONS, ROLES
from services.extractor.reading.model import BlockDraft, LayoutResult, Line, Rect
from services.extractor.reading.reader import _prepared
from tests.unit.extractor.reading.sheet import Grid, Sheet, plain, week

TEXTS = ("Monday", "Tuesday", "8:00 - 9:00", "9:00 - 10:00", "Maths", "Room 4", "Art")
MONDAY, TUESDAY, FIRST, SECOND, MATHS, ROOM, ART = range(len(TEXTS))


def line(number: int) -> Line:
    rect = Rect(100 * number, 50, 100 * number + 80, 70)
    return Line(number, TEXTS[number], 0.99, 0, rect, 20)


@pytest.fixture
def relations() -> Relations:
    """Maths in room 4 on Monday at 8, art on Tuesday at 9, each said with certainty."""
    roles = np.full((len(TEXTS), len(ROLES)), 0.01, np.float32)
    for at, role in enumerate(("day", "day", "time", "time", "name", "note", "name")):
        roles[at, ROLES.index(role)] = 0.96
    scores = np.full((len(RELATIONS), len(TEXTS), len(TEXTS)), -8.0, np.float32)
    for at, day, time in ((MATHS, MONDAY, FIRST), (ROOM, MONDAY, FIRST), (ART, TUESDAY, SECOND)):
        scores[RELATIONS.index("day"), at, day] = 8
        scores[RELATIONS.index("start"), at, time] = scores[RELATIONS.index("end"), at, time] = 8
    scores[RELATIONS.index("entry"), MATHS, ROOM] = scores[RELATIONS.index("entry"), ROOM, MATHS] = 8
    days = [("monday",), ("tuesday",), *[()] * 5]
    times = [(), (), ((480, 540),), ((540, 600),), (), (), ()]
    return Relations([line(at) for at in range(len(TEXTS))], days, times, roles, scores)  # type: ignore[arg-type]  # literals


def draft(**other: object) -> BlockDraft:
    told = {"day": "monday", "name": "Maths", "start": 480, "end": 540, "source": "header"} | other
    own = [line(MATHS), line(ROOM), line(MONDAY)]
    return BlockDraft(rect=own[0].rect, lines=own, **told)  # type: ignore[arg-type]  # as the test gives them


def test_an_end_that_the_network_reads_alike_is_likely(relations: Relations) -> None:
    assert relations.end(draft()) > 0.9
    assert relations.end(draft(end=600)) < 0.1


def test_of_an_end_that_the_page_does_not_print_nothing_is_known(relations: Relations) -> None:
    assert relations.end(draft(end=None)) == relations.end(draft(end=495)) == UNKNOWN
    assert relations.end(draft(source="drawn")) == UNKNOWN
    nowhere = draft()
    nowhere.lines = [line(MONDAY)]
    assert relations.end(nowhere) == UNKNOWN


def test_a_part_of_a_text_stands_where_the_whole_does(relations: Relations) -> None:
    part = line(MATHS).part("Maths", Rect(400, 50, 440, 70))
    own = draft()
    own.lines = [part, line(MONDAY)]
    assert relations.texts(own.lines) == [MATHS, MONDAY]
    assert relations.end(own) > 0.9


def test_a_week_is_read_from_what_the_network_says_alone(relations: Relations) -> None:
    result = read_relations(relations.lines, relations)
    assert result is not None
    found = {(each.day, each.start, each.end, each.name, each.room) for each in result.drafts}
    assert found == {("monday", 480, 540, "Maths", "Room 4"), ("tuesday", 540, 600, "Art", None)}
    assert all(each.certainty > 0.5 for each in result.drafts)


def test_without_a_day_there_is_no_week(relations: Relations) -> None:
    nowhere = replace(relations, days=[()] * len(TEXTS))
    assert read_relations(nowhere.lines, nowhere) is None


def reading(relations: Relations, end: int) -> LayoutResult:
    own = draft(end=end, name="Maths")
    result = LayoutResult("grid across", [own])
    result.use(relations.lines)
    return result


@pytest.fixture
def unlikely(monkeypatch: pytest.MonkeyPatch) -> None:
    """No reading is taken for its score alone."""
    monkeypatch.setattr(choice, "LIKELY", 2.0)


@pytest.mark.usefixtures("unlikely")
def test_of_two_unlikely_readings_the_one_is_taken_that_the_network_reads_alike(relations: Relations) -> None:
    right, wrong = reading(relations, 540), reading(relations, 600)
    for results in ([(wrong, 0.9), (right, 0.9)], [(right, 0.9), (wrong, 0.9)]):
        assert chosen(relations.lines, results, lambda: relations) == (right, 0.9)


@pytest.mark.usefixtures("unlikely")
def test_what_explains_far_less_is_not_taken_whatever_the_network_says(relations: Relations) -> None:
    right, wrong = reading(relations, 540), reading(relations, 600)
    assert chosen(relations.lines, [(wrong, 9.0), (right, 0.9)], lambda: relations) == (wrong, 9.0)


def test_the_network_is_not_asked_where_a_reading_is_likely(
    relations: Relations, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(choice, "LIKELY", 0.0)
    best = reading(relations, 600)
    assert chosen(relations.lines, [(best, 0.9)], lambda: pytest.fail("it was asked")) == (best, 0.9)


def test_where_no_layout_is_known_the_network_s_own_week_is_taken(relations: Relations) -> None:
    taken = chosen(relations.lines, [], lambda: relations)
    assert taken is not None
    assert taken[0].layout == "relations"
    assert chosen(relations.lines, [], lambda: None) is None


def test_a_page_of_too_few_or_too_many_texts() -> None:
    sheet = Sheet()
    sheet.text(100, 100, "Monday")
    _, lines, rules = _prepared(sheet.page())
    assert relations_of(View(lines, rules, turned=False)) is None
    many = [Line(at, "Maths", 0.9, 0, Rect(at, at, at + 40, at + 10), 10) for at in range(MOST + 40)]
    found = relations_of(View(many, rules, turned=False))
    assert found is not None
    assert len(found.lines) == MOST


def test_texts_of_no_size_have_chances_too() -> None:
    flat = [Line(at, "Maths", 0.9, 0, Rect(10 * at, 5, 10 * at, 5), 0.0) for at in range(8)]
    found = relations_of(View(flat, Sheet().view().rules, turned=False))
    assert found is not None
    assert np.isfinite(found.roles).all()
    assert np.isfinite(found.scores).all()


def test_a_page_that_trips_the_network_is_read_as_its_layout_is(monkeypatch: pytest.MonkeyPatch) -> None:
    sheet = Sheet()
    wanted = plain(Grid(sheet, 6, 5))

    def tripped(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(reader, "chosen", tripped)
    tripped.__name__ = "chosen"
    (read,) = reader.read_timetables([sheet.page()])
    assert week(read) == wanted
    assert read.raised == ["chosen"]
