"""The stream runtime against real servers, Valkey and Redis: every arrow of the state diagram."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from typing import Any

import msgspec
import pytest
from redis.asyncio import Redis

from shared.messages import Event, Message, Status
from shared.outcomes import Dead, Done, Job, Next, Outcome, Progress, Retry, UnreadableError
from shared.slots import Slots
from shared.streams.client import RedisSettings, connect
from shared.streams.entries import Delivery, job_fields, read_event
from shared.streams.keys import Keys
from shared.streams.producer import Producer
from shared.streams.queue_settings import QueueSettings
from shared.streams.scripts import Client
from shared.streams.stage_consumer import StageConsumer
from shared.streams.worker import Worker
from tests.waiting import PATIENCE, patience, until

KEYS = Keys(0)
JOBS = KEYS.jobs("compress")


class Payload(Message):
    number: int


class Turns:
    """Counts the turns of a worker's chores, for what shows only by nothing being done. Make it before they begin."""

    def __init__(self, worker: Worker, *chores: str) -> None:
        self._ended: Counter[str] = Counter(dict.fromkeys(chores, 0))
        for chore in chores:
            setattr(worker, f"{chore}_once", self._counted(chore, getattr(worker, f"{chore}_once")))

    def _counted(self, chore: str, run_once: Callable[[], Awaitable[object]]) -> Callable[[], Awaitable[None]]:
        async def counted() -> None:
            try:
                await run_once()
            finally:
                self._ended[chore] += 1

        return counted

    async def pass_by(self, count: int = 2) -> None:
        """Wait until so many turns of each chore have ended from now on. Of two, the second began after now."""
        wanted = {chore: before + count for chore, before in self._ended.items()}
        await until(lambda: all(self._ended[chore] >= turns for chore, turns in wanted.items()))


class Bench:
    """One stage's workers and what they did."""

    blocking_ms = 4000
    """Longest that one of their reads waits."""

    def __init__(self, url: str) -> None:
        self.settings = RedisSettings.load(redis_url=url)
        self.client: Client = connect(self.settings)
        # Longer than any BLOCK below: redis-py gives up after five seconds by default.
        self.raw: Any = Redis.from_url(url, decode_responses=True, socket_timeout=PATIENCE)
        self.readers: list[Client] = []
        self.tasks: list[tuple[Worker, asyncio.Task[None]]] = []
        self.failed: list[tuple[str, str]] = []

    def consumer(self, name: str) -> StageConsumer:
        self.readers.append(connect(self.settings, blocking_ms=self.blocking_ms, pool=2))
        return StageConsumer(self.client, self.readers[-1], KEYS, "compress", name, self.settings)

    async def enqueue(self, document_id: str, number: int = 0) -> Any:
        fields = job_fields(document_id, "default", Payload(number=number), deadline=0, trace="")
        return await Producer(self.client, self.settings).enqueue("compress", document_id, fields)

    def work(self, handler: Any, consumer: str = "a", slots: Slots | None = None, **settings: Any) -> Worker:
        async def on_dead(job: Job, reason: str, _failure: str) -> bool:
            self.failed.append((job.document_id, reason))
            return True

        # The lease and the drain are long, so that only a test that is about them meets their end.
        values = {"queue_backoff": 1, "queue_lease": 60_000, "queue_drain": 60_000, **settings}
        worker = Worker(self.consumer(consumer), handler, on_dead, QueueSettings.load(**values), slots)
        self.tasks.append((worker, asyncio.create_task(worker.run())))
        return worker

    async def until_event(self, document_id: str, kind: str) -> Event:
        """Wait on the events stream for a document's event of a kind."""
        last = "0"
        async with patience():
            while True:
                for _, entries in await self.raw.xread({KEYS.events: last}, block=5000) or []:
                    last = entries[-1][0]
                    for _, fields in entries:
                        if fields["document"] == document_id and fields["type"] == kind:
                            return read_event(fields)

    async def events(self, document_id: str) -> list[Event]:
        return [read_event(fields) for _, fields in await self.raw.xrange(KEYS.progress(document_id))]

    async def close(self) -> None:
        for worker, task in self.tasks:
            if not task.done():
                await worker.stop()
            await asyncio.wait([task])
            await worker.leave()
        for each in (*self.readers, self.client, self.raw):
            await each.aclose()


@pytest.fixture
def redis_url(either_url: str) -> str:
    return either_url


@pytest.fixture
async def bench(redis_url: str) -> AsyncIterator[Bench]:
    made = Bench(redis_url)
    yield made
    await made.close()


def complete(job: Job) -> Done:
    return Done(event=Event(type="complete", document_id=job.document_id, percentage=100, status=Status.COMPLETED))


