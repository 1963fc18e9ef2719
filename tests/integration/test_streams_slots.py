"""No more jobs run at once in a process than QUEUE_CONCURRENCY, whoever brings them."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from shared.messages import Event
from shared.outcomes import Done, Job, Outcome, Progress
from shared.slots import TURNS, Slots
from shared.streams.client import RedisSettings, connect
from shared.streams.entries import job_fields
from shared.streams.job_runner import JobRunner
from shared.streams.keys import Keys
from shared.streams.producer import Producer
from shared.streams.progress import JobProgress
from shared.streams.queue_settings import QueueSettings
from shared.streams.stage_consumer import StageConsumer
from shared.streams.worker import Worker
from tests.integration.test_streams import Bench, Payload, Turns, complete
from tests.waiting import patience, until

JOBS_EACH = 8


class Counted:
    """A handler that counts how many run at once, and ends each when told or after a moment."""

    def __init__(self) -> None:
        self.now = self.most = 0
        self.ran: list[str] = []

    async def __call__(self, job: Job, _: Progress) -> Outcome:
        self.now += 1
        self.most = max(self.most, self.now)
        # So long that a second job that was brought meanwhile would run beside it.
        await asyncio.sleep(0.05)
        self.now -= 1
        self.ran.append(job.document_id)
        return complete(job)


@pytest.fixture
async def bench(redis_url: str) -> AsyncIterator[Bench]:
    made = Bench(redis_url)
    yield made
    await made.close()


async def test_fetch_and_reclaim_share_the_slots(bench: Bench) -> None:
    running, most, go_on = set[str](), 0, asyncio.Event()
    begun = asyncio.Event()

    async def handle(job: Job, _: Progress) -> Outcome:
        nonlocal most
        running.add(job.document_id)
        most = max(most, len(running))
        if len(running) == 2:
            begun.set()
        await go_on.wait()
        running.discard(job.document_id)
        return complete(job)

    gone = bench.consumer("gone")
    await gone.ensure_group()
    for number in range(2):
        await bench.enqueue(f"old-{number}")
    assert len(await gone.fetch(2, 1000)) == 2
    # It waits for new jobs when the abandoned ones may be taken up.
    turns = Turns(bench.work(handle, queue_concurrency=2, queue_lease=500), "fetch")
    async with patience():
        await begun.wait()
    for number in range(2):
        await bench.enqueue(f"new-{number}")
    await turns.pass_by()
    assert most == 2
    go_on.set()
    for number in range(2):
        await bench.until_event(f"new-{number}", "complete")
        await bench.until_event(f"old-{number}", "complete")


async def test_jobs_that_take_long_do_not_keep_others_waiting(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(TURNS, "compress", 0.0)
    go_on, ended = asyncio.Event(), list[str]()

    async def handle(job: Job, _: Progress) -> Outcome:
        if job.document_id.startswith("long"):
            await go_on.wait()
        ended.append(job.document_id)
        return complete(job)

    names = ["long-0", "long-1", "short-0", "short-1"]
    for name in names:
        await bench.enqueue(name)
    bench.work(handle, slots=Slots(1, overtime=2))
    for name in names[2:]:
        await bench.until_event(name, "complete")
    assert ended == names[2:]
    go_on.set()
    for name in names[:2]:
        await bench.until_event(name, "complete")
    assert sorted(ended) == sorted(names)


async def test_a_job_that_takes_long_is_put_aside_where_no_room_is_in_overtime(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without an end, and without a try less."""
    monkeypatch.setitem(TURNS, "compress", 0.0)
    monkeypatch.setattr("shared.streams.worker._LOOK_SECONDS", 0.01)
    monkeypatch.setattr("shared.streams.worker._PATIENCE", 1)
    monkeypatch.setattr("shared.streams.job_runner._ASIDE_MS", 20)
    go_on, attempts, ended = asyncio.Event(), set[int](), list[str]()

    async def handle(job: Job, _: Progress) -> Outcome:
        attempts.add(job.attempt)
        if job.document_id.startswith("long"):
            await go_on.wait()
        ended.append(job.document_id)
        return complete(job)

    slots, names = Slots(1, overtime=1), ["long-0", "long-1", "long-2", "short-0", "short-1"]
    for name in names:
        await bench.enqueue(name)
    bench.work(handle, slots=slots)
    for name in names[3:]:
        await bench.until_event(name, "complete")
    assert ended == names[3:]
    go_on.set()
    for name in names[:3]:
        await bench.until_event(name, "complete")
    assert sorted(ended) == sorted(names)
    assert attempts == {1}


