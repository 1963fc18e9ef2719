"""An open event stream: a response that lasts until what it follows has ended, its client goes, or it is cut off.

The hub hands frames to it and it writes them to its connection at once: it has no task, queue or timer that wakes for
each. While its client does not take what was written, frames wait, up to `SSE_BUFFER`; then, or when the client takes
nothing for `SSE_WRITE_TIMEOUT`, the stream is cut off, so that it delays nobody, and comes back with its last id.

::

    refused ◀── opening ──▶ live ◀──▶ paused          each of them ──▶ closed, once, for one reason
"""

import asyncio
import contextlib
import random
from collections.abc import Iterable

from aiohttp import HttpVersion11, web

from services.gateway.answers import SMALL
from services.gateway.clients import client_of
from services.gateway.context import GATEWAY
from services.gateway.metrics import STREAMS_CLOSED
from services.gateway.problems import ProblemError
from services.gateway.sse.cursor import Cursor
from services.gateway.sse.frames import Frame, Piece, connected, lines
from services.gateway.sse.watched import Watched
from shared.events import EventId, percentage_in
from shared.fair_share import Hold
from shared.http_server import Connection

_HEADERS = {
    "Content-Type": "text/event-stream; charset=utf-8",
    "Cache-Control": "no-cache, no-transform",
    "X-Accel-Buffering": "no",
}
_RETRY_MS = (500, 1500)
"""When a client comes back by itself: not all those of a gateway that is gone in the same instant."""
_ORDERLY = frozenset(("ended", "stopping", "refused"))
"""Reasons for which the answer is ended as an answer is; for others the connection is cut."""


class EventStream(web.StreamResponse):
    """What all event streams have in common.

    Args:
        request: that it answers; of a `shared.http_server.Connection`.

    Raises:
        ProblemError: 503, too many are open.
    """

    def __init__(self, request: web.Request) -> None:
        super().__init__(headers=_HEADERS)
        gateway = request.app[GATEWAY]
        self._request = request
        self._gateway = gateway
        self._chunked_coding = request.version >= HttpVersion11
        self._first = b""
        self._waiting: list[Frame] | None = []
        """Frames that are written later; None while they are written at once."""
        self._live = False
        self._stalled: asyncio.TimerHandle | None = None
        self._closed = asyncio.get_running_loop().create_future()
        self._ended_by = ""
        self._hold = Hold(client_of(request, gateway.settings.proxies), self._evict, at_work=True)
        self.over = False
        """Whether all that it follows has ended."""
        if isinstance(request.protocol, Connection):
            request.protocol.watcher = self
        if not gateway.streams.take(self._hold):
            self.close("refused")
            raise ProblemError(
                503,
                "too-many-streams",
                "Too many event streams",
                "Poll the document instead, or come back.",
                retry_after=5,
            )

    # --- what the kinds of streams differ in --------------------------------------------------------------------

    def accept(self, frame: Frame) -> Piece | None:
        """What to write of a frame; None where the client has it already."""
        raise NotImplementedError

    def heartbeat(self) -> Piece:
        """What shows that the stream lives."""
        raise NotImplementedError

    # --- its life -----------------------------------------------------------------------------------------------

    def begin(self, told: bytes, missed: list[Frame]) -> None:
        """Say how the stream begins; then return it from the request's handler.

        Args:
            told: the first events, which carry no frame's id.
            missed: what the client has not seen yet.
        """
        first = bytearray(f"retry: {random.randint(*_RETRY_MS)}\n".encode() + told)
        for each in missed:
            if not self.over and (piece := self.accept(each)):
                first += piece.raw
        self._first = bytes(first)

    async def write_eof(self, data: bytes = b"") -> None:
        """Write the stream to its end; aiohttp awaits this after the handler and its middlewares are through, so that
        an open stream keeps none of these in memory."""
        connection = self._request.protocol
        try:
            if isinstance(connection, Connection):
                connection.work(begins=True)
            await self._write_first()
            await self._closed
        finally:
            self.close("client")
            if isinstance(connection, Connection):
                connection.work(begins=False)
        await super().write_eof()

    async def _write_first(self) -> None:
        first, self._first = self._first, b""
        size = len(first)
        large = self._gateway.answers.held(self._request, size) if size > SMALL else contextlib.nullcontext()
        try:
            with large:
                async with asyncio.timeout(self._gateway.settings.sse_write_timeout / 1000):
                    await self.write(first)
        except TimeoutError:
            self.close("slow")
        except ProblemError:
            self.close("room")
        if self.over:
            self.close("ended")
        if not self._ended_by:
            self._live = True
            if not self._request.protocol.writing_paused:
                self._flush()

    def close(self, reason: str) -> None:
        """End the stream. Twice is fine: the first reason counts."""
        if self._ended_by:
            return
        self._ended_by, self._live, self._waiting = reason, False, []
        if reason != "refused":
            STREAMS_CLOSED.labels(reason).inc()
        if self._stalled is not None:
            self._stalled.cancel()
        self._gateway.streams.release(self._hold)
        self._gateway.hub.remove(self)
        if isinstance(self._request.protocol, Connection):
            self._request.protocol.watcher = None
        if reason not in _ORDERLY and self._request.transport is not None:
            self._request.transport.abort()
        if not self._closed.done():
            self._closed.set_result(None)

    def _evict(self) -> None:
        self.close("room")

    # --- what the hub and the connection tell it ------------------------------------------------------------------

    def put(self, frame: Frame) -> None:
        """Take a frame: written at once, or kept while the client does not take more."""
        if self._ended_by:
            return
        if self._waiting is None:
            self._send(frame)
        elif len(self._waiting) < self._gateway.settings.sse_buffer:
            self._waiting.append(frame)
        else:
            self.close("slow")

    def beat(self) -> None:
        """Show that the stream lives, unless more is written than its client takes."""
        if self._waiting is None:
            self._write(self.heartbeat())

    def paused(self) -> None:
        """The connection takes no more."""
        if self._live and self._waiting is None:
            self._waiting = []
            seconds = self._gateway.settings.sse_write_timeout / 1000
            self._stalled = asyncio.get_running_loop().call_later(seconds, self.close, "slow")

    def resumed(self) -> None:
        """The connection takes more again."""
        if self._stalled is not None:
            self._stalled.cancel()
            self._stalled = None
        if self._live:
            self._flush()

    def lost(self) -> None:
        """The connection is gone."""
        self.close("client")

    def _flush(self) -> None:
        waiting, self._waiting = self._waiting or [], None
        for at, each in enumerate(waiting):
            if self._waiting is not None:
                # Paused, or closed, by the one before.
                self._waiting += waiting[at:]
                return
            self._send(each)

    def _send(self, frame: Frame) -> None:
        piece = self.accept(frame)
        if piece is not None:
            self._write(piece)
        if self.over:
            self.close("ended")

    def _write(self, piece: Piece) -> None:
        transport = self._request.transport
        if transport is not None and not transport.is_closing():
            # Past aiohttp's writer, which would make a task wait and a chunk anew for each of its streams.
            transport.write(piece.chunk if self._chunked_coding else piece.raw)


