"""Lookups that share a call."""

import asyncio

import pytest

from services.gateway.gathered import Gathered


async def test_what_is_asked_for_meanwhile_goes_together_in_the_next_call() -> None:
    calls: list[list[int]] = []
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def load(keys: list[int]) -> dict[int, str]:
        calls.append(keys)
        begun.set()
        await go_on.wait()
        return {key: str(key) for key in keys if key != 13}

    lookups = Gathered(load)
    first = asyncio.create_task(lookups.get(1))
    await begun.wait()
    others = [asyncio.create_task(lookups.get(key)) for key in (2, 3, 2, 13)]
    await asyncio.sleep(0)
    go_on.set()
    assert [await first, *await asyncio.gather(*others)] == ["1", "2", "3", "2", None]
    assert calls == [[1], [2, 3, 13]]


async def test_a_call_is_bounded() -> None:
    sizes: list[int] = []

    async def load(keys: list[int]) -> dict[int, int]:
        sizes.append(len(keys))
        return {key: key for key in keys}

    lookups = Gathered(load)
    assert await asyncio.gather(*map(lookups.get, range(1000))) == list(range(1000))
    assert max(sizes) <= 256


async def test_an_error_is_told_to_all_who_asked_and_the_next_call_is_made() -> None:
    broken = True

    async def load(keys: list[int]) -> dict[int, int]:
        if broken:
            raise ConnectionError("away")
        return {key: key for key in keys}

    lookups = Gathered(load)
    for result in await asyncio.gather(lookups.get(1), lookups.get(2), return_exceptions=True):
        assert isinstance(result, ConnectionError)
    broken = False
    assert await lookups.get(1) == 1


async def test_who_goes_away_takes_nothing_from_the_others() -> None:
    go_on = asyncio.Event()

    async def load(keys: list[int]) -> dict[int, int]:
        await go_on.wait()
        return {key: key for key in keys}

    lookups = Gathered(load)
    goes, stays = asyncio.create_task(lookups.get(1)), asyncio.create_task(lookups.get(1))
    await asyncio.sleep(0)
    goes.cancel()
    await asyncio.wait([goes])
    go_on.set()
    assert await stays == 1
    with pytest.raises(asyncio.CancelledError):
        await goes


async def test_what_is_asked_for_soon_after_a_call_goes_together(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[list[int]] = []
    over, turn = asyncio.Event(), asyncio.sleep

    async def pause(seconds: float) -> None:
        await (over.wait() if seconds else turn(0))

    async def load(keys: list[int]) -> dict[int, int]:
        calls.append(keys)
        return {key: key for key in keys}

    monkeypatch.setattr(asyncio, "sleep", pause)
    lookups = Gathered(load)
    assert await lookups.get(1) == 1
    second = asyncio.create_task(lookups.get(2))
    for _ in range(5):
        await turn(0)
    third = asyncio.create_task(lookups.get(3))
    await turn(0)
    over.set()
    assert [*await asyncio.gather(second, third)] == [2, 3]
    assert calls == [[1], [2, 3]]
