"""A partition is read while somebody follows something in it, and nothing falls between."""

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, cast

import pytest
from prometheus_client import REGISTRY
from redis.exceptions import ConnectionError as RedisConnectionError

from services.gateway.loops.hub import Hub
from services.gateway.loops.partition import Partition
from services.gateway.sse.watched import Watched
from shared.messages import Event, encode
from shared.streams.keys import Keys, partition_of
from shared.streams.scripts import Client
from tests.waiting import patience

Entries = list[tuple[str, dict[str, str]]]


class Stream:
    """A partition's stream in Redis, whose readers are counted."""

    def __init__(self) -> None:
        self.entries: Entries = []
        self.asked: list[str] = []
        self.away = False
        self._came = asyncio.Event()

    def publish(self, number: int, document_id: str = "d") -> str:
        event = Event(type="progress", document_id=document_id, percentage=number)
        fields = {"document": document_id, "tenant": "north", "percentage": "5", "data": encode(event).decode()}
        self.entries.append((f"{number}-0", fields))
        self._came.set()
        return f"{number}-0"

    def after(self, id_: str) -> Entries:
        return [each for each in self.entries if int(each[0][:-2]) > int(id_[:-2])]

    async def xrevrange(self, key: str, count: int) -> Entries:
        self.asked.append(f"newest {count}")
        await asyncio.sleep(0)
        if self.away:
            raise RedisConnectionError
        return self.entries[::-1][:count]

    async def xread(self, streams: dict[str, str], count: int, block: int) -> list[tuple[str, Entries]]:
        [(key, last)] = streams.items()
        self.asked.append(f"after {last}")
        while not (found := self.after(last)):
            self._came.clear()
            await self._came.wait()
        return [(key, found)]


class Follower:
    def __init__(self) -> None:
        self.told: list[str] = []

    def put(self, frame: Any) -> None:
        self.told.append(frame.id)

    def beat(self) -> None: ...

    def close(self, reason: str) -> None: ...


@pytest.fixture
async def stream() -> Stream:
    made = Stream()
    made.publish(1)
    return made


@pytest.fixture
async def partition(stream: Stream) -> Partition:
    return Partition(Keys(0), cast("Client", stream))


async def settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_what_nobody_follows_is_not_read(stream: Stream, partition: Partition) -> None:
    reading = asyncio.ensure_future(partition.read())
    await settle()
    assert not stream.asked
    assert not partition.ready.is_set()
    partition.follow()
    async with patience():
        assert await reading == []
        reading = asyncio.ensure_future(partition.read())
        await partition.ready.wait()
        new = stream.publish(2)
        assert [id_ for id_, _ in await reading] == [new]
    assert stream.asked == ["newest 1", "after 1-0"]


async def test_a_partition_falls_asleep_with_its_last_follower_and_begins_anew(
    stream: Stream, partition: Partition
) -> None:
    for _ in range(2):
        partition.follow()
    stream.entries.clear()
    reading = asyncio.ensure_future(partition.read())
    await partition.ready.wait()
    partition.unfollow()
    partition.last = stream.publish(2)
    async with patience():
        await reading
        # One is left.
        reading = asyncio.ensure_future(partition.read())
        await settle()
        partition.unfollow()
        partition.last = stream.publish(3)
        await reading
        reading = asyncio.ensure_future(partition.read())
        await settle()
        assert (partition.last, partition.ready.is_set()) == ("", False)
        stream.publish(4)
        partition.follow()
        await reading
        reading = asyncio.ensure_future(partition.read())
        await partition.ready.wait()
    assert partition.last == "4-0"
    assert stream.asked[:3] == ["newest 1", "after 0-0", "after 2-0"]
    reading.cancel()


async def test_streams_open_while_redis_is_away_and_miss_nothing_when_it_is_back(
    stream: Stream, partition: Partition
) -> None:
    stream.away = True
    partition.follow()
    for _ in range(2):
        with suppress(RedisConnectionError):
            await partition.read()
        assert partition.ready.is_set()
    # A stream opens, with its history from elsewhere; then Redis is back, and somebody publishes before it is read.
    stream.away = False
    new = stream.publish(2)
    async with patience():
        assert [id_ for id_, _ in await partition.read()] == ["1-0", new]


async def test_who_does_not_wait_for_a_slow_redis_misses_nothing(stream: Stream, partition: Partition) -> None:
    partition.follow()
    partition.go_without()
    new = stream.publish(2)
    async with patience():
        assert [id_ for id_, _ in await partition.read()] == ["1-0", new]
    # Once it is read, opening without waiting means nothing.
    partition.go_without()
    assert partition.ready.is_set()


@pytest.fixture
def ids() -> Iterator[str]:
    """Documents, one in each of four partitions, in order."""
    return (next(id_ for at in range(1000) if partition_of(id_ := f"d{at}", 4) == number) for number in range(4))


async def test_only_the_partitions_of_followed_documents_are_read(ids: Iterator[str]) -> None:
    streams = {Keys(number): Stream() for number in range(4)}
    hub = Hub(cast("dict[Keys, Client]", streams))
    one, two, *_ = ids

    async def turn() -> list[bool]:
        reading = [asyncio.ensure_future(hub.run_once(keys)) for keys in streams]
        await settle()
        for each in reading:
            each.cancel()
        await asyncio.gather(*reading, return_exceptions=True)
        read = [bool(stream.asked) for stream in streams.values()]
        for stream in streams.values():
            stream.asked.clear()
        return read

    assert await turn() == [False] * 4
    followers = [Follower() for _ in range(3)]
    hub.add(followers[0], Watched(one))
    hub.add(followers[1], Watched(one), Watched(two))
    assert await turn() == [True, True, False, False]
    hub.remove(followers[1])
    hub.remove(followers[1])
    assert await turn() == [True, False, False, False]
    hub.remove(followers[0])
    assert await turn() == [False] * 4
    # A tenant's documents may be in any.
    hub.add(followers[2], tenant="north")
    assert await turn() == [True] * 4
    assert [*hub.positions] == [0, 1, 2, 3]


def counted(followed: str) -> float:
    return REGISTRY.get_sample_value("timelift_sse_events_read_total", {"followed": followed}) or 0.0


async def test_what_is_read_for_others_is_counted_and_not_decoded(stream: Stream) -> None:
    hub, follower = Hub({Keys(0): cast("Client", stream)}), Follower()
    hub.add(follower, Watched("followed"))
    stream.entries.clear()
    reading = asyncio.ensure_future(hub.run_once(Keys(0)))
    await hub.ready(follower)
    before = [counted(each) for each in ("yes", "no")]
    stream.entries.append(("2-0", {"document": "another", "tenant": "south", "data": "no JSON"}))
    wanted = stream.publish(3, "followed")
    async with patience():
        await reading
    assert follower.told == [wanted]
    assert [counted(each) for each in ("yes", "no")] == [each + 1 for each in before]
