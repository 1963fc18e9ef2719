"""The bounds of the HTTP server of every service."""

import asyncio
import contextlib
import gzip
import itertools
import json
import os
import resource
import select
import socket
import subprocess
import sys
from collections.abc import AsyncIterator

import pytest
import uvloop
from aiohttp import web

from shared.http_server import Connection, serve
from tests.waiting import patience

TRY = """
import resource, sys
from shared.http_server import Connection, raise_descriptor_limit
hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (256, min(hard, int(sys.argv[1]))))
print(raise_descriptor_limit(2000), resource.getrlimit(resource.RLIMIT_NOFILE)[0])
"""


@pytest.mark.parametrize(("hard", "says"), [(4000, "2000 2000"), (1000, "1000 1000")])
def test_the_limit_of_file_descriptors_is_raised_or_said_to_be_too_low(hard: int, says: str) -> None:
    if resource.getrlimit(resource.RLIMIT_NOFILE)[1] < hard:
        pytest.skip("this machine allows too few")
    done = subprocess.run([sys.executable, "-c", TRY, str(hard)], check=True, capture_output=True, text=True)
    lines = done.stdout.splitlines()
    assert lines[-1] == says
    assert any("file descriptors is too low" in line for line in lines) == (hard < 2000)


@pytest.fixture
async def served(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[int, list[bytes]]]:
    """A server's port, and the bodies that its handler got. It closes no idle connection."""
    monkeypatch.setenv("HTTP_IDLE_TIMEOUT", "86400000")
    bodies: list[bytes] = []

    async def handle(request: web.Request) -> web.Response:
        bodies.append(await request.read())
        return web.Response()

    app = web.Application()
    app.router.add_route("*", "/", handle)
    runner, port = await serve(app, "127.0.0.1", 0)
    yield port, bodies
    await runner.cleanup()


async def asked(port: int, sent: bytes) -> bytes:
    """All that comes back until the other side ends the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(sent)
    async with patience():
        with contextlib.suppress(ConnectionResetError):
            return await reader.read()
    return b""


def head(*lines: bytes) -> bytes:
    return b"\r\n".join([b"PUT / HTTP/1.1", b"Host: localhost", b"Connection: close", *lines])


async def test_a_head_is_bounded_as_a_whole(served: tuple[int, list[bytes]]) -> None:
    port, _ = served
    few = [b"A: " + b"x" * 1000] * 10
    assert (await asked(port, head(*few) + b"\r\n\r\n")).startswith(b"HTTP/1.1 200 ")
    answer = await asked(port, head(*few * 2) + b"\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 431 ")
    assert b"application/problem+json" in answer


async def test_a_head_that_does_not_end_is_not_kept(served: tuple[int, list[bytes]]) -> None:
    """Hangs where it is: the other side waits for more."""
    port, _ = served
    assert await asked(port, head(*[b"A: " + b"x" * 1000] * 20)) == b""


async def test_a_body_that_follows_a_refusal_is_no_head(served: tuple[int, list[bytes]]) -> None:
    port, _ = served
    body = b"x" * 300_000
    answer = await asked(port, head(b"Expect: nonsense", b"Content-Length: %d" % len(body)) + b"\r\n\r\n" + body)
    assert answer.startswith(b"HTTP/1.1 417 ")


async def test_no_body_is_unpacked(served: tuple[int, list[bytes]]) -> None:
    port, bodies = served
    body = gzip.compress(b"x" * 1_000_000)
    await asked(port, head(b"Content-Encoding: gzip", b"Content-Length: %d" % len(body)) + b"\r\n\r\n" + body)
    assert bodies == [body]


async def test_requests_that_arrive_at_once_are_begun_in_several_turns(served: tuple[int, list[bytes]]) -> None:
    port, bodies = served
    writers = [(await asyncio.open_connection("127.0.0.1", port))[1] for _ in range(100)]
    for each in writers:
        # Sent now, while the loop does not turn.
        os.write(each.get_extra_info("socket").fileno(), head() + b"\r\n\r\n")
    begun = [0]
    async with patience():
        while begun[-1] < len(writers):
            await asyncio.sleep(0)
            begun.append(len(bodies))
    assert max(after - before for before, after in itertools.pairwise(begun)) <= 16
    for each in writers:
        each.close()


def connect(port: int, count: int) -> list[socket.socket]:
    """Connections that are made while nobody accepts."""
    made = [socket.socket() for _ in range(count)]
    for each in made:
        each.setblocking(False)
        each.connect_ex(("127.0.0.1", port))
    return made


def test_connections_that_come_at_once_find_room_and_are_taken_up_in_a_few_turns() -> None:
    """On the services' event loop. One that finds no room in the kernel's queue tries again after a second, then three;
    and uvloop accepts one for each listening handle in a turn."""

    async def turns() -> int:
        runner, port = await serve(web.Application(), "127.0.0.1", 0)
        made = connect(port, 200)
        assert runner.server
        try:
            assert len(select.select([], made, [], 0)[1]) == len(made)
            for turn in range(1000):
                if len(runner.server.connections) == len(made):
                    return turn
                await asyncio.sleep(0)
            return 1000
        finally:
            for each in made:
                each.close()
            await runner.cleanup()

    assert uvloop.run(turns()) <= 60


async def test_nothing_listens_any_more_once_the_server_is_stopped() -> None:
    runner, port = await serve(web.Application(), "127.0.0.1", 0)
    await runner.cleanup()
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", port)


async def test_a_body_on_a_connection_that_was_used_before_is_no_head(
    served: tuple[int, list[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Connection] = []
    real = Connection.connection_made

    def connection_made(self: Connection, transport: asyncio.BaseTransport) -> None:
        made.append(self)
        real(self, transport)

    monkeypatch.setattr(Connection, "connection_made", connection_made)
    port, bodies = served
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    async with patience():
        writer.write(b"PUT / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n")
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200")
        # Head and body before the request's task has had a turn of the loop.
        (connection,) = made
        connection.data_received(head(b"Content-Length: 100000", b"", b""))
        for _ in range(5):
            connection.data_received(bytes(20_000))
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200")
    assert bodies == [b"", bytes(100_000)]
    writer.close()


async def test_what_the_kernel_takes_of_an_answer_is_bounded_and_a_client_that_is_gone_is_noticed() -> None:
    async def handle(request: web.Request) -> web.Response:
        assert request.transport is not None
        connected = request.transport.get_extra_info("socket")
        options = [connected.getsockopt(socket.SOL_SOCKET, each) for each in (socket.SO_SNDBUF, socket.SO_KEEPALIVE)]
        return web.json_response(options)

    app = web.Application()
    app.router.add_get("/", handle)
    runner, port = await serve(app, "127.0.0.1", 0)
    answer = await asked(port, b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    await runner.cleanup()
    buffer, kept_alive = json.loads(answer.rpartition(b"\r\n")[2])
    # Linux tells twice what it was given.
    assert buffer in (256 * 1024, 512 * 1024)
    assert kept_alive
