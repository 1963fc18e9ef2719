"""arq. Default settings but for `max_jobs`, which is the number at once."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

# Installed in .local/peers/arq only, where this script runs.
from arq.connections import RedisSettings, create_pool  # type: ignore[import-not-found]
from arq.worker import Worker, func  # type: ignore[import-not-found]

from tests.benchmarks.queue.peers import common


async def handle(_context: dict[str, Any], number: int, at: float, ms: float) -> None:
    await common.job(number, at, ms)


async def started(_context: dict[str, Any]) -> None:
    await common.ready()


async def work() -> None:
    worker = Worker(
        [func(handle, name="job")],
        redis_settings=RedisSettings.from_dsn(common.URL),
        max_jobs=common.CONCURRENCY,
        on_startup=started,
    )
    await worker.async_run()


@asynccontextmanager
async def sending() -> AsyncIterator[common.Send]:
    pool = await create_pool(RedisSettings.from_dsn(common.URL))

    async def send(number: int, at: float, ms: float) -> None:
        await pool.enqueue_job("job", number, at, ms)

    yield send
    await pool.aclose()


if __name__ == "__main__":
    common.main(work, sending)
