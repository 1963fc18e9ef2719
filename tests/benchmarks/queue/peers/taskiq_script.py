"""taskiq-redis, with the broker that acknowledges (streams). Default settings but for `max_async_tasks`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

# Installed in .local/peers/taskiq only, where this script runs.
from taskiq import TaskiqEvents, TaskiqState  # type: ignore[import-not-found]
from taskiq.api import run_receiver_task  # type: ignore[import-not-found]
from taskiq_redis import RedisStreamBroker  # type: ignore[import-not-found]

from tests.benchmarks.queue.peers import common

broker = RedisStreamBroker(common.URL)
task = broker.register_task(common.job, task_name="job")


async def started(_state: TaskiqState) -> None:
    await common.ready()


async def work() -> None:
    broker.is_worker_process = True
    broker.add_event_handler(TaskiqEvents.WORKER_STARTUP, started)
    await run_receiver_task(broker, max_async_tasks=common.CONCURRENCY, run_startup=True)


@asynccontextmanager
async def sending() -> AsyncIterator[common.Send]:
    await broker.startup()

    async def send(number: int, at: float, ms: float) -> None:
        await task.kiq(number, at, ms)

    yield send
    await broker.shutdown()


if __name__ == "__main__":
    common.main(work, sending)
