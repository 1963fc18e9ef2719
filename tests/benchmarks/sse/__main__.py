"""Thousands of event streams on one process: the gateway beside nchan (nginx) and aiohttp-sse, in one run.

For each row and each server: open all streams, then publish for a while, with streams that leave and come and some that
read nothing. ``ROWS=1000x4000,1000x20000`` sets streams and deliveries a second, ``SECONDS`` how long each is
measured, ``ONLY=ours,nchan`` which servers. Written to ``.local/bench/sse.json``.

Load, publisher, servers and Redis share the machine's cores: where these are the limit, latencies say more about the
machine than about a server. The CPU of each process is told beside them; these and the memory hold on a
busy machine, too.
"""

import asyncio
import contextlib
import json
import os
import sys
import tempfile
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploy.embedded import EmbeddedPostgres, EmbeddedValkey, free_port
from shared.db.documents import Documents
from shared.db.pool import Database, DatabaseSettings
from shared.messages import CompressPayload
from tests.benchmarks.report import ROOT, percentile, show, tell, write
from tests.processes import descendants, processor_time
from tests.system import System
from tests.waiting import until

_PROCESSES = 2
_DOCUMENT_STREAMS = 10
"""Streams that follow one document."""
_SILENT = 0.05
"""Share of the clients that never read."""
_CHURN = 5.0
"""Streams of each load process that leave and come in a second."""
_PEERS = ROOT / ".local" / "peers-sse" / "aiohttp-sse" / "bin" / "python"
_NCHAN = Path("/usr/lib/nginx/modules/ngx_nchan_module.so")
Row = tuple[int, int]
"""Streams, deliveries a second."""


@dataclass
class Server:
    """One that streams events."""

    name: str
    pid: int
    port: int
    path: str
    publish_to: str


@dataclass
class Result:
    """What a row showed."""

    opened: float
    figures: dict[str, Any]


class Worker:
    """A process of the load or the publisher, driven by lines of JSON."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    async def start(cls, module: str) -> "Worker":
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            f"tests.benchmarks.sse.{module}",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            cwd=ROOT,
            limit=1 << 26,
        )
        return cls(process)

    def tell(self, **words: Any) -> None:
        assert self._process.stdin
        self._process.stdin.write(json.dumps(words).encode() + b"\n")

    async def hear(self) -> dict[str, Any]:
        assert self._process.stdout
        line = await self._process.stdout.readline()
        if not line:
            raise RuntimeError("a process of the benchmark ended")
        found: dict[str, Any] = json.loads(line)
        return found

    async def end(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            self._process.terminate()
        await self._process.wait()


@contextlib.asynccontextmanager
async def ours(folder: Path, redis: str, postgres: str, documents: list[str]) -> AsyncIterator[Server]:
    """One gateway."""
    system = System(folder, redis, postgres, SSE_CLIENTS="12000", QUEUE_WINDOW="1", LOG_FORMAT="json")
    system.spawn("gateway")
    await system.ready("gateway")
    database = Database(DatabaseSettings.load(database_url=postgres))
    await database.open()
    for id_ in documents:
        payload = CompressPayload(blob="none", content_type="image/png", file_name="a.png", size=1)
        await Documents(database).add(id_, "default", payload, "")
    await database.close()
    try:
        yield Server("Timelift", system.processes["gateway"].pid, system.ports["gateway"], "/api/v1/events/{id}", redis)
    finally:
        await system.stop()


@contextlib.asynccontextmanager
async def nchan(folder: Path, redis: str, postgres: str, documents: list[str]) -> AsyncIterator[Server]:
    """nginx with nchan, one worker."""
    port = free_port()
    config = folder / "nginx.conf"
    config.write_text(f"""
load_module {_NCHAN};
daemon off; worker_processes 1; worker_rlimit_nofile 20000; pid {folder}/nginx.pid; error_log {folder}/error.log warn;
events {{ worker_connections 16000; }}
http {{
  access_log off; client_body_temp_path {folder}; nchan_shared_memory_size 256M;
  server {{
    listen 127.0.0.1:{port} backlog=1024;
    keepalive_requests 100000000;
    location = /pub {{ nchan_publisher; nchan_channel_id $arg_id; nchan_message_buffer_length 20; }}
    location = /sub {{ nchan_subscriber eventsource; nchan_channel_id $arg_id; nchan_eventsource_ping_interval 15; }}
  }}
}}
""")
    process = await asyncio.create_subprocess_exec("nginx", "-p", str(folder), "-c", str(config))
    try:
        await until(lambda: bool(descendants([process.pid])))
        yield Server("nchan", descendants([process.pid])[0], port, "/sub?id={id}", f"http://127.0.0.1:{port}")
    finally:
        process.terminate()
        await process.wait()


@contextlib.asynccontextmanager
async def aiohttp_sse(folder: Path, redis: str, postgres: str, documents: list[str]) -> AsyncIterator[Server]:
    """aiohttp-sse over the same Redis."""
    script = Path(__file__).parent / "peers" / "aiohttp_sse_server.py"
    process = await asyncio.create_subprocess_exec(
        str(_PEERS), str(script), redis, stdout=asyncio.subprocess.PIPE, cwd=folder
    )
    try:
        assert process.stdout
        port = int(await process.stdout.readline())
        yield Server("aiohttp-sse", process.pid, port, "/api/v1/events/{id}", redis)
    finally:
        process.terminate()
        await process.wait()


def _resident(pid: int) -> int:
    """Bytes of memory that a process holds."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


