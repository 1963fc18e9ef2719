"""A chore that is cancelled ends, whatever the library under it does with the cancellation; a job that is, as well."""

import asyncio
import uuid

from shared.outcomes import Done, Job, Outcome, Progress
from shared.streams.client import RedisSettings, connect
from shared.streams.entries import job_fields
from shared.streams.keys import Keys
from shared.streams.loops import run_periodically
from shared.streams.producer import Producer
from shared.streams.queue_settings import QueueSettings
from shared.streams.stage_consumer import StageConsumer
from shared.streams.worker import Worker
from tests.waiting import PATIENCE, patience

TRIALS = 24
"""Of these, 7 to 10 went on for ever with redis-py 8.1 when only the library was trusted."""


async def test_a_chore_cancelled_in_its_first_milliseconds_ends(redis_url: str) -> None:
    settings = RedisSettings.load(redis_url=redis_url)
    for trial in range(TRIALS):
        # A client of its own each time: it is the connecting that swallows.
        client, reader = connect(settings), connect(settings, blocking_ms=1000, pool=2)
        consumer = StageConsumer(client, reader, Keys(0), "compress", f"c{trial}", settings)
        await consumer.ensure_group()

        async def fetch(consumer: StageConsumer = consumer) -> None:
            await consumer.fetch(1, 1000)

        chore = asyncio.create_task(run_periodically("fetch", fetch, asyncio.Event()))
        await asyncio.sleep(0.0002 + 0.0028 * trial / TRIALS)
        chore.cancel()
        await asyncio.wait([chore], timeout=PATIENCE)
        assert chore.cancelled(), f"trial {trial}"
        for each in (client, reader):
            await each.aclose()


async def test_a_cancellation_stops_what_came_before_it_and_not_what_came_after(redis_url: str) -> None:
    settings = RedisSettings.load(redis_url=redis_url)
    client, reader = connect(settings), connect(settings, blocking_ms=1000, pool=3)
    consumer = StageConsumer(client, reader, Keys(0), "compress", "c", settings)
    producer = Producer(client, settings)
    begun: asyncio.Queue[str] = asyncio.Queue()
    stopped: asyncio.Queue[str] = asyncio.Queue()

    async def endless(job: Job, _: Progress) -> Outcome:
        begun.put_nowait(job.document_id)
        try:
            await asyncio.Event().wait()
        finally:
            stopped.put_nowait(job.document_id)
        return Done()

    async def on_dead(_job: Job, _reason: str, _failure: str) -> bool:
        return True

    # So long a lease that renewing cannot be what stops a job.
    worker = Worker(consumer, endless, on_dead, QueueSettings.load(queue_lease=600_000, queue_drain=0))
    # What the control stream holds before it is first read is the past.
    await client.xadd(Keys(0).control, {"document": ""}, id="1-0")
    await consumer.cancelled_documents(1)
    running = asyncio.create_task(worker.run())
    again, cancelled = str(uuid.uuid4()), str(uuid.uuid4())
    async with patience():
        for id_ in (again, cancelled):
            await producer.enqueue("compress", id_, job_fields(id_, "default", {}, deadline=0, trace=""))
        assert {await begun.get(), await begun.get()} == {again, cancelled}
        await client.xadd(Keys(0).control, {"document": again}, id="1-1")
        await client.xadd(Keys(0).control, {"document": cancelled})
        assert await stopped.get() == cancelled
        assert stopped.empty()
        await worker.stop()
        await running
    for each in (client, reader):
        await each.aclose()
