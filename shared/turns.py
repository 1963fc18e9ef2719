"""Work that arrives in the same instant, spread over turns of the event loop.

A thousand requests at once are a thousand callbacks of one turn, and everybody else waits behind all of them. Here a
turn takes up a few. The others wait in a row for each client, and the clients take turns: who sends one request waits
behind one of each other client's, not behind the thousand.
"""

import asyncio
from collections import deque
from collections.abc import Callable

Work = Callable[[], None]


class Turns:
    """Begins a bounded number of pieces of work in a turn of the running event loop.

    Args:
        most: pieces begun in one turn.
    """

    def __init__(self, most: int) -> None:
        self._most = self._left = most
        self._rows: dict[str, deque[Work]] = {}
        self._renewing = False

    def run(self, client: str, work: Work) -> None:
        """Do `work` now if this turn has room and nobody waits, else in one of the next turns; a client's pieces stay
        in their order."""
        if self._left and not self._rows:
            self._left -= 1
            self._renew()
            work()
        else:
            self._rows.setdefault(client, deque()).append(work)

    def _renew(self) -> None:
        if not self._renewing:
            self._renewing = True
            asyncio.get_running_loop().call_soon(self._next)

    def _next(self) -> None:
        """A new turn has begun."""
        self._renewing = False
        self._left = self._most
        if self._rows:
            self._renew()  # first: whatever a piece of work raises, the others have their turn
        while self._left and self._rows:
            self._left -= 1
            client = next(iter(self._rows))
            row = self._rows.pop(client)
            work = row.popleft()
            if row:
                self._rows[client] = row  # behind the others
            work()
