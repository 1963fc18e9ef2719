"""One run of attacks, and what is counted beside each."""

import asyncio
import time
from collections.abc import Iterable
from dataclasses import dataclass

from tests.attack import files
from tests.attack.attacks import ATTACKS, Size, Tried
from tests.attack.target import Target, innocent


@dataclass
class Outcome:
    """What an attack did, and what it did to others."""

    name: str
    tried: Tried
    seconds: float
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
    """Run the attacks one after the other; an innocent uploads before and beside each."""
    picture = files.corpus()["PNG"]
    outcomes: list[Outcome] = []
    await innocent(target, picture, 5)  # the first ones pay for connections to the stores
    for name in names:
        tried = Tried()
        alone = await innocent(target, picture, 9)
        begun = time.monotonic()
        attacking = asyncio.ensure_future(ATTACKS[name](target, size, tried))
        await asyncio.sleep(0.3)
        beside = await innocent(target, picture, 9)
        await attacking
        stall, passed, doing = target.longest_stall(begun)
        seconds = time.monotonic() - begun
        outcomes.append(Outcome(name, tried, seconds, alone, beside, stall, passed, doing, target.memory()))
    return outcomes
