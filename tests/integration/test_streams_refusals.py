"""A server that answers and refuses is away: nobody dies of it, and everything goes on when it relents."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import structlog
from redis.exceptions import RedisError

from deploy.embedded import EmbeddedValkey
from shared.outcomes import Job, Outcome, Progress
from shared.streams.client import RefusalError
from shared.streams.entries import job_fields
from shared.streams.loops import AWAY, run_periodically
from tests.integration.redis_server import EmbeddedRedis, redis_binary
from tests.integration.test_streams import KEYS, Bench, Payload, Turns, complete
from tests.refusals import REFUSALS, Refusal, Refuser
from tests.tools import missing
from tests.waiting import patience, until


@pytest.fixture(params=["valkey", "redis"])
async def own_server(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[EmbeddedValkey]:
    """Either server, of the test's own: it is spoilt."""
    binary = redis_binary()
    if request.param == "redis" and binary is None:
        missing("redis-server", "redis-server")
    server = EmbeddedValkey(tmp_path) if request.param == "valkey" else EmbeddedRedis(str(binary), tmp_path)
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def bench(own_server: EmbeddedValkey) -> AsyncIterator[Bench]:
    made = Bench(own_server.url)
    yield made
    await made.close()


@pytest.fixture
async def refuser(own_server: EmbeddedValkey) -> AsyncIterator[Refuser]:
    made = Refuser(own_server.url, own_server.folder)
    yield made
    await made.close()


@pytest.mark.parametrize("how", REFUSALS)
async def test_a_refusal_is_waited_for(
    bench: Bench, refuser: Refuser, how: Refusal, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Reads that wait for nothing are no turns that are refused.
    bench.blocking_ms = 200
    for name in ("_BLOCK_MS", "_CONTROL_BLOCK_MS"):
        monkeypatch.setattr(f"shared.streams.worker.{name}", bench.blocking_ms)
    running, go_on = asyncio.Event(), asyncio.Event()

    async def handle(job: Job, progress: Progress) -> Outcome:
        if job.document_id == "runs":
            running.set()
            await go_on.wait()
            await progress("compressing", 1, "done")
            await asyncio.sleep(0)  # else it went with the job's end, which a full server takes
        return complete(job)

    with structlog.testing.capture_logs() as logs:
        worker = bench.work(handle, queue_lease=1000)
        turns = Turns(worker, "fetch", "renew", "promote", "control")
        ((_, task),) = bench.tasks
        await bench.enqueue("runs")
        await running.wait()
        # A retry that falls due while the server refuses: promoting it is a write.
        fields = job_fields("due", "default", Payload(number=1), deadline=0, trace="", attempt=2)
        await bench.raw.zadd(KEYS.retry("compress"), {json.dumps(fields): (time.time() + 1) * 1000})
        worker._consumer.put_aside.set()  # as if it had put it there itself: it knows when it is due
        async with refuser.refusing(how):
            with pytest.raises(RefusalError):
                await bench.enqueue("refused")
            go_on.set()
            await turns.pass_by()
            assert not task.done()
        await bench.enqueue("refused")
        for document_id in ("runs", "due", "refused"):
            await bench.until_event(document_id, "complete")
        assert not task.done()
        assert not bench.failed
        await until(lambda: "redis is back" in [each["event"] for each in logs])
        await worker.stop()
    said = [each["event"] for each in logs if each["event"].startswith("redis is")]
    assert said == ["redis is away, waiting for it", "redis is back"]


async def test_readers_without_a_group_read_on_when_they_are_unblocked(bench: Bench) -> None:
    """As when the server they read from becomes a replica."""
    turns, stop = 0, asyncio.Event()

    async def read() -> None:
        nonlocal turns
        turns += 1
        if turns > 1:
            stop.set()
        await bench.raw.xread({KEYS.events: "0"}, block=30_000)

    chore = asyncio.create_task(run_periodically("hub", read, stop))

    async def reading() -> bool:
        return bool((await bench.client.info("clients"))["blocked_clients"])

    await until(reading)
    await bench.client.replicaof("127.0.0.1", "1")
    async with patience():
        await stop.wait()
    await bench.client.replicaof("NO", "ONE")
    await chore


async def test_a_full_server_lets_what_runs_end_and_a_worker_begin(bench: Bench, refuser: Refuser) -> None:
    async def handle(job: Job, _: Progress) -> Outcome:
        return complete(job)

    waiting = bench.consumer("before")
    await waiting.ensure_group()
    for number in range(20):
        await bench.enqueue(f"d{number}")
    async with refuser.refusing("oom"):
        # The group is there: nothing has to be made.
        bench.work(handle)
        for number in range(20):
            await bench.until_event(f"d{number}", "complete")
        try:
            await bench.enqueue("more")
        except (*AWAY, RedisError) as error:
            assert isinstance(error, RefusalError)  # noqa: PT017 - what ended jobs left may be room for one more
    assert await bench.raw.xlen(KEYS.jobs("compress")) <= 1
