"""The client's models against the messages that the gateway sends: two packages, held to one contract."""

from datetime import date
from typing import Any, get_args

import msgspec
import pytest
from timelift_client import models
from timelift_client.errors import _PASSING

from services.gateway.app import API
from services.gateway.openapi import problems_of
from services.gateway.routes.exports import FORMATS, TermQuery
from shared import answers, messages

PAIRS: list[tuple[type[msgspec.Struct], type[msgspec.Struct]]] = [
    (models.TimeBlock, messages.TimeBlock),
    (models.Warned, messages.Warning_),
    (models.Timetable, messages.Timetable),
    (models.Document, answers.Document),
    (models.Result, messages.CompleteResult),
    (models.Event, messages.Event),
    (models.Uploaded, answers.Uploaded),
    (models.DocumentPage, answers.DocumentList),
]


def kinds(schema: dict[str, Any], all_of_it: dict[str, Any]) -> set[str]:
    """What a field may hold, by JSON's names."""
    if "$ref" in schema:
        return kinds(all_of_it["$defs"][schema["$ref"].rpartition("/")[2]], all_of_it)
    if "anyOf" in schema:
        return set().union(*(kinds(each, all_of_it) for each in schema["anyOf"]))
    if "enum" in schema:
        return {"null" if each is None else type(each).__name__.replace("str", "string") for each in schema["enum"]}
    said = schema["type"]
    return {said} if isinstance(said, str) else set(said)


def fields(kind: type[msgspec.Struct]) -> dict[str, set[str]]:
    """What each field of a message may hold, by its name in JSON."""
    whole = msgspec.json.schema(kind)
    own = whole["$defs"][whole["$ref"].rpartition("/")[2]] if "$ref" in whole else whole
    return {name: kinds(each, whole) for name, each in own["properties"].items()}


@pytest.mark.parametrize(("ours", "theirs"), PAIRS, ids=lambda each: each.__name__)
def test_a_model_has_no_field_that_is_not_sent_and_takes_whatever_is(
    ours: type[msgspec.Struct], theirs: type[msgspec.Struct]
) -> None:
    sent = fields(theirs)
    for name, taken in fields(ours).items():
        # A default would hide for ever that nobody sends it any more.
        assert name in sent, f"{name} is not sent"
        assert sent[name] <= taken, name


def test_every_model_is_held_to_a_message() -> None:
    made = set(models.Message.__subclasses__())
    assert {ours for ours, _ in PAIRS} == made


def test_ends_errors_formats_and_terms_are_those_of_the_api() -> None:
    assert {each.value for each in messages.Status if each.final} == models.FINAL
    names = {name for each in API for told in problems_of(each).values() for name in told}
    assert names >= _PASSING
    assert set(get_args(models.Format)) == {each.suffix for each in FORMATS.values()} | {"json"}
    term = models.TermDates(*2 * (date.min,), ((date.min, date.max),), "Europe/Berlin", "B")
    assert set(term.query()) == {each.encode_name for each in msgspec.structs.fields(TermQuery)}
