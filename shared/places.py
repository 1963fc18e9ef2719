"""Places of which each client has only a few, for work that all clients share something scarce for. A client who was
alone for a while has some more, until another one comes."""

import asyncio
import time
from dataclasses import dataclass, field

_ALONE_SECONDS = 1.0
"""How long nobody else must have come for a client to be alone."""


@dataclass(eq=False)
class _Row:
    """One client's."""

    taken: int = 0
    waiting: dict[asyncio.Future[None], None] = field(default_factory=dict)
    """In the order in which they came."""


class Places:
    """All clients' places.

    Args:
        most: that one client has.
        alone: that it has while no other comes.
    """

    def __init__(self, most: int, alone: int) -> None:
        self._few, self._many = most, alone
        self._rows: dict[str, _Row] = {}
        self._latest = ""
        self._since = time.monotonic()
        """When another client than the latest was there."""

    async def take(self, client: str) -> "Place":
        """Wait for one of a client's places, first come first served."""
        if client != self._latest:
            self._latest, self._since = client, time.monotonic()
        row = self._rows.setdefault(client, _Row())
        if row.taken < self._most(client) and not row.waiting:
            row.taken += 1
        else:
            turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            row.waiting[turn] = None
            try:
                await turn
            except BaseException:
                row.waiting.pop(turn, None)
                # Its turn may have come in the same moment.
                self._next(client, row, left=turn.done() and not turn.cancelled())
                raise
        return Place(self, client, row)

    def leave(self, client: str, row: _Row) -> None:
        """Somebody has gone; a client of whom nobody is there is forgotten."""
        self._next(client, row, left=True)

    def _next(self, client: str, row: _Row, *, left: bool) -> None:
        row.taken -= left
        while row.waiting and row.taken < self._most(client):
            turn = next(iter(row.waiting))
            del row.waiting[turn]
            if not turn.done():
                row.taken += 1
                turn.set_result(None)
        if not (row.taken or row.waiting):
            self._rows.pop(client, None)

    def _most(self, client: str) -> int:
        alone = client == self._latest and time.monotonic() - self._since > _ALONE_SECONDS
        return self._many if alone else self._few


class Place:
    """A place that was taken."""

    def __init__(self, places: Places, client: str, row: _Row) -> None:
        self._places, self._client, self._row = places, client, row
        self._given = False

    def give(self) -> None:
        """Give it back. Twice is fine."""
        if not self._given:
            self._given = True
            self._places.leave(self._client, self._row)