class DocumentStream(EventStream):
    """The events of one document, under their own ids.

    Args:
        last: the id that the client has seen last.
    """

    def __init__(self, request: web.Request, watched: Watched, last: EventId) -> None:
        self.watched = watched
        self.last = last
        self._shown = percentage_in(last)
        super().__init__(request)

    def accept(self, frame: Frame) -> Piece | None:
        if frame.number <= self.last:
            return None
        self.last = frame.number
        shown = frame.at_least(self._shown)
        self._shown = shown.event.percentage or self._shown
        self.over = frame.event.final
        return shown.plain

    def heartbeat(self) -> Piece:
        return self.watched.heartbeat


class DocumentsStream(EventStream):
    """The events of several documents, under cursors.

    Args:
        ids: of the documents, in order.
        cursor: where the client is.
    """

    def __init__(self, request: web.Request, ids: list[str], cursor: Cursor) -> None:
        self.ids = ids
        self.cursor = cursor
        self._bits = {id_: 1 << at for at, id_ in enumerate(ids)}
        super().__init__(request)

    @property
    def seen(self) -> bool:
        """Whether the client has seen the end of each."""
        return self.cursor.ended == (1 << len(self.ids)) - 1

    def ended(self, id_: str) -> bool:
        """Whether the client has seen the end of one."""
        return bool(self.cursor.ended & self._bits[id_])

    def resume(self, under_way: Iterable[str]) -> None:
        """Forget the ends of documents that were put back to work since."""
        for id_ in under_way:
            self.cursor.ended &= ~self._bits[id_]

    def accept(self, frame: Frame) -> Piece | None:
        id_ = frame.event.document_id
        if self.cursor.behind(frame.partition, frame.number):
            return None
        if self.ended(id_):
            if frame.event.final or frame.partition is None:
                return None
            # Nothing follows an end on a partition's stream but a new beginning.
            self.resume([id_])
        if frame.partition is not None:
            self.cursor.positions[frame.partition] = frame.number
        if frame.event.final:
            self.cursor.ended |= self._bits[id_]
            self.over = self.seen
        return Piece(lines(str(self.cursor), frame.data))

    def heartbeat(self) -> Piece:
        return _ALIVE


class TenantStream(EventStream):
    """The events of all documents of a tenant, those that begin later among them, under cursors.

    Args:
        cursor: where the client is.
    """

    def __init__(self, request: web.Request, cursor: Cursor) -> None:
        self.cursor = cursor
        super().__init__(request)

    def accept(self, frame: Frame) -> Piece | None:
        if self.cursor.behind(frame.partition, frame.number):
            return None
        if frame.partition is not None:
            self.cursor.positions[frame.partition] = frame.number
        return Piece(lines(str(self.cursor), frame.data))

    def heartbeat(self) -> Piece:
        """With an id: what others' documents told is behind this stream as well, so that it is not looked through when
        the client comes back."""
        hub = self._gateway.hub
        for partition, number in hub.positions.items():
            self.cursor.positions[partition] = max(number, self.cursor.positions.get(partition, number))
        self.cursor.looked = max(hub.looked, self.cursor.looked or 0)
        return Piece(lines(str(self.cursor), b'{"type":"connected"}', b": heartbeat\n"))


_ALIVE = Piece(lines(None, b'{"type":"connected"}', b": heartbeat\n"))

__all__ = ["DocumentStream", "DocumentsStream", "EventStream", "TenantStream", "connected"]
