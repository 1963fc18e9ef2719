"""A gateway process of its own, and workers that the test plays itself."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, Self

import aiohttp
import asyncpg
import pytest
from redis.asyncio import Redis

from deploy.embedded import EmbeddedPostgres, EmbeddedValkey
from shared.db.documents import Documents
from shared.db.pool import Database, DatabaseSettings
from shared.messages import CompleteResult, Event, TimeBlock, Timetable
from shared.streams.client import RedisSettings, connect
from shared.streams.entries import Delivery, read_job
from shared.streams.keys import Keys
from shared.streams.stage_consumer import StageConsumer
from tests.benchmarks.scale.counting import CountingPostgres
from tests.integration.cheap_system import CheapSystem, Collector
from tests.integration.redis_server import EmbeddedRedis, own_database, redis_binary
from tests.integration.schools import NORTH, RATE, SOUTH, WINDOW, School
from tests.system import System
from tests.tools import missing
from tests.waiting import patience


class GatewayAlone(System):
    """Only the gateway; its settings are small, so that its bounds are met fast."""

    @classmethod
    async def on(cls, postgres: EmbeddedPostgres, valkey: EmbeddedValkey, folder: Path, name: str, **env: str) -> Self:
        """One that is not started yet, on databases of its own: two gateways on one record would enqueue and mend each
        other's documents.

        Args:
            name: of the database that is made for it.
        """
        await create_database(postgres.url, name)
        return cls(folder, own_database(valkey), postgres.url.rpartition("/")[0] + f"/{name}", **env)

    async def start(self) -> None:
        self.spawn("gateway")
        await self.ready("gateway")


async def create_database(url: str, name: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute(f'CREATE DATABASE "{name}"')
    await connection.close()


@pytest.fixture(scope="session")
def gateway(
    postgres_server: EmbeddedPostgres, valkey_server: EmbeddedValkey, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[GatewayAlone]:
    """One gateway for all tests of the API."""
    made = GatewayAlone.on(
        postgres_server,
        valkey_server,
        tmp_path_factory.mktemp("gateway"),
        "gateway_alone",
        MAX_UPLOAD_BYTES=str(1024 * 1024),
        SSE_HEARTBEAT="200",
        CORS_ORIGINS="https://school.example",
        WEBHOOK_HOSTS="localhost",
        CONSUMER_NAME="gateway-alone",
        # The documents of all tests stay under way.
        QUEUE_WINDOW="10000",
    )
    running = asyncio.run(made)
    asyncio.run(running.start())
    yield running
    asyncio.run(running.stop())


@pytest.fixture(scope="session")
def collector() -> Iterator[Collector]:
    """Takes the traces of `cheap_system`."""
    with Collector() as made:
        yield made


@pytest.fixture(scope="session")
def cheap_system(tmp_path_factory: pytest.TempPathFactory, collector: Collector) -> Iterator[CheapSystem]:
    """All services with cheap stages, on servers that nobody else uses: what they count is theirs."""
    folder = tmp_path_factory.mktemp("cheap")
    valkey, postgres = EmbeddedValkey(folder / "valkey"), CountingPostgres(folder / "postgres")
    asyncio.run(valkey.start())
    asyncio.run(postgres.start())
    running = CheapSystem(folder, valkey.url, postgres.url, collector)
    try:
        asyncio.run(running.start())
        yield running
    finally:
        asyncio.run(running.stop())
        asyncio.run(valkey.stop())
        asyncio.run(postgres.stop())


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedRedis]:
    """One Redis for the whole run. Redis 7.0 or later is promised beside Valkey."""
    binary = redis_binary()
    if binary is None:
        missing("redis-server (TEST_REDIS_SERVER)", "redis-server")
    server = EmbeddedRedis(binary, tmp_path_factory.mktemp("redis"))
    asyncio.run(server.start())
    yield server
    asyncio.run(server.stop())


@pytest.fixture(params=["valkey", "redis"])
def server(request: pytest.FixtureRequest) -> EmbeddedValkey:
    """Either server."""
    found: EmbeddedValkey = request.getfixturevalue(f"{request.param}_server")
    return found


@pytest.fixture
async def either_url(server: EmbeddedValkey) -> str:
    """An emptied database of either server."""
    url = server.url.removesuffix("/0") + "/1"
    client: Any = Redis.from_url(url)
    await client.flushdb()
    await client.aclose()
    return url


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as made:
        yield made


def timetable_ids(document_id: str, count: int) -> list[str]:
    """Ids that are the same for the same document."""
    return [str(uuid.uuid5(uuid.UUID(document_id), f"timetable {number}")) for number in range(count)]


class Player:
    """A worker played by the test: takes a document's job and says what the test wants said."""

    def __init__(self, redis_url: str, database_url: str) -> None:
        self.settings = RedisSettings.load(redis_url=redis_url)
        self.client = connect(self.settings)
        self.database = Database(DatabaseSettings.load(database_url=database_url))
        self._reader = connect(self.settings, blocking_ms=4000, pool=2)
        self.consumer = StageConsumer(self.client, self._reader, Keys(0), "compress", "player", self.settings)
        self._seen: dict[str, Delivery] = {}

    async def take(self, document_id: str) -> Delivery:
        """Wait for a document's job."""
        await self.consumer.ensure_group()
        async with patience():
            while document_id not in self._seen:
                for delivery in await self.consumer.fetch(100, 1000):
                    self._seen[read_job("compress", delivery.fields).document_id] = delivery
        return self._seen[document_id]

    def forget(self, document_id: str) -> None:
        """Wait for another job of a document that was taken before."""
        del self._seen[document_id]

    async def publish(self, delivery: Delivery, document_id: str, percentage: int) -> None:
        event = Event(
            type="progress",
            document_id=document_id,
            step="Running OCR",
            stage="ocr",
            percentage=percentage,
            message=f"{percentage} lines read",
        )
        await self.consumer.publish(delivery, event)

    async def complete(self, delivery: Delivery, document_id: str, *weeks: Timetable) -> list[str]:
        """Save timetables (one of a block, unless given) and finish, as the extractor does; returns their ids."""
        weeks = weeks or (Timetable(validated=True, timeblocks=[TimeBlock(day="monday", name="Maths")]),)
        ids = timetable_ids(document_id, len(weeks))
        tenant = read_job("compress", delivery.fields).tenant
        documents = Documents(self.database)
        assert await documents.save_timetables(document_id, tenant, dict(zip(ids, weeks, strict=True)))
        validated = all(week.validated for week in weeks)
        result = CompleteResult(document_id=document_id, timetable_id=ids[0], timetable_ids=ids, validated=validated)
        event = Event(type="complete", document_id=document_id, percentage=100, result=result, timetable_data=weeks[0])
        assert await self.consumer.finish(delivery, document_id=document_id, event=event)
        return ids

    async def fail(self, delivery: Delivery, document_id: str, error: str) -> None:
        """Fail the document, as the worker runtime does."""
        assert await Documents(self.database).fail(document_id, "default", error)
        event = Event(type="error", document_id=document_id, error=error)
        assert await self.consumer.finish(delivery, document_id=document_id, event=event)

    async def close(self) -> None:
        for each in (self.client, self._reader):
            await each.aclose()
        await self.database.close()


