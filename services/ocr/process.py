"""Blocking native work in child processes that can be killed, for an asyncio parent.

A thread that hangs in native code cannot be ended, and one that crashes takes the process with it. Here the work runs
in a child: the parent only waits on a socket, so its event loop stays free, and what goes wrong costs one call.

    idle ──WORK──▶ working ──DONE or FAILED──▶ idle
                     │ the call is cancelled: STOP, and a second to end by itself
                     ├── it answers ─────────────────────────────────────────▶ idle
                     └── it does not, or it is gone: SIGKILL, a new child ──READY──▶ idle

Parent and child share a Unix socket of frames: 4 bytes of length, 1 of kind, then the body. A child ends when its
parent does, however that ends: it sees the socket close, and on Linux the kernel kills it even while it computes.
The child is a fresh interpreter (no fork of a process that has threads), which imports ``target`` ("package.module"),
calls its ``load() -> (greeting, work)`` and then ``work(body, news) -> body`` for each call, one at a time.
"""

import asyncio
import contextlib
import ctypes
import importlib
import os
import queue
import signal
import socket
import struct
import sys
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

from shared.logs import configure_logging, get_logger
from shared.settings import SettingError

log = get_logger(__name__)

News: TypeAlias = Callable[[bytes], None]
Work: TypeAlias = Callable[[bytes, News], bytes]
"""The child's side: from request to answer. It calls its second argument between steps, with a message for the parent
or with nothing; that call raises where the parent asked to stop."""

_HEAD = struct.Struct("!Ic")
_WORK, _STOP = b"W", b"S"
_READY, _NEWS, _DONE, _FAILED = b"R", b"N", b"D", b"F"
_MAX_FRAME = 512 * 1024 * 1024
_PR_SET_PDEATHSIG = 1
_ROOT = Path(__file__).parents[2]
_MALLOC = {"MALLOC_ARENA_MAX": "2", "MALLOC_MMAP_THRESHOLD_": "8388608", "MALLOC_TRIM_THRESHOLD_": "1048576"}
"""For glibc: the largest buffers of a model's run go back to the system at once, the others stay for its next layers,
which would pay for fresh pages otherwise (docs/ocr.md)."""


class ChildError(RuntimeError):
    """A call has no answer: the child died or its work raised. The text is for operators."""


class NotStarted(ChildError):
    """The child cannot load. The text is one sentence for operators."""


class NotTaken(ChildError):
    """The child was gone before it had the work: another one may do it."""


