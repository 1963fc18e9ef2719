"""SAQ. Default settings but for `concurrency`, and `retries` 2: by default a job whose worker died never runs again."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

# Installed in .local/peers/saq only, where this script runs.
from saq import Queue, Worker  # type: ignore[import-not-found]

from tests.benchmarks.queue.peers import common


async def handle(_context: dict[str, Any], *, number: int, at: float, ms: float) -> None:
    await common.job(number, at, ms)


async def started(_context: dict[str, Any]) -> None:
    await common.ready()


async def work() -> None:
    queue = Queue.from_url(common.URL)
    await queue.connect()
    await Worker(queue, [("job", handle)], concurrency=common.CONCURRENCY, startup=started).start()


@asynccontextmanager
async def sending() -> AsyncIterator[common.Send]:
    queue = Queue.from_url(common.URL)
    await queue.connect()

    async def send(number: int, at: float, ms: float) -> None:
        await queue.enqueue("job", number=number, at=at, ms=ms, retries=2)

    yield send
    await queue.disconnect()


if __name__ == "__main__":
    common.main(work, sending)
