"""The HTTP server of every service: aiohttp's, with the bounds that it leaves open.

A connection may stand idle, take long over its headers, or take nothing of its answer only for so long; there are only
so many, shared fairly between addresses. Requests that arrive in the same instant are begun a few in each turn of the
loop; their heads are small, and no body is unpacked. What is not even HTTP is refused in the API's form, without a word
of what was sent, and without a stack trace in the log: anybody could fill the disk with those.
"""

import asyncio
import functools
import os
import resource
import socket
from collections.abc import Callable
from typing import Any, ClassVar

from aiohttp import web

from shared.answers import Problem
from shared.fair_share import FairShare, Hold
from shared.logs import get_logger
from shared.messages import encode
from shared.settings import Settings, setting
from shared.turns import Turns

log = get_logger(__name__)

SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""On every answer."""
_OTHER_DESCRIPTORS = 256
"""Files and sockets of a process beside its clients': stores, logs, libraries."""
_BACKLOG = 4096
"""Connections that wait to be accepted, as far as the kernel allows; one that finds no room tries again after a second.
After a restart all event streams of a gateway come back at once."""
_ACCEPTED_IN_A_TURN = 8
"""Connections. uvloop accepts one from each listening handle in a turn of the loop, and a turn in which much is to be
done is long: by a single handle a busy gateway took up some hundred a second."""
_SEND_BUFFER = 256 * 1024
"""Bytes of an answer that the kernel takes for a connection; left to itself it takes megabytes for each that reads
nothing, and all of them at once."""
_WAITING_BYTES = 16 * 1024
"""Bytes that wait in a connection for the kernel to take more, beyond which its request waits for its client."""


_BEGUN_IN_A_TURN = 16
"""Requests; each is some 0.2 ms of work until it waits for something."""
_HEAD_BYTES = 16_384
"""Of a request, names and values together. The parser bounds single lines only, 128 of them, and an event stream keeps
its request's head twice for as long as it lasts."""


class HttpSettings(Settings):
    group: ClassVar[str] = "HTTP"
    http_idle_timeout: int = setting(
        15_000,
        "Longest a connection may stand idle between two requests, or take to send a request's headers. A proxy in "
        "front has to give its idle connections up earlier.",
        unit="ms",
        ge=100,
    )
    http_write_timeout: int = setting(
        10_000, "Longest a client may leave an answer unread before its connection is cut.", unit="ms", ge=100
    )


def refusal(status: int, slug: str, title: str, detail: str) -> web.Response:
    """An answer in the form of RFC 9457, after which the connection ends."""
    problem = Problem(type=f"/problems/{slug}", title=title, status=status, detail=detail)
    answer = web.Response(
        body=encode(problem), status=status, content_type="application/problem+json", headers=SECURITY_HEADERS
    )
    answer.force_close()
    return answer