@pytest.fixture
async def player(gateway: GatewayAlone) -> AsyncIterator[Player]:
    made = Player(gateway.redis_url, gateway.database_url)
    await made.database.open()
    yield made
    await made.close()


@pytest.fixture(scope="session")
def schools(
    postgres_server: EmbeddedPostgres, valkey_server: EmbeddedValkey, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[GatewayAlone]:
    """A gateway with two tenants, and few places on the streams."""
    made = GatewayAlone.on(
        postgres_server,
        valkey_server,
        tmp_path_factory.mktemp("schools"),
        "schools",
        API_KEYS=f"north:{NORTH},south:{SOUTH}",
        QUEUE_WINDOW=str(WINDOW),
        QUEUE_LIMIT="400",
        # Only what says that it comes from elsewhere is counted.
        RATE_LIMIT=str(RATE),
        TRUSTED_PROXIES="127.0.0.0/8",
        CONSUMER_NAME="gateway-schools",
        LOG_LEVEL="debug",
    )
    running = asyncio.run(made)
    asyncio.run(running.start())
    yield running
    asyncio.run(running.stop())


@pytest.fixture
async def north(schools: GatewayAlone, session: aiohttp.ClientSession) -> AsyncIterator[School]:
    made = School(session, schools.base_url, NORTH)
    yield made
    await made.empty()


@pytest.fixture
async def south(schools: GatewayAlone, session: aiohttp.ClientSession) -> AsyncIterator[School]:
    made = School(session, schools.base_url, SOUTH)
    yield made
    await made.empty()
