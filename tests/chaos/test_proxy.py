"""Each weather does to a connection what it says."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.chaos.proxy import Door
from tests.waiting import patience


class Echo:
    """Answers each line with itself and remembers it."""

    def __init__(self) -> None:
        self.heard: asyncio.Queue[bytes] = asyncio.Queue()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            self.heard.put_nowait(line)
            writer.write(line)
        writer.close()


@pytest.fixture
async def echo() -> Echo:
    return Echo()


@pytest.fixture
async def door(echo: Echo) -> AsyncIterator[Door]:
    server = await asyncio.start_server(echo.serve, "127.0.0.1", 0)
    made = await Door(lambda: int(server.sockets[0].getsockname()[1])).open()
    yield made
    await made.close()
    server.close()


async def connect(door: Door) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection("127.0.0.1", door.port)
    writer.write(b"hello\n")
    assert await reader.readline() == b"hello\n"
    return reader, writer


async def around() -> None:
    """Some talks through a door of its own to an echo of its own: long enough for what passes to have arrived."""
    server = await asyncio.start_server(Echo().serve, "127.0.0.1", 0)
    other = await Door(lambda: int(server.sockets[0].getsockname()[1])).open()
    for _ in range(10):
        _, writer = await connect(other)
        writer.close()
    await other.close()
    server.close()


async def ended(reader: asyncio.StreamReader) -> bool:
    """Whether the connection ends now, by a reset or in good order."""
    try:
        return await reader.readline() == b""
    except ConnectionError:
        return True


async def test_clear(door: Door) -> None:
    _, writer = await connect(door)
    writer.close()


async def test_a_cut_resets_what_is_open_and_refuses_what_comes(door: Door) -> None:
    reader, writer = await connect(door)
    door.set("cut")
    assert await ended(reader)
    writer.close()
    reader, writer = await asyncio.open_connection("127.0.0.1", door.port)
    assert await ended(reader)
    writer.close()
    door.set("clear")
    _, writer = await connect(door)
    writer.close()


async def test_nothing_passes_a_black_hole_until_it_ends(door: Door, echo: Echo) -> None:
    reader, writer = await connect(door)
    await echo.heard.get()
    door.set("blackhole")
    writer.write(b"lost?\n")
    await around()
    assert echo.heard.empty()
    door.set("clear")
    assert await reader.readline() == b"lost?\n"
    writer.close()


async def test_a_mute_server_hears_and_is_not_heard(door: Door, echo: Echo) -> None:
    reader, writer = await connect(door)
    await echo.heard.get()
    door.set("mute")
    writer.write(b"do it\n")
    assert await echo.heard.get() == b"do it\n"
    hearing = asyncio.create_task(reader.readline())
    await around()
    assert not hearing.done()
    door.set("clear")
    assert await hearing == b"do it\n"
    writer.close()


async def test_a_delay_is_late(door: Door) -> None:
    reader, writer = await connect(door)
    door.set("delay")
    writer.write(b"late\n")
    begun = asyncio.get_running_loop().time()
    assert await reader.readline() == b"late\n"
    assert asyncio.get_running_loop().time() - begun >= 0.4  # a quarter of a second each way
    writer.close()


async def test_a_client_that_goes_away_in_a_black_hole_is_let_go(door: Door) -> None:
    _, writer = await connect(door)
    door.set("blackhole")
    writer.close()
    async with patience():
        await door.close()
