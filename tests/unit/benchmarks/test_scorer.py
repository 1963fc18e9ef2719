"""The scorer: several timetables, cycle days, weeks, persons under other names."""

from typing import Any

import msgspec
import pytest

from tests.benchmarks.scorer import Truth, score, score_document


def _truth(**fields: Any) -> Truth:
    return msgspec.convert(fields, Truth)


def _want(name: str, **other: Any) -> dict[str, Any]:
    return {"day": "monday", "name": name, "start": "09:00", "end": "10:00", **other}


def _got(name: str, **other: Any) -> dict[str, Any]:
    return {"day": "monday", "name": name, "startTime": "09:00", "endTime": "10:00", "confidence": 0.95, **other}


def test_each_timetable_is_held_against_the_one_that_fits_it() -> None:
    truth = _truth(timetables=[{"timeblocks": [_want("Art")]}, {"timeblocks": [_want("Music"), _want("Drama")]}])
    one, other = {"timeblocks": [_got("Art")]}, {"timeblocks": [_got("Music"), _got("Drama")]}
    found = score_document(truth, [other, one])
    assert (found.pages, found.blocks, found.perfect) == (1, 3, 1)


def test_classes_run_together_are_wrong() -> None:
    truth = _truth(timetables=[{"timeblocks": [_want("Art")]}, {"timeblocks": [_want("Music")]}])
    found = score_document(truth, [{"timeblocks": [_got("Art"), _got("Music")], "validated": True}])
    assert (found.blocks, found.truth, found.got, found.false) == (1, 2, 2, 1)


@pytest.mark.parametrize(
    ("name", "right"), [("Art / Odili", 1), ("art-Ode", 1), ("Art", 1), ("Arx / Ode", 0), ("Ode", 0)]
)
def test_whoever_is_in_a_fair_name_the_rest_of_it_must_agree(name: str, right: int) -> None:
    truth = _truth(timeblocks=[_want("Art", alt=["Art/…"])])
    assert score(truth, {"timeblocks": [_got(name)]}).blocks == right


def test_a_timetable_too_many_is_wrong() -> None:
    body = {"timeblocks": [_got("Art")]}
    found = score_document(_truth(timeblocks=[_want("Art")]), [body, body])
    assert (found.truth, found.got, found.perfect) == (1, 2, 0)


@pytest.mark.parametrize("got", [{}, {"week": "B"}])
def test_a_block_without_its_week_is_wrong(got: dict[str, Any]) -> None:
    assert score(_truth(timeblocks=[_want("Art", week="A")]), {"timeblocks": [_got("Art", **got)]}).blocks == 0


def test_a_day_of_a_cycle_is_compared() -> None:
    truth = _truth(timeblocks=[_want("Art", day=None, cycleDay=3)])
    right, wrong = _got("Art", day=None, cycleDay=3), _got("Art", day=None, cycleDay=2)
    assert [score(truth, {"timeblocks": [each]}).blocks for each in (right, wrong)] == [1, 0]


def test_persons_under_other_names_are_not_compared() -> None:
    want = _want("Art", room="R2", teacher="Ms Hollis", notes="with Ms Hollis", replaced=["teacher", "notes"])
    found = score(_truth(timeblocks=[want]), {"timeblocks": [_got("Art", room="R2", teacher="Ms Else")]})
    assert (found.asked, found.kept, found.note_words) == (1, 1, 0)


def test_what_is_sure_and_validated_is_counted() -> None:
    truth = _truth(timeblocks=[_want("Art"), _want("Music", start="10:00", end="11:00")])
    body = {"timeblocks": [_got("Art"), _got("Drama", confidence=0.9)], "validated": True}
    found = score_document(truth, [body])
    assert (found.sure, found.sure_right, found.validated, found.false, found.right) == (2, 1, 1, 1, 0)
