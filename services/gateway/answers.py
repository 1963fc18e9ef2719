"""Answers on their way out: what those that their clients take slowly, or not at all, may hold together.

A large answer is written in chunks, the next when the one before is on its way, so that a client which does not read
holds a chunk of a picture and not all of it. The connection ends the one that takes nothing for too long
(`shared.http_server`).
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator

from aiohttp import web

from services.gateway.clients import client_of
from services.gateway.problems import Handler, busy
from services.gateway.settings import GatewaySettings
from shared.fair_share import FairShare, Hold

_CHUNK = 64 * 1024
_GOT_AT_ONCE = 8
"""Chunks that are got from the store at the same time."""
SMALL = 4096
"""Bytes of an answer that is not counted: thousands of clients that do not read hold thousands of these."""
_STREAMED = 3 * _CHUNK
"""Bytes that a streamed answer holds: a chunk from the store, one that is written, one that waits in the socket."""


class Answers:
    """All clients' answers.

    Args:
        settings: how much they may hold.
    """

    def __init__(self, settings: GatewaySettings) -> None:
        self._proxies = settings.proxies
        self._shares = FairShare(settings.answer_memory)
        # However many ask for pictures at once, the loop turns between a few of their chunks.
        self._getting = asyncio.Semaphore(_GOT_AT_ONCE)

    @contextlib.contextmanager
    def held(self, request: web.Request, amount: int) -> Iterator[Hold]:
        """Count `amount` bytes until the context ends. Raises a 503 problem if there is no room for them."""

        def abort() -> None:
            if request.transport is not None:
                request.transport.abort()

        hold = Hold(client_of(request, self._proxies), abort)
        if not self._shares.take(hold, amount):
            raise busy()
        try:
            yield hold
        finally:
            self._shares.release(hold)

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Count an answer that a handler made whole until its client has taken it; send a large one in chunks."""
        answer = await handler(request)
        body = answer.body if isinstance(answer, web.Response) else None
        if not isinstance(body, bytes) or len(body) <= SMALL or request.method == "HEAD":
            return answer
        with self.held(request, len(body)) as hold:
            if len(body) > _CHUNK:
                return await _send(request, answer, len(body), cut(body), hold)
            await answer.prepare(request)
            await answer.write_eof()
            return answer

    async def stream(
        self, request: web.Request, answer: web.StreamResponse, size: int, chunks: AsyncIterator[bytes]
    ) -> web.StreamResponse:
        """Send `chunks`, which are `size` bytes together, as an answer's body."""
        with self.held(request, _STREAMED) as hold:
            return await _send(request, answer, size, self._by_turns(chunks), hold)

    async def _by_turns(self, chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        while True:
            async with self._getting:
                chunk = await anext(chunks, None)
            if chunk is None:
                return
            yield chunk


async def _send(
    request: web.Request, like: web.StreamResponse, size: int, chunks: AsyncIterator[bytes], hold: Hold
) -> web.StreamResponse:
    answer = web.StreamResponse(status=like.status, headers=like.headers)
    answer.content_length = size
    await answer.prepare(request)
    if request.method == "HEAD":
        return answer
    try:
        async for chunk in chunks:
            await answer.write(chunk)
            hold.move()
        await answer.write_eof()
    except Exception as error:
        # Its head is sent: an end before its time is all that can still say that something is wrong.
        if request.transport is not None:
            request.transport.abort()
        raise ConnectionResetError("an answer broke off") from error
    return answer


async def cut(body: bytes) -> AsyncIterator[bytes]:
    """An answer's body in chunks."""
    view = memoryview(body)
    for at in range(0, len(body), _CHUNK):
        yield bytes(view[at : at + _CHUNK])
