"""How often a client may ask, counted in Redis and by a gateway alone."""

import asyncio

import aiohttp

from services.gateway.rate_limits import WINDOW, Local
from shared.streams.client import RedisSettings, connect
from shared.streams.producer import Producer
from tests.integration.conftest import GatewayAlone
from tests.integration.schools import NORTH, RATE, SOUTH


async def test_redis_and_a_gateway_alone_count_alike(either_url: str) -> None:
    settings = RedisSettings.load(redis_url=either_url)
    client = connect(settings)
    producer, local = Producer(client, settings), Local()
    # So few in a minute that no more than one is refilled while this runs.
    for spare in (2, 1, 0):
        passes, left, seconds = await producer.count_request("one", 3, WINDOW)
        assert (bool(passes), left) == local.count("one", 3)[:2] == (True, spare)
        assert 0 < seconds <= WINDOW
    passes, left, seconds = await producer.count_request("one", 3, WINDOW)
    assert (bool(passes), left) == local.count("one", 3)[:2] == (False, 0)
    assert 0 < seconds <= WINDOW / 3
    assert (await producer.count_request("another", 3, WINDOW))[0] == 1
    assert await client.ttl(producer.keys_of("one").rate("one")) > 0
    await client.aclose()


async def test_one_too_many_is_told_when_there_is_room_and_holds_up_nobody_else(
    schools: GatewayAlone, session: aiohttp.ClientSession
) -> None:
    url = f"{schools.base_url}/api/v1/documents?limit=1"

    async def ask(address: str, key: str = NORTH) -> tuple[int, dict[str, str]]:
        headers = {"X-API-Key": key, "X-Forwarded-For": address}
        async with session.get(url, headers=headers) as answer:
            return answer.status, dict(answer.headers)

    status, said = await ask("192.0.2.10")
    assert (status, said["RateLimit-Policy"]) == (200, f'"requests";q={RATE};w=60')
    assert said["RateLimit"].startswith(f'"requests";r={RATE - 1};t=')
    while status == 200:
        answers = await asyncio.gather(*(ask("192.0.2.10") for _ in range(RATE)))
        status, said = max(answers, key=lambda each: each[0])
    assert status == 429
    assert 1 <= int(said["Retry-After"]) <= 2
    assert said["RateLimit"] == f'"requests";r=0;t={said["Retry-After"]}'
    for address, key in (("192.0.2.11", NORTH), ("192.0.2.10", SOUTH), ("127.0.0.1", NORTH)):
        assert (await ask(address, key))[0] == 200
