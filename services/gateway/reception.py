"""Bodies on their way in: how long they may take, and how many bytes of them are held.

Bytes are counted as they come, not as they are announced, so clients that send slowly hold next to nothing and keep
nobody out; one that is slower than a minimum is given up. When the bound is reached, an upload waits for room, unread;
one at a time may go over it, so that not all wait for each other.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable

from aiohttp import web

from services.gateway.clients import client_of
from services.gateway.problems import ProblemError, busy
from services.gateway.settings import GatewaySettings
from shared.fair_share import FairShare, Hold

_CHUNK = 1 << 20
"""More bytes than come at once: in smaller pieces a body would be copied once more, and cost more turns."""
_GRACE_SECONDS = 10.0
"""Before the minimum rate is asked for, and the longest silence."""
_WAITING = 64
"""Bodies that wait for room at once: each has up to 300 kB in its socket's buffer."""
_STILL_SECONDS = 1.0
"""One that may go over the bound and does not move for this long loses that."""


class Reception:
    """All clients' bodies.

    Args:
        settings: bounds of bytes, time and rate.
    """

    def __init__(self, settings: GatewaySettings) -> None:
        self._settings = settings
        self._shares = FairShare(settings.upload_memory)
        self._over: Hold | None = None
        self._freed = asyncio.Event()
        self._waiting = 0

    @property
    def held(self) -> int:
        """Bytes of all bodies."""
        return self._shares.total

    @contextlib.asynccontextmanager
    async def body(self, request: web.Request) -> AsyncIterator["Body"]:
        """The body of a request; what is held of it counts until the context ends."""
        hold = Hold(client_of(request, self._settings.proxies))
        try:
            yield Body(request, self, hold, self._settings)
        finally:
            self._shares.release(hold)
            if self._over is hold:
                self._over = None
            self._freed.set()

    async def room(self, hold: Hold, amount: int) -> None:
        """Wait until a body may hold `amount` bytes more. Raises a 503 problem if that takes too long."""
        give_up = time.monotonic() + self._settings.upload_wait / 1000
        while not (hold.evicted or self._shares.take(hold, amount)):
            if self._over is None or self._over is hold or self._over.moved < time.monotonic() - _STILL_SECONDS:
                self._over = hold
                self._shares.add(hold, amount)
                return
            if self._waiting >= _WAITING or time.monotonic() > give_up:
                raise busy()
            await self._change(min(_STILL_SECONDS, max(give_up - time.monotonic(), 0.01)))
        if hold.evicted:
            raise busy()

    async def _change(self, seconds: float) -> None:
        self._freed.clear()
        self._waiting += 1
        try:
            async with asyncio.timeout(seconds):
                await self._freed.wait()
        except TimeoutError:
            return  # the one over the bound may stand still by now
        finally:
            self._waiting -= 1


class Body:
    """One request's body."""

    def __init__(self, request: web.Request, reception: Reception, hold: Hold, settings: GatewaySettings) -> None:
        self._request = request
        self._reception = reception
        self._hold = hold
        self._settings = settings

    async def read(self, feed: Callable[[bytes], None]) -> None:
        """Give the body to `feed`, chunk by chunk.

        Raises:
            ProblemError: 408 if it comes too slowly, 503 if there is no room for it; and what `feed` raises.
        """
        loop = asyncio.get_running_loop()
        begun, received = loop.time(), 0
        longest = self._settings.upload_timeout / 1000
        try:
            async with asyncio.timeout_at(begun + _GRACE_SECONDS) as bound:
                self._hold.evict = lambda: bound.reschedule(loop.time())
                while chunk := await self._request.content.read(_CHUNK):
                    bound.reschedule(begun + longest)
                    await self._reception.room(self._hold, len(chunk))
                    received += len(chunk)
                    feed(chunk)
                    rated = begun + _GRACE_SECONDS + received / self._settings.upload_min_rate
                    bound.reschedule(min(begun + longest, rated, loop.time() + _GRACE_SECONDS))
        except TimeoutError:
            raise busy() if self._hold.evicted else _too_slow(longest) from None
        finally:
            # Read to its end, it is on its way to the store: nothing is won by giving it up.
            self._hold.evict = None


def _too_slow(seconds: float) -> ProblemError:
    return ProblemError(
        408,
        "upload-too-slow",
        "Upload too slow",
        f"The body came too slowly, or not within {seconds:g} seconds.",
        # What is left of the body is not read: the connection cannot carry another request.
        headers={"Connection": "close"},
    )