class Child:
    """One child process, started anew whenever the last one is gone."""

    def __init__(self, target: str, *, start_seconds: float = 120.0, stop_seconds: float = 1.0) -> None:
        """Args:
        target: module to import in the child.
        start_seconds: longest that loading may take.
        stop_seconds: how long a call that was given up may still work before it is killed.
        """
        self._target = target
        self._start_seconds, self._stop_seconds = start_seconds, stop_seconds
        self._process: asyncio.subprocess.Process | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._inbox: asyncio.Queue[tuple[bytes, bytes] | None] = asyncio.Queue()
        self._pump: asyncio.Task[None] | None = None
        self.busy = False
        """Whether a call was sent that has no final answer yet."""
        self.greeting = b""
        """What the child's load returned."""

    @property
    def pid(self) -> int:
        """Process id; 0 if none runs."""
        return self._process.pid if self._process and self._process.returncode is None else 0

    @property
    def well(self) -> bool:
        """Whether it can take a call now."""
        return bool(self.pid) and not self.busy and self._pump is not None and not self._pump.done()

    async def start(self) -> None:
        """Start a child and wait until it has loaded. Raises `NotStarted`."""
        await self.end()
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                self._process = await asyncio.create_subprocess_exec(
                    sys.executable, "-m", __name__, self._target, str(theirs.fileno()), str(os.getpid()),
                    pass_fds=[theirs.fileno()], stdin=asyncio.subprocess.DEVNULL,
                    # Relative settings (folders) keep their meaning, so the child stays in our working directory.
                    env={**_MALLOC, **os.environ, "PYTHONPATH": os.pathsep.join([str(_ROOT), *filter(None, sys.path)])},
                )  # fmt: skip
                reader, self._writer = await asyncio.open_unix_connection(sock=ours)
            except BaseException as error:
                ours.close()  # a child that was just begun sees this and ends
                if isinstance(error, OSError):
                    raise NotStarted(f"A reading process cannot be started: {error.strerror or error}.") from error
                raise
        self._inbox = asyncio.Queue()
        self._pump = asyncio.create_task(_pump(reader, self._inbox))
        try:
            async with asyncio.timeout(self._start_seconds):
                kind, self.greeting = await self._next()
        except TimeoutError:
            await self.end()
            raise NotStarted(f"The reading process had not loaded after {self._start_seconds:g} s.") from None
        except ChildError as error:
            raise NotStarted(str(error)) from None
        except asyncio.CancelledError:
            self.kill()
            raise
        if kind != _READY:
            await self.end()
            raise NotStarted(self.greeting.decode(errors="replace"))
        self.busy = False

    async def call(self, body: bytes, on_news: Callable[[bytes], None]) -> bytes:
        """Have the child do one piece of work.

        If this is cancelled or raises, await `mend` before the next call.

        Args:
            body: what its ``work`` gets.
            on_news: called with each message that the work sends meanwhile.

        Raises:
            NotTaken: the child had died while it had nothing to do.
            ChildError: the work raised, or the child died.
        """
        if not self.well or self._writer is None:
            raise NotTaken("the reading process is gone")
        self.busy = True
        try:
            # Two writes: joining them would copy the picture.
            self._writer.write(_HEAD.pack(len(body), _WORK))
            self._writer.write(body)
            await self._writer.drain()
        except (ConnectionError, RuntimeError) as error:
            raise NotTaken(f"the reading process is gone: {error}") from error
        while True:
            kind, answer = await self._next()
            if kind == _NEWS:
                on_news(answer)
                continue
            self.busy = False
            if kind != _DONE:
                raise ChildError(answer.decode(errors="replace"))
            return answer

    async def mend(self) -> None:
        """Make the child ready for a call after one that was given up or failed. Raises `NotStarted`."""
        if self.busy and self.pid and self._writer is not None:
            with contextlib.suppress(TimeoutError, ChildError, ConnectionError, RuntimeError):
                self._writer.write(_HEAD.pack(0, _STOP))
                async with asyncio.timeout(self._stop_seconds):
                    while (await self._next())[0] == _NEWS:
                        pass
                self.busy = False
        if not self.well:
            await self.start()

    def kill(self) -> None:
        """Kill the child if there is one, whatever it is doing. Returns at once."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
        if self._writer is not None:
            self._writer.close()
        if self._pump is not None:
            self._pump.cancel()

    async def end(self) -> None:
        """Kill the child and wait until it is gone."""
        self.kill()
        if self._process is not None:
            await self._process.wait()
        self._process = self._writer = self._pump = None

    async def _next(self) -> tuple[bytes, bytes]:
        frame = await self._inbox.get()
        if frame is not None:
            return frame
        self._inbox.put_nowait(None)  # for whoever asks next
        code = None
        if self._process is not None:
            try:
                async with asyncio.timeout(10):  # a large process is long in ending on a machine short of memory
                    code = await self._process.wait()
            except TimeoutError:
                code = None  # it closed its socket and lives on; whoever mends it kills it
        raise ChildError(f"the reading process ended by itself ({_ending(code)})")


class Children:
    """Some children with the same target; each call takes one that is free."""

    def __init__(self, target: str, count: int, *, stop_seconds: float = 1.0) -> None:
        """Args:
        target, stop_seconds: as of `Child`.
        count: how many.
        """
        self._all = [Child(target, stop_seconds=stop_seconds) for _ in range(count)]
        self._free: asyncio.Queue[Child] = asyncio.Queue()
        self._mending: set[asyncio.Task[None]] = set()

    async def start(self) -> bytes:
        """Start all; gives the greeting. Raises `NotStarted`, and then none runs."""
        try:
            await asyncio.gather(*(child.start() for child in self._all))
        except BaseException:
            self.close()
            raise
        for child in self._all:
            self._free.put_nowait(child)
        return self._all[0].greeting

    @property
    def pids(self) -> list[int]:
        """Process ids of the children that run."""
        return [child.pid for child in self._all if child.pid]

    async def call(self, body: bytes, on_news: Callable[[bytes], None]) -> bytes:
        """`Child.call` on a free child, waiting for one; cancelling returns at once and frees the child behind it."""
        child = await self._free.get()
        try:
            try:
                return await child.call(body, on_news)
            except NotTaken:
                # It died while it had nothing to do, perhaps just now: nobody may have been told of that yet.
                await child.start()
                return await child.call(body, on_news)
        finally:
            if child.well:
                self._free.put_nowait(child)
            else:
                task = asyncio.create_task(self._mend(child))
                self._mending.add(task)
                task.add_done_callback(self._mending.discard)

    async def _mend(self, child: Child) -> None:
        pid, wait = child.pid, 1.0
        while True:
            try:
                await child.mend()
            except NotStarted as error:
                log.error("reading process cannot be replaced", error=str(error), again_in=wait)
                await asyncio.sleep(wait)
                wait = min(2 * wait, 30.0)
            else:
                break
        if child.pid != pid:
            log.warning("reading process replaced", old=pid, new=child.pid)
        self._free.put_nowait(child)

    def close(self) -> None:
        """Kill all children. Returns at once; no call may follow."""
        for task in self._mending:
            task.cancel()
        for child in self._all:
            child.kill()

    async def end(self) -> None:
        """The same, and wait until they are gone."""
        self.close()
        await asyncio.gather(*(child.end() for child in self._all))


async def _pump(reader: asyncio.StreamReader, inbox: asyncio.Queue[tuple[bytes, bytes] | None]) -> None:
    """Frames into `inbox`, then None. A task of its own: a cancelled call must not leave half a frame unread."""
    try:
        while True:
            size, kind = _HEAD.unpack(await reader.readexactly(_HEAD.size))
            if size > _MAX_FRAME:
                raise ConnectionError
            inbox.put_nowait((kind, await reader.readexactly(size)))
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        inbox.put_nowait(None)


def _ending(code: int | None) -> str:
    if code is None:
        return "its socket closed"
    try:
        return f"exit status {code}" if code >= 0 else signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"


# --- the child's side -----------------------------------------------------------------------------------------------


class _Stopped(BaseException):
    """The parent gave the call up. Not an `Exception`, so that no handler on its way takes it for a failure."""


class _Line:
    """The child's end of the socket."""

    def __init__(self, end: socket.socket) -> None:
        self._socket = end
        self._stop = threading.Event()
        self.requests: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        threading.Thread(target=self._listen, daemon=True, name="parent").start()

    def _listen(self) -> None:
        try:
            while True:
                size, kind = _HEAD.unpack(self._exactly(_HEAD.size))
                body = self._exactly(size)
                if kind == _WORK:
                    self._stop.clear()
                    self.requests.put(body)
                else:
                    self._stop.set()
        finally:
            os._exit(0)  # the parent is gone; nobody is left to compute for

    def _exactly(self, size: int) -> bytes:
        data = bytearray(size)
        view, at = memoryview(data), 0
        while at < size:
            got = self._socket.recv_into(view[at:])
            if not got:
                raise EOFError
            at += got
        return bytes(data)

    def send(self, kind: bytes, body: bytes) -> None:
        self._socket.sendall(_HEAD.pack(len(body), kind) + body)

    def news(self, body: bytes = b"") -> None:
        if self._stop.is_set():
            raise _Stopped
        if body:
            self.send(_NEWS, body)


