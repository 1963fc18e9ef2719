"""`make soak`: the memory of the streams after many jobs, and what the streams cost one document.

Memory is flat in the steady state only: a document leaves a marker and its told events behind, which expire. They do so
after seconds here (`TTL_SECONDS`), so that the steady state is reached within the run; what the defaults come to is
reckoned from what one document leaves behind.

The worker is the services' own, in this process, beside the sender; the server is a Valkey of its own. Environment:
JOBS=100000, RATE=2000 jobs a second at most. Ends with 1 if a bound below is exceeded.
"""

import asyncio
import os
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvloop
from redis.asyncio import Redis

from deploy.embedded import EmbeddedValkey
from shared.logs import configure_logging
from shared.messages import Event, Status
from shared.outcomes import Done, Job, Outcome, Progress
from shared.streams.client import RedisSettings, connect
from shared.streams.entries import job_fields
from shared.streams.keys import STAGES, Keys
from shared.streams.producer import Producer
from shared.streams.queue_settings import QueueSettings
from shared.streams.stage_consumer import StageConsumer
from shared.streams.worker import Worker
from tests.benchmarks.queue.handover import DOCUMENT_SECONDS, DOCUMENTS, Handover, handover
from tests.benchmarks.report import ROOT, show, tell, write

JOBS = int(os.environ.get("JOBS") or 100_000)
RATE = float(os.environ.get("RATE") or 2000)
TTL_SECONDS = 3
MOST_BYTES = 5.0
"""That memory may grow by for each job. The smallest thing that could be left behind, a key or an entry, takes more
than 50."""
MOST_SHARE = 0.02
"""Of a document's time that the streams may take."""
_WARM = 10_000
"""Jobs before anything counts: by then the capped stream of events is full."""
_AT_ONCE = 32
KEYS = Keys(0)


@dataclass
class Sample:
    jobs: int
    used: int
    """Bytes that the server uses."""
    streams: int
    """Bytes of the streams and sorted sets that do not expire."""
    keys: int


def slope(samples: list[Sample], what: str) -> float:
    """Bytes for each job, by least squares."""
    return statistics.linear_regression([s.jobs for s in samples], [getattr(s, what) for s in samples]).slope


async def look(raw: Any, jobs: int) -> Sample:
    """What the server holds now."""
    lasting = [KEYS.events, KEYS.control]
    lasting += [name for stage in STAGES for name in (KEYS.jobs(stage), KEYS.retry(stage), KEYS.dead(stage))]
    sizes = [await raw.memory_usage(name, samples=0) or 0 for name in lasting]
    return Sample(jobs, int((await raw.info("memory"))["used_memory"]), sum(sizes), int(await raw.dbsize()))


async def rest(raw: Any, jobs: int) -> Sample:
    """What the server holds once everything that expires is gone."""
    async with asyncio.timeout(60):
        while int((await raw.info("keyspace")).get("db0", {}).get("expires", 0)):
            # Expired keys go bit by bit in the background; this looks at each, and so removes it.
            async for _ in raw.scan_iter(count=1000):
                pass
            await asyncio.sleep(0.2)
    return await look(raw, jobs)


class Soak:
    """Sends jobs and works them.

    Args:
        url: of the server.
    """

    def __init__(self, url: str) -> None:
        settings = RedisSettings.load(redis_url=url, marker_ttl=TTL_SECONDS, progress_ttl=TTL_SECONDS)
        self._client, self._reader = connect(settings, pool=2 * _AT_ONCE), connect(settings, blocking_ms=1000, pool=2)
        self._producer = Producer(self._client, settings)
        consumer = StageConsumer(self._client, self._reader, KEYS, "compress", "soak", settings)
        self._worker = Worker(consumer, self._handle, self._on_dead, QueueSettings.load(queue_concurrency=_AT_ONCE))
        self._working = asyncio.create_task(self._worker.run())
        self._ended = asyncio.Condition()
        self.done = 0
        self._sent = 0

    async def _handle(self, job: Job, progress: Progress) -> Outcome:
        await progress("compressing", 0, "Compressing image")
        async with self._ended:
            self.done += 1
            self._ended.notify_all()
        return Done(event=Event(type="complete", document_id=job.document_id, status=Status.COMPLETED))

    async def _on_dead(self, _job: Job, reason: str, _failure: str) -> bool:
        raise RuntimeError(reason)

    async def run(self, until: int) -> None:
        """Send jobs at `RATE` until there were `until`, and wait until all have run."""
        numbers = iter(range(self._sent, until))
        begun, first, self._sent = time.monotonic(), self._sent, until

        async def send() -> None:
            for number in numbers:
                await asyncio.sleep(max(begun + (number - first) / RATE - time.monotonic(), 0))
                document = f"00000000-0000-4000-8000-{number:012d}"
                fields = job_fields(document, "default", {"number": number}, deadline=0, trace="")
                await self._producer.enqueue("compress", document, fields)

        await asyncio.gather(*(send() for _ in range(_AT_ONCE)))
        async with self._ended:
            await self._ended.wait_for(lambda: self.done >= until)

    async def close(self) -> None:
        await self._worker.stop()
        await self._working
        await self._worker.leave()
        for each in (self._client, self._reader):
            await each.aclose()


