"""Open streams over a gateway whose record and Redis are counted."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any, cast
from unittest.mock import Mock

import pytest
from aiohttp import web

from services.gateway.answers import Answers
from services.gateway.context import GATEWAY, Gateway
from services.gateway.loops import lookout
from services.gateway.loops.hub import BEATS, Hub
from services.gateway.loops.lookout import Lookout
from services.gateway.problems import Handler, problem_middleware
from services.gateway.routes import events
from services.gateway.settings import GatewaySettings
from services.gateway.sse.cursor import Cursor, checksum
from services.gateway.sse.frames import Frame
from services.gateway.sse.history import History
from services.gateway.sse.streams import DocumentsStream
from services.gateway.tenants import TENANT
from services.gateway.waiting import Place, Waiting
from shared.db.followed import Followed, FollowedDocument
from shared.fair_share import FairShare
from shared.http_server import serve
from shared.messages import Event, Status
from tests.waiting import patience, until


class Record:
    """Postgres and Redis of a gateway: each call is counted, and says what a document under way would."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.placed: list[list[str]] = []
        self.over_ids: set[str] = set()

    async def rows(self, asked: list[tuple[str, str]]) -> dict[tuple[str, str], FollowedDocument]:
        self.calls.append("rows")
        return {
            (id_, tenant): FollowedDocument(
                id_, tenant, Status.PROCESSING, "Running OCR", "ocr", 7, None, None, None, [], None
            )
            for id_, tenant in asked
        }

    async def events(self, ids: list[str]) -> dict[str, Any]:
        self.calls.append("events")
        return {}

    async def histories(self, ids: list[str]) -> dict[str, Any]:
        self.calls.append("histories")
        return {}

    def keys_of(self, id_: str) -> Any:
        return SimpleNamespace(partition=0)

    async def missed(self, after: dict[str, Any]) -> list[Any]:
        self.calls.append("missed")
        return []

    async def over(self, ids: list[str]) -> dict[str, Any]:
        self.calls.append("over")
        return {id_: None for id_ in ids if id_ in self.over_ids}

    async def places(self, ids: list[str]) -> dict[str, Place]:
        self.placed.append(ids)
        return {id_: Place(3, 12.0) for id_ in ids}


@web.middleware
async def as_default(request: web.Request, handler: Handler) -> web.StreamResponse:
    request[TENANT] = "default"
    return await handler(request)


class Bench:
    """A server with the route of one document's events."""

    def __init__(self, settings: GatewaySettings) -> None:
        self.record = Record()
        self.hub = Hub({})
        self.history = History(cast("Any", None), cast("Followed", self.record), cast("Any", self.record))
        self.lookout = Lookout(self.hub, self.history, cast("Followed", self.record), cast("Waiting", self.record))
        self.app = web.Application(middlewares=[problem_middleware, as_default])
        self.app.add_routes(events.ROUTES)
        gateway = SimpleNamespace(
            settings=settings,
            hub=self.hub,
            history=self.history,
            answers=Answers(settings),
            streams=FairShare(settings.sse_clients),
            opening=asyncio.Semaphore(16),
        )
        self.app[GATEWAY] = cast("Gateway", gateway)
        self.port = 0
        self.writers: list[asyncio.StreamWriter] = []

    async def open(self, id_: str, version: str = "1.1", limit: int = 1024) -> asyncio.StreamReader:
        """Open a stream and read its head."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, limit=limit)
        self.writers.append(writer)
        writer.write(f"GET /api/v1/events/{id_} HTTP/{version}\r\nHost: a\r\nConnection: close\r\n\r\n".encode())
        assert b"200" in await reader.readline()
        await reader.readuntil(b"\r\n\r\n")
        await reader.readuntil(b"retry: ")
        return reader

    def publish(self, id_: str, number: int, *, kind: Any = "progress") -> None:
        event = Event(type=kind, document_id=id_, percentage=number, message=f"event {number}")
        self.hub.deliver(Frame(f"{number}-{number}", event, 0), "default")


@asynccontextmanager
async def serving(**settings: int) -> AsyncIterator[Bench]:
    bench = Bench(GatewaySettings.load(**settings))
    runner, bench.port = await serve(bench.app, "127.0.0.1", 0)
    try:
        yield bench
    finally:
        for writer in bench.writers:
            writer.close()
        await bench.hub.close()
        await runner.cleanup()


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    async with serving() as made:
        yield made


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


async def test_a_document_that_was_put_back_to_work_begins_anew(bench: Bench) -> None:
    watched = bench.hub.watch("d")
    percentages = []
    for number, (kind, percentage) in enumerate([("progress", 60), ("progress", 40), ("error", 60), ("progress", 2)]):
        frame = watched.take(
            Frame(f"{number + 1}-1", Event(type=cast("Any", kind), document_id="d", percentage=percentage))
        )
        assert frame
        percentages.append(frame.event.percentage)
    assert percentages == [60, 60, 60, 2]


def test_aiohttp_still_has_the_name_by_which_head_and_first_events_are_one_write() -> None:
    assert web.StreamResponse._send_headers_immediately is True


def of_record(id_: str, number: int) -> Frame:
    """An event as the lookout finds it: beside the partitions' streams."""
    return Frame(f"{number}-{number}", Event(type="progress", document_id=id_, percentage=number))


async def test_what_a_stream_began_with_is_not_told_again_as_missed(bench: Bench) -> None:
    began = Frame("10-10", Event(type="progress", document_id="d", percentage=10), 0)
    watched = bench.hub.watch("d")
    watched.begin([began])
    assert watched.last == began.number
    assert watched.take(of_record("d", 10)) is None
    assert watched.take(of_record("d", 11)) is not None
    # A later stream's history may hold what the first still lacks.
    watched.begin([of_record("d", 12)])
    assert watched.last == (11, 11)


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


async def test_a_stream_of_several_documents_tells_each_event_once(bench: Bench) -> None:
    stream = DocumentsStream(bench.app[GATEWAY], "client", ["d", "e"], Cursor(documents=checksum(["d", "e"])))
    assert stream.accept(Frame("10-10", Event(type="progress", document_id="d", percentage=10), 0))
    assert stream.accept(of_record("d", 10)) is None
    assert stream.accept(of_record("e", 10)) is not None
    assert stream.accept(of_record("d", 11)) is not None
    stream.skip(of_record("d", 12))
    assert stream.accept(of_record("d", 12)) is None
