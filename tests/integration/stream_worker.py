"""A worker in a process of its own, to be paused and killed: URL NAME LEASE SILENCE CONCURRENCY.

Each job tells that it began in the stream `BEGAN` and ends once the stream `MAY_END` has an entry, or kills its process
when its document is in the set `DEADLY`.
"""

import os
import signal
import sys
from typing import Any

from redis.asyncio import Redis

from shared.cancelling import end_if_cancelled
from shared.logs import configure_logging
from shared.messages import Event, Status
from shared.outcomes import Done, Job, Outcome, Progress
from shared.streams.client import RedisSettings, connect
from shared.streams.keys import Keys
from shared.streams.queue_settings import QueueSettings
from shared.streams.stage_consumer import StageConsumer
from shared.streams.worker import Worker
from tests.waiting import PATIENCE

BEGAN, MAY_END, DEADLY = "test:began", "test:may-end", "test:deadly"


async def main(url: str, name: str, lease: int, silence: int, concurrency: int) -> None:
    configure_logging(name)
    settings = RedisSettings.load(redis_url=url)
    queue = QueueSettings.load(
        consumer_name=name, queue_lease=lease, queue_silence=silence, queue_concurrency=concurrency
    )
    client, reader = connect(settings), connect(settings, blocking_ms=4000, pool=2)
    # Longer than this process is stopped: redis-py gives up after five seconds by default.
    raw: Any = Redis.from_url(url, decode_responses=True, socket_timeout=PATIENCE)

    async def handle(job: Job, _: Progress) -> Outcome:
        await raw.xadd(BEGAN, {"document": job.document_id, "who": name, "attempt": job.attempt})
        if await raw.sismember(DEADLY, job.document_id):
            os.kill(os.getpid(), signal.SIGKILL)
        while not await raw.xread({MAY_END: "0"}, block=1000):
            # redis-py may have swallowed it, which would keep the job's slot for ever.
            end_if_cancelled()
        event = Event(type="complete", document_id=job.document_id, percentage=100, status=Status.COMPLETED)
        return Done(event=event)

    async def on_dead(_job: Job, _reason: str, _failure: str) -> bool:
        return True

    consumer = StageConsumer(client, reader, Keys(0), "compress", queue.incarnation, settings)
    await Worker(consumer, handle, on_dead, queue).run()


if __name__ == "__main__":
    import uvloop

    uvloop.run(main(sys.argv[1], sys.argv[2], *map(int, sys.argv[3:])))
