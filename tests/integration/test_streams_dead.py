"""Dead jobs by tenant: another tenant's flood hides nothing, whatever it costs."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from redis.asyncio import Redis

from shared.streams import dead_letters as dead_letters_module
from shared.streams.client import RedisSettings, connect
from shared.streams.dead_letters import DeadLetters
from tests.integration.conftest import GatewayAlone, Player
from tests.integration.png import png
from tests.integration.test_queue import DEAD, call, dead_letter
from tests.system import upload

FLOOD = 2_500
"""More than two of the pages that a search reads."""


async def flood(raw: Any, tenant: str, jobs: int, document: str = "flood") -> None:
    """Add dead jobs of a tenant, newer than all before; one without a tenant could not be read."""
    pipeline = raw.pipeline(transaction=False)
    for number in range(jobs):
        names = {"document": f"{document}-{number}", "reason": "It broke.", "died": "2026-01-01T00:00:00.000Z"}
        pipeline.xadd(DEAD, {**names, "tenant": tenant} if tenant else names)
    await pipeline.execute()


@pytest.fixture
async def raw(redis_url: str) -> AsyncIterator[Any]:
    client = Redis.from_url(redis_url, decode_responses=True)
    yield client
    await client.aclose()


@pytest.fixture
async def dead_letters(redis_url: str) -> AsyncIterator[DeadLetters]:
    settings = RedisSettings.load(redis_url=redis_url)
    client = connect(settings)
    yield DeadLetters(client, settings)
    await client.aclose()


async def test_anothers_flood_hides_nothing(dead_letters: DeadLetters, raw: Any) -> None:
    await flood(raw, "small", 2, "old")
    await flood(raw, "large", FLOOD)
    await flood(raw, "small", 1, "new")
    found = await dead_letters.newest("small")
    assert sorted(job.document_id for job in found) == ["new-0", "old-0", "old-1"]
    assert {job.tenant for job in found} == {"small"}
    assert await dead_letters.newest("nobody") == []
    # Its own are bounded: the newest 1,000.
    own = await dead_letters.newest("large")
    numbers = sorted(int(job.document_id.partition("-")[2]) for job in own)
    assert numbers == list(range(FLOOD - 1000, FLOOD))
    assert len(await dead_letters.newest()) == 1000


async def test_an_entry_that_names_nobody_is_the_default_tenants(dead_letters: DeadLetters, raw: Any) -> None:
    await flood(raw, "", 1)
    await flood(raw, "small", 1)
    assert [job.tenant for job in await dead_letters.newest("default")] == [""]


async def test_the_search_is_bounded(dead_letters: DeadLetters, raw: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dead_letters_module, "_PAGES", 2)
    await flood(raw, "small", 1)
    await flood(raw, "large", 1999)
    assert len(await dead_letters.newest("small")) == 1, "the last of the second page"
    await flood(raw, "large", 1)
    assert await dead_letters.newest("small") == []


async def test_the_gateway_shows_and_purges_a_tenants_own(
    gateway: GatewayAlone, session: aiohttp.ClientSession, player: Player
) -> None:
    client: Any = Redis.from_url(gateway.redis_url, decode_responses=True)
    await call(session, gateway, "DELETE", "queue/dead")
    id_ = await upload(session, gateway.base_url, png())
    dead = await dead_letter(player, id_)
    await flood(client, "elsewhere", FLOOD)
    _, body = await call(session, gateway, "GET", "queue/dead")
    assert [job["id"] for job in body["jobs"]] == [dead]
    assert (await call(session, gateway, "DELETE", "queue/dead"))[1] == {"removed": 1}
    assert await client.xlen(DEAD) == FLOOD
    await client.delete(DEAD)
    await client.aclose()
