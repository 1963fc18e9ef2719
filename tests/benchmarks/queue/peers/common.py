"""What every worker of the benchmark does alike. Standard library and uvloop only: it runs in every environment.

A job carries its number, the time it was sent and how many ms it takes. What its handler does is the same for all:
take the time, sleep, append one line to a file of its process. That line costs 2 to 4 us, survives SIGKILL, and
needs no server that would be part of what is measured.

    SCRIPT work                 work until killed
    SCRIPT send FILE [RATE]     send a job for each number of ms in a JSON list; RATE a second, or as fast as it goes

``BENCH_URL`` is the server, ``BENCH_FOLDER`` where the processes of one measurement meet.
"""

import asyncio
import json
import os
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path

CONCURRENCY = 32
"""Jobs a worker process runs at once, for every system."""
LONG_MS = 10_000
"""From here on a job also tells that it began."""
SENT_AT_ONCE = 64

URL = os.environ.get("BENCH_URL", "redis://127.0.0.1:6379/0")
FOLDER = Path(os.environ.get("BENCH_FOLDER", "."))

Send = Callable[[int, float, float], Awaitable[object]]
"""Sends one job: its number, the time (Unix seconds), the ms it takes."""

_files: dict[str, int] = {}


def _tell(name: str, line: str) -> None:
    if name not in _files:
        flags = os.O_CREAT | os.O_WRONLY | os.O_APPEND
        _files[name] = os.open(FOLDER / f"{name}-{os.getpid()}", flags, 0o600)
    os.write(_files[name], line.encode())


async def job(number: int, at: float, ms: float) -> None:
    """The job itself; the line is number, sent, began, ended (Unix seconds)."""
    began = time.time()
    if ms >= LONG_MS:
        _tell("began", f"{number} {at:.6f} {began:.6f} 0\n")
    if ms:
        await asyncio.sleep(ms / 1000)
    _tell("ended", f"{number} {at:.6f} {began:.6f} {time.time():.6f}\n")


async def ready() -> None:
    """Wait at the line until all workers stand there, so that nobody's start-up is measured."""
    _tell("ready", "ready\n")
    while not (FOLDER / "go").exists():  # noqa: ASYNC110 - nothing in this process could set an Event
        await asyncio.sleep(0.002)


async def send_all(send: Send, file: str, rate: float) -> None:
    """Send every job of `file`."""
    jobs: list[float] = json.loads(Path(file).read_text())
    if rate:
        begun = time.time()
        for number, ms in enumerate(jobs):
            await asyncio.sleep(max(begun + number / rate - time.time(), 0))
            await send(number, time.time(), ms)
        return
    numbered = iter(enumerate(jobs))

    async def some() -> None:
        for number, ms in numbered:
            await send(number, time.time(), ms)

    await asyncio.gather(*(some() for _ in range(SENT_AT_ONCE)))


def main(work: Callable[[], Awaitable[object]], sending: Callable[[], AbstractAsyncContextManager[Send]]) -> None:
    """A script's command line.

    Args:
        work: runs the worker until it is killed, calling `ready` before its first fetch and `job` for each job.
        sending: the client that sends, open as long as the context lasts.
    """
    import uvloop

    async def run() -> None:
        match sys.argv[1:]:
            case ["work"]:
                await work()
            case ["send", file, *rate]:
                async with sending() as send:
                    await send_all(send, file, float(rate[0]) if rate else 0)
            case _:
                sys.exit("work, or send FILE [RATE]")

    uvloop.run(run())
