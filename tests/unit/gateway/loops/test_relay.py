"""The relay, beside a Redis that takes calls and answers none."""

import asyncio
from types import SimpleNamespace
from typing import Any, cast

import pytest

from services.gateway.loops import relay as module
from services.gateway.loops.relay import Relay, RelaySettings
from shared.db.jobs import Jobs
from shared.streams.producer import Producer
from tests.waiting import patience


class Mute:
    """Streams whose server says nothing."""

    partitions = (SimpleNamespace(partition=0),)

    async def probe(self, _partition: int, **_: Any) -> None:
        await asyncio.Event().wait()


async def test_a_look_at_partitions_that_are_away_ends_before_the_chore_stands_still(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "CALL_SECONDS", 0.01)
    relay = Relay(cast("Jobs", None), cast("Producer", Mute()), RelaySettings.load())
    async with patience():
        # The first look finds that it is away, the second is one of those that look whether it is back.
        for _ in range(2):
            with pytest.raises(TimeoutError):
                await relay.run_once()
    assert relay.away


class FullWindow:
    """A record in which a job waits and no slot is free."""

    def __init__(self) -> None:
        self.looks = 0
        self.looked = asyncio.Event()

    async def look(self, _window: int) -> tuple[bool, bool]:
        self.looks += 1
        self.looked.set()
        return True, False


async def test_while_no_slot_is_free_an_upload_makes_the_relay_look_for_nothing_and_an_end_does() -> None:
    class Streams:
        partitions = (SimpleNamespace(partition=0),)

        async def probe(self, _partition: int, **_: Any) -> None:
            pass

    jobs = FullWindow()
    relay = Relay(cast("Jobs", jobs), cast("Producer", Streams()), RelaySettings.load())
    run = asyncio.create_task(relay.run_once())
    async with patience():
        await jobs.looked.wait()
        relay.committed()
        await asyncio.sleep(0)
        assert not run.done()
        relay.freed()
        assert await run == 0
    assert jobs.looks == 1
