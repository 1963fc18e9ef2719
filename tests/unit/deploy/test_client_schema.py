"""What `clients/react` takes the API for, against the API."""

import json

import msgspec
import pytest

from deploy.client_schema import FILE, client_schema
from shared.messages import Event
from tests.recording import Recording, events_of


def test_the_schema_that_its_types_are_made_of_is_the_gateways() -> None:
    cure = "python -m deploy.client_schema && npm --prefix clients/react run types"
    assert FILE.read_text() == client_schema(), cure


@pytest.mark.parametrize("name", ["named", "all"])
def test_the_streams_that_its_tests_are_fed_are_what_the_gateway_could_send(name: str) -> None:
    told = events_of(getattr(Recording.load(), name))
    assert {each["type"] for each in told} == {"connected", "progress", "complete", "error"}
    for each in told:
        if each == {"type": "connected"}:  # a heartbeat, which is of no document
            continue
        event = msgspec.convert(each, Event)
        # Nothing is lost on the way: no field is the tests' own.
        assert json.loads(msgspec.json.encode(event)) == each
