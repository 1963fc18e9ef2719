"""What is deleted because of its age. No test waits: the ages are in the rows."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import cast

import pytest
import structlog

from services.gateway.loops.retention import Retainer, RetentionSettings
from shared.blobs import BlobAwayError, BlobStore, blob_key
from shared.db.documents import Documents
from shared.db.pool import Database, DatabaseSettings
from shared.db.retention import Retention
from shared.events import error_event
from shared.messages import CompressPayload, Timetable
from shared.streams.client import RedisSettings, connect
from shared.streams.producer import Producer
from shared.streams.traces import Entries, Traces

DAY = 86_400


class House:
    """The stores, and documents of all ages in them."""

    def __init__(self, database: Database, blobs: BlobStore, redis_url: str) -> None:
        self.database, self.blobs = database, blobs
        self.documents = Documents(database)
        self.redis_settings = RedisSettings.load(redis_url=redis_url)
        self.client = connect(self.redis_settings)
        self.producer = Producer(self.client, self.redis_settings)

    def retainer(self, **settings: object) -> Retainer:
        traces = Traces(self.client, self.redis_settings)
        chosen = RetentionSettings.load(**settings)
        return Retainer(Retention(self.database), self.documents, self.blobs, self.producer, traces, chosen)

    async def document(self, days: float, tenant: str = "default", *, ended: bool = True) -> str:
        """One that was uploaded so many days ago, with its pictures, its week and its events; gives its id."""
        id_ = str(uuid.uuid4())
        original = blob_key(tenant, id_, "original")
        for name in ("original", "page-0"):
            await self.blobs.put(blob_key(tenant, id_, name), b"picture")
        payload = CompressPayload(blob=original, content_type="image/png", file_name="child.png", size=7)
        await self.documents.add(id_, tenant, payload, "")
        if ended:
            week = Timetable(validated=True)
            assert await self.documents.save_timetables(id_, tenant, {str(uuid.uuid4()): week})
        await self.producer.publish(error_event(id_, "It broke."), tenant)
        await self.database.pool.execute(
            "UPDATE documents SET created_at = now() - $2 * interval '1 second' WHERE id = $1",
            uuid.UUID(id_),
            days * DAY,
        )
        return id_

    async def kept(self) -> set[str]:
        """The documents that are still in the record."""
        return {str(row["id"]) for row in await self.database.pool.fetch("SELECT id FROM documents")}

    async def stored(self) -> set[str]:
        """The blobs, by document and name."""
        return {key.partition("/")[2] for key, _ in await self.blobs.sizes()}

    async def told(self) -> set[str]:
        """The documents that the stream of events still speaks of."""
        entries = cast("Entries", await self.client.xrange(self.redis_settings.keys[0].events))
        return {fields["document"] for _, fields in entries}


@pytest.fixture
async def house(database_url: str, redis_url: str, tmp_path: Path) -> AsyncIterator[House]:
    database = Database(DatabaseSettings.load(database_url=database_url))
    await database.open()
    made = House(database, BlobStore.open(f"file://{tmp_path}/blobs"), redis_url)
    yield made
    await made.client.aclose()
    await database.close()


def both(*ids: str) -> set[str]:
    return {f"{id_}/{name}" for id_ in ids for name in ("original", "page-0")}


async def test_what_is_old_enough_goes_with_all_that_belongs_to_it(house: House) -> None:
    old, unfinished = await house.document(31), await house.document(40, ended=False)
    young = await house.document(29)
    with structlog.testing.capture_logs() as lines:
        assert await house.retainer(retention_days=30).run_once() == 2
    told = [each for each in lines if each["event"] == "document deleted, kept long enough"]
    assert [(each["document_id"], each["tenant"], each["days"]) for each in told] == [
        (unfinished, "default", 40.0),
        (old, "default", 31.0),
    ]
    assert await house.kept() == await house.told() == {young}
    assert await house.stored() == both(young)
    left = await house.database.pool.fetch(
        "SELECT document_id FROM timetables UNION SELECT document_id FROM job_queue "
        "UNION SELECT document_id FROM processing_events"
    )
    assert {str(row["document_id"]) for row in left} == {young}
    assert await house.retainer(retention_days=30).run_once() == 0
    assert {old, unfinished}.isdisjoint(await house.kept())


async def test_without_a_setting_everything_stays(house: House) -> None:
    old = await house.document(10_000)
    assert await house.retainer().run_once() == 0
    assert (await house.kept(), await house.stored()) == ({old}, both(old))


async def test_a_tenant_has_days_of_its_own(house: House) -> None:
    north, south, other = [await house.document(10, tenant) for tenant in ("north", "south", "other")]
    assert await house.retainer(retention_tenants="north:5").run_once() == 1
    assert await house.kept() == {south, other}
    assert await house.retainer(retention_days=7, retention_tenants="south:0, north:5").run_once() == 1
    assert await house.kept() == {south}
    assert north not in await house.kept()


async def test_originals_go_earlier(house: House) -> None:
    old, young = await house.document(8), await house.document(6)
    unread = await house.document(8, ended=False)
    retainer = house.retainer(retention_original_days=7)
    assert [await retainer.run_once() for _ in range(2)] == [1, 0]
    assert await house.kept() == {old, young, unread}
    assert await house.stored() == {f"{old}/page-0"} | both(young, unread), "what is to be read is needed"
    # Gone already, by hand or by a run that died before it could note it: that is as good.
    await house.database.pool.execute("UPDATE documents SET original_deleted_at = NULL")
    assert await retainer.run_once() == 1


async def test_more_than_a_batch_goes_in_one_run(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.gateway.loops.retention._BATCH", 2)
    for _ in range(5):
        await house.document(2)
    assert await house.retainer(retention_days=1).run_once() == 5
    assert await house.kept() == await house.stored() == set()


async def test_one_gateway_at_a_time(house: House) -> None:
    """And what another one deletes meanwhile is deleted once."""
    for _ in range(4):
        await house.document(2)
    async with Retention(house.database).deleting() as mine:
        assert mine is not None
        assert await house.retainer(retention_days=1, retention_original_days=1).run_once() == 0
    found = await asyncio.gather(*(house.retainer(retention_days=1).run_once() for _ in range(3)))
    assert sum(found) == 4
    assert await house.kept() == set()


async def test_a_document_whose_pictures_cannot_be_deleted_is_due_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = await house.document(2)

    async def away(_: str) -> int:
        raise BlobAwayError("away")

    with monkeypatch.context() as patched:
        patched.setattr(house.blobs, "delete_prefix", away)
        assert await house.retainer(retention_days=1).run_once() == 0
    assert await house.kept() == {old}, "else its pictures would be forgotten in the store"
    assert await house.retainer(retention_days=1).run_once() == 1
    assert await house.stored() == set()


async def test_what_happens_to_redis_keeps_nothing(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    await house.document(2)

    async def away(_: set[str]) -> int:
        raise ConnectionError("away")

    retainer = house.retainer(retention_days=1)
    monkeypatch.setattr(retainer._traces, "erase", away)
    assert await retainer.run_once() == 1
    assert await house.kept() == set()


@pytest.mark.parametrize("text", ["north", "north:", "north:x", "North:5", "north:-1", "north:5,north:6", ":5"])
def test_days_of_tenants_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="RETENTION_TENANTS"):
        RetentionSettings.load(retention_tenants=text)
