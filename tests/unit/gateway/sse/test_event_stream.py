"""Open streams: what is written when, and when they end."""

import asyncio
import uuid
from typing import Any, cast

import pytest
from aiohttp import web

from services.gateway.context import GATEWAY
from services.gateway.loops import hub
from services.gateway.loops.hub import BEATS
from services.gateway.sse.frames import Frame
from shared.messages import Event
from shared.streams.keys import Keys
from shared.streams.scripts import Client
from tests.unit.gateway.bench import Bench, serving
from tests.waiting import PATIENCE, patience, until


async def test_heartbeats_of_many_streams_ask_neither_postgres_nor_redis(bench: Bench) -> None:
    ids = [str(uuid.uuid4()) for _ in range(20)]
    readers = [await bench.open(id_) for id_ in ids for _ in range(3)]
    await until(lambda: len(bench.hub.watched) == len(ids))
    bench.record.calls.clear()
    async with patience():
        # The last stream may still write its beginning: only a stream that is through takes part.
        for reader in readers:
            waiting = asyncio.create_task(reader.readuntil(b": heartbeat\n"))
            while not waiting.done():
                await bench.hub.beat_once()
                await asyncio.sleep(0)
            assert b'"percentage":7' in await reader.readline()
    assert bench.record.calls == []


class Slow:
    """Redis that says where a partition stands when the test lets it."""

    def __init__(self) -> None:
        self.asked, self.answers = asyncio.Event(), asyncio.Event()

    async def xrevrange(self, *_: Any, **__: Any) -> list[Any]:
        self.asked.set()
        await self.answers.wait()
        return []

    async def xread(self, *_: Any, **__: Any) -> None:
        await asyncio.Event().wait()


@pytest.mark.parametrize("path", ["/api/v1/events/{id}", "/api/v1/events?documentId={id}", "/api/v1/events"])
async def test_a_stream_looks_at_its_history_once_its_partition_is_read(
    path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is published between the two would be told by neither."""
    monkeypatch.setattr(hub, "_PATIENCE", PATIENCE)
    redis, keys = Slow(), Keys(0)
    async with serving({keys: cast("Client", redis)}) as bench, patience():
        opening = asyncio.create_task(bench.get(path.format(id=uuid.uuid4())))
        await until(lambda: bench.hub.streams == 1)
        reading = asyncio.create_task(bench.hub.run_once(keys))
        await redis.asked.wait()
        for _ in range(20):
            await asyncio.sleep(0)
        assert bench.record.calls == []
        redis.answers.set()
        await opening
        assert bench.record.calls
        reading.cancel()


async def test_what_nobody_follows_is_forgotten(bench: Bench) -> None:
    id_ = str(uuid.uuid4())
    await bench.open(id_)
    await bench.open(id_)
    bench.writers[0].close()
    await until(lambda: len(bench.hub.watched[id_].followers) == 1)
    bench.writers[1].close()
    await until(lambda: not bench.hub.watched)
    assert bench.app[GATEWAY].streams.total == 0
    await bench.lookout.look_once()
    bench.record.calls.clear()
    await bench.lookout.look_once()
    assert bench.record.calls == []


async def test_streams_that_open_together_share_their_lookups(bench: Bench) -> None:
    ids = [str(uuid.uuid4()) for _ in range(40)]
    await asyncio.gather(*map(bench.open, ids))
    assert len(bench.record.calls) < len(ids)


@pytest.mark.parametrize("version", ["1.0", "1.1"])
async def test_events_are_framed_as_the_clients_http_has_it(bench: Bench, version: str) -> None:
    id_ = str(uuid.uuid4())
    reader = await bench.open(id_, version)
    await reader.readuntil(b"\n\n")
    for number in (10, 20):
        bench.publish(id_, number)
    bench.publish(id_, 30, kind="error")
    async with patience():
        rest = await reader.read()
    assert [line for line in rest.split(b"\n") if line.startswith(b"id: ")] == [
        b"id: 10-10",
        b"id: 20-20",
        b"id: 30-30",
    ]
    assert rest.endswith(b"\r\n0\r\n\r\n" if version == "1.1" else b"}\n\n")
    assert (b"\r\n" in rest) == (version == "1.1")


async def test_too_many_streams_are_refused_and_leave_nothing_behind() -> None:
    async with serving(sse_clients=1) as bench:
        id_ = str(uuid.uuid4())
        await bench.open(id_)
        reader, writer = await asyncio.open_connection("127.0.0.1", bench.port)
        bench.writers.append(writer)
        writer.write(f"GET /api/v1/events/{id_} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        assert b"503" in await reader.readline()
        assert len(bench.hub.watched[id_].followers) == 1


async def test_a_client_that_reads_nothing_is_cut_off_alone() -> None:
    async with serving(sse_buffer=8) as bench:
        id_ = str(uuid.uuid4())
        good = await bench.open(id_, limit=1_000_000)
        await bench.open(id_)
        await until(lambda: len(bench.hub.watched[id_].followers) == 2)
        big = "x" * 100_000
        number = 0
        async with patience():
            while len(bench.hub.watched[id_].followers) == 2:
                number += 1
                event = Event(type="progress", document_id=id_, percentage=50, message=big)
                bench.hub.deliver(Frame(f"{number}-50", event, 0), "default")
                # Whoever reads has each before the next is published.
                await good.readuntil(b"id: %d-50\n" % number)
                await good.readuntil(b"\n\n")
            bench.publish(id_, number + 1, kind="error")
            await good.readuntil(b"id: %d" % (number + 1))


async def test_a_gateway_that_stops_ends_its_streams_as_answers_end(bench: Bench) -> None:
    readers = [await bench.open(str(uuid.uuid4())) for _ in range(10)]
    await bench.hub.close(0.05)
    async with patience():
        for reader in readers:
            assert (await reader.read()).endswith(b"\r\n0\r\n\r\n")
    assert not bench.hub.watched
    assert BEATS > 1


def test_aiohttp_still_has_the_name_by_which_head_and_first_events_are_one_write() -> None:
    assert web.StreamResponse._send_headers_immediately is True
