"""A TCP proxy with doors: one listening port for each process and server, whose weather can be made bad."""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Literal, TypeAlias

Weather: TypeAlias = Literal["clear", "cut", "blackhole", "mute", "delay"]

_CHUNK = 65_536
_DELAY_SECONDS = 0.25


class Door:
    """One listening port on loopback and the connections through it.

    Args:
        target: gives the port on loopback to which connections are carried, at the moment of each connection.
    """

    def __init__(self, target: Callable[[], int]) -> None:
        self._target = target
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._weather: Weather = "clear"
        self._requests = asyncio.Event()  # set: what the client says passes
        self._answers = asyncio.Event()  # set: what the server says passes
        self._requests.set()
        self._answers.set()
        self.port = 0

    async def open(self) -> "Door":
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def set(self, weather: Weather) -> None:
        """Change what happens to everything that passes from now on. What a black hole held back is let go when it
        ends, as packets that were sent again would arrive late."""
        self._weather = weather
        for gate, shut in ((self._requests, ("blackhole",)), (self._answers, ("blackhole", "mute"))):
            if weather in shut:
                gate.clear()
            else:
                gate.set()
        if weather == "cut":
            self._abort()

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
        self._abort()
        for task in list(self._tasks):
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)

    def _abort(self) -> None:
        for writer in list(self._writers):
            writer.transport.abort()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self._writers.add(writer)
        far: asyncio.StreamWriter | None = None
        try:
            if self._weather == "cut":
                raise ConnectionRefusedError
            far_reader, far = await asyncio.open_connection("127.0.0.1", self._target())
            self._writers.add(far)
            async with asyncio.TaskGroup() as both:
                both.create_task(self._carry(reader, far, self._requests))
                both.create_task(self._carry(far_reader, writer, self._answers))
        except* OSError:
            # Either side went away: the other is told so by the reset below.
            pass
        finally:
            for each in (writer, far):
                if each is not None:
                    self._writers.discard(each)
                    each.transport.abort()
            self._tasks.discard(task)

    async def _carry(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, gate: asyncio.Event) -> None:
        while data := await source.read(_CHUNK):
            await gate.wait()
            if self._weather == "delay":
                await asyncio.sleep(_DELAY_SECONDS)
            sink.write(data)
            await sink.drain()
        # A half-closed connection is none to these protocols: the end of one direction ends both. What was said
        # before the end still arrives.
        await gate.wait()
        with contextlib.suppress(OSError, RuntimeError):
            sink.write_eof()
        raise ConnectionResetError


class Proxy:
    """All doors to one server. While it is shut, nobody gets through, whatever the weather."""

    def __init__(self, target: Callable[[], int]) -> None:
        self._target = target
        self.doors: dict[str, Door] = {}

    async def door(self, name: str) -> Door:
        """The door of process `name`."""
        if name not in self.doors:
            self.doors[name] = await Door(self._target).open()
        return self.doors[name]

    def set_all(self, weather: Weather) -> None:
        for door in self.doors.values():
            door.set(weather)

    async def close(self) -> None:
        for door in self.doors.values():
            await door.close()
