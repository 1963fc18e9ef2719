"""Redis comes back before an upload was worked through without it."""

import asyncio
import time
import uuid
from pathlib import Path

import aiohttp
import asyncpg

from deploy.embedded import EmbeddedPostgres, EmbeddedValkey
from services.gateway.routes.upload import _DIRECT_SECONDS
from tests.integration.conftest import GatewayAlone, create_database
from tests.integration.png import png
from tests.integration.test_gateway import form
from tests.waiting import patience, until


async def test_uploads_that_the_relay_takes_over_are_answered_and_free_their_places(
    postgres_server: EmbeddedPostgres, session: aiohttp.ClientSession, tmp_path: Path
) -> None:
    name = f"back{uuid.uuid4().hex}"
    await create_database(postgres_server.url, name)
    redis = EmbeddedValkey(tmp_path / "valkey")
    await redis.start()
    url = postgres_server.url.rpartition("/")[0] + f"/{name}"
    # No worker is there to be asked, and there is one place.
    gateway = GatewayAlone(tmp_path, redis.url, url, DIRECT_CONCURRENCY="1", DIRECT_WAITING="0")
    try:
        await gateway.start()
        await redis.stop()

        async def noticed() -> bool:
            async with session.get(gateway.metrics_url) as answer:
                return "timelift_redis_partitions_away 1.0" in await answer.text()

        await until(noticed)

        async def send() -> tuple[int, str]:
            body = form(("file", png(), "a.png", "image/png"))
            async with session.post(f"{gateway.base_url}/api/v1/documents/upload", data=body) as answer:
                return answer.status, (await answer.json(content_type=None)).get("status")

        begun = time.monotonic()
        waiting = asyncio.create_task(send())
        connection = await asyncpg.connect(url)
        await until(lambda: waiting.done() or connection.fetchval("SELECT count(*) > 0 FROM documents"))
        assert not waiting.done(), waiting.result()
        await connection.close()
        assert (await send())[0] == 503
        await redis.start()
        async with patience():
            assert await waiting == (202, "uploaded")
        assert time.monotonic() - begun < _DIRECT_SECONDS
        assert (await send())[0] == 202
    finally:
        await gateway.stop()
        await redis.stop()
