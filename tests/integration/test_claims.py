"""Who works a waiting document: found at a bounded cost, and ended only by whoever holds its claim."""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from services.gateway.loops.direct import Direct, DirectSettings
from services.gateway.loops.hub import Hub
from shared.db.documents import Documents
from shared.db.events import Events
from shared.db.jobs import Jobs
from shared.db.pool import Database, DatabaseSettings
from shared.db.statements import sql
from shared.messages import CompressPayload
from shared.streams.queue_settings import QueueSettings
from tests.waiting import patience


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    made = Database(DatabaseSettings.load(database_url=database_url))
    await made.open()
    yield made
    await made.close()


async def add(database: Database, tenant: str = "default") -> str:
    id_ = str(uuid.uuid4())
    payload = CompressPayload(blob="b", content_type="image/png", file_name="f", size=1)
    await Documents(database).add(id_, tenant, payload, "")
    return id_


async def lapse(database: Database) -> None:
    """As if the gateways that hold claims had been frozen for longer than these hold."""
    await database.pool.execute("UPDATE job_queue SET direct_until = now() - interval '1 second'")


async def status(database: Database, id_: str) -> str:
    return str(await database.pool.fetchval("SELECT status FROM documents WHERE id = $1", uuid.UUID(id_)))


async def test_only_the_holder_of_a_claim_extends_frees_and_fails(database: Database) -> None:
    jobs, documents = Jobs(database), Documents(database)
    id_ = await add(database)
    first = await jobs.claim(60)
    await lapse(database)
    second = await jobs.claim(60)
    assert first is not None
    assert second is not None
    assert first.document_id == second.document_id == id_
    assert not await jobs.renew_claim(first, 60)
    assert not await jobs.renew_claim(first, 0)
    assert await jobs.claim(60) is None, "the second's claim was not freed by the first"
    assert not await documents.fail(id_, "default", "It broke.", first.token)
    assert await status(database, id_) == "uploaded"
    assert await jobs.renew_claim(second, 60)
    assert await documents.fail(id_, "default", "It broke.", second.token)
    assert await documents.fail(id_, "default", "It broke.", second.token), "again changes nothing"
    assert await status(database, id_) == "failed"


async def test_a_relayed_document_is_no_claimant_s_any_more(database: Database) -> None:
    jobs = Jobs(database)
    await add(database)
    claimed = await jobs.claim(60)
    assert claimed is not None
    async with jobs.take(10, []) as taken:
        assert taken == [], "a claim holds against the relay"
    await lapse(database)
    async with jobs.take(10, []) as taken:
        assert [job.document_id for job in taken] == [claimed.document_id]
    assert not await jobs.renew_claim(claimed, 60)


class Away:
    """A relay that says that Redis is away."""

    away = partly_away = True


class Worker:
    """All three stages behind one address: says that a document can never be read, when the test lets it."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self.answer = asyncio.Event()

    async def run(self, _: web.Request) -> web.Response:
        self.asked.set()
        await self.answer.wait()
        return web.Response(text=json.dumps({"dead": "It can never be read."}) + "\n")


async def test_a_gateway_that_was_frozen_ends_nothing_that_another_took_over(database: Database) -> None:
    worker = Worker()
    app = web.Application()
    app.router.add_post("/internal/run", worker.run)
    server = TestServer(app)
    await server.start_server()
    url = str(server.make_url("")).rstrip("/")
    settings = DirectSettings.load(compressor_url=url, ocr_url=url, extractor_url=url)
    relay: Any = Away()
    direct = Direct(
        relay, Jobs(database), Documents(database), Events(database), Hub({}), settings, QueueSettings.load()
    )
    id_ = await add(database)
    try:
        await direct.run_once()
        async with patience():
            await worker.asked.wait()
        await lapse(database)
        other = await Jobs(database).claim(60)
        assert other is not None
        tasks = list(direct._running)
        worker.answer.set()
        async with patience():
            await asyncio.gather(*tasks)
        assert await status(database, id_) == "uploaded", "the other's work goes on"
        assert await Jobs(database).renew_claim(other, 60), "and its claim"
        assert await database.pool.fetchval("SELECT count(*) FROM processing_events") == 0
    finally:
        await direct.close()
        await server.close()


async def _buffers(connection: "asyncpg.Connection[Any]", statement: str, *arguments: Any) -> int:
    """Pages that a statement touches: what it costs, whatever the machine does meanwhile."""
    transaction = connection.transaction()
    await transaction.start()
    plan = await connection.fetchval(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}", *arguments)
    await transaction.rollback()
    found = json.loads(plan)[0]["Plan"]
    return int(found["Shared Hit Blocks"] + found["Shared Read Blocks"])


@pytest.mark.parametrize("tenants", [1, 20])
async def test_finding_the_next_costs_the_same_however_many_wait(
    database_url: str, database: Database, tenants: int
) -> None:
    connection = await asyncpg.connect(database_url)
    cost: dict[str, list[int]] = {"relay_take": [], "direct_claim": []}
    for waiting in (2_000, 20_000):
        await connection.execute(
            "INSERT INTO documents (id, tenant, file_name, content_type, size, blob) "
            "SELECT gen_random_uuid(), 't' || n % $1::int, 'f', 'image/png', 1, 'b' "
            "FROM generate_series(1, $2::int - (SELECT count(*) FROM documents)) n",
            tenants,
            waiting,
        )
        await connection.execute(
            "INSERT INTO job_queue (document_id, tenant, stage, payload) SELECT id, tenant, 'compress', '{}' "
            "FROM documents ON CONFLICT DO NOTHING"
        )
        await connection.execute("VACUUM ANALYZE job_queue")
        await connection.execute("VACUUM ANALYZE documents")
        cost["relay_take"].append(await _buffers(connection, sql("relay_take"), 32, []))
        cost["direct_claim"].append(await _buffers(connection, sql("direct_claim"), 30.0, uuid.uuid4()))
    await connection.close()
    for statement, (few, many) in cost.items():
        # A scan of all would touch ten times as much. Each row that is found costs a step down the index, which grows
        # by a level at most; of 1,000 the index is so small that this alone doubles what it costs.
        assert many < 2 * few, f"{statement}: {few} pages at 2,000 waiting, {many} at 20,000"
