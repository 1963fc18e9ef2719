"""A gateway whose record and Redis are counted, with the routes of event streams."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any, cast

from aiohttp import web

from services.gateway.answers import Answers
from services.gateway.context import GATEWAY, Gateway
from services.gateway.endpoint import ENDPOINTS
from services.gateway.loops.hub import Hub
from services.gateway.loops.lookout import Lookout
from services.gateway.problems import Handler, problem_middleware
from services.gateway.routes import events, shared_events
from services.gateway.settings import GatewaySettings
from services.gateway.sse.frames import Frame
from services.gateway.sse.history import History
from services.gateway.tenants import TENANT
from services.gateway.waiting import Place, Waiting
from shared.db.followed import Followed, FollowedDocument
from shared.fair_share import FairShare
from shared.http_server import serve
from shared.messages import Event, Status
from shared.places import Places
from shared.streams.keys import Keys
from shared.streams.scripts import Client


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

    async def now(self) -> int:
        self.calls.append("now")
        return 1_796_000_000_000

    async def under_way(self, tenant: str) -> list[Any]:
        self.calls.append("under way")
        return []

    async def places(self, ids: list[str]) -> dict[str, Place]:
        self.placed.append(ids)
        return {id_: Place(3, 12.0) for id_ in ids}


@web.middleware
async def as_default(request: web.Request, handler: Handler) -> web.StreamResponse:
    request[TENANT] = "default"
    return await handler(request)


class Bench:
    """A server with the routes of event streams.

    Args:
        readers: of the partitions; without, nothing is read.
    """

    def __init__(self, settings: GatewaySettings, readers: dict[Keys, Client]) -> None:
        self.record = Record()
        self.hub = Hub(readers)
        self.history = History(cast("Any", None), cast("Followed", self.record), cast("Any", self.record))
        self.lookout = Lookout(self.hub, self.history, cast("Followed", self.record), cast("Waiting", self.record))
        self.app = web.Application(middlewares=[problem_middleware, as_default])
        self.app.add_routes([*events.ROUTES, *shared_events.ROUTES])
        self.app[ENDPOINTS] = {}
        gateway = SimpleNamespace(
            settings=settings,
            hub=self.hub,
            history=self.history,
            answers=Answers(settings),
            streams=FairShare(settings.sse_clients),
            opening=asyncio.Semaphore(16),
            gathering=asyncio.Semaphore(2),
            followed=self.record,
            places=Places(2, alone=4),
            redis_settings=SimpleNamespace(keys=[*readers]),
        )
        self.app[GATEWAY] = cast("Gateway", gateway)
        self.port = 0
        self.writers: list[asyncio.StreamWriter] = []

    async def open(self, id_: str, version: str = "1.1", limit: int = 1024) -> asyncio.StreamReader:
        """Open a document's stream and read its head."""
        return await self.get(f"/api/v1/events/{id_}", version, limit)

    async def get(self, path: str, version: str = "1.1", limit: int = 1024) -> asyncio.StreamReader:
        """Open any stream and read its head."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, limit=limit)
        self.writers.append(writer)
        writer.write(f"GET {path} HTTP/{version}\r\nHost: a\r\nConnection: close\r\n\r\n".encode())
        assert b"200" in await reader.readline()
        await reader.readuntil(b"\r\n\r\n")
        await reader.readuntil(b"retry: ")
        return reader

    def publish(self, id_: str, number: int, *, kind: Any = "progress") -> None:
        event = Event(type=kind, document_id=id_, percentage=number, message=f"event {number}")
        self.hub.deliver(Frame(f"{number}-{number}", event, 0), "default")


@asynccontextmanager
async def serving(readers: dict[Keys, Client] | None = None, **settings: int) -> AsyncIterator[Bench]:
    bench = Bench(GatewaySettings.load(**settings), readers or {})
    runner, bench.port = await serve(bench.app, "127.0.0.1", 0)
    try:
        yield bench
    finally:
        for writer in bench.writers:
            writer.close()
        await bench.hub.close()
        await runner.cleanup()


def of_record(id_: str, number: int) -> Frame:
    """An event as the lookout finds it: beside the partitions' streams."""
    return Frame(f"{number}-{number}", Event(type="progress", document_id=id_, percentage=number))
