"""What arrives at once is spread over turns of the loop, fairly."""

import asyncio

import pytest

from shared.turns import Turns


@pytest.fixture
def done() -> list[str]:
    return []


async def test_a_turn_begins_so_many_and_the_next_ones_the_rest(done: list[str]) -> None:
    turns, seen = Turns(3), []
    for number in range(8):
        turns.run("a", lambda number=number: done.append(str(number)))  # type: ignore[misc]  # mypy: a default in a lambda
    for _ in range(4):
        seen.append(len(done))
        await asyncio.sleep(0)
    assert seen == [3, 6, 8, 8]
    assert done == [*"01234567"]


async def test_who_has_one_piece_waits_behind_one_of_each_other_client(done: list[str]) -> None:
    turns = Turns(1)
    for _ in range(100):
        turns.run("greedy", lambda: done.append("greedy"))
    turns.run("modest", lambda: done.append("modest"))
    for _ in range(3):
        await asyncio.sleep(0)
    assert done == ["greedy", "greedy", "modest", "greedy"]


async def test_a_quiet_turn_waits_for_nobody(done: list[str]) -> None:
    turns = Turns(1)
    for _ in range(3):
        turns.run("a", lambda: done.append("x"))
        assert done.pop() == "x"
        await asyncio.sleep(0)


async def test_a_piece_that_raises_keeps_nobody_from_their_turn(done: list[str]) -> None:
    raised: list[str] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: raised.append(repr(context["exception"])))
    turns = Turns(1)
    turns.run("a", lambda: done.append("first"))
    turns.run("a", lambda: done.remove("nothing"))
    turns.run("a", lambda: done.append("last"))
    for _ in range(3):
        await asyncio.sleep(0)
    assert done == ["first", "last"]
    assert raised == ["ValueError('list.remove(x): x not in list')"]
