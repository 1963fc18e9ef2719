"""One run of attacks, and what is counted beside each."""

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass

from tests.attack import files
from tests.attack.attacker import Strike, attacker
from tests.attack.attacks import ATTACKS, Size, Tried
from tests.attack.target import Target, innocent

_PAUSE = 0.05
"""Seconds between two of them."""


@dataclass
class Outcome:
    """What an attack did, and what it did to others."""

    name: str
    tried: Tried
    alone: float
    """Median seconds of an innocent's upload just before."""
    beside: float
    """The same, while the attack went on."""
    stall: float
    """Longest that the gateway's loop computed in one go, in seconds."""
    passed: float
    """Seconds that passed beside it."""
    doing: str
    """What it did then."""
    memory: int
    """Of the gateway, in bytes, just after."""

    @property
    def faults(self) -> int:
        """Answers that say that something of ours is broken."""
        return sum(count for status, count in self.tried.statuses.items() if status >= 500 and status != 503)


async def run(target: Target, size: Size, names: Iterable[str] = ATTACKS) -> list[Outcome]:
    """Make the attacks one after the other, each as often as `size` says; an innocent uploads before and beside each
    time, so that what else goes on on the machine is the same for both."""
    process = attacker()
    await process.start()
    try:
        return [await _outcome(target, size, name, process.call) for name in names]
    finally:
        await process.end()


async def _outcome(target: Target, size: Size, name: str, attack: Callable[[Strike], Awaitable[Tried]]) -> Outcome:
    aim, picture = target.aim, files.corpus()["PNG"]
    tried, alone, beside = Tried(), list[float](), list[float]()
    begun = time.monotonic()
    for _ in range(size.rounds):
        for _ in range(size.alone):
            alone.append(await innocent(aim, picture))
            await asyncio.sleep(_PAUSE)
        attacking = asyncio.ensure_future(attack(Strike(name, aim, size)))
        while not attacking.done():
            beside.append(await innocent(aim, picture))
            await asyncio.wait([attacking], timeout=_PAUSE)
        tried.add(await attacking)
    stall, passed, doing = target.longest_stall(begun)
    return Outcome(
        name, tried, statistics.median(alone), statistics.median(beside), stall, passed, doing, target.memory()
    )
