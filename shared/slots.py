"""The slots of a process: how many jobs it runs at once, whoever brings them."""

import asyncio
import math
from collections import deque


class Slots:
    """One reservation for all that start jobs: each partition's fetch and reclaim, and the calls over HTTP. First come,
    first served; a slot is taken before a job is asked for, so that none waits behind another in a handler.

    Args:
        count: how many.
    """

    def __init__(self, count: int) -> None:
        self.free = count
        self.fetchers = 0
        """Workers that fetch for these slots; with more than one, none may hold a slot while it waits for a job."""
        self._waiting: deque[tuple[int, asyncio.Future[int]]] = deque()

    async def take(self, most: int, seconds: float = math.inf) -> int:
        """Take up to `most`, as many as are free, waiting for the first; returns how many, 0 if none was in time."""
        if self.free and not self._waiting:
            return self._grab(most)
        turn: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._waiting.append((most, turn))
        try:
            async with asyncio.timeout(None if seconds == math.inf else seconds):
                return await turn
        except TimeoutError:
            return turn.result() if turn.done() and not turn.cancelled() else 0
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.give(turn.result())
            raise
        finally:
            turn.cancel()

    def give(self, count: int = 1) -> None:
        """Give back."""
        self.free += count
        while self.free and self._waiting:
            most, turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(self._grab(most))

    def _grab(self, most: int) -> int:
        taken = min(self.free, most)
        self.free -= taken
        return taken
