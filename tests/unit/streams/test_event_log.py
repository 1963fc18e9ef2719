"""What is read back of published events: some at a time, and of a tenant's no more than a stream tells."""

from typing import Any

import pytest

from shared.events import progress_event
from shared.messages import encode
from shared.streams import event_log
from shared.streams.client import RedisSettings, connect
from shared.streams.event_log import EventLog


def entry(number: int) -> list[Any]:
    event = progress_event("d", "ocr", number % 100, "")
    return [f"{number}-0", ["percentage", str(number % 100), "data", encode(event).decode()]]


@pytest.fixture
def log() -> EventLog:
    settings = RedisSettings.load()
    return EventLog(connect(settings), settings)  # which nothing is asked of: its scripts are the tests' own


async def test_histories_that_the_server_gives_some_at_a_time_are_all_read(
    log: EventLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    async def call(_name: str, keys: list[str], _each: int, most: int) -> list[Any]:
        asked.append(len(keys))
        assert most == event_log._OF_DOCUMENTS
        return [[entry(len(keys))]] * min(2, len(keys))

    monkeypatch.setattr(log._scripts, "call", call)
    found = await log.histories(["a", "b", "c", "d", "e"])
    assert asked == [5, 3, 1]
    assert {id_: published[0][0] for id_, published in found.items()} == {
        "a": "5-0", "b": "5-0", "c": "3-0", "d": "3-0", "e": "1-0",
    }  # fmt: skip


async def test_of_a_tenant_s_events_the_newest_are_read_and_that_there_were_more_is_told(
    log: EventLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = 5

    async def call(_name: str, _keys: list[str], _tenant: str, after: str, count: int) -> list[Any]:
        begin = int(after.partition("-")[0]) + 1
        flat = [part for number in range(begin, begin + count) for part in entry(number)]
        return [0, "" if begin >= (pages - 1) * count else flat[-2], *flat]

    monkeypatch.setattr(log._scripts, "call", call)
    (keys,) = log._partitions
    found, lost = await log.of_tenant(keys, "t", "0-0")
    assert lost
    assert len(found) == event_log._OF_TENANT
    assert found[-1][0] == f"{pages * event_log._PAGE}-0"