def _die_with(parent: int) -> None:
    # Ctrl-C and a stop reach the whole group; the parent decides what is finished first, then closes the socket.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if sys.platform == "linux":
        # Computing in native code may hold the interpreter, so that the closed socket is not seen.
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        with contextlib.suppress(OSError):
            # Where memory runs out, the child goes, which costs a retry, and not the service.
            Path("/proc/self/oom_score_adj").write_text("500")
    if os.getppid() != parent:
        os._exit(0)  # it died before the line above


def _main(target: str, descriptor: int, parent: int) -> None:
    _die_with(parent)
    line = _Line(socket.socket(fileno=descriptor))
    try:
        configure_logging(target.split(".")[1])
        module = importlib.import_module(target)
        greeting, work = module.load()
    except (SettingError, ImportError, RuntimeError) as error:
        return line.send(_FAILED, str(error).encode())
    line.send(_READY, greeting)
    while True:
        body = line.requests.get()
        try:
            answer = work(body, line.news)
        except _Stopped:
            line.send(_FAILED, b"stopped")
        except Exception:  # noqa: BLE001  # whatever the work raises fails its own call; the parent logs it
            line.send(_FAILED, traceback.format_exc(limit=20).encode())
        else:
            line.send(_DONE, answer)


if __name__ == "__main__":
    _main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
