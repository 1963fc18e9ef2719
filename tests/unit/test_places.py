"""A client has a few places, whatever others do."""

import asyncio
from types import SimpleNamespace

import pytest

from shared.places import Place, Places


async def test_a_client_waits_for_its_own_places_only() -> None:
    places = Places(2, alone=2)
    first, _ = await places.take("a"), await places.take("a")
    third = asyncio.create_task(places.take("a"))
    await places.take("b")
    assert not third.done()
    first.give()
    first.give()
    assert isinstance(await third, Place)
    fourth = asyncio.create_task(places.take("a"))
    await asyncio.sleep(0)
    assert not fourth.done(), "a place that was given twice is one place"
    fourth.cancel()
    await asyncio.wait([fourth])


async def test_clients_who_have_gone_are_forgotten() -> None:
    places = Places(1, alone=1)
    place = await places.take("a")
    waiting = asyncio.create_task(places.take("a"))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    place.give()
    assert places._rows == {}


async def test_a_client_who_is_alone_has_more_until_another_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr("shared.places.time", SimpleNamespace(monotonic=lambda: now))
    places = Places(2, alone=3)
    taken = [await places.take("a"), await places.take("a")]
    more = [asyncio.create_task(places.take("a")) for _ in range(4)]
    await asyncio.sleep(0)
    assert not any(each.done() for each in more), "it has just come"
    now = 1.1
    taken.pop().give()
    await asyncio.sleep(0)
    assert [each.done() for each in more] == [True, True, False, False]
    other = await places.take("b")
    now = 1.2
    (await more[0]).give()
    await asyncio.sleep(0)
    assert not more[2].done(), "it has as many as it may beside another"
    (await more[1]).give()
    await asyncio.sleep(0)
    assert [each.done() for each in more] == [True, True, True, False]
    for each in (*taken, other, await more[2]):
        each.give()
    (await more[3]).give()
    assert places._rows == {}


async def test_a_turn_that_comes_to_who_goes_away_is_the_next_one_s() -> None:
    places = Places(1, alone=1)
    place = await places.take("a")
    first, second = (asyncio.create_task(places.take("a")) for _ in range(2))
    await asyncio.sleep(0)
    place.give()
    first.cancel()
    await asyncio.wait([first])
    (await second).give()
    assert places._rows == {}
