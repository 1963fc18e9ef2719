"""What a document costs Postgres and Redis, and what waiting for one costs them: counted, not timed.

The stages are cheap ones, which tell what real ones tell but for the lines while a page is read.
"""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable

import aiohttp
import pytest

from tests.benchmarks.scale.counting import Counts
from tests.chaos.clients import picture
from tests.integration.cheap_system import CheapSystem
from tests.system import finish, upload

STATEMENTS, COMMANDS, IDLE = 20, 95, 10
"""A document's statements of Postgres and commands of Redis, and commands a second of a system that waits: bounds.
Measured are 11, 81 and 8 (docs/scaling.md); where everything is slow, a document is recorded in more batches."""
ALONE, TOGETHER = 3, 12
IDLE_SECONDS = 5.0


@pytest.fixture
async def counts(cheap_system: CheapSystem) -> AsyncIterator[Counts]:
    made = Counts(cheap_system.redis_url, cheap_system.database_url)
    yield made
    await made.close()


async def read_one(session: aiohttp.ClientSession, cheap_system: CheapSystem) -> None:
    document_id = await upload(session, cheap_system.base_url, picture(0))
    events = await finish(session, cheap_system.base_url, document_id)
    assert events[-1]["type"] == "complete", events[-1]


def told(counted: Counter[str]) -> str:
    return "\n".join(f"{calls:6} {name}" for name, calls in counted.most_common())


async def counted(counts: Counts, what: Callable[[], Awaitable[object]]) -> tuple[Counter[str], Counter[str], float]:
    """Commands and statements while `what` is done, and the seconds it took."""
    await counts.reset()
    begun = time.monotonic()
    await what()
    return await counts.commands(), await counts.statements(), time.monotonic() - begun


async def test_waiting_and_documents_cost_little(
    cheap_system: CheapSystem, counts: Counts, session: aiohttp.ClientSession
) -> None:
    async def read() -> None:
        for _ in range(ALONE):
            await read_one(session, cheap_system)
        await asyncio.gather(*(read_one(session, cheap_system) for _ in range(TOGETHER)))

    await read()  # connections are open, scripts loaded, statements prepared
    # A busy machine adds to each: more batches are recorded, and something is left from before. Thrice is no chance.
    for last in (False, False, True):
        # Nothing happens, and nobody can tell when that is over.
        commands, statements, waited = await counted(counts, lambda: asyncio.sleep(IDLE_SECONDS))
        idle_commands, idle_statements = commands.total() / waited, statements.total() / waited
        if idle_commands < IDLE:
            break
        assert not last, told(commands)
    for last in (False, False, True):
        commands, statements, took = await counted(counts, read)
        asked = (commands.total() - idle_commands * took) / (ALONE + TOGETHER)
        stated = (statements.total() - idle_statements * took) / (ALONE + TOGETHER)
        if asked < COMMANDS and stated < STATEMENTS:
            break
        assert not last, f"{told(commands)}\n{told(statements)}"