class Connection(web.RequestHandler):
    """One client's connection.

    Args:
        connections: the bound on all of them.
        turns: those in which all of them begin requests.
        write_timeout: seconds.
        options: aiohttp's own.
    """

    __slots__ = ("_connections", "_head", "_hold", "_late", "_stalled", "_turns", "_write_timeout", "on_lost")

    def __init__(
        self, manager: web.Server, connections: FairShare, turns: Turns, write_timeout: float, **options: Any
    ) -> None:
        super().__init__(manager, loop=asyncio.get_running_loop(), **options)
        self._connections = connections
        self._turns = turns
        self._late = 0
        self._head = 0
        self._write_timeout = write_timeout
        self._stalled: asyncio.TimerHandle | None = None
        self._hold: Hold | None = None
        self.on_lost: Callable[[], None] | None = None
        """Called when the connection is lost, by the answer that is under way."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        peer = self.peername
        if isinstance(transport, asyncio.WriteTransport):
            transport.set_write_buffer_limits(high=_WAITING_BYTES)
        self._hold = Hold(str(peer[0]) if peer else "", self.abort)
        if not self._connections.take(self._hold):
            self.abort()

    def data_received(self, data: bytes) -> None:
        # What a request waits for that is being answered goes on at once, as does what aiohttp kept back itself.
        if not data or not (self._late or self._waiter or not self._request_count):
            super().data_received(data)
            return
        self._late += 1
        self._turns.run(self._hold.client if self._hold else "", lambda: self._take(data))
        if self._late:
            self._pause_transport_reading()

    def _take(self, data: bytes) -> None:
        """Parse what may begin a request; its turn has come."""
        self._late -= 1
        known = self._request_count
        super().data_received(data)
        # Its waiter stays until the request's task runs: what comes in between is body, and may be megabytes.
        waits = self._waiter is not None and not self._waiter.done()
        self._head = self._head + len(data) if self._request_count == known and waits else 0
        if self._head > _HEAD_BYTES:
            self.abort()
        elif not (self._late or self._reading_paused or self._buffer_paused):
            self._resume_transport_reading()

    def connection_lost(self, exc: BaseException | None) -> None:
        if self._hold:
            self._connections.release(self._hold)
        self._wait_for_writing(None)
        super().connection_lost(exc)
        if self.on_lost is not None:
            self.on_lost()

    def hand_over(self, protocol: asyncio.Protocol) -> tuple[asyncio.Transport, Callable[[], None]]:
        """Leave the connection to another protocol, for good. The answer that is under way has to end with a
        `ConnectionError`.

        Returns:
            Its transport, and what has to be called when it is lost.

        Raises:
            ConnectionResetError: it is lost.
        """
        transport, hold, self.on_lost = self.transport, self._hold, None
        if transport is None or transport.is_closing():
            raise ConnectionResetError("the connection is lost")
        self._hold = None
        transport.set_protocol(protocol)
        # To aiohttp this is a client that went away: it lets go of request, parser and tasks, and closes nothing.
        self.transport = None
        self.connection_lost(None)
        if hold is None:
            return transport, lambda: None
        hold.evict = transport.abort
        return transport, functools.partial(self._connections.release, hold)

    def abort(self) -> None:
        """End the connection at once; what was not sent is not sent."""
        if self.transport is not None:
            self.transport.abort()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._wait_for_writing(self._write_timeout)

    def resume_writing(self) -> None:
        self._wait_for_writing(None)
        super().resume_writing()

    def _wait_for_writing(self, seconds: float | None) -> None:
        if self._stalled is not None:
            self._stalled.cancel()
        self._stalled = self._loop.call_later(seconds, self.abort) if seconds is not None else None

    def work(self, *, begins: bool) -> None:
        """A request begins or ends."""
        if self._hold:
            self._hold.at_work = begins
            self._hold.move()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """The answer to what is no HTTP, or to what a handler let through."""
        if request.writer.output_size > 0 or isinstance(exc, ConnectionError):
            raise ConnectionError("the answer had begun, or nobody is there to take it")
        if status < 500:
            log.debug("refused what is no request", status=status, error=type(exc).__name__)
            return refusal(status, "bad-request", "Bad request", "This is not an HTTP request that can be understood.")
        log.error("request failed", exc_info=exc)
        return refusal(
            500, "internal", "Internal error", "Something went wrong on our side. The request can be tried again."
        )

    def log_exception(self, *args: Any, **kw: Any) -> None:
        """What goes wrong around a request: a body that a client spoilt and nobody waits for, or a fault of ours."""
        if isinstance(kw.get("exc_info"), web.RequestPayloadError):
            log.debug("a body is none")
        else:
            super().log_exception(*args, **kw)


class _Site(web.BaseSite):
    """Listening handles whose connections are `Connection`s."""

    def __init__(self, runner: web.AppRunner, host: str, port: int, make: Callable[[], Connection]) -> None:
        super().__init__(runner)
        self._host, self._port, self._make = host, port, make
        self._more: list[asyncio.Server] = []
        """Further handles of the same sockets."""

    @property
    def name(self) -> str:
        return f"http://{self._host}:{self._port}"

    async def start(self) -> None:
        await super().start()
        loop = asyncio.get_running_loop()
        options: dict[str, Any] = {"backlog": _BACKLOG, "start_serving": False}
        first = await loop.create_server(self._make, self._host, self._port, **options)
        self._server = first
        for each in first.sockets:
            # Each connection gets these from the socket it came in by, without being asked for them one by one.
            each.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER)
            each.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            for _ in range(_ACCEPTED_IN_A_TURN - 1):
                again = socket.socket(fileno=os.dup(each.fileno()))
                self._more.append(await loop.create_server(self._make, sock=again, **options))
        for server in (first, *self._more):
            await server.start_serving()

    async def stop(self) -> None:
        for each in self._more:
            each.close()
        await super().stop()


async def serve(app: web.Application, host: str, port: int, connections: int = 512) -> tuple[web.AppRunner, int]:
    """Serve `app`; returns its runner and the port it got.

    Args:
        connections: open at once. The limit of file descriptors is raised to what they need, where that is allowed.
    """
    settings = HttpSettings.load()
    runner = web.AppRunner(app, handle_signals=False, shutdown_timeout=2)
    await runner.setup()
    server = runner.server
    if server is None:
        raise RuntimeError("the runner has no server")
    handle = server.request_handler

    async def at_work(request: web.BaseRequest) -> web.StreamResponse:
        connection = request.protocol
        if not isinstance(connection, Connection):
            raise TypeError("not one of our connections")
        connection.work(begins=True)
        try:
            if sum(len(name) + len(value) for name, value in request.raw_headers) > _HEAD_BYTES:
                return refusal(431, "head-too-large", "Head too large", "The request's headers are too large together.")
            return await handle(request)
        except web.HTTPException as error:
            # What aiohttp refuses before the application is asked; its text repeats the request.
            if error.status < 400:
                raise
            return refusal(error.status, "bad-request", "Bad request", "The request was refused.")
        finally:
            connection.work(begins=False)

    server.request_handler = at_work
    turns = Turns(_BEGUN_IN_A_TURN)
    bound = FairShare(min(connections, raise_descriptor_limit(connections + _OTHER_DESCRIPTORS) - _OTHER_DESCRIPTORS))

    def make() -> Connection:
        return Connection(
            server,
            bound,
            turns,
            settings.http_write_timeout / 1000,
            access_log=None,
            tcp_keepalive=False,  # the listening socket's
            keepalive_timeout=settings.http_idle_timeout / 1000,
            # A header field holds at most 8 kB by default; a file name of 5,000 characters gets our own answer.
            max_field_size=_HEAD_BYTES,
            # A few bytes would become megabytes before anybody is asked.
            auto_decompress=False,
        )

    await _Site(runner, host, port, make).start()
    return runner, int(runner.addresses[0][1])


def raise_descriptor_limit(needed: int) -> int:
    """Let this process hold `needed` file descriptors, as far as its hard limit allows; returns how many it may."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    unlimited = resource.RLIM_INFINITY
    if soft != unlimited and soft < needed:
        wanted = needed if hard == unlimited else min(needed, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        soft = wanted
    if soft != unlimited and soft < needed:
        log.warning("the limit of file descriptors is too low: fewer clients are let in", limit=soft, needed=needed)
    return needed if soft == unlimited else max(soft, 2 * _OTHER_DESCRIPTORS)
