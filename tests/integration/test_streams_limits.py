"""How long a job may be, and how long it may wait."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator

import asyncpg
import pytest

from services.gateway.loops.relay import Relay, RelaySettings
from shared.db.documents import Documents
from shared.db.jobs import Jobs
from shared.db.pool import Database, DatabaseSettings
from shared.messages import CompressPayload
from shared.outcomes import Done, Job, Next, Outcome, Progress
from shared.streams.dead_letters import DeadLetters
from shared.streams.entries import job_fields
from shared.streams.producer import Producer
from shared.streams.queue_settings import QueueSettings
from tests.integration.test_streams import JOBS, KEYS, Bench, Payload, complete
from tests.waiting import PATIENCE, patience


@pytest.fixture
async def bench(redis_url: str) -> AsyncIterator[Bench]:
    made = Bench(redis_url)
    yield made
    await made.close()


async def test_a_job_that_hangs_in_a_thread_is_ended_and_what_the_thread_does_later_is_refused(bench: Bench) -> None:
    release, loop = threading.Event(), asyncio.get_running_loop()
    late, second = asyncio.Event(), asyncio.Event()
    finished: list[int] = []

    async def handle(job: Job, progress: Progress) -> Outcome:
        def hang() -> None:
            release.wait(PATIENCE)
            asyncio.run_coroutine_threadsafe(progress("compressing", 1, "late"), loop).result(PATIENCE)
            loop.call_soon_threadsafe(late.set)

        if job.attempt == 1:
            # Of this attempt alone: the next one may take as long as a slow machine needs.
            worker._runner._settings = QueueSettings.load()
            await asyncio.to_thread(hang)
        else:
            await progress("compressing", 0, "again")
            second.set()
            await late.wait()
        finished.append(job.attempt)
        return complete(job)

    try:
        # One job at once: a worker that waited for the thread would not come to the second attempt.
        worker = bench.work(handle, queue_concurrency=1, queue_timeout=1000)
        await bench.enqueue("d1")
        async with patience():
            await second.wait()
        assert not release.is_set()
        release.set()
        await bench.until_event("d1", "complete")
    finally:
        release.set()
    # While a step takes long, what it said is told again with what it is at by then.
    told = dict.fromkeys((each.type, each.message) for each in await bench.events("d1"))
    assert [*told] == [("progress", "again"), ("complete", None)]
    assert finished == [2], "the first attempt never came to its end"
    assert await bench.raw.xlen(JOBS) == 0
    assert not bench.failed


async def test_a_job_is_not_begun_after_its_deadline(bench: Bench) -> None:
    ran: list[str] = []

    async def handle(job: Job, _: Progress) -> Outcome:
        ran.append(job.document_id)
        return complete(job)

    async def enqueue(document_id: str, deadline: float) -> None:
        fields = job_fields(document_id, "default", Payload(number=1), deadline=deadline, trace="")
        await Producer(bench.client, bench.settings).enqueue("compress", document_id, fields)

    bench.work(handle)
    await enqueue("late", time.time() - 2)
    event = await bench.until_event("late", "error")
    assert "waited too long" in (event.error or "")
    assert bench.failed == [("late", event.error)]
    ((id_, dead),) = await bench.raw.xrange(KEYS.dead("compress"))
    assert "s after its deadline" in dead["detail"]
    await enqueue("in time", time.time() + 600)
    await enqueue("without", 0)
    for each in ("in time", "without"):
        await bench.until_event(each, "complete")
    assert sorted(ran) == ["in time", "without"]
    # Whoever puts it back to work still wants it.
    assert await DeadLetters(bench.client, bench.settings).replay(f"compress-0-{id_}")
    await bench.until_event("late", "complete")


async def test_the_deadline_goes_from_stage_to_stage(bench: Bench) -> None:
    async def handle(job: Job, _: Progress) -> Outcome:
        return Done(next=Next("ocr", Payload(number=2)), event=complete(job).event)

    bench.work(handle)
    fields = job_fields("d1", "default", Payload(number=1), deadline=4_000_000_000.5, trace="")
    await Producer(bench.client, bench.settings).enqueue("compress", "d1", fields)
    await bench.until_event("d1", "complete")
    ((_, following),) = await bench.raw.xrange(KEYS.jobs("ocr"))
    assert following["deadline"] == "4000000000.500"


async def test_the_relay_counts_the_deadline_from_the_upload(bench: Bench, database_url: str) -> None:
    database = Database(DatabaseSettings.load(database_url=database_url))
    await database.open()
    connection = await asyncpg.connect(database_url)
    payload = CompressPayload(blob="b", content_type="image/png", file_name="f", size=1)
    ids = [f"00000000-0000-4000-8000-{number:012}" for number in range(3)]

    async def relayed(document_id: str, deadline_ms: int) -> float:
        await Documents(database).add(document_id, "default", payload, "", 0)
        await connection.execute(
            "UPDATE job_queue SET created_at = now() - interval '1 hour' WHERE document_id = $1", document_id
        )
        producer = Producer(bench.client, bench.settings)
        await Relay(Jobs(database), producer, RelaySettings.load(queue_deadline=deadline_ms)).run_once()
        entries = await bench.raw.xrevrange(JOBS, count=1)
        assert entries[0][1]["document"] == document_id
        return float(entries[0][1]["deadline"])

    assert await relayed(ids[0], 0) == 0
    assert await relayed(ids[1], 7_200_000) == pytest.approx(time.time() + 3600, abs=600)
    assert await relayed(ids[2], 60_000) < time.time() - 3000
    await connection.close()
    await database.close()
