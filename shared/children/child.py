"""One child process, as its parent sees it."""

import asyncio
import contextlib
import os
import signal
import socket
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Generic

import msgspec

from shared.children.protocol import (
    BEGUN,
    CPU,
    DONE,
    HEAD,
    NEWS,
    READY,
    STOP,
    TOO_LARGE,
    WORK,
    Answer,
    ChildError,
    ChildGoneError,
    ChildStartError,
    Limits,
    News,
    NotTakenError,
    OverLimitError,
    Request,
    Target,
    WorkError,
)

_MAX_FRAME = 512 * 1024 * 1024
_ROOT = Path(__file__).parents[2]
_INSIDE = "shared.children.inside"
_ABORTS = (-signal.SIGABRT, -signal.SIGTRAP, -signal.SIGILL)
"""How libraries in C end a process that gets no memory."""


class Child(Generic[Request, News, Answer]):
    """One child process, started anew whenever the last one is gone."""

    def __init__(
        self,
        target: Target[Request, News, Answer],
        *,
        environment: Mapping[str, str],
        limits: Limits | None = None,
        start_seconds: float = 120.0,
        stop_seconds: float = 1.0,
    ) -> None:
        """Args:
        target: the work.
        environment: all that the child is told: never our own, which holds keys that the bytes it reads might ask for.
        limits: of each call and of the process.
        start_seconds: longest that loading may take.
        stop_seconds: how long a call that was given up may still work before it is killed.
        """
        self._target = target
        self._limits = limits or Limits()
        self._environment = environment
        self._start_seconds, self._stop_seconds = start_seconds, stop_seconds
        self._encode = msgspec.msgpack.Encoder().encode
        self._to_answer = msgspec.msgpack.Decoder(target.answer).decode
        self._to_news = msgspec.msgpack.Decoder(target.news).decode
        self._process: asyncio.subprocess.Process | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._inbox: asyncio.Queue[tuple[bytes, bytes] | None] = asyncio.Queue()
        self._pump: asyncio.Task[None] | None = None
        self._loaded_memory = 0
        self.busy = False
        """Whether a call was sent that has no final answer yet."""
        self.greeting = ""
        """What the child's load returned."""

    @property
    def pid(self) -> int:
        """Process id; 0 if none runs."""
        return self._process.pid if self._process and self._process.returncode is None else 0

    @property
    def well(self) -> bool:
        """Whether it can take a call now."""
        return bool(self.pid) and not self.busy and self._pump is not None and not self._pump.done()

    @property
    def overgrown(self) -> bool:
        """Whether it holds on to more memory than an idle child may."""
        most = self._limits.kept_memory
        return most is not None and _resident(self.pid) - self._loaded_memory > most

    async def start(self) -> None:
        """Start a child and wait until it has loaded. Raises `ChildStartError`."""
        await self.end()
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                self._process = await asyncio.create_subprocess_exec(
                    sys.executable, "-m", _INSIDE, self._target.module, str(theirs.fileno()), str(os.getpid()),
                    str(self._limits.memory or 0), str(self._limits.nice),
                    pass_fds=[theirs.fileno()], stdin=asyncio.subprocess.DEVNULL,
                    # Ctrl-C reaches the group of a terminal, also while the child is not yet ready to ignore it.
                    start_new_session=True,
                    # Relative settings (folders) keep their meaning, so the child stays in our working directory.
                    env={**self._environment, "PYTHONPATH": os.pathsep.join([str(_ROOT), *filter(None, sys.path)])},
                )  # fmt: skip
                reader, self._writer = await asyncio.open_unix_connection(sock=ours)
            except BaseException as error:
                ours.close()  # a child that was just begun sees this and ends
                if isinstance(error, OSError):
                    sentence = f"A process of {self._target.module} cannot be started: {error.strerror or error}."
                    raise ChildStartError(sentence) from error
                raise
        self._inbox = asyncio.Queue()
        self._pump = asyncio.create_task(_pump(reader, self._inbox))
        try:
            async with asyncio.timeout(self._start_seconds):
                kind, body = await self._next()
        except TimeoutError:
            await self.end()
            sentence = f"The process of {self._target.module} had not loaded after {self._start_seconds:g} s."
            raise ChildStartError(sentence) from None
        except ChildError as error:
            raise ChildStartError(str(error)) from None
        except asyncio.CancelledError:
            self.kill()
            raise
        if kind != READY:
            await self.end()
            raise ChildStartError(body.decode(errors="replace"))
        self.greeting = msgspec.msgpack.decode(body, type=str)
        self._loaded_memory = _resident(self.pid)
        self.busy = False

    async def call(
        self, request: Request, on_news: Callable[[News], None] | None = None, *, cpu_seconds: int | None = None
    ) -> Answer:
        """Have the child do one piece of work.

        If this is cancelled or raises, await `mend` before the next call.

        Args:
            request: what its work gets.
            on_news: called with each message that the work sends meanwhile.
            cpu_seconds: of this call, instead of the limits'.

        Raises:
            NotTakenError: the child had died while it had nothing to do, or was dying.
            ChildGoneError: it died of this, or was killed after the limits' wall-clock time.
            OverLimitError: it asks for more processor time or memory than it may take.
            WorkError: the work raised.
        """
        if not self.well:
            raise NotTakenError("the child is gone")
        self.busy, begun = True, False
        try:
            async with asyncio.timeout(self._limits.seconds):
                await self._send(request, self._limits.cpu_seconds if cpu_seconds is None else cpu_seconds)
                while True:
                    kind, body = await self._next()
                    if kind == BEGUN:
                        begun = True
                    elif kind != NEWS:
                        break
                    elif on_news is not None:
                        on_news(self._to_news(body))
            answer: Answer | None = self._to_answer(body) if kind == DONE else None
        except TimeoutError:
            self.kill()
            raise ChildGoneError(f"the child was killed after {self._limits.seconds:g} s without an answer") from None
        except msgspec.DecodeError as error:
            self.kill()
            raise ChildGoneError(f"the child was killed for an answer that is none: {error}") from None
        except ChildError as error:
            if begun:
                raise
            # Killed while it was idle, it may still be dying: its socket takes what nobody will read.
            raise NotTakenError(f"the child was gone before it began: {error}") from error
        if kind == TOO_LARGE:
            self.kill()  # what it still holds is not known
            raise OverLimitError("the child would have taken more memory than it may")
        self.busy = False
        if answer is None:
            raise WorkError(body.decode(errors="replace"))
        return answer

    async def mend(self) -> None:
        """Make the child ready for a call after one that was given up or failed. Raises `ChildStartError`."""
        if self.busy and self.pid and self._writer is not None and self._stop_seconds:
            with contextlib.suppress(TimeoutError, ChildError, ConnectionError, RuntimeError):
                self._writer.write(HEAD.pack(0, STOP))
                async with asyncio.timeout(self._stop_seconds):
                    while (await self._next())[0] in (BEGUN, NEWS):
                        pass
                self.busy = False
        if not self.well or self.overgrown:
            await self.start()

    def give_up(self) -> None:
        """Free the core that a call takes which was given up, at once if it gets no time to end by itself."""
        if self.busy and not self._stop_seconds:
            self.kill()

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

    async def _send(self, request: Request, cpu_seconds: int | None) -> None:
        if self._writer is None:
            raise NotTakenError("the child is gone")
        body = self._encode(request)
        try:
            # Two writes: joining them would copy the picture.
            self._writer.write(HEAD.pack(CPU.size + len(body), WORK) + CPU.pack(cpu_seconds or 0))
            self._writer.write(body)
            await self._writer.drain()
        except (ConnectionError, RuntimeError) as error:
            raise NotTakenError(f"the child is gone: {error}") from error

    async def _next(self) -> tuple[bytes, bytes]:
        frame = await self._inbox.get()
        if frame is not None:
            return frame
        self._inbox.put_nowait(None)  # for whoever asks next
        code = None
        if self._process is not None:
            with contextlib.suppress(TimeoutError):
                # In vain where it closed its socket and lives on; whoever mends it kills it. Not at once: a large
                # process is long in ending on a machine short of memory.
                async with asyncio.timeout(10):
                    code = await self._process.wait()
        raise self._ending(code)

    def _ending(self, code: int | None) -> ChildError:
        """What a child's exit status means for its call; None where it lives and has closed its socket."""
        if code == -signal.SIGXCPU:
            return OverLimitError("the child took more processor time than it may")
        how = "its socket closed" if code is None else f"exit status {code}"
        if code is not None and code < 0:
            with contextlib.suppress(ValueError):
                how = signal.Signals(-code).name
        if self._limits.memory and code in _ABORTS:
            return OverLimitError(f"the child would have taken more memory than it may ({how})")
        return ChildGoneError(f"the child ended by itself ({how})")


async def _pump(reader: asyncio.StreamReader, inbox: asyncio.Queue[tuple[bytes, bytes] | None]) -> None:
    """Frames into `inbox`, then None. A task of its own: a cancelled call must not leave half a frame unread."""
    try:
        while True:
            size, kind = HEAD.unpack(await reader.readexactly(HEAD.size))
            if size > _MAX_FRAME:
                raise ConnectionError
            inbox.put_nowait((kind, await reader.readexactly(size)))
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        inbox.put_nowait(None)


def _resident(pid: int) -> int:
    """Bytes of memory that a process holds; 0 where that cannot be told."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError, ValueError):
        return 0
