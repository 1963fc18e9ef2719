"""A worker's metrics: each job that dies is counted, whatever it dies of."""

import asyncio
import time

import pytest
import structlog
from prometheus_client import REGISTRY

from shared.logs import add_task_fields
from shared.outcomes import Dead, Job, Outcome, Progress, Retry
from shared.streams.entries import job_fields
from shared.streams.producer import Producer
from tests.integration.test_streams import JOBS, KEYS, Bench, Payload, bench, complete
from tests.waiting import patience, until

__all__ = ["bench"]

CAUSES = ("refused", "exhausted", "malformed", "deadly", "late")


@pytest.fixture
def redis_url(redis_url: str) -> str:
    """Valkey alone: what is counted is the worker's own doing."""
    return redis_url


def dead() -> dict[str, float]:
    return {cause: value("timelift_jobs_dead_total", carrier="stream", cause=cause) for cause in CAUSES}


def value(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, {"stage": "compress", **labels}) or 0.0


async def test_a_job_that_dies_is_counted_by_its_cause(bench: Bench) -> None:
    async def handle(job: Job, _: Progress) -> Outcome:
        match job.document_id:
            case "refused":
                return Dead("This is no picture.")
            case "exhausted":
                return Retry("not yet")
            case _:
                return complete(job)

    before, retried = dead(), value("timelift_jobs_retried_total", carrier="stream")
    late = job_fields("late", "default", Payload(number=1), deadline=time.time() - 1, trace="")
    await Producer(bench.client, bench.settings).enqueue("compress", "late", late)
    await bench.raw.xadd(JOBS, {"hello": "world"})
    for document_id in ("refused", "exhausted", "done"):
        await bench.enqueue(document_id)
    worker = bench.work(handle, queue_max_retries=1)
    for document_id in ("late", "refused", "exhausted"):
        await bench.until_event(document_id, "error")
    await bench.until_event("done", "complete")

    async def four_are_dead() -> bool:
        return bool(await bench.raw.xlen(KEYS.dead("compress")) == 4)

    await until(four_are_dead)
    await worker.stop()
    after = dead()
    assert {cause: after[cause] - before[cause] for cause in CAUSES} == {
        "refused": 1, "exhausted": 1, "malformed": 1, "deadly": 0, "late": 1,
    }  # fmt: skip
    assert value("timelift_jobs_retried_total", carrier="stream") == retried + 1
    assert value("timelift_jobs_running") == 0


async def test_a_job_that_ended_its_workers_is_counted(bench: Bench) -> None:
    async def handle(job: Job, _: Progress) -> Outcome:
        return complete(job)

    before = dead()["deadly"]
    await bench.enqueue("d1")
    consumer = bench.consumer("gone")
    await consumer.ensure_group()
    assert await consumer.fetch(1, 1000)
    # Nobody renews it, and its worker does not come back: one death is enough here.
    worker = bench.work(handle, queue_max_deliveries=1, queue_lease=500, queue_silence=500)
    event = await bench.until_event("d1", "error")
    assert "stopped its worker" in (event.error or "")
    await worker.stop()
    assert dead()["deadly"] == before + 1


async def test_two_partitions_of_a_process_share_the_gauge(bench: Bench) -> None:
    running, go = asyncio.Semaphore(0), asyncio.Event()

    async def handle(job: Job, _: Progress) -> Outcome:
        running.release()
        await go.wait()
        return complete(job)

    for document_id in ("d1", "d2"):
        await bench.enqueue(document_id)
    workers = [bench.work(handle, consumer=name, queue_concurrency=1) for name in ("a", "b")]
    async with patience():
        for _ in workers:
            await running.acquire()
    assert value("timelift_jobs_running") == 2
    go.set()
    for worker in workers:
        await worker.stop()
    assert value("timelift_jobs_running") == 0


async def test_every_line_about_a_job_says_whose_it_is(bench: Bench) -> None:
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"

    async def handle(job: Job, _: Progress) -> Outcome:
        structlog.get_logger().info("at work")
        return complete(job)

    fields = job_fields("d1", "school", Payload(number=1), deadline=0, trace=f"00-{trace}-00f067aa0ba902b7-01")
    await Producer(bench.client, bench.settings).enqueue("compress", "d1", fields)
    with structlog.testing.capture_logs(processors=[add_task_fields]) as lines:
        worker = bench.work(handle, consumer="worker-1")
        await bench.until_event("d1", "complete")
        await worker.stop()
    told = {line["event"]: line for line in lines}
    names = ("document_id", "tenant", "stage", "attempt", "trace", "consumer")
    for event in ("at work", "job ended"):
        assert {key: told[event].get(key) for key in names} == {
            "document_id": "d1", "tenant": "school", "stage": "compress", "attempt": 1, "trace": trace,
            "consumer": "worker-1",
        }  # fmt: skip
