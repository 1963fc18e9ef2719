"""The exporter: what the stores hold, in Prometheus's form, whichever of them answers."""

import asyncio
import uuid
from collections.abc import AsyncIterator

import asyncpg
import pytest
from prometheus_client.parser import text_string_to_metric_families

from shared.db.documents import Documents
from shared.db.pool import Database, DatabaseSettings
from shared.exporter import Exporter
from shared.messages import CompressPayload
from shared.streams.client import RedisSettings, connect
from shared.streams.entries import job_fields
from shared.streams.keys import Keys
from shared.streams.producer import Producer
from tests.waiting import PATIENCE

Samples = dict[tuple[str, ...], float]


async def samples(exporter: Exporter) -> Samples:
    """Values by name and the labels' values, in the order of the labels' names."""
    text = (await exporter.text()).decode()
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A store counts as away after seconds; here it is there, however slow."""
    monkeypatch.setattr("shared.exporter._SECONDS", PATIENCE)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    made = Database(DatabaseSettings.load(database_url=database_url))
    await made.open()
    yield made
    await made.close()


async def test_what_waits_is_told_with_its_age(redis_url: str, database: Database) -> None:
    settings = RedisSettings.load(redis_url=redis_url)
    client, documents = connect(settings), Documents(database)
    payload = CompressPayload(blob="default/x/original", content_type="image/png", file_name="x.png", size=1)
    ids = [str(uuid.uuid4()) for _ in range(3)]
    for number, id_ in enumerate(ids):
        await documents.add(id_, f"tenant-{number % 2}", payload, "")
    await database.pool.execute(
        "UPDATE job_queue SET enqueued_at = now(), created_at = now() - interval '1 hour' WHERE document_id = $1",
        uuid.UUID(ids[0]),
    )
    fields = job_fields(ids[0], "tenant-0", payload, deadline=0, trace="")
    await Producer(client, settings).enqueue("compress", ids[0], fields)
    await client.xadd(Keys(0).dead("ocr"), {"document": ids[1]})
    try:
        found = await samples(Exporter(client, settings, database))
    finally:
        await client.aclose()
    assert found["timelift_queue_jobs", "compress", "waiting"] == 1
    assert found["timelift_queue_jobs", "ocr", "dead"] == 1
    assert found["timelift_queue_workers", "extract"] == 0
    assert found["timelift_unfinished_documents", "interactive", "waiting"] == 2
    assert found["timelift_unfinished_documents", "batch", "waiting"] == 0
    assert found["timelift_unfinished_documents", "interactive", "under_way"] == 1
    assert 3600 <= found["timelift_unfinished_oldest_seconds", "interactive", "under_way"] < 4000
    assert found["timelift_waiting_tenants", "interactive"] == 2
    assert found["timelift_redis_memory_bytes", ""] > 0
    assert found["timelift_database_bytes",] > 0
    assert [found["timelift_store_up", store] for store in ("redis", "postgres", "blobs")] == [1, 1, 1]


async def test_it_looks_at_the_keys_of_its_own_system(redis_url: str, database: Database) -> None:
    settings = RedisSettings.load(redis_url=redis_url, redis_prefix="school:", partitions=2)
    client = connect(settings)
    for keys in settings.keys:
        await client.xadd(keys.refused_events, {"id": "1-1"})
        await client.xadd(keys.dead("ocr"), {"document": "x"})
    await client.xadd(Keys(0).refused_events, {"id": "another system's"})
    try:
        found = await samples(Exporter(client, settings, database))
    finally:
        await client.aclose()
    assert found["timelift_events_set_aside",] == 2
    assert found["timelift_queue_jobs", "ocr", "dead"] == 2


async def test_a_store_that_is_away_hides_no_other(redis_url: str, database_url: str) -> None:
    """Postgres is there and its schema is not: the exporter makes none."""
    settings = RedisSettings.load(redis_url=redis_url)
    client = connect(settings)
    exporter = Exporter(
        client, settings, Database(DatabaseSettings.load(database_url=database_url, database_migrate=False))
    )
    try:
        found = await samples(exporter)
    finally:
        await client.aclose()
    assert found["timelift_store_up", "postgres"] == 0
    assert found["timelift_store_up", "redis"] == 1
    assert ("timelift_queue_jobs", "compress", "waiting") in found
    assert not [name for name, *_ in found if name.startswith("timelift_unfinished")]
    connection = await asyncpg.connect(database_url)
    assert await connection.fetchval("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == 0
    await connection.close()


async def test_stores_that_hang_are_waited_for_within_a_bound(
    redis_url: str, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.exporter._SECONDS", 0.01)
    settings = RedisSettings.load(redis_url=redis_url)
    client = connect(settings)
    exporter = Exporter(client, settings, Database(DatabaseSettings.load(database_url=database_url)))
    monkeypatch.setattr(exporter._stats, "stages", lambda: asyncio.sleep(3600))
    try:
        assert (await samples(exporter))["timelift_store_up", "redis"] == 0
    finally:
        await client.aclose()
