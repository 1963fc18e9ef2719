"""What `clients/react` takes the API for, against the API."""

import json
import re
from pathlib import Path

import msgspec

from deploy.client_schema import FILE, client_schema
from shared.messages import Event

RECORDED = Path(__file__).parents[3] / "clients/react/src/testing/recorded.sse"


def test_the_schema_that_its_types_are_made_of_is_the_gateways() -> None:
    cure = "python -m deploy.client_schema && npm --prefix clients/react run types"
    assert FILE.read_text() == client_schema(), cure


def test_the_stream_that_its_tests_are_fed_is_one_that_the_gateway_could_send() -> None:
    told = [json.loads(line) for line in re.findall(r"^data: (.+)$", RECORDED.read_text(), re.MULTILINE)]
    assert {each["type"] for each in told} == {"connected", "progress", "complete", "error"}
    for each in told:
        if each == {"type": "connected"}:  # a heartbeat, which is of no document
            continue
        event = msgspec.convert(each, Event)
        # Nothing is lost on the way: no field is the tests' own.
        assert json.loads(msgspec.json.encode(event)) == each
