"""One client's requests take a few places, those that bring bodies as well: nobody else waits for them."""

import asyncio
import uuid

import aiohttp
import asyncpg

from tests.integration.conftest import GatewayAlone
from tests.integration.png import png
from tests.system import upload
from tests.waiting import patience, until

_OTHER = "127.0.0.3"
_REQUESTS = 40


async def test_changes_that_wait_for_each_other_do_not_take_all_connections_to_the_record(
    gateway: GatewayAlone, session: aiohttp.ClientSession
) -> None:
    id_ = await upload(session, gateway.base_url, png(64, 64))
    url = f"{gateway.base_url}/api/v1/documents/{id_}"
    connector = aiohttp.TCPConnector(local_addr=(_OTHER, 0), limit=0)
    database = await asyncpg.connect(gateway.database_url)
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"

    async def rename(other: aiohttp.ClientSession) -> int:
        async with other.patch(url, json={"savedName": "x"}) as answer:
            return answer.status

    async def look() -> int:
        async with session.get(url) as answer:
            return answer.status

    try:
        async with aiohttp.ClientSession(connector=connector) as other, patience():
            async with database.transaction():
                await database.execute("SELECT FROM documents WHERE id = $1 FOR UPDATE", uuid.UUID(id_))
                changes = [asyncio.create_task(rename(other)) for _ in range(_REQUESTS)]
                await until(lambda: _at_least_two(database, waiting))
                seen = asyncio.create_task(look())
                await asyncio.wait({seen, *changes}, return_when=asyncio.FIRST_COMPLETED)
                assert seen.done(), "who only looks waited for a connection"
                assert await seen == 200
            assert await asyncio.gather(*changes) == [200] * _REQUESTS
    finally:
        await database.close()


async def _at_least_two(database: asyncpg.Connection, statement: str) -> bool:
    return int(await database.fetchval(statement)) >= 2
