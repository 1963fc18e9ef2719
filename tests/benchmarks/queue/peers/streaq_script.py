"""streaQ. Default settings but for `concurrency`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

# Installed in .local/peers/streaq only, where this script runs.
from streaq import Worker  # type: ignore[import-not-found]

from tests.benchmarks.queue.peers import common


@asynccontextmanager
async def started() -> AsyncIterator[None]:
    await common.ready()
    yield


worker = Worker(redis_url=common.URL, concurrency=common.CONCURRENCY, lifespan=started)
task = worker.task(common.job)


async def work() -> None:
    await worker.run_async()


@asynccontextmanager
async def sending() -> AsyncIterator[common.Send]:
    async def send(number: int, at: float, ms: float) -> None:
        await task.enqueue(number, at, ms)

    async with worker:
        yield send


if __name__ == "__main__":
    common.main(work, sending)