async def test_the_server_is_what_it_is_taken_for(bench: Bench, request: pytest.FixtureRequest) -> None:
    info = await bench.raw.info("server")
    wanted = "valkey" if "[valkey]" in request.node.name else "redis"
    # Valkey also tells the version of Redis that it is compatible with.
    assert info.get("server_name", "redis") == wanted
    assert int(info["redis_version"].partition(".")[0]) >= 7


async def test_a_job_is_worked_handed_on_and_leaves_no_trace(bench: Bench) -> None:
    async def handle(job: Job, progress: Progress) -> Outcome:
        await progress("compressing", 0, "begun")
        await progress("compressing", 1, "done")
        return Done(
            next=Next("ocr", Payload(number=job.read(Payload).number + 1)),
            event=Event(type="complete", document_id=job.document_id, percentage=100),
        )

    bench.work(handle)
    assert await bench.enqueue("d1", 41)
    await bench.until_event("d1", "complete")
    assert await bench.raw.xlen(JOBS) == 0
    ((_, fields),) = await bench.raw.xrange(KEYS.jobs("ocr"))
    assert fields["document"] == "d1"
    assert msgspec.json.decode(fields["payload"]) == {"number": 42}
    begun, ended, complete = await bench.events("d1")
    assert 1 <= (begun.percentage or 0) <= (ended.percentage or 0) < (complete.percentage or 0) == 100
    assert begun.seconds_left
    assert ended.seconds_left
    # The next stage goes on counting from where this one began.
    assert abs(float(fields["begun"]) - time.time()) < 60


async def test_a_document_is_enqueued_once(bench: Bench) -> None:
    assert await bench.enqueue("d1")
    assert await bench.enqueue("d1") is None
    assert await bench.raw.xlen(JOBS) == 1


async def test_a_failure_is_tried_again_and_then_dead(bench: Bench) -> None:
    attempts: list[int] = []

    async def handle(job: Job, _: Progress) -> Outcome:
        attempts.append(job.attempt)
        if job.attempt == 2:
            raise RuntimeError("a bug")
        return Retry("not yet")

    bench.work(handle, queue_max_retries=2)
    await bench.enqueue("d1")
    event = await bench.until_event("d1", "error")
    assert attempts == [1, 2, 3]
    assert event.status is Status.FAILED
    assert bench.failed[0][0] == "d1"
    ((_, dead),) = await bench.raw.xrange(KEYS.dead("compress"))
    assert "not yet" in dead["detail"]
    assert dead["attempt"] == "3"
    assert await bench.raw.xlen(JOBS) == 0
    assert await bench.raw.zcard(KEYS.retry("compress")) == 0


@pytest.mark.parametrize("how", ["dead", "unreadable"])
async def test_a_permanent_error_is_not_tried_again(bench: Bench, how: str) -> None:
    attempts: list[int] = []

    async def handle(job: Job, _: Progress) -> Outcome:
        attempts.append(job.attempt)
        if how == "unreadable":
            raise UnreadableError("This is no picture.")
        return Dead("This is no picture.")

    bench.work(handle)
    await bench.enqueue("d1")
    event = await bench.until_event("d1", "error")
    assert event.error == "This is no picture."
    assert attempts == [1]


async def test_a_job_that_takes_too_long_is_stopped(bench: Bench) -> None:
    stopped = asyncio.Event()

    async def handle(_job: Job, _progress: Progress) -> Outcome:
        try:
            await asyncio.Event().wait()
        finally:
            stopped.set()
        raise AssertionError

    bench.work(handle, queue_timeout=1000, queue_max_retries=0)
    await bench.enqueue("d1")
    await bench.until_event("d1", "error")
    assert stopped.is_set()


async def test_a_dead_workers_job_is_taken_up_and_what_it_still_does_is_refused(bench: Bench) -> None:
    lost = bench.consumer("lost")
    await lost.ensure_group()
    await bench.enqueue("d1")
    (delivery,) = await lost.fetch(1, 1000)
    # From here on nobody renews: the worker is gone.
    done: list[int] = []

    async def handle(job: Job, _: Progress) -> Outcome:
        done.append(job.attempt)
        return complete(job)

    bench.work(handle, queue_lease=500)
    await bench.until_event("d1", "complete")
    late = Event(type="complete", document_id="d1", percentage=100)
    assert not await lost.finish(delivery, document_id="d1", event=late)
    assert not await lost.retry(delivery, 0, [])
    assert not await lost.release(delivery)
    assert await lost.renew([delivery]) == {(delivery.id, delivery.deliveries)}
    await lost.publish(delivery, Event(type="progress", document_id="d1", percentage=3))
    assert done == [1]
    assert len(await bench.events("d1")) == 1


