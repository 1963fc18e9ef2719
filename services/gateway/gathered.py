"""Lookups that share a call: those that are asked for while one is under way go together in the next.

One lookup alone goes at once. After a call the next one waits a moment for company: a call costs as much as a dozen
lookups in it, and of ten thousand that come together, as after the restart of a gateway, a few dozen calls are made.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")

_MOST = 256
"""Keys of one call: bounds how long a server works for it, and how long its answer takes to read."""
_COMPANY_SECONDS = 0.005
"""Between two calls: at 2,000 streams that open in a second, ten share one."""


class Gathered(Generic[K, V]):
    """Args:
    load: looks up several keys; one that its answer lacks has the value None.
    most: keys of one call.
    """

    def __init__(self, load: Callable[[list[K]], Awaitable[dict[K, V]]], most: int = _MOST) -> None:
        self._load = load
        self._most = most
        self._waiting: dict[K, list[asyncio.Future[V | None]]] = {}
        self._loading: asyncio.Task[None] | None = None

    async def get(self, key: K) -> V | None:
        """The value of a key, or None. Raises what the call raises."""
        found: asyncio.Future[V | None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(key, []).append(found)
        if self._loading is None or self._loading.done():
            # A task of its own: who asked first may go away.
            self._loading = asyncio.create_task(self._load_all(), name="lookups")
        return await found

    async def _load_all(self) -> None:
        # Who asks in the same turn of the event loop goes along.
        await asyncio.sleep(0)
        while self._waiting:
            batch = {key: self._waiting.pop(key) for key in list(self._waiting)[: self._most]}
            try:
                loaded = await self._load(list(batch))
            except Exception as error:  # noqa: BLE001 - whatever it is, those who asked get it
                for waiting in batch.values():
                    for each in waiting:
                        if not each.done():
                            each.set_exception(error)
                continue
            for key, waiting in batch.items():
                for each in waiting:
                    # Who asked may have gone away.
                    if not each.done():
                        each.set_result(loaded.get(key))
            if len(self._waiting) < self._most:
                await asyncio.sleep(_COMPANY_SECONDS)
