"""A client has a few places, whatever others do."""

import asyncio

import pytest

from shared.places import Place, Places


async def test_a_client_waits_for_its_own_places_only() -> None:
    places = Places(2)
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
    places = Places(1)
    place = await places.take("a")
    waiting = asyncio.create_task(places.take("a"))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    place.give()
    assert places._rows == {}
