"""The slots of a process: first come, first served, and none is lost."""

import asyncio

from shared.slots import Slots


async def test_as_many_as_are_free_are_taken() -> None:
    slots = Slots(3)
    assert await slots.take(2) == 2
    assert await slots.take(5) == 1
    assert slots.free == 0
    assert await slots.take(1, 0.01) == 0


async def test_who_waits_is_served_in_turn() -> None:
    slots, order = Slots(1), list[str]()
    assert await slots.take(1) == 1

    async def one(name: str) -> None:
        assert await slots.take(4) == 1
        order.append(name)
        slots.give()

    tasks = [asyncio.create_task(one(name)) for name in "abc"]
    await asyncio.sleep(0)
    slots.give()
    # Though one is free now, those who came first have it.
    assert await slots.take(1) == 1
    slots.give()
    await asyncio.gather(*tasks)
    assert order == ["a", "b", "c"]
    assert slots.free == 1


async def test_who_gives_up_or_is_cancelled_takes_none_along() -> None:
    slots = Slots(1)
    assert await slots.take(1) == 1
    late = asyncio.create_task(slots.take(1, 0.01))
    cancelled = asyncio.create_task(slots.take(1))
    assert await late == 0
    await asyncio.sleep(0)
    cancelled.cancel()
    slots.give()
    await asyncio.wait([cancelled])
    assert slots.free == 1
    # Cancelled in the very moment in which it was served.
    assert await slots.take(1) == 1
    served = asyncio.create_task(slots.take(1))
    await asyncio.sleep(0)
    slots.give()
    served.cancel()
    await asyncio.wait([served])
    assert slots.free == 1


async def test_what_becomes_free_in_one_turn_is_taken_at_once() -> None:
    slots = Slots(3)
    assert await slots.take(3) == 3
    waiting = asyncio.create_task(slots.take(3))
    await asyncio.sleep(0)
    for _ in range(3):
        slots.give()
    assert await waiting == 3


async def test_a_job_that_outlasts_its_turn_gives_its_slot_to_the_next() -> None:
    slots = Slots(1, overtime=1)
    assert await slots.take(1) == 1
    first = slots.begin()
    assert first.outlast()
    assert first.over
    assert await slots.take(1) == 1
    second = slots.begin()
    assert not second.outlast(), "as many are in overtime as may"
    assert slots.free == 0
    first.end()
    first.end()
    assert slots.free == 0, "it had no slot any more"
    assert second.outlast()
    second.end()
    assert (slots.free, slots.room) == (1, 1)
