"""Something of which there is only so much (bytes, connections, streams), shared fairly between those who want it.

As long as there is enough, everybody gets what they ask for. When there is none left, whoever has less than the
greediest takes from the greediest; so one client, however many requests it makes, uses up its own share and nobody
else's. Of its own it gets back only what stands idle.
"""

import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass, field

_IDLE_SECONDS = 1.0
"""What has not moved for this long may be taken from its own client."""
_LOOKED_AT = 32
"""Holds of a client that are looked at for an idle one: a refusal must cost less than what it refuses."""


@dataclass(eq=False, slots=True)
class Hold:
    """What one request or connection has of it."""

    client: str
    """Who it is of: tenant and address."""
    evict: Callable[[], None] | None = None
    """Ends it, so that what it holds comes free; None while it cannot be ended."""
    at_work: bool = False
    """Whether it is never idle."""
    amount: int = 0
    moved: float = field(default_factory=time.monotonic)
    """When it last moved."""
    evicted: bool = False

    def move(self) -> None:
        """Something of it went on."""
        self.moved = time.monotonic()


class FairShare:
    """Args:
    capacity: how much there is.
    """

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.total = 0
        # In the order in which they began.
        self._holds: dict[str, dict[Hold, None]] = {}
        self._amounts: dict[str, int] = {}

    def take(self, hold: Hold, amount: int = 1) -> bool:
        """Give a hold `amount` more, taking it from greedier ones if need be; False if there is none for it."""
        hold.move()
        while self.total + amount > self.capacity:
            victim = self._victim(hold, amount)
            if victim is None:
                return False
            evict = victim.evict
            self.release(victim)
            victim.evicted = True
            if evict:
                evict()
        self.add(hold, amount)
        return True

    def add(self, hold: Hold, amount: int) -> None:
        """Give a hold `amount` more, whether there is as much or not."""
        self._holds.setdefault(hold.client, {})[hold] = None
        hold.amount += amount
        self.total += amount
        self._amounts[hold.client] = self._amounts.get(hold.client, 0) + amount

    def release(self, hold: Hold) -> None:
        """Take back all that a hold has, for good. Twice is fine."""
        # It is kept by whose it is, and would keep them.
        hold.evict = None
        holds = self._holds.get(hold.client, {})
        if hold not in holds:
            return
        del holds[hold]
        self.total -= hold.amount
        self._amounts[hold.client] -= hold.amount
        hold.amount = 0
        if not holds:
            del self._holds[hold.client], self._amounts[hold.client]

    def _victim(self, hold: Hold, amount: int) -> Hold | None:
        greediest = max(self._amounts, key=self._amounts.__getitem__, default=hold.client)
        if greediest != hold.client and self._amounts[greediest] > self._amounts.get(hold.client, 0) + amount:
            # The newest: what it has been given so far is the least loss.
            newest_first = itertools.islice(reversed(self._holds[greediest]), _LOOKED_AT)
            return next((each for each in newest_first if each.evict), None)
        since = time.monotonic() - _IDLE_SECONDS
        own = itertools.islice(self._holds.get(hold.client, ()), _LOOKED_AT)
        return next((each for each in own if each.evict and not each.at_work and each.moved < since), None)
