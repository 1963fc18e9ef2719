"""This system's worker and sender, as the services and the relay use the streams.

The worker is the services' own: fenced finish, renewed leases, reclaim, retries, promotion. ``BENCH_EVENT=1`` has
every job also tell its document's final event, as the last stage does.
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from shared.logs import configure_logging
from shared.messages import Event, Status
from shared.outcomes import Done, Job, Outcome, Progress
from shared.streams.client import RedisSettings, connect
from shared.streams.entries import job_fields
from shared.streams.keys import Keys
from shared.streams.producer import Producer
from shared.streams.queue_settings import QueueSettings
from shared.streams.stage_consumer import StageConsumer
from shared.streams.worker import Worker
from tests.benchmarks.queue.peers import common

KEYS = Keys(0)
_EVENT = bool(os.environ.get("BENCH_EVENT"))


async def handle(job: Job, _progress: Progress) -> Outcome:
    """One job, its numbers from the payload."""
    await common.job(job.payload["number"], job.payload["at"], job.payload["ms"])
    if not _EVENT:
        return Done()
    return Done(event=Event(type="complete", document_id=job.document_id, percentage=100, status=Status.COMPLETED))


async def on_dead(_job: Job, _reason: str, _failure: str) -> bool:
    return True


async def work() -> None:
    configure_logging("bench")
    settings = RedisSettings.load(redis_url=common.URL)
    queue = QueueSettings.load(queue_concurrency=common.CONCURRENCY)
    client, reader = connect(settings), connect(settings, blocking_ms=1000, pool=2)
    worker = Worker(
        StageConsumer(client, reader, KEYS, "compress", queue.incarnation, settings), handle, on_dead, queue
    )
    await common.ready()
    await worker.run()


@asynccontextmanager
async def sending() -> AsyncIterator[common.Send]:
    # A connection for each of its tasks: waiters for a shared one starved for the five seconds that the pool allows.
    client = connect(RedisSettings.load(redis_url=common.URL), pool=common.SENT_AT_ONCE)
    producer = Producer(client, RedisSettings.load(redis_url=common.URL))

    async def send(number: int, at: float, ms: float) -> None:
        document = f"00000000-0000-4000-8000-{number:012d}"
        fields = job_fields(document, "default", {"number": number, "at": at, "ms": ms}, deadline=0, trace="")
        await producer.enqueue("compress", document, fields)

    yield send
    await client.aclose()


if __name__ == "__main__":
    common.main(work, sending)