async def test_where_all_jobs_are_slow_none_takes_long(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(TURNS, "compress", 1e-9)
    monkeypatch.setattr("shared.streams.worker._SLOWEST", 1e12)
    monkeypatch.setattr("shared.streams.worker._LOOK_SECONDS", 0.01)
    go_on, slots, looks = asyncio.Event(), Slots(1, overtime=1), list[JobRunner]()

    def slowness(runner: JobRunner) -> float:
        looks.append(runner)
        return 1e12

    monkeypatch.setattr(JobRunner, "slowness", property(slowness))
    monkeypatch.setattr(JobProgress, "expected", 0.0)

    async def handle(job: Job, _: Progress) -> Outcome:
        await go_on.wait()
        return complete(job)

    await bench.enqueue("slow")
    bench.work(handle, slots=slots)
    await until(lambda: len(looks) > 3)
    assert slots.room == 1
    go_on.set()
    await bench.until_event("slow", "complete")


async def test_partitions_share_the_slots_and_none_keeps_them_for_nothing(redis_url: str) -> None:
    settings = RedisSettings.load(redis_url=redis_url, partitions=6)
    client = connect(settings)
    producer = Producer(client, settings)
    counted, slots = Counted(), Slots(2)
    queue = QueueSettings.load(queue_concurrency=2)
    ended, ends = asyncio.Event(), 0

    async def handle(job: Job, progress: Progress) -> Outcome:
        nonlocal ends
        await counted(job, progress)
        ends += 1
        if ends == 6 * JOBS_EACH:
            ended.set()
        return Done(event=Event(type="complete", document_id=job.document_id, percentage=100))

    async def on_dead(_job: Job, _reason: str, _failure: str) -> bool:
        return True

    readers: list[Any] = []
    workers: list[Worker] = []
    for keys in settings.keys:
        readers.append(connect(settings, blocking_ms=1000, pool=2))
        consumer = StageConsumer(client, readers[-1], keys, "compress", "a", settings)
        workers.append(Worker(consumer, handle, on_dead, queue, slots))
    tasks = [asyncio.create_task(worker.run()) for worker in workers]

    async def enqueue(document_id: str) -> None:
        fields = job_fields(document_id, "default", Payload(number=1), deadline=0, trace="")
        await producer.enqueue("compress", document_id, fields)

    # One partition has most of the work, and the others, which have little, keep no slot from it.
    number = left = 0
    while left < 6 * JOBS_EACH:
        number += 1
        if producer.keys_of(f"d{number}").partition == 0 or number % 20 == 0:
            await enqueue(f"d{number}")
            left += 1
    async with patience():
        await ended.wait()
    assert counted.most == 2
    assert not counted.now
    await asyncio.gather(*(worker.stop() for worker in workers))
    await asyncio.gather(*tasks)
    assert slots.free == 2
    for each in (client, *readers):
        await each.aclose()


async def test_keys_carry_their_prefix(redis_url: str) -> None:
    settings = RedisSettings.load(redis_url=redis_url, redis_prefix="school:")
    assert settings.keys == [Keys(0, "school:")]
    assert settings.keys[0].jobs("ocr") == "school:{0}:jobs:ocr"
    assert RedisSettings.load(redis_url=redis_url).keys[0].jobs("ocr") == "{0}:jobs:ocr"
    client = connect(settings)
    fields = job_fields("d1", "default", Payload(number=1), deadline=0, trace="")
    event = Event(type="progress", document_id="d1", percentage=0)
    assert await Producer(client, settings).enqueue("compress", "d1", fields, event=event)
    keys = [str(key) for key in await client.keys("*")]
    assert len(keys) == 4
    assert all(key.startswith("school:{0}:") for key in keys)
    await client.aclose()