async def test_a_job_of_ten_leases_is_never_taken_from_a_healthy_worker(bench: Bench) -> None:
    """Counted in rounds, not in seconds: a machine that is slow is slow with everybody."""
    lease, leases = 500, 10
    begun, enough = asyncio.Event(), asyncio.Event()
    runs = renewals = waited = 0
    taken: list[Delivery] = []

    async def handle(job: Job, _: Progress) -> Outcome:
        nonlocal runs
        runs += 1
        begun.set()
        await enough.wait()
        return complete(job)

    owner, idle = bench.work(handle, "owner", queue_lease=lease), bench.consumer("idle")
    renew = owner._consumer.renew

    async def renewed(deliveries: Iterable[Delivery]) -> set[tuple[str, int]]:
        nonlocal renewals, waited
        lost = await renew(deliveries)
        # Another looks at once, before a busy machine has let the lease run out.
        taken.extend(await idle.reclaim(lease, 1))
        renewals, waited = renewals + 1, 0
        if taken or renewals == 3 * leases:
            enough.set()
        return lost

    owner._consumer.renew = renewed  # type: ignore[method-assign] # does the real thing, and looks
    await bench.enqueue("d1")
    await begun.wait()
    while not enough.is_set():
        await asyncio.sleep(lease / 6000)
        await bench.client.ping()
        waited += 1
        assert waited < 6, "it is renewed before six sixths of its lease are over"
    assert taken == []
    await bench.until_event("d1", "complete")
    assert runs == 1


async def test_a_stopping_worker_hands_its_job_back_at_once(bench: Bench) -> None:
    begun = asyncio.Event()

    async def endless(_job: Job, _progress: Progress) -> Outcome:
        begun.set()
        await asyncio.Event().wait()
        raise AssertionError

    async def quick(job: Job, _: Progress) -> Outcome:
        assert job.attempt == 1
        return complete(job)

    stopping = bench.work(endless, "stopping", queue_drain=0, queue_lease=60_000)
    await bench.enqueue("d1")
    await begun.wait()
    await stopping.stop()
    await stopping.leave()
    # With a lease of a minute, only handing it back can let the second worker run it.
    bench.work(quick, "second", queue_lease=60_000)
    await bench.until_event("d1", "complete")
    names = [each["name"] for each in await bench.raw.xinfo_consumers(JOBS, "compressor")]
    assert names == ["second"]


async def test_a_stopping_worker_finishes_what_it_can(bench: Bench) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def handle(job: Job, _: Progress) -> Outcome:
        begun.set()
        await go_on.wait()
        return complete(job)

    worker = bench.work(handle)
    await bench.enqueue("d1")
    await begun.wait()
    stop = asyncio.create_task(worker.stop())
    await asyncio.sleep(0)
    go_on.set()
    await stop
    await bench.until_event("d1", "complete")


async def test_an_emptied_server_gets_its_group_again(bench: Bench) -> None:
    async def handle(job: Job, _: Progress) -> Outcome:
        return complete(job)

    bench.work(handle)
    await bench.enqueue("d1")
    await bench.until_event("d1", "complete")
    await bench.raw.flushdb()
    await bench.enqueue("d2")
    await bench.until_event("d2", "complete")


async def test_a_malformed_entry_is_dead_and_stops_nobody(bench: Bench) -> None:
    async def handle(job: Job, _: Progress) -> Outcome:
        return complete(job)

    bench.work(handle)
    await bench.raw.xadd(JOBS, {"v": "99", "document": "d0"})
    ((_, [(first, _)]),) = await bench.raw.xread({KEYS.dead("compress"): "0"}, block=100_000)
    await bench.raw.xadd(JOBS, {"hello": "world"})
    assert await bench.raw.xread({KEYS.dead("compress"): first}, block=100_000)
    await bench.enqueue("d1")
    await bench.until_event("d1", "complete")
    assert await bench.raw.xlen(JOBS) == 0


async def test_percentages_never_fall_and_nothing_follows_the_end(bench: Bench) -> None:
    consumer = bench.consumer("a")
    await consumer.ensure_group()
    await bench.enqueue("d1")
    (delivery,) = await consumer.fetch(1, 1000)
    for percentage in (10, 5, 20):
        await consumer.publish(delivery, Event(type="progress", document_id="d1", percentage=percentage))
    await consumer.publish(delivery, Event(type="error", document_id="d1", percentage=0, error="so"))
    await consumer.publish(delivery, Event(type="progress", document_id="d1", percentage=30))
    events = await bench.events("d1")
    assert [(each.type, each.percentage) for each in events] == [
        ("progress", 10),
        ("progress", 10),
        ("progress", 20),
        ("error", 20),
    ]