async def measure(server: Server, row: Row, documents: list[str], seconds: float) -> Result:
    """One row of one server."""
    streams, rate = row
    followed = documents[: max(streams // _DOCUMENT_STREAMS, 1)]
    paths = [server.path.format(id=followed[at % len(followed)]) for at in range(streams)]
    memory = _resident(server.pid)
    cpu = processor_time(server.pid)
    load = [await Worker.start("load") for _ in range(_PROCESSES)]
    publisher = await Worker.start("publish")
    try:
        for number, each in enumerate(load):
            each.tell(port=server.port, paths=paths[number::_PROCESSES], seed=number, silent=_SILENT)
        opened = [await each.hear() for each in load]
        opening_cpu = processor_time(server.pid) - cpu
        grown = _resident(server.pid) - memory
        cpu = processor_time(server.pid)
        for each in load:
            each.tell(seconds=seconds, churn=_CHURN)
        events = rate / (streams / len(followed))
        publisher.tell(url=server.publish_to, documents=followed, rate=events, seconds=seconds - 0.5)
        published = await publisher.hear()
        said = [await each.hear() for each in load]
        serving = processor_time(server.pid) - cpu
    finally:
        for each in (*load, publisher):
            await each.end()
    ages = sorted(age for each in said for age in each["ages"])
    got = sum(each["events"] for each in said)
    return Result(
        max(each["opened"] for each in opened),
        {
            "deliveries": got,
            "p50": percentile(ages, 0.5) / 1000 if ages else None,
            "p99": percentile(ages, 0.99) / 1000 if ages else None,
            "max": ages[-1] / 1000 if ages else None,
            "cpu": serving / seconds,
            "cpu_us_a_delivery": serving / max(got, 1) * 1e6,
            "bytes_a_stream": grown / streams,
            "open_cpu_us": opening_cpu / streams * 1e6,
            "gaps": sum(each["gaps"] for each in said),
            "lost": sum(each["lost"] for each in said),
            "refused": sum(each["refused"] for each in opened),
            "load_cpu": max(each["cpu"] for each in said) / seconds,
            "publisher_cpu": published["cpu"] / seconds,
        },
    )


async def main() -> None:
    rows = [
        (int(streams), int(rate))
        for streams, _, rate in (
            each.partition("x")
            for each in os.environ.get("ROWS", "1000x4000,1000x12000,1000x20000,5000x10000,10000x20000").split(",")
        )
    ]
    seconds = float(os.environ.get("SECONDS", "10"))
    servers = {"ours": ours, "aiohttp-sse": aiohttp_sse}
    if _NCHAN.exists():
        servers["nchan"] = nchan
    else:
        tell("nchan is left out: install libnginx-mod-nchan")
    wanted = os.environ.get("ONLY", ",".join(servers)).split(",")
    table: list[list[object]] = []
    kept: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory(prefix="timelift-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        async with EmbeddedValkey(folder / "valkey") as valkey, EmbeddedPostgres(folder / "postgres") as postgres:
            for row in rows:
                for key in wanted:
                    documents = [str(uuid.uuid4()) for _ in range(max(row[0] // _DOCUMENT_STREAMS, 1))]
                    place = folder / f"{key}-{row[0]}-{row[1]}"
                    place.mkdir()
                    tell(f"{row[0]} streams, {row[1]} deliveries/s: {key}")
                    async with servers[key](place, valkey.url, postgres.url, documents) as server:
                        result = await measure(server, row, documents, seconds)
                    figures = result.figures
                    kept.append({"server": server.name, "row": row, "opened": result.opened, **figures})
                    table.append(
                        [
                            f"{server.name} {row[0]:,} x {row[1]:,}/s",
                            *(figures[each] for each in ("p50", "p99", "max", "cpu", "cpu_us_a_delivery")),
                            round(figures["bytes_a_stream"]),
                            result.opened,
                            round(row[0] / result.opened),
                            round(figures["open_cpu_us"]),
                            *(figures[each] for each in ("gaps", "lost", "load_cpu")),
                        ]
                    )
    columns = ["", "p50 ms", "p99 ms", "max ms", "CPU", "CPU µs/delivery", "bytes/stream", "open all s", "opens/s"]
    show("Event streams on one process", [*columns, "CPU µs/open", "gaps", "lost", "load CPU"], table)
    sys.stdout.write(f"{write('sse', {'rows': kept})}\n")


if __name__ == "__main__":
    asyncio.run(main())
