"""An open event stream: a protocol of its own on its connection, until what it follows has ended, its client goes, or
it is cut off.

The hub hands frames to it and it writes them at once: it has no task, queue or timer that wakes for each. While its
client does not take what was written, frames wait, up to `SSE_BUFFER`; then, or when the client takes nothing for
`SSE_WRITE_TIMEOUT`, the stream is cut off, so that it delays nobody, and comes back with its last id.

::

    refused ◀── opening ──▶ live ◀──▶ paused          each of them ──▶ closed, once, for one reason

`answer.StreamAnswer` takes a stream from opening to live; what the kinds of streams tell is in `streams`.
"""

import asyncio
from collections.abc import Callable
from typing import cast

from services.gateway.context import Gateway
from services.gateway.metrics import STREAMS_CLOSED
from services.gateway.problems import ProblemError
from services.gateway.sse.frames import Frame, Piece
from shared.fair_share import Hold
from shared.http_server import Connection

_ORDERLY = frozenset(("ended", "stopping"))
"""Reasons for which the answer is ended as an answer is; for others the connection is cut."""


class EventStream(asyncio.Protocol):
    """What all event streams have in common.

    Args:
        gateway: whose stream it is.
        client: whose share it counts to.

    Raises:
        ProblemError: 503, too many are open.
    """

    __slots__ = ("_chunks", "_gateway", "_hold", "_lost", "_stalled", "_transport", "_waiting", "closed", "over")

    def __init__(self, gateway: Gateway, client: str) -> None:
        self._gateway = gateway
        self._transport: asyncio.Transport | None = None
        self._lost: Callable[[], None] | None = None
        self._chunks = True
        self._waiting: list[Frame] | None = []
        """Frames that are written later; None while they are written at once."""
        self._stalled: asyncio.TimerHandle | None = None
        self._hold = Hold(client, self._evict, at_work=True)
        self.closed = ""
        """Why, once it is."""
        self.over = False
        """Whether all that it follows has ended."""
        if not gateway.streams.take(self._hold):
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

    def go_live(self, connection: Connection, *, chunks: bool) -> None:
        """Take the connection over. From here on frames are written as they come, those first that came meanwhile.

        Args:
            chunks: whether the answer is in chunks of HTTP/1.1.

        Raises:
            ConnectionResetError: the connection is lost.
        """
        paused = connection.writing_paused
        self._transport, self._lost = connection.hand_over(self)
        self._chunks = chunks
        if self.closed:
            self._finish()
        elif self.over:
            self.close("ended")
        elif paused:
            self._wait_for_client()
        else:
            self._flush()

    def close(self, reason: str) -> None:
        """End the stream. Twice is fine: the first reason counts."""
        if self.closed:
            return
        self.closed, self._waiting = reason, []
        if reason != "refused":
            STREAMS_CLOSED.labels(reason).inc()
        if self._stalled is not None:
            self._stalled.cancel()
            self._stalled = None
        self._gateway.streams.release(self._hold)
        self._gateway.hub.remove(self)
        self._finish()

    def _finish(self) -> None:
        transport = self._transport
        if transport is None or transport.is_closing():
            return
        if self.closed not in _ORDERLY:
            transport.abort()
            return
        if self._chunks:
            transport.write(b"0\r\n\r\n")
        if transport.get_write_buffer_size():
            # What its client never reads would stay for ever.
            asyncio.get_running_loop().call_later(self._gateway.settings.sse_write_timeout / 1000, transport.abort)
        transport.close()

    def _evict(self) -> None:
        self.close("room")

    # --- what the hub tells it ------------------------------------------------------------------------------------

    def put(self, frame: Frame) -> None:
        """Take a frame: written at once, or kept while the client does not take more."""
        if self.closed:
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

    # --- what the connection tells it -----------------------------------------------------------------------------

    def data_received(self, data: bytes) -> None:
        """Nothing belongs here: the answer is the connection's last."""

    def pause_writing(self) -> None:
        if not self.closed:
            self._wait_for_client()

    def resume_writing(self) -> None:
        if self._stalled is not None:
            self._stalled.cancel()
            self._stalled = None
        if not self.closed:
            self._flush()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._lost:
            self._lost()
        self.close("client")

    def _wait_for_client(self) -> None:
        self._waiting = self._waiting or []
        seconds = self._gateway.settings.sse_write_timeout / 1000
        self._stalled = asyncio.get_running_loop().call_later(seconds, self.close, "slow")

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
        transport = cast("asyncio.Transport", self._transport)
        if not transport.is_closing():
            transport.write(piece.chunk if self._chunks else piece.raw)
