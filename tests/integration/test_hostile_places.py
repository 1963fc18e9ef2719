"""Changes of one document that wait for each other leave the connections to the record to everybody else."""

import asyncio
import uuid

import aiohttp
import asyncpg

from tests.integration.conftest import GatewayAlone
from tests.integration.png import png
from tests.system import upload
from tests.waiting import patience, until

_ADDRESSES = 4
"""Of clients; each has two places, and there are eight connections."""
_CHANGES = 40
_LOOKS = 10
_WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


async def test_changes_that_wait_for_one_document_keep_nobody_from_the_record(
    gateway: GatewayAlone, session: aiohttp.ClientSession
) -> None:
    url = f"{gateway.base_url}/api/v1/documents/{await upload(session, gateway.base_url, png(64, 64))}"
    others = [
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(local_addr=(f"127.0.0.{number + 3}", 0), limit=0))
        for number in range(_ADDRESSES)
    ]
    # Within one transaction Postgres shows the connections that there were when it first looked.
    database, watching = [await asyncpg.connect(gateway.database_url) for _ in range(2)]

    async def rename(other: aiohttp.ClientSession) -> int:
        async with other.patch(url, json={"savedName": "x"}) as answer:
            return answer.status

    async def look() -> None:
        for _ in range(_LOOKS):
            async with session.get(url) as answer:
                assert answer.status == 200

    async def waiting() -> int:
        return int(await watching.fetchval(_WAITING))

    async def some_wait() -> bool:
        return await waiting() > 0

    try:
        async with patience():
            async with database.transaction():
                await database.execute(
                    "SELECT FROM documents WHERE id = $1 FOR UPDATE", uuid.UUID(url.rpartition("/")[2])
                )
                changes = [asyncio.create_task(rename(others[each % _ADDRESSES])) for each in range(_CHANGES)]
                await until(some_wait)
                looking = asyncio.create_task(look())
                await asyncio.wait({looking, *changes}, return_when=asyncio.FIRST_COMPLETED)
                assert looking.done(), "who only looks waited for a connection"
                await looking
                assert await waiting() == 1
            assert await asyncio.gather(*changes) == [200] * _CHANGES
    finally:
        await asyncio.gather(database.close(), watching.close())
        await asyncio.gather(*(other.close() for other in others))
