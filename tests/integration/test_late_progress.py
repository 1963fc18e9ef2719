"""How far a document came, when its events are recorded after its end; and when it is put back to work."""

import uuid
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from shared.db.documents import Documents
from shared.db.events import Events, RecordedEvent
from shared.db.pool import Database, DatabaseSettings
from shared.messages import CompressPayload, Event, Timetable
from tests.integration.conftest import GatewayAlone, Player
from tests.integration.png import png
from tests.integration.test_queue import call, dead_letter
from tests.system import upload
from tests.waiting import until


class Record:
    """A document in the record, and what is told of it."""

    def __init__(self, database: Database) -> None:
        self.documents = Documents(database)
        self.events = Events(database)
        self.database = database
        self.id = str(uuid.uuid4())

    async def told(self, percentage: int, *, at: int | None = None) -> None:
        """Record a progress event.

        Args:
            at: when it was told, in ms of Postgres' clock; now if left out.
        """
        event = Event(
            type="progress", document_id=self.id, step="Running OCR", stage="ocr", percentage=percentage, message="…"
        )
        await self.events.record([RecordedEvent(f"{at or await self.now()}-{percentage}", event)])

    async def now(self) -> int:
        """Milliseconds of Postgres' clock."""
        milliseconds = await self.database.pool.fetchval("SELECT floor(extract(epoch FROM clock_timestamp()) * 1000)")
        return int(milliseconds)

    async def row(self) -> tuple[Any, ...]:
        row = await self.documents.row(self.id, "default")
        assert row
        return row["status"], row["step"], row["percentage"]


@pytest.fixture
async def record(database_url: str) -> AsyncIterator[Record]:
    database = Database(DatabaseSettings.load(database_url=database_url))
    await database.open()
    made = Record(database)
    payload = CompressPayload(blob="b", content_type="image/png", file_name="f", size=1)
    await made.documents.add(made.id, "default", payload, "")
    yield made
    await database.close()


@pytest.mark.parametrize("end", ["failed", "cancelled"])
async def test_events_recorded_after_the_end_still_tell_how_far_it_came(record: Record, end: str) -> None:
    if end == "failed":
        await record.documents.fail(record.id, "default", "It broke.")
    else:
        await record.documents.cancel(record.id, "default")
    assert await record.row() == (end, None, 0)
    await record.told(30)
    assert await record.row() == (end, "Running OCR", 30)
    await record.told(20)
    assert await record.row() == (end, "Running OCR", 30), "never back"


async def test_a_completed_document_stays_at_its_end(record: Record) -> None:
    await record.documents.save_timetables(record.id, "default", {str(uuid.uuid4()): Timetable(validated=True)})
    await record.told(100)
    assert await record.row() == ("completed", "Processing complete", 100)


async def test_what_was_told_before_a_retry_does_not_move_the_retried_document(record: Record) -> None:
    await record.told(40)
    stale = await record.now()
    while await record.now() == stale:  # ids are in milliseconds
        pass
    await record.documents.fail(record.id, "default", "It broke.")
    assert await record.documents.revive(record.id)
    assert await record.row() == ("processing", None, 0)
    await record.told(80, at=stale)
    assert await record.row() == ("processing", None, 0)
    await record.told(16)
    assert await record.row() == ("processing", "Running OCR", 16)
    # It fails again, faster than it is recorded.
    await record.documents.fail(record.id, "default", "It broke.")
    await record.told(80, at=stale)
    assert await record.row() == ("failed", "Running OCR", 16)
    await record.told(24)
    assert await record.row() == ("failed", "Running OCR", 24)


async def test_a_document_that_fails_at_once_is_polled_with_its_step(
    gateway: GatewayAlone, session: aiohttp.ClientSession, player: Player
) -> None:
    id_ = await upload(session, gateway.base_url, png())
    delivery = await player.take(id_)
    await player.publish(delivery, id_, 30)
    dead = await dead_letter(player, id_)

    async def polled(**wanted: Any) -> None:
        """Wait for what the recorder writes; Postgres gives no signal of it."""

        async def found() -> bool:
            _, document = await call(session, gateway, "GET", f"documents/{id_}")
            return bool(wanted.items() <= document.items())

        await until(found)

    await polled(status="failed", step="Running OCR", stage="ocr", percentage=30, error="It broke.")
    assert (await call(session, gateway, "POST", f"queue/dead/{dead}/retry"))[0] == 202
    await polled(status="processing", step=None, percentage=0, error=None)
    player._seen.pop(id_)
    await player.publish(await player.take(id_), id_, 20)
    await polled(status="processing", percentage=20)
