"""Lookups that share a call: those that are asked for while one is under way go together in the next.

Nobody waits for a timer. One lookup alone goes at once; of ten thousand that come together, as after the restart of a
gateway, a few dozen calls are made.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")

_MOST = 256
"""Keys of one call: bounds how long a server works for it, and how long its answer takes to read."""


class Gathered(Generic[K, V]):
    """Args:
    load: looks up several keys; one that its answer lacks has the value None.
    """

    def __init__(self, load: Callable[[list[K]], Awaitable[dict[K, V]]]) -> None:
        self._load = load
        self._waiting: dict[K, asyncio.Future[V | None]] = {}
        self._loading: asyncio.Task[None] | None = None

    async def get(self, key: K) -> V | None:
        """The value of a key, or None. Raises what the call raises."""
        found = self._waiting.get(key)
        if found is None:
            found = self._waiting[key] = asyncio.get_running_loop().create_future()
        if self._loading is None or self._loading.done():
            # A task of its own: who asked first may go away.
            self._loading = asyncio.create_task(self._load_all(), name="lookups")
        return await asyncio.shield(found)

    async def _load_all(self) -> None:
        while self._waiting:
            batch = dict(list(self._waiting.items())[:_MOST])
            for key in batch:
                del self._waiting[key]
            try:
                loaded = await self._load(list(batch))
            except Exception as error:  # noqa: BLE001 - whatever it is, those who asked get it
                for future in batch.values():
                    future.set_exception(error)
                    # Who asked may have gone away; then nobody takes it.
                    future.exception()
            else:
                for key, future in batch.items():
                    future.set_result(loaded.get(key))
