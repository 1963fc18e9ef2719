"""Places of which each client has only a few, for work that all clients share something scarce for."""

import asyncio
from dataclasses import dataclass, field


@dataclass(eq=False)
class _Row:
    """One client's."""

    free: asyncio.Semaphore
    users: int = 0


@dataclass
class Places:
    """All clients' places.

    Args:
        most: that one client has.
    """

    most: int
    _rows: dict[str, _Row] = field(default_factory=dict)

    async def take(self, client: str) -> "Place":
        """Wait for one of a client's places, first come first served."""
        row = self._rows.setdefault(client, _Row(asyncio.Semaphore(self.most)))
        row.users += 1
        place = Place(self, client, row)
        try:
            await row.free.acquire()
        except BaseException:
            self.leave(client, row)
            raise
        return place

    def leave(self, client: str, row: _Row) -> None:
        """Somebody has gone; a client of whom nobody is there is forgotten."""
        row.users -= 1
        if not row.users:
            del self._rows[client]


class Place:
    """A place that was taken."""

    def __init__(self, places: Places, client: str, row: _Row) -> None:
        self._places, self._client, self._row = places, client, row
        self._given = False

    def give(self) -> None:
        """Give it back. Twice is fine."""
        if not self._given:
            self._given = True
            self._row.free.release()
            self._places.leave(self._client, self._row)