@dataclass
class Memory:
    samples: list[Sample]
    before: Sample
    """At rest, after the jobs that warm up."""
    after: Sample
    """At rest in the end."""
    seconds: float

    @property
    def last(self) -> list[Sample]:
        """The last quarter."""
        return self.samples[-(len(self.samples) // 4 + 1) :]

    @property
    def kept(self) -> float:
        """Bytes that each job left behind for good."""
        return (self.after.used - self.before.used) / (self.after.jobs - self.before.jobs)


async def soak(url: str, raw: Any) -> Memory:
    """Run all jobs, looking forty times."""
    made = Soak(url)
    try:
        await made.run(_WARM)
        before = await rest(raw, _WARM)
        samples: list[Sample] = []
        begun = time.monotonic()
        step = max((JOBS - _WARM) // 36, 1)
        for jobs in range(_WARM + step, JOBS + 1, step):
            await made.run(jobs)
            samples.append(await look(raw, jobs))
            if not len(samples) % 12:
                tell(f"{jobs:,} jobs after {time.monotonic() - begun:.0f} s")
        seconds = time.monotonic() - begun
        return Memory(samples, before, await rest(raw, samples[-1].jobs), seconds)
    finally:
        await made.close()


async def main() -> int:
    configure_logging("soak")
    with tempfile.TemporaryDirectory(prefix="timelift-soak-") as name:
        async with EmbeddedValkey(Path(name)) as server:
            raw: Any = Redis.from_url(server.url, decode_responses=True, socket_timeout=60)
            # What is written to disk is buffered in memory meanwhile, which is not the streams'.
            await raw.config_set("appendonly", "no")
            memory = await soak(server.url, raw)
            await raw.flushall()
            tell(f"{DOCUMENTS} documents through three stages ...")
            cost = await handover(server.url, raw)
            version = str((await raw.info("server")).get("valkey_version", ""))
            await raw.aclose()
    return report(memory, cost, version)


def report(memory: Memory, cost: Handover, version: str) -> int:
    """Show and keep the figures; gives the exit status."""
    rate = (memory.samples[-1].jobs - memory.samples[0].jobs) / memory.seconds
    show(
        f"Memory of Valkey {version}; markers and told events expire after {TTL_SECONDS} s; {rate:,.0f} jobs a second",
        ("jobs", "used MiB", "streams KiB", "keys"),
        [
            (label, f"{each.used / 2**20:,.2f}", f"{each.streams / 2**10:,.0f}", f"{each.keys:,}")
            for label, each in (
                (f"{memory.before.jobs:,} and expired", memory.before),
                *((f"{each.jobs:,}", each) for each in memory.samples[3::4]),
                (f"{memory.after.jobs:,} and expired", memory.after),
            )
        ],
    )
    streams, used = slope(memory.last, "streams"), slope(memory.last, "used")
    share, cpu_share = cost.wall / DOCUMENT_SECONDS, (cost.cpu + cost.server) / DOCUMENT_SECONDS
    # The marker goes before the events do; both are counted for as long as these.
    standing = cost.left * 1000 * 15
    show(
        "What it comes to",
        ("", "figure", "bound"),
        [
            ("streams, last quarter, bytes a job", f"{streams:+.2f}", f"{MOST_BYTES:g}"),
            ("left behind for good, bytes a job", f"{memory.kept:+.2f}", f"{MOST_BYTES:g}"),
            ("all memory, last quarter, bytes a job", f"{used:+.1f}", ""),
            ("hand-over of a document: wall, ms (median)", f"{cost.wall * 1000:.1f}", ""),
            ("  its CPU in the workers, ms", f"{cost.cpu * 1000:.1f}", ""),
            ("  its CPU in the server, ms", f"{cost.server * 1000:.1f}", ""),
            (f"  wall, of {DOCUMENT_SECONDS:.1f} s that a document takes", f"{share:.2%}", f"{MOST_SHARE:.0%}"),
            ("  CPU, of the same", f"{cpu_share:.2%}", f"{MOST_SHARE:.0%}"),
            ("a document's marker and told events, KiB", f"{cost.left / 1024:.1f}", ""),
            ("  at 1,000 documents a minute and the defaults, MiB", f"{standing / 2**20:.0f}", ""),
        ],
    )
    path = write(
        "soak",
        {
            "server": f"Valkey {version}, appendonly no",
            "ttlSeconds": TTL_SECONDS,
            "jobsPerSecond": round(rate, 1),
            "samples": [[each.jobs, each.used, each.streams, each.keys] for each in memory.samples],
            "atRest": [memory.before.used, memory.after.used],
            "bytesPerJob": {"streams": round(streams, 3), "kept": round(memory.kept, 3), "all": round(used, 3)},
            "handover": {
                "wallMs": round(cost.wall * 1000, 3),
                "workersCpuMs": round(cost.cpu * 1000, 3),
                "serverCpuMs": round(cost.server * 1000, 3),
                "documentSeconds": DOCUMENT_SECONDS,
                "share": round(share, 5),
                "cpuShare": round(cpu_share, 5),
                "bytesLeft": round(cost.left),
            },
        },
    )
    sys.stdout.write(f"Figures in {path.relative_to(ROOT)}.\n")
    good = streams < MOST_BYTES and memory.kept < MOST_BYTES and max(share, cpu_share) < MOST_SHARE
    if not good:
        sys.stdout.write("A bound is exceeded.\n")
    return 0 if good else 1


if __name__ == "__main__":
    os.environ.setdefault("LOG_LEVEL", "warning")
    sys.exit(uvloop.run(main()))
