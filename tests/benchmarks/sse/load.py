"""A load process: opens event streams, reads what comes, and says when it came.

Driven by lines of JSON: it is told on stdin where to connect, says when all streams are open, is told how long to
read, and says at the end what it saw. It reads raw bytes in a protocol of its own, so that it is not what is slow: its
own CPU is part of what it says.
"""

import asyncio
import json
import random
import re
import resource
import sys
import time
from typing import Any, cast

import uvloop

from shared.http_server import raise_descriptor_limit

_OPENING = 128
"""Connections that are being opened at once."""
_MARK = re.compile(rb"t=(\d+) n=(\d+);")
"""In each event: when it was published (µs), and its number among its document's."""


class Client(asyncio.Protocol):
    """One stream. It notes how old each event is and whether its number follows the last one's."""

    def __init__(self, run: "Run", path: str, reads: bool) -> None:
        self._run = run
        self._path = path
        self._reads = reads
        self._rest = b""
        self._last = 0
        self._since = 0
        self._transport: asyncio.Transport | None = None
        self.opened: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are no asyncio.Transport by their class.
        self._transport = cast("asyncio.Transport", transport)
        head = f"GET {self._path} HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n"
        self._transport.write(head.encode())

    def data_received(self, data: bytes) -> None:
        now = time.time_ns() // 1000
        if not self.opened.done():
            self._since = now
            self.opened.set_result(b" 200 " in data)
            if not self._reads and self._transport:
                self._transport.pause_reading()
        data = self._rest + data
        end = 0
        for match in _MARK.finditer(data):
            end = match.end()
            number = int(match[2])
            published = int(match[1])
            # What was published before is history, and old.
            self._run.took(now - published if published > self._since else None, 0 < self._last != number - 1)
            self._last = number
        # A mark may come in two pieces.
        self._rest = data[max(end, len(data) - 48) :]

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.opened.done():
            self.opened.set_result(False)
        self._run.lost += not self._run.over and not self._run.leaving

    def leave(self) -> None:
        if self._transport:
            self._transport.abort()


class Run:
    """All streams of this process."""

    def __init__(self, order: dict[str, Any]) -> None:
        self._port: int = order["port"]
        self._paths: list[str] = order["paths"]
        self._seed = random.Random(order["seed"])
        self._silent: float = order["silent"]
        self.ages: list[int] = []
        self.gaps = 0
        self.lost = 0
        self.refused = 0
        self.over = False
        self.leaving = False
        self._measures = False
        self._slots = asyncio.Semaphore(_OPENING)
        self.clients: list[Client] = []

    def took(self, age: int | None, gap: bool) -> None:
        """An event of a stream came, `age` µs after it was published; None: it was told as history."""
        self.gaps += gap
        if self._measures and age is not None:
            self.ages.append(age)

    async def open(self, path: str) -> None:
        reads = self._seed.random() >= self._silent
        async with self._slots:
            _, client = await asyncio.get_running_loop().create_connection(
                lambda: Client(self, path, reads), "127.0.0.1", self._port
            )
            if not await client.opened:
                self.refused += 1
        self.clients.append(client)

    async def open_all(self) -> float:
        begun = time.monotonic()
        await asyncio.gather(*map(self.open, self._paths))
        return time.monotonic() - begun

    async def measure(self, seconds: float, churn: float) -> float:
        """Read for a while; `churn` streams a second leave and come anew. Returns the CPU seconds that took."""
        self._measures = True
        begun, cpu = time.monotonic(), time.process_time()
        while (left := begun + seconds - time.monotonic()) > 0:
            await asyncio.sleep(min(left, 1 / churn if churn else left))
            if churn and self.clients:
                at = self._seed.randrange(len(self.clients))
                self.leaving = True
                self.clients.pop(at).leave()
                await self.open(self._seed.choice(self._paths))
                self.leaving = False
        self._measures = False
        self.over = True
        return time.process_time() - cpu


def say(**words: Any) -> None:
    sys.stdout.write(json.dumps(words) + "\n")
    sys.stdout.flush()


async def main() -> None:
    loop = asyncio.get_running_loop()
    order = json.loads(await loop.run_in_executor(None, sys.stdin.readline))
    raise_descriptor_limit(len(order["paths"]) + 256)
    run = Run(order)
    say(opened=await run.open_all(), refused=run.refused)
    go = json.loads(await loop.run_in_executor(None, sys.stdin.readline))
    cpu = await run.measure(go["seconds"], go["churn"])
    ages = sorted(run.ages)
    step = max(len(ages) // 50_000, 1)
    say(
        events=len(ages),
        ages=[*ages[::step], *ages[-1:]],
        gaps=run.gaps,
        lost=run.lost,
        refused=run.refused,
        cpu=cpu,
        memory=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
    )


if __name__ == "__main__":
    uvloop.run(main())
