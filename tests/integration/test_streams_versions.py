"""Two versions over one stream, entries of strangers, and a dead stream with a cap."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest

from shared.messages import VERSION
from shared.outcomes import Dead, Job, Outcome, Progress
from shared.streams.client import RedisSettings
from shared.streams.entries import NEWER_SINCE, NEWER_TRIES, Delivery, job_fields, replaced, text_of
from shared.streams.producer import Producer
from shared.streams.queue_settings import QueueSettings
from shared.streams.worker import Worker
from tests.integration.test_streams import JOBS, KEYS, Bench, Payload, Turns, complete
from tests.waiting import patience

NEWER = VERSION + 1


@pytest.fixture
async def bench(redis_url: str) -> AsyncIterator[Bench]:
    made = Bench(redis_url)
    yield made
    await made.close()


class Versions:
    """Workers of an old and of a new version, and which of them ran what."""

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.ran: list[tuple[str, str]] = []

    def work(self, name: str, version: int) -> Worker:
        async def handle(job: Job, _: Progress) -> Outcome:
            self.ran.append((name, job.document_id))
            return complete(job)

        async def on_dead(job: Job, reason: str, _failure: str) -> bool:
            self.bench.failed.append((job.document_id, reason))
            return True

        worker = Worker(self.bench.consumer(name), handle, on_dead, QueueSettings.load(), version=version)
        self.bench.tasks.append((worker, asyncio.create_task(worker.run())))
        return worker


def newer(document_id: str, **more: str) -> dict[str, str]:
    """A job of the next version, as one cannot know it: what is sure is who it is of."""
    head = {"v": str(NEWER), "document": document_id, "tenant": "default", "deadline": "0.000"}
    return {**head, "shape": "[1]", **more}


def readable(document_id: str, version: int) -> list[str]:
    fields = job_fields(document_id, "default", Payload(number=1), deadline=0, trace="")
    return replaced(tuple(fields), v=str(version))


async def test_old_and_new_workers_over_one_stream(bench: Bench) -> None:
    versions = Versions(bench)
    versions.work("old", VERSION)
    versions.work("new", NEWER)
    producer = Producer(bench.client, bench.settings)
    for number in range(12):
        await producer.enqueue("compress", f"old-{number}", readable(f"old-{number}", VERSION))
        await producer.enqueue("compress", f"new-{number}", readable(f"new-{number}", NEWER))
    for number in range(12):
        await bench.until_event(f"old-{number}", "complete")
        await bench.until_event(f"new-{number}", "complete")
    # Each went through once, and what is new only where it is understood.
    assert len(versions.ran) == 24
    assert {name for name, document in versions.ran if document.startswith("new-")} == {"new"}
    assert not bench.failed
    assert await bench.raw.xlen(KEYS.dead("compress")) == 0


async def test_a_newer_job_goes_back_with_a_growing_delay_and_is_no_failure(bench: Bench) -> None:
    worker = Versions(bench).work("old", VERSION)
    retry, seen, enough = worker._consumer.retry, list[tuple[str, str, int]](), asyncio.Event()
    early: list[str] = []

    async def noted(delivery: Delivery, wait_ms: int, fields: list[str]) -> bool:
        seconds, micros = await bench.raw.time()
        done = await retry(delivery, wait_ms, fields)
        for member, due in await bench.raw.zrange(KEYS.retry("compress"), 0, -1, withscores=True):
            early.extend([member] if due < seconds * 1000 + micros // 1000 + wait_ms else [])
        seen.append((text_of(fields, NEWER_TRIES), text_of(fields, "shape"), wait_ms))
        if len(seen) == 3:
            enough.set()
        return done

    # Seen where it is put aside: how long it still waits when somebody looks depends on when that is.
    worker._consumer.retry = noted  # type: ignore[method-assign] # does the real thing, and notes it
    await bench.raw.xadd(JOBS, newer("d1"))
    async with patience():
        await enough.wait()
    assert [each[:2] for each in seen[:3]] == [("1", "[1]"), ("2", "[1]"), ("3", "[1]")]
    for (_, _, wait_ms), longest in zip(seen, (500, 1000, 2000), strict=False):
        assert longest / 2 <= wait_ms <= longest, seen
    assert not early
    assert await bench.raw.xlen(KEYS.dead("compress")) == 0
    assert not bench.failed
    assert [held.document_id for held in await Producer(bench.client, bench.settings).inventory()] == ["d1"]


@pytest.mark.parametrize("by", ["an hour", "its deadline"])
async def test_in_the_end_a_newer_job_is_dead_and_its_owner_told(bench: Bench, by: str) -> None:
    versions = Versions(bench)
    now = time.time()
    if by == "an hour":
        old = {NEWER_SINCE: f"{now - 3601:.3f}", NEWER_TRIES: "99"}
    else:
        old = {NEWER_SINCE: f"{now - 60:.3f}", NEWER_TRIES: "9", "deadline": f"{now - 1:.3f}"}
    await bench.raw.xadd(JOBS, newer("d1", **old))
    versions.work("old", VERSION)
    event = await bench.until_event("d1", "error")
    assert "too old" in (event.error or "")
    assert bench.failed == [("d1", event.error)]
    ((_, dead),) = await bench.raw.xrange(KEYS.dead("compress"))
    assert dead["shape"] == "[1]"
    assert f"version {NEWER}" in dead["detail"]


async def test_entries_of_strangers_are_kept_with_the_dead(bench: Bench) -> None:
    async def handle(job: Job, _: Progress) -> Outcome:
        return complete(job)

    strange: list[Any] = ["no json", "{}", "[1, 2]", '["odd"]', "[]"]
    await bench.raw.zadd(KEYS.retry("compress"), dict.fromkeys(strange, 1))
    await bench.raw.xadd(JOBS, {"hello": "world"})
    await bench.raw.xadd(JOBS, {"v": "not a number", "document": "x"})
    # Counting and removing pass over them, too.
    producer = Producer(bench.client, bench.settings)
    await producer.inventory()
    await producer.remove("nobody")
    bench.work(handle)
    await bench.enqueue("d1")
    await bench.until_event("d1", "complete")
    async with patience():
        while await bench.raw.xlen(KEYS.dead("compress")) < len(strange) + 2:
            await bench.raw.xread({KEYS.dead("compress"): "$"}, block=200)
    kept = [fields for _, fields in await bench.raw.xrange(KEYS.dead("compress"))]
    assert sorted(fields["detail"] for fields in kept if "hello" not in fields and "v" not in fields) == sorted(strange)
    assert [fields["hello"] for fields in kept if "hello" in fields] == ["world"]
    assert await bench.raw.zcard(KEYS.retry("compress")) == 0


async def test_the_dead_stream_keeps_the_newest(redis_url: str) -> None:
    bench = Bench(redis_url)
    bench.settings = RedisSettings.load(redis_url=redis_url, dead_stream_length=3)

    async def handle(_job: Job, _: Progress) -> Outcome:
        return Dead("This is no picture.")

    bench.work(handle, queue_concurrency=1)
    for number in range(5):
        await bench.enqueue(f"d{number}")
        await bench.until_event(f"d{number}", "error")
    kept = [fields["document"] for _, fields in await bench.raw.xrange(KEYS.dead("compress"))]
    assert kept == ["d2", "d3", "d4"]
    await bench.close()


async def test_what_is_due_is_due_by_the_servers_clock(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker whose clock is an hour ahead neither hurries anybody's retries nor finds anything late."""
    attempts: list[int] = []

    async def handle(job: Job, _: Progress) -> Outcome:
        attempts.append(job.attempt)
        return complete(job)

    monkeypatch.setattr("shared.streams.worker._PROMOTE_SECONDS", 0.2)
    real = time.time
    seconds, _ = await bench.raw.time()
    fields = job_fields("later", "default", Payload(number=1), deadline=0, trace="")
    await bench.raw.zadd(KEYS.retry("compress"), {json.dumps(fields): (seconds + 1800) * 1000})
    monkeypatch.setattr(time, "time", lambda: real() + 3600)
    turns = Turns(bench.work(handle), "promote")
    in_time = job_fields("in time", "default", Payload(number=1), deadline=seconds + 600, trace="")
    await Producer(bench.client, bench.settings).enqueue("compress", "in time", in_time)
    await bench.until_event("in time", "complete")
    await bench.enqueue("d2")
    await bench.until_event("d2", "complete")
    await turns.pass_by()
    assert await bench.raw.zcard(KEYS.retry("compress")) == 1
    assert attempts == [1, 1]
