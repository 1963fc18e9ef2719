"""A person's correction, checked field by field."""

import json
from typing import Any

import pytest

from services.gateway.correction import corrected, read
from services.gateway.problems import ProblemError
from services.gateway.routes.timetables import etag
from shared.messages import DAYS, Alternative, Box, TimeBlock, Timetable, Warning_, encode


def body(**block: Any) -> dict[str, Any]:
    return {"timeblocks": [{"day": "monday", "name": "Art"}, {"day": "friday", "name": "Music", **block}]}


def name(value: str) -> dict[str, Any]:
    """Another reading of a block's name."""
    return {"field": "name", "value": value, "confidence": 0.4}


def refused(data: object) -> ProblemError:
    raw = data if isinstance(data, bytes) else json.dumps(data).encode()
    with pytest.raises(ProblemError) as caught:
        read(raw)
    return caught.value


@pytest.mark.parametrize(
    ("made", "field", "says"),
    [
        (body(day="Friday"), "timeblocks[1].day", "one of monday, tuesday"),
        (body(day=None), "timeblocks[1].day", "one of monday, tuesday"),
        (body(startTime="9:00"), "timeblocks[1].startTime", "HH:MM"),
        (body(startTime="24:00"), "timeblocks[1].startTime", "HH:MM"),
        (body(startTime="09:00\n"), "timeblocks[1].startTime", "HH:MM"),
        (body(startTime="٠٩:٠٠"), "timeblocks[1].startTime", "HH:MM"),
        (body(startTime="09:00", endTime="09:00"), "timeblocks[1].endTime", "after startTime"),
        (body(startTime="10:00", endTime="09:55"), "timeblocks[1].endTime", "after startTime"),
        (body(name=" \t\u00a0"), "timeblocks[1].name", "not blank"),
        (body(name=""), "timeblocks[1].name", "not blank"),
        (body(name="n" * 501), "timeblocks[1].name", "500"),
        (body(name="A\x00B"), "timeblocks[1].name", "not blank"),
        (body(notes="n" * 4001), "timeblocks[1].notes", "4,000"),
        (body(notes="\x00"), "timeblocks[1].notes", "4,000"),
        (body(week="E"), "timeblocks[1].week", '"A", "B"'),
        (body(day=None, cycleDay=0), "timeblocks[1].cycleDay", "1 to 10"),
        (body(day=None, cycleDay=11), "timeblocks[1].cycleDay", "1 to 10"),
        (body(cycleDay="3"), "timeblocks[1].cycleDay", "1 to 10"),
        (body(alternatives=[name("Arts")] * 4), "timeblocks[1].alternatives", "at most 3"),
        (body(alternatives=[name("Arts"), name(" ")]), "timeblocks[1].alternatives[1].value", "not blank"),
        (body(alternatives=[{**name("9:00"), "field": "endTime"}]), "timeblocks[1].alternatives[0].value", "HH:MM"),
        (body(alternatives=[{**name("Arts"), "field": "room"}]), "timeblocks[1].alternatives[0].field", "startTime"),
        (body(confidence=1.1), "timeblocks[1].confidence", "from 0 to 1"),
        (body(page=-1), "timeblocks[1].page", "0 to 999"),
        (body(box={"x": 1, "y": 1, "width": 1}), "timeblocks[1].box.height", "missing"),
        (body(box={"x": 10**30, "y": 1, "width": 1, "height": 1}), "timeblocks[1].box.x", "must be"),
        (body(subject="x"), "timeblocks[1].subject", "no field"),
        ({**body(), "year": 3000}, "year", "1900 to 2200"),
        ({**body(), "year": "2026"}, "year", "1900 to 2200"),
        ({**body(), "savedName": "s" * 201}, "savedName", "200"),
        ({**body(), "saved_name": "s"}, "saved_name", "no field"),
        ({"timeblocks": [{"day": "monday", "name": "Art"}] * 1001}, "timeblocks", "1,000"),
        ({"timeblocks": [{"day": "monday"}]}, "timeblocks[0].name", "missing"),
        ({"teacher": "Ms Carter"}, "timeblocks", "missing"),
        ([], None, "JSON object"),
    ],
)
def test_the_field_that_does_not_fit_is_named(made: object, field: str | None, says: str) -> None:
    problem = refused(made).problem
    assert (problem.status, problem.type, problem.field) == (422, "/problems/bad-timetable", field)
    assert says in (problem.detail or "")
    assert field is None or field in (problem.detail or "")


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b"\xff", b'{"timeblocks":[], "warnings":' + b"[" * 200_000, b'{"timeblocks":[],"teacher":"\\ud800"}'],
)
def test_what_is_no_json_is_refused(data: bytes) -> None:
    assert refused(data).problem.status in (400, 422)


def test_what_a_client_got_it_may_send_back() -> None:
    """Whatever the reading filled in is taken as it is, except what only the reading can say."""
    blocks = [
        TimeBlock(
            day=day,
            name="Maths / Ödev",
            start_time="09:00",
            end_time="09:55",
            notes="Room 12\nbring a ruler",
            week="D",
            cycle_day=10,
            room="12",
            teacher="CA",
            confidence=0.71,
            box=Box(x=-2, y=0, width=100, height=40, corners=((-2, 4), (98, 0), (98, 36), (0, 40))),
            page=1,
            time_source="header",
            alternatives=[
                Alternative(field="name", value="Maths / Oded", confidence=0.2),
                Alternative(field="startTime", value="08:00", confidence=0.1),
            ],
        )
        for day in (*DAYS, None)
    ]
    before = Timetable(
        teacher="Ms Carter",
        class_name="4B",
        term="Autumn",
        year=2026,
        saved_name="Ours",
        confidence=0.9,
        validated=False,
        warnings=[Warning_(code="overlap", message="…", time_block=1)],
        timeblocks=blocks,
    )
    after = corrected(before, read(encode(before)))
    assert (after.validated, after.warnings, after.confidence) == (True, [], 0.9)
    assert after.timeblocks == blocks
    assert (after.teacher, after.class_name, after.term, after.year, after.saved_name) == (
        "Ms Carter",
        "4B",
        "Autumn",
        2026,
        "Ours",
    )
    assert corrected(after, read(encode(after))) == after
    assert etag(corrected(after, read(encode(after)))) == etag(after) != etag(before)


def test_a_block_that_a_person_wrote_is_certain() -> None:
    after = corrected(Timetable(confidence=0.4), read(json.dumps(body(startTime="08:00")).encode()))
    assert [block.confidence for block in after.timeblocks] == [1.0, 1.0]
    assert (after.timeblocks[1].start_time, after.timeblocks[1].end_time) == ("08:00", None)
    assert after.confidence == 0.4
