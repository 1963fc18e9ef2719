"""A person's correction of a week: the body of `PUT /api/v1/timetables/{id}`, checked field by field."""

import re
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from services.gateway.problems import ProblemError
from shared.messages import (
    DAYS,
    MAX_CYCLE,
    Alternative,
    Box,
    Day,
    Message,
    TimeBlock,
    TimeSource,
    Timetable,
    Warning_,
    WeekLetter,
)

MAX_BYTES = 1024 * 1024
"""Read in one go, which stops the event loop: for some 20 ms if it is as large as this."""
_MAX_BLOCKS = 1000
_MAX_WARNINGS = 1000

# Without NUL, which Postgres cannot keep. \Z, because $ lets a line break follow.
_Text200 = Annotated[str, Meta(max_length=200, pattern=r"^[^\x00]*\Z")]
_Text4000 = Annotated[str, Meta(max_length=4000, pattern=r"^[^\x00]*\Z")]
_Name = Annotated[str, Meta(max_length=500, pattern=r"^[^\x00]*[^\x00\s][^\x00]*\Z")]
_CLOCK = r"^([01][0-9]|2[0-3]):[0-5][0-9]\Z"
_Time = Annotated[str, Meta(pattern=_CLOCK)]
_Share = Annotated[float, Meta(ge=0, le=1)]
_Pixels = Annotated[int, Meta(ge=-1_000_000, le=1_000_000)]

_EXPECTED = {
    "teacher": "a text of at most 200 characters, or null",
    "className": "a text of at most 200 characters, or null",
    "term": "a text of at most 200 characters, or null",
    "savedName": "a text of at most 200 characters, or null",
    "room": "a text of at most 200 characters, or null",
    "year": "a whole number from 1900 to 2200, or null",
    "timeblocks": f"a list of at most {_MAX_BLOCKS:,} time blocks",
    "day": "one of " + ", ".join(DAYS) + ", or null where cycleDay is set",
    "cycleDay": f"a whole number from 1 to {MAX_CYCLE}, or null",
    "name": "a text of at most 500 characters that is not blank",
    "startTime": 'a time as "HH:MM" on 24 hours, or null',
    "endTime": 'a time as "HH:MM" on 24 hours, or null',
    "notes": "a text of at most 4,000 characters, or null",
    "week": '"A", "B", "C", "D" or null',
    "confidence": "a number from 0 to 1",
    "box": "x, y, width and height in pixels, or null",
    "corners": "four points of x and y in pixels, or absent",
    "alternatives": "a list of at most 3 readings",
    "field": "name, startTime or endTime",
    "value": 'a text of at most 500 characters that is not blank; for a time "HH:MM" on 24 hours',
    "page": "a whole number from 0 to 999",
    "validated": "true or false",
    "warnings": f"a list of at most {_MAX_WARNINGS:,} warnings",
    "code": "a text of at most 200 characters",
    "message": "a text of at most 4,000 characters",
    "timeBlock": "the index of one of timeblocks, or null",
    "timeSource": "printed, header, legend, drawn, next or null",
}
_ENDS_AFTER = "a time after startTime"


_Corner = tuple[_Pixels, _Pixels]


class CorrectedBox(Message, forbid_unknown_fields=True):
    x: _Pixels
    y: _Pixels
    width: _Pixels
    height: _Pixels
    corners: tuple[_Corner, _Corner, _Corner, _Corner] | msgspec.UnsetType = msgspec.UNSET


class CorrectedAlternative(Message, forbid_unknown_fields=True):
    field: Literal["name", "startTime", "endTime"]
    value: _Name
    confidence: _Share


class CorrectedBlock(Message, forbid_unknown_fields=True):
    """As `TimeBlock`; one that a person wrote is certain unless it says otherwise."""

    name: _Name
    day: Day | None = None
    start_time: _Time | None = None
    end_time: _Time | None = None
    notes: _Text4000 | None = None
    week: WeekLetter | None = None
    cycle_day: Annotated[int, Meta(ge=1, le=MAX_CYCLE)] | None = None
    room: _Text200 | None = None
    teacher: _Text200 | None = None
    confidence: _Share = 1.0
    box: CorrectedBox | None = None
    page: Annotated[int, Meta(ge=0, le=999)] = 0
    time_source: TimeSource | None = None
    alternatives: Annotated[list[CorrectedAlternative], Meta(max_length=3)] = msgspec.field(default_factory=list)


class CorrectedWarning(Message, forbid_unknown_fields=True):
    code: _Text200
    message: _Text4000
    time_block: Annotated[int, Meta(ge=0)] | None = None


