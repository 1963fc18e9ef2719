"""How a request becomes an event stream: its answer writes the beginning and then leaves the connection to the stream.

Request, parser, tasks and the frames of handler and middlewares are let go then: of a stream that stays open for
minutes there remain its socket and a few kilobytes.
"""

import asyncio
import random

from aiohttp import HttpVersion11, web

from services.gateway.answers import SMALL
from services.gateway.clients import client_of
from services.gateway.context import GATEWAY
from services.gateway.problems import ProblemError
from services.gateway.sse.event_stream import EventStream
from services.gateway.sse.frames import Frame
from shared.http_server import Connection

_HEADERS = {
    "Content-Type": "text/event-stream; charset=utf-8",
    "Cache-Control": "no-cache, no-transform",
    "X-Accel-Buffering": "no",
}
_RETRY_MS = (500, 1500)
"""When a client comes back by itself: not all those of a gateway that is gone in the same instant."""


def client(request: web.Request) -> str:
    """Whose share a stream counts to."""
    return client_of(request, request.app[GATEWAY].settings.proxies)


class StreamAnswer(web.StreamResponse):
    """Args:
    request: that is answered.
    stream: gets the connection.
    told: the first events, which carry no frame's id.
    missed: what the client has not seen yet.
    """

    # With the first events, in one write: a write costs more than all else that is done for a stream. aiohttp has no
    # public name for it; without it, this says nothing and the head goes out alone.
    _send_headers_immediately = False

    def __init__(self, request: web.Request, stream: EventStream, told: bytes, missed: list[Frame]) -> None:
        super().__init__(headers=_HEADERS)
        # Nothing follows on the connection.
        self.force_close()
        self._request = request
        self._stream = stream
        first = bytearray(f"retry: {random.randint(*_RETRY_MS)}\n".encode() + told)
        for each in missed:
            if not stream.over and (piece := stream.accept(each)):
                first += piece.raw
        self._beginning = bytes(first)
        connection = request.protocol
        if not isinstance(connection, Connection):
            raise TypeError("not one of our connections")
        self._connection = connection
        connection.on_lost = lambda: stream.close("client")

    async def write_eof(self, data: bytes = b"") -> None:
        """Write the beginning and hand the connection over; aiohttp awaits this after the handler and its middlewares
        are through, and then takes the client for gone."""
        try:
            await self._begin()
            self._stream.go_live(self._connection, chunks=self._request.version >= HttpVersion11)
        except BaseException:
            self._stream.close("client")
            raise
        raise ConnectionResetError("the connection is an event stream's")

    async def _begin(self) -> None:
        gateway, size = self._request.app[GATEWAY], len(self._beginning)
        if size <= SMALL:
            # Its connection bounds how long the kernel may take; a timer for each would be nothing more.
            await self.write(self._beginning)
            return
        try:
            with gateway.answers.held(self._request, size):
                async with asyncio.timeout(gateway.settings.sse_write_timeout / 1000):
                    await self.write(self._beginning)
        except TimeoutError:
            self._give_up("slow")
        except ProblemError:
            self._give_up("room")

    def _give_up(self, reason: str) -> None:
        self._stream.close(reason)
        self._connection.abort()
        raise ConnectionResetError(f"an event stream could not begin: {reason}")
