"""How long bodies may take, and how many bytes of them are held."""

import asyncio
from typing import Any

import pytest
from aiohttp.test_utils import make_mocked_request

from services.gateway import reception
from services.gateway.problems import ProblemError
from services.gateway.reception import Reception
from services.gateway.settings import GatewaySettings
from tests.waiting import PATIENCE, patience, until

KB = 1024


def sent(payload: Any, address: str = "192.0.2.1") -> Any:
    return make_mocked_request("POST", "/", payload=payload).clone(remote=address)


def stream(*chunks: bytes, ended: bool = True) -> asyncio.StreamReader:
    made = asyncio.StreamReader()
    for chunk in chunks:
        made.feed_data(chunk)
    if ended:
        made.feed_eof()
    return made


async def status(received: Reception, request: Any, feed: Any = None) -> int:
    """The status that reading a body ends with; 200 when all of it came."""
    async with received.body(request) as body:
        try:
            async with patience():
                await body.read(feed or (lambda chunk: None))
        except ProblemError as error:
            return error.problem.status
    return 200


async def test_a_silent_or_slow_body_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reception, "_GRACE_SECONDS", 0.2)
    received = Reception(GatewaySettings.load(upload_min_rate=1_000_000))
    assert await status(received, sent(stream(ended=False))) == 408
    dribbling = stream(ended=False)

    async def dribble() -> None:
        while True:
            dribbling.feed_data(b"x")
            await asyncio.sleep(0.02)

    drops = asyncio.create_task(dribble())
    assert await status(received, sent(dribbling)) == 408
    drops.cancel()
    assert await status(received, sent(stream(b"x" * 500_000))) == 200


async def test_slow_bodies_hold_what_they_sent_and_keep_nobody_out() -> None:
    received = Reception(GatewaySettings.load(upload_memory=64 * KB, upload_wait=0))
    slow = [asyncio.create_task(status(received, sent(stream(b"x" * 100, ended=False)))) for _ in range(200)]
    await asyncio.sleep(0)
    assert await status(received, sent(stream(b"x" * 40 * KB))) == 200
    for each in slow:
        each.cancel()


async def test_over_the_bound_one_goes_on_and_the_others_wait_for_it() -> None:
    received = Reception(GatewaySettings.load(upload_memory=64 * KB))
    bodies = [sent(stream(*[b"x" * 10 * KB] * 10)) for _ in range(5)]
    most = 0

    def feed(_: bytes) -> None:
        nonlocal most
        most = max(most, received.held)

    assert await asyncio.gather(*(status(received, each, feed) for each in bodies)) == [200] * 5
    assert most <= 164 * KB
    assert received.held == 0


async def test_who_has_less_takes_from_who_has_more() -> None:
    received = Reception(GatewaySettings.load(upload_memory=100 * KB, upload_wait=0))
    going_on = [stream(b"x" * 24 * KB, ended=False) for _ in range(4)]
    greedy = [asyncio.create_task(status(received, sent(each))) for each in going_on]
    await until(lambda: received.held == 96 * KB)
    assert await status(received, sent(stream(b"x" * 20 * KB), "192.0.2.2")) == 200
    done, _ = await asyncio.wait(greedy, timeout=PATIENCE, return_when=asyncio.FIRST_COMPLETED)
    assert [each.result() for each in done] == [503]
    for each in greedy:
        each.cancel()