class _Week(Message, forbid_unknown_fields=True):
    """What a client says of a week. `confidence` and `extraction` are the reading's own and are passed over."""

    timeblocks: Annotated[list[CorrectedBlock], Meta(max_length=_MAX_BLOCKS)]
    teacher: _Text200 | None = None
    class_name: _Text200 | None = None
    term: _Text200 | None = None
    year: Annotated[int, Meta(ge=1900, le=2200)] | None = None
    saved_name: _Text200 | None = None
    confidence: msgspec.Raw = msgspec.field(default_factory=msgspec.Raw)
    extraction: msgspec.Raw = msgspec.field(default_factory=msgspec.Raw)


class Correction(_Week):
    """A timetable as a person says it is: nothing is left to look at, whatever the body has of that."""

    validated: msgspec.Raw = msgspec.field(default_factory=msgspec.Raw)
    warnings: msgspec.Raw = msgspec.field(default_factory=msgspec.Raw)


class Review(_Week):
    """A step of several on the way there: what is still to be looked at stays on record with the week."""

    validated: bool = False
    warnings: Annotated[list[CorrectedWarning], Meta(max_length=_MAX_WARNINGS)] = msgspec.field(default_factory=list)


def read(data: bytes, as_: type[Correction | Review] = Correction) -> Correction | Review:
    """Read and check a body. Raises a 400 problem on what is no JSON, else 422 naming the field."""
    try:
        correction = msgspec.json.decode(data, type=as_)
    except msgspec.ValidationError as error:
        text, _, path = str(error).partition(" - at `$")
        raise _bad(path.removesuffix("`").removeprefix("."), text) from None
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        raise ProblemError(400, "bad-json", "Bad JSON", "The body is not JSON. Send a timetable as JSON.") from None
    for index, block in enumerate(correction.timeblocks):
        if block.day is None and block.cycle_day is None:
            raise _bad(f"timeblocks[{index}].day", "")
        # As texts: "HH:MM" on 24 hours sorts as its times do.
        if block.start_time and block.end_time and block.end_time <= block.start_time:
            raise _bad(f"timeblocks[{index}].endTime", "", _ENDS_AFTER)
        for number, each in enumerate(block.alternatives):
            if each.field != "name" and not re.match(_CLOCK, each.value):
                raise _bad(f"timeblocks[{index}].alternatives[{number}].value", "")
    if isinstance(correction, Review):
        for index, warning in enumerate(correction.warnings):
            if warning.time_block is not None and warning.time_block >= len(correction.timeblocks):
                raise _bad(f"warnings[{index}].timeBlock", "")
    return correction


def _bad(path: str, text: str, expected: str = "") -> ProblemError:
    """The 422 problem for one field.

    Args:
        path: of the field, such as ``timeblocks[3].endTime``; empty for the whole body.
        text: what msgspec has against it.
    """
    named = re.search(r"unknown field `(.+)`|required field `(.+)`", text)
    if named:
        path = ".".join(filter(None, (path, named[1] or named[2])))
    if named and named[1]:
        detail = f"There is no field “{path[:200]}” in a timetable."
    else:
        expected = expected or _EXPECTED.get(re.sub(r"\[.*?\]", "", path).rpartition(".")[2], "")
        subject = f"“{path}”" if path else "The body"
        missing = " is missing; it" if named else ""
        detail = f"{subject}{missing} must be {expected or 'a JSON object with the fields of a timetable'}."
    return ProblemError(
        422,
        "bad-timetable",
        "Bad timetable",
        detail,
        field=path[:200] or None,
        allowed={"expected": expected} if expected else None,
    )


def corrected(before: Timetable, correction: Correction | Review) -> Timetable:
    """The timetable that a correction makes of the one before. A person has looked: it is validated and nothing is left
    to warn of, unless a review says what is; `confidence` and `extraction` stay those of the reading."""
    review = correction if isinstance(correction, Review) else None
    return Timetable(
        teacher=correction.teacher,
        class_name=correction.class_name,
        term=correction.term,
        year=correction.year,
        saved_name=correction.saved_name,
        confidence=before.confidence,
        validated=review.validated if review else True,
        warnings=[Warning_(**msgspec.structs.asdict(each)) for each in review.warnings] if review else [],
        timeblocks=[_block(block) for block in correction.timeblocks],
        extraction=before.extraction,
    )


def _block(block: CorrectedBlock) -> TimeBlock:
    fields = msgspec.structs.asdict(block)
    if block.box:
        fields["box"] = Box(**msgspec.structs.asdict(block.box))
    fields["alternatives"] = [Alternative(**msgspec.structs.asdict(each)) for each in block.alternatives]
    return TimeBlock(**fields)
