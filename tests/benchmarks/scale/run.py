"""One size of the system over a fixed set of documents: how fast it reads them, what it holds and asks meanwhile."""

import asyncio
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from deploy.embedded import EmbeddedValkey
from tests.benchmarks.page import draw
from tests.benchmarks.report import ROOT, percentile
from tests.benchmarks.scale.counting import CountingPostgres, Counts
from tests.processes import descendants, processor_time
from tests.system import WORKERS, System, finish, upload
from tests.waiting import until

IDLE_SECONDS = 10.0
_MIB = 1024 * 1024


@dataclass(frozen=True)
class Size:
    """How many processes of each kind."""

    readers: int
    """Of the OCR."""
    gateways: int

    def __str__(self) -> str:
        return f"{self.readers} OCR, {self.gateways} gateway{'s' * (self.gateways > 1)}"


@dataclass
class Measured:
    size: str
    documents: int
    a_minute: float
    median: float
    """Seconds from an upload to its document's end, of all uploaded at once."""
    p95: float
    events: float
    """A document."""
    statements: float
    """Of Postgres, a document, waiting included."""
    commands: float
    """Of Redis, a document, waiting included."""
    idle_statements: float
    """A second."""
    idle_commands: float
    """A second."""
    queued_bytes: float
    """What Redis holds more for each document that waits on a stream."""
    memory: dict[str, float]
    """Peak of each process, with its children, in MiB."""
    processor: dict[str, float]
    """Seconds a document, of all processes of a kind."""


async def measure(size: Size, documents: int) -> Measured:
    """Start a system of this size on servers of its own, and let it read."""
    with tempfile.TemporaryDirectory(prefix="timelift-scale-") as name:
        folder = Path(name)
        async with EmbeddedValkey(folder / "valkey") as valkey, CountingPostgres(folder / "postgres") as postgres:
            cache = str(ROOT / ".local" / "models")
            window = str(max(32, documents))
            system = System(folder, valkey.url, postgres.url, OCR_CACHE_DIR=cache, QUEUE_WINDOW=window)
            counts = Counts(valkey.url, postgres.url)
            try:
                await system.start()
                gateways, readers = ["gateway"], ["ocr"]
                for number in range(1, size.gateways):
                    gateways.append(f"gateway-{number}")
                    system.spawn(gateways[-1], "gateway")
                for number in range(1, size.readers):
                    readers.append(f"ocr-{number}")
                    system.spawn(readers[-1], "ocr")
                await asyncio.gather(*(system.ready(each) for each in (*gateways, *readers)))
                return await _measure(size, documents, system, counts, gateways)
            finally:
                await counts.close()
                await system.stop()


async def _measure(size: Size, documents: int, system: System, counts: Counts, gateways: list[str]) -> Measured:
    urls = [f"http://127.0.0.1:{system.ports[each]}" for each in gateways]
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        # Every reader has read a page, and statements and scripts are known.
        await asyncio.gather(*(_one(session, urls[0], draw(number)) for number in range(2 * size.readers)))
        await counts.reset()
        begun = time.monotonic()
        await asyncio.sleep(IDLE_SECONDS)
        waited = time.monotonic() - begun
        idle_commands, idle_statements = (await counts.commands()).total(), (await counts.statements()).total()
        pages = [draw(100 + number) for number in range(documents)]
        queued = await _queued(session, system, counts, urls[0], pages)
        before = _processor(system)
        await counts.reset()
        begun = time.monotonic()
        took = await asyncio.gather(
            *(_one(session, urls[number % len(urls)], page) for number, page in enumerate(pages))
        )
        seconds = time.monotonic() - begun
        commands, statements = (await counts.commands()).total(), (await counts.statements()).total()
        after = _processor(system)
    return Measured(
        size=str(size),
        documents=documents,
        a_minute=60 * documents / seconds,
        median=percentile([each for each, _ in took], 0.5),
        p95=percentile([each for each, _ in took], 0.95),
        events=sum(events for _, events in took) / documents,
        statements=statements / documents,
        commands=commands / documents,
        idle_statements=idle_statements / waited,
        idle_commands=idle_commands / waited,
        queued_bytes=queued,
        memory={name: _peak(process.pid) for name, process in system.processes.items()},
        processor={kind: (after[kind] - before[kind]) / documents for kind in after},
    )


async def _one(session: aiohttp.ClientSession, url: str, page: bytes) -> tuple[float, int]:
    """Upload a page and follow it to its end; returns the seconds that took and its events."""
    begun = time.monotonic()
    document_id = await upload(session, url, page)
    events = await finish(session, url, document_id)
    if events[-1]["type"] != "complete":
        raise RuntimeError(f"a page was not read: {events[-1]}")
    return time.monotonic() - begun, len(events)


async def _queued(
    session: aiohttp.ClientSession, system: System, counts: Counts, url: str, pages: list[bytes]
) -> float:
    """Bytes that Redis holds more for each document that waits: the workers stand still meanwhile."""
    held = [name for name in system.processes if name.partition("-")[0] in WORKERS]
    before = await counts.memory()
    for name in held:
        system.hold(name)
    try:
        ids = [await upload(session, url, page) for page in pages]

        async def there() -> bool:
            return await counts.on_stream("compress") == len(pages)

        await until(there)
        grown = await counts.memory() - before
    finally:
        for name in held:
            system.let_go(name)
    await asyncio.gather(*(finish(session, url, id_) for id_ in ids))
    return grown / len(pages)


def _family(pid: int) -> list[int]:
    return [pid, *descendants([pid])]


def _processor(system: System) -> dict[str, float]:
    """Processor seconds so far of all processes of a kind; their children's that have ended are not in it."""
    found = dict.fromkeys(("gateway", *WORKERS), 0.0)
    for name, process in system.processes.items():
        found[name.partition("-")[0]] += sum(processor_time(pid) for pid in _family(process.pid))
    return found


def _peak(pid: int) -> float:
    """MiB at the worst, the children's as well."""
    total = 0.0
    for each in _family(pid):
        for line in Path(f"/proc/{each}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                total += int(line.split()[1]) / 1024
    return total
