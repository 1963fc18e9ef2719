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
        self._waiting: deque[asyncio.Future[None]] = deque()

    async def take(self, most: int, seconds: float = math.inf) -> int:
        """Take up to `most`, as many as are free, waiting for the first; returns how many, 0 if none was in time."""
        if self.free and not self._waiting:
            return self._grab(most)
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            async with asyncio.timeout(None if seconds == math.inf else seconds):
                await turn
        except TimeoutError:
            # It may have been served in the very moment; what is free then is taken all the same.
            pass
        finally:
            self._waiting.remove(turn)
            if asyncio.current_task().cancelling():  # type: ignore[union-attr] # a coroutine runs in a task
                self._wake()
        # Not when the first became free, but now: what ended in the same turn of the loop makes one fetch, not many.
        taken = self._grab(most) if turn.done() and not turn.cancelled() else 0
        self._wake()
        return taken

    def give(self, count: int = 1) -> None:
        """Give back."""
        self.free += count
        self._wake()

    def _wake(self) -> None:
        """Let the first who waits go on, if something is free."""
        if self.free and self._waiting and not self._waiting[0].done():
            self._waiting[0].set_result(None)

    def _grab(self, most: int) -> int:
        taken = min(self.free, most)
        self.free -= taken
        return taken
