"""A pause, a lost answer, a second lease: none is a crash. Workers in processes of their own, really stopped."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from deploy.embedded.process import end, spawn
from shared.outcomes import Job, Outcome, Progress
from shared.streams.entries import Delivery
from tests.integration.stream_worker import BEGAN, DEADLY, MAY_END
from tests.integration.test_streams import JOBS, KEYS, Bench, complete
from tests.system import ROOT
from tests.waiting import PATIENCE, patience, until

LEASE = 600


class Fleet:
    """Worker processes of one stage, and what they began."""

    def __init__(self, bench: Bench, url: str, folder: Path) -> None:
        self.bench = bench
        self.raw = bench.raw
        self._url = url
        self._folder = folder
        self._last = "0"
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str, silence: int = 60_000, concurrency: int = 2) -> None:
        command = [sys.executable, "-m", "tests.integration.stream_worker", self._url, name]
        command += [str(LEASE), str(silence), str(concurrency)]
        with (self._folder / f"{name}.log").open("ab") as log:
            self.processes[name] = spawn(command, log=log, cwd=ROOT, death=signal.SIGKILL, env=dict(os.environ))

    async def began(self) -> str:
        """Wait until some worker begins the job (again); its name."""
        async with patience():
            while not (found := await self.raw.xread({BEGAN: self._last}, block=5000, count=1)):
                pass
        ((_, [(self._last, fields)]),) = found
        return str(fields["who"])

    async def starts(self) -> int:
        return int(await self.raw.xlen(BEGAN))

    def stop(self, name: str) -> None:
        self.processes[name].send_signal(signal.SIGSTOP)

    def go_on(self, name: str) -> None:
        self.processes[name].send_signal(signal.SIGCONT)

    async def quiet(self, leases: float) -> None:
        """Wait until nobody has renewed the job for some leases, as the server counts."""
        await until(lambda: self._since_renewed(lambda passed: passed >= leases * LEASE))

    async def renewed(self) -> None:
        """Wait until somebody has renewed the job just now."""
        await until(lambda: self._since_renewed(lambda passed: passed < LEASE / 3))

    async def _since_renewed(self, holds: Callable[[int], bool]) -> bool:
        pending = await self.raw.xpending_range(JOBS, "compressor", "-", "+", 1)
        return bool(pending) and holds(pending[0]["time_since_delivered"])

    async def heard_of(self, name: str) -> None:
        """Wait until a worker has talked to the server just now."""

        async def heard() -> bool:
            each = await self.raw.xinfo_consumers(JOBS, "compressor")
            return any(one["name"].startswith(f"{name}.") and one["idle"] < LEASE / 2 for one in each)

        await until(heard)

    async def close(self) -> None:
        for process in self.processes.values():
            if process.poll() is None:
                process.send_signal(signal.SIGCONT)
        await asyncio.gather(*(end(each, signal.SIGKILL, PATIENCE) for each in self.processes.values()))


@pytest.fixture
async def fleet(either_url: str, tmp_path: Path) -> AsyncIterator[Fleet]:
    bench = Bench(either_url)
    made = Fleet(bench, either_url, tmp_path)
    yield made
    await made.close()
    await bench.close()


async def test_a_worker_that_sleeps_for_longer_than_its_lease_goes_on_where_it_was(fleet: Fleet) -> None:
    # Alone, with a place to spare: nothing but itself could take its job up.
    fleet.start("only")
    await fleet.bench.enqueue("d1")
    await fleet.began()
    for _ in range(4):
        fleet.stop("only")
        await fleet.quiet(1.5)
        fleet.go_on("only")
        await fleet.renewed()
    await fleet.raw.xadd(MAY_END, {"document": "d1"})
    await fleet.bench.until_event("d1", "complete")
    assert await fleet.starts() == 1
    assert await fleet.raw.xlen(KEYS.dead("compress")) == 0


async def test_a_job_whose_workers_pause_in_turn_is_not_dead(fleet: Fleet) -> None:
    fleet.start("one")
    fleet.start("two")
    await fleet.bench.enqueue("d1")
    for _ in range(5):
        who = await fleet.began()
        fleet.stop(who)
        # Taken up by the other: had the one been ended, this would count.
        other = {"one": "two", "two": "one"}[who]
        assert await fleet.began() == other
        fleet._last = (await fleet.raw.xrevrange(BEGAN, count=2))[1][0]
        fleet.go_on(who)
        await fleet.heard_of(who)
    await fleet.raw.xadd(MAY_END, {"document": "d1"})
    await fleet.bench.until_event("d1", "complete")
    assert await fleet.raw.xlen(KEYS.dead("compress")) == 0


async def test_a_job_waits_for_workers_that_may_only_sleep(fleet: Fleet) -> None:
    for name in ("one", "two"):
        fleet.start(name)
    await fleet.bench.enqueue("d1")
    first = await fleet.began()
    fleet.stop(first)
    second = await fleet.began()
    fleet.stop(second)
    # Two are silent, and might be ended by the job: a third worker leaves it alone until it is clear.
    fleet.start("three")
    await fleet.quiet(4)
    assert await fleet.raw.xlen(KEYS.dead("compress")) == 0
    fleet.go_on(first)
    # It lives, and is forgiven: somebody may go on.
    assert await fleet.began() in {first, "three"}
    fleet.go_on(second)
    await fleet.raw.xadd(MAY_END, {"document": "d1"})
    await fleet.bench.until_event("d1", "complete")
    assert await fleet.raw.xlen(KEYS.dead("compress")) == 0


async def test_a_job_that_ends_its_workers_is_dead_after_as_many_deaths_as_may_be(fleet: Fleet) -> None:
    await fleet.raw.sadd(DEADLY, "d1")
    await fleet.bench.enqueue("d1")
    for name in ("one", "two"):
        fleet.start(name, silence=2 * LEASE)
        assert await fleet.began() == name
    fleet.start("three", silence=2 * LEASE)
    event = await fleet.bench.until_event("d1", "error")
    assert "stopped its worker" in (event.error or "")
    assert await fleet.starts() == 2
    ((_, dead),) = await fleet.raw.xrange(KEYS.dead("compress"))
    assert "2 workers" in dead["detail"]


async def test_a_death_counts_however_late_the_worker_was_heard_of(fleet: Fleet) -> None:
    """Between its last renewal and its end a worker looks for other jobs; the group hears of that."""
    consumer, other = fleet.bench.consumer("a"), fleet.bench.consumer("b")
    await consumer.ensure_group()
    await fleet.bench.enqueue("d1")
    await consumer.fetch(1, 1000)
    await fleet.quiet(0.1)
    assert await consumer.reclaim(60_000, 1) == []
    # Whatever this machine is busy with: a lease that began before it was heard of and ends after that.
    (pending,) = await fleet.raw.xpending_range(JOBS, "compressor", "-", "+", 1)
    lease = pending["time_since_delivered"] + LEASE
    await fleet.quiet(lease / LEASE)
    found: list[Delivery] = []
    async with patience():
        while not found:
            found = await other.reclaim(lease, 1)
    assert [each.deaths for each in found] == [1]


async def test_a_lost_answer_is_no_death(fleet: Fleet) -> None:
    bench = fleet.bench
    lost = bench.consumer("a")
    await lost.ensure_group()
    await bench.enqueue("d1")
    # The entry is delivered to "a", again and again, and the answer never arrives.
    assert await lost.fetch(1, 1000)
    for _ in range(5):
        assert await lost.reclaim(0, 1)
    ran: list[int] = []

    async def handle(job: Job, _: Progress) -> Outcome:
        ran.append(job.attempt)
        return complete(job)

    bench.work(handle, "a", queue_lease=LEASE)
    await bench.until_event("d1", "complete")
    assert ran == [1]


async def test_an_answer_about_an_earlier_run_does_not_end_the_present_one(fleet: Fleet) -> None:
    bench = fleet.bench
    ran, cancelled, asked = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def handle(job: Job, _: Progress) -> Outcome:
        ran.set()
        try:
            await asked.wait()
        except asyncio.CancelledError:
            cancelled.set()
            raise
        return complete(job)

    worker = bench.work(handle, "a", queue_lease=LEASE)
    real = worker._consumer.renew

    async def late(deliveries: Any) -> Any:
        answer = await real(deliveries)
        for each in deliveries:
            answer |= {(each.id, each.deliveries - 1)}
        asked.set()
        return answer

    worker._consumer.renew = late  # type: ignore[method-assign] # as asked before the job was lost and came back
    await bench.enqueue("d1")
    await bench.until_event("d1", "complete")
    assert not cancelled.is_set()


async def test_what_jobs_did_to_workers_is_forgotten_with_the_jobs(fleet: Fleet) -> None:
    consumer, other = fleet.bench.consumer("a"), fleet.bench.consumer("b")
    await consumer.ensure_group()
    await fleet.bench.enqueue("d1")
    await consumer.fetch(1, 1000)
    await fleet.quiet(0.1)
    (delivery,) = await other.reclaim(1, 1)
    assert delivery.deaths == 1
    assert await fleet.raw.hkeys(KEYS.deaths("compress")) == [delivery.id]
    # Handing it back keeps the count, under its new id.
    assert await other.release(delivery)
    ((id_, _),) = await fleet.raw.xrange(JOBS)
    assert await fleet.raw.hkeys(KEYS.deaths("compress")) == [id_]
    (again,) = await other.fetch(1, 1000)
    assert await other.finish(again, document_id="d1")
    await other.sweep(60_000)
    assert not await fleet.raw.exists(KEYS.deaths("compress"))
