"""What never came over the streams is looked for once for the gateway."""

import uuid
from unittest.mock import Mock

import pytest

from services.gateway.loops import lookout
from services.gateway.sse.frames import Frame
from shared.messages import Event
from tests.unit.gateway.bench import Bench
from tests.waiting import patience


async def test_what_was_missed_is_looked_for_once_however_many_streams_are_open(bench: Bench) -> None:
    ids = [str(uuid.uuid4()) for _ in range(5)]
    readers = [await bench.open(id_) for id_ in ids for _ in range(4)]
    await bench.lookout.look_once()
    bench.record.calls.clear()
    bench.record.over_ids = {ids[0]}
    # What was heard of since is not asked about.
    bench.publish(ids[1], 9)
    await bench.lookout.look_once()
    assert bench.record.calls == ["missed", "over"]
    async with patience():
        for reader in readers[:4]:
            assert b"Deleted." in await reader.read()
    assert ids[0] not in bench.hub.watched


async def test_the_place_of_a_document_that_waits_comes_with_the_heartbeats(bench: Bench) -> None:
    watched = bench.hub.watch("waits")
    bench.hub.add(Mock(), watched)
    for _ in range(2):
        await bench.lookout.look_once()
    assert b'"before":3,"secondsLeft":12.0' in watched.heartbeat.raw
    # Once somebody has begun, how long it takes is told with the events, and counts down between them.
    watched.take(Frame("5-5", Event(type="progress", document_id="waits", percentage=5, seconds_left=0.0), 0))
    for _ in range(2):
        await bench.lookout.look_once()
    assert b"before" not in watched.heartbeat.raw
    assert b'"percentage":5,"status":"processing","secondsLeft":0.0' in watched.heartbeat.raw


async def test_the_places_of_all_that_wait_are_one_statement(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookout, "_AT_ONCE", 2)
    watched = [bench.hub.watch(f"d{number}") for number in range(5)]
    for each in watched:
        bench.hub.add(Mock(), each)
    watched[4].take(Frame("1-5", Event(type="progress", document_id="d4", percentage=5), 0))
    for _ in range(2):
        await bench.lookout.look_once()
    assert bench.record.placed == [[], ["d0", "d1", "d2", "d3"]]
    assert b'"before":3' in watched[0].heartbeat.raw
