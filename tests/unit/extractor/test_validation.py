"""The rules every week keeps."""

from typing import Any

import pytest

from services.extractor.validation import MAX_WARNINGS, validate
from shared.messages import TimeBlock


def block(**changes: Any) -> TimeBlock:
    values: dict[str, Any] = {
        "day": "monday", "name": "Maths", "start_time": "09:00", "end_time": "10:00", "confidence": 0.95
    }  # fmt: skip
    return TimeBlock(**(values | changes))


def codes(*blocks: TimeBlock) -> list[str]:
    return [warning.code for warning in validate(list(blocks)).warnings]


def test_a_good_week() -> None:
    verdict = validate([block(), block(start_time="10:00", end_time="11:00"), block(day="tuesday")])
    assert verdict.validated
    assert verdict.warnings == []


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"day": "someday"}, "unknown_day"),
        ({"name": "  "}, "blank_name"),
        ({"start_time": "9 o'clock"}, "bad_time"),
        ({"end_time": "24:00"}, "bad_time"),
        ({"start_time": "10:00", "end_time": "10:00"}, "start_after_end"),
        ({"start_time": "11:00"}, "start_after_end"),
        ({"start_time": None, "end_time": None}, "missing_time"),
    ],
)
def test_errors(changes: dict[str, Any], code: str) -> None:
    verdict = validate([block(day="friday"), block(**changes)])
    assert not verdict.validated
    assert [(warning.code, warning.time_block) for warning in verdict.warnings] == [(code, 1)]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"end_time": None}, "missing_end"),
        ({"confidence": 0.3}, "unsure"),
        ({"start_time": "04:00"}, "unusual_length"),
        ({"start_time": "04:00", "end_time": "04:30"}, "unusual_hours"),
    ],
)
def test_warnings_do_not_fail_it(changes: dict[str, Any], code: str) -> None:
    verdict = validate([block(**changes)])
    assert verdict.validated
    assert code in [warning.code for warning in verdict.warnings]


def test_overlaps() -> None:
    assert codes(block(), block(name="Art", start_time="09:30", end_time="10:30")) == ["overlap"]
    assert codes(block(), block(name="Art", start_time="10:00", end_time="10:30")) == []
    assert codes(block(week="A"), block(name="Art", week="B")) == []
    assert codes(block(week="A"), block(name="Art")) == ["overlap"]
    assert codes(block(), block()) == ["duplicate"]


def test_no_blocks_are_not_valid() -> None:
    assert not validate([]).validated
    assert codes() == ["no_blocks"]


def test_the_list_is_bounded() -> None:
    verdict = validate([block(name="") for _ in range(300)])
    assert len(verdict.warnings) == MAX_WARNINGS
    assert not verdict.validated
