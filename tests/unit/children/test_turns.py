"""Who has the next child: jobs in their turn before those in overtime, without leaving these behind for ever."""

import asyncio
import contextvars
from collections.abc import AsyncIterator

import pytest

from shared.children.pool import Children
from shared.slots import Slots
from tests.unit.children.target import TARGET, Did, Do
from tests.waiting import patience, until

Called = Children[Do, str, Did]


@pytest.fixture
def overtime() -> contextvars.Context:
    """What a job in overtime runs in."""
    context = contextvars.copy_context()
    assert context.run(Slots(0, overtime=1).begin).outlast()
    return context


@pytest.fixture
async def children() -> AsyncIterator[Called]:
    """One, and a spare one."""
    made: Called = Children(TARGET, 1, environment={}, spare=True)
    await made.start()
    yield made
    await made.end()


async def test_two_of_three_calls_that_wait_are_those_of_jobs_in_their_turn(overtime: contextvars.Context) -> None:
    children: Called = Children(TARGET, 1, environment={})
    await children.start()
    order: list[str] = []

    async def call(name: str) -> None:
        await children.call(Do("echo"))
        order.append(name)

    calls = [asyncio.create_task(call(f"long {number}"), context=overtime) for number in range(3)]
    calls += [asyncio.create_task(call(f"short {number}")) for number in range(5)]
    await asyncio.gather(*calls)
    await children.end()
    # The first found the child free.
    assert order == ["long 0", "short 0", "short 1", "long 1", "short 2", "short 3", "long 2", "short 4"]


async def test_a_job_in_its_turn_waits_for_none_in_overtime(children: Called, overtime: contextvars.Context) -> None:
    told = asyncio.Event()
    long = asyncio.create_task(children.call(Do("until stopped"), lambda _: told.set()), context=overtime)
    async with patience():
        await told.wait()
        assert len(children.pids) == 1
        # Only now another one is started; who is in overtime as well waits for its own.
        other = asyncio.create_task(children.call(Do("echo")), context=overtime)
        for _ in range(3):
            assert (await children.call(Do("echo", b"short"))).data == b"short"
    assert len(children.pids) == 2
    assert [long.done(), other.done()] == [False, False]
    long.cancel()
    async with patience():
        await other


async def test_who_no_longer_waits_takes_no_child_along(children: Called) -> None:
    calls = [asyncio.create_task(children.call(Do("echo"))) for _ in range(3)]
    await asyncio.sleep(0)
    calls[1].cancel()
    await asyncio.wait(calls)
    assert (await children.call(Do("echo", b"x"))).data == b"x"


async def test_of_jobs_in_overtime_the_first_goes_on_first() -> None:
    children: Called = Children(TARGET, 1, environment={})
    await children.start()
    slots, order = Slots(0, overtime=3), list[str]()

    async def call(name: str) -> None:
        await children.call(Do("echo"))
        order.append(name)

    jobs = [contextvars.copy_context() for _ in range(3)]
    for job in jobs:
        assert job.run(slots.begin).outlast()
    called = [("a 0", 0), ("c 0", 2), ("b 0", 1), ("a 1", 0), ("b 1", 1)]
    await asyncio.gather(*(asyncio.create_task(call(name), context=jobs[job]) for name, job in called))
    await children.end()
    assert order == ["a 0", "a 1", "b 0", "b 1", "c 0"]


async def test_what_waits_in_overtime_is_not_given_up_for_the_time_that_others_take(children: Called) -> None:
    slots, bounds, told = Slots(0, overtime=2), list[asyncio.Timeout](), asyncio.Event()

    async def job(what: str) -> None:
        slot = slots.begin()
        assert slot.outlast()
        async with asyncio.timeout(3600) as bound:
            slot.bound = bound
            bounds.append(bound)
            await children.call(Do(what), lambda _: told.set())

    first = asyncio.create_task(job("until stopped"))
    async with patience():
        await told.wait()
        second = asyncio.create_task(job("echo"))
        await until(lambda: len(bounds) == 2 and bounds[1].when() is None)
        assert bounds[0].when() is not None
        first.cancel()
        await second
    assert (bounds[1].when() or 0) > asyncio.get_running_loop().time()
