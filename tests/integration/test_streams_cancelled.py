"""A chore that is cancelled ends, whatever the library under it does with the cancellation."""

import asyncio

from shared.streams.client import RedisSettings, connect
from shared.streams.keys import Keys
from shared.streams.loops import run_periodically
from shared.streams.stage_consumer import StageConsumer
from tests.waiting import PATIENCE

TRIALS = 24
"""Of these, 7 to 10 went on for ever with redis-py 8.1 when only the library was trusted."""


async def test_a_chore_cancelled_in_its_first_milliseconds_ends(redis_url: str) -> None:
    settings = RedisSettings.load(redis_url=redis_url)
    for trial in range(TRIALS):
        # A client of its own each time: it is the connecting that swallows.
        client, reader = connect(settings), connect(settings, blocking_ms=1000, pool=2)
        consumer = StageConsumer(client, reader, Keys(0), "compress", f"c{trial}", settings)
        await consumer.ensure_group()

        async def fetch(consumer: StageConsumer = consumer) -> None:
            await consumer.fetch(1, 1000)

        chore = asyncio.create_task(run_periodically("fetch", fetch, asyncio.Event()))
        await asyncio.sleep(0.0002 + 0.0028 * trial / TRIALS)
        chore.cancel()
        await asyncio.wait([chore], timeout=PATIENCE)
        assert chore.cancelled(), f"trial {trial}"
        for each in (client, reader):
            await each.aclose()
