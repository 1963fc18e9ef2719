"""What the embedded servers have in common: a folder, a port, a password, a start, an end.

    stopped ── start ──▶ lock the folder ─▶ prepare ─▶ spawn ─▶ probe ... ─▶ serving ── stop ──▶ stopped
                                              ▲           │ port taken
                                              └───────────┘ (another port, five times)

The lock is a file descriptor that the server inherits: a folder stays locked while either the starter or the server
lives. A server whose starter was killed and which is still writing its last bytes is waited for, and whoever holds the
lock knows that any pid file in the folder is stale.
"""

import asyncio
import contextlib
import os
import signal
import subprocess
import time
from abc import ABC, abstractmethod
from pathlib import Path
from typing import IO, ClassVar, Self

from deploy.embedded.parent_death import FAILED
from deploy.embedded.process import (
    ServerError,
    bindable,
    end,
    free_port,
    secret,
    spawn,
    take_lock,
    wait_for,
    write_private,
)

LOG_LIMIT = 5_000_000
PORT_TRIES = 5
LOCK_SECONDS = 10.0
"""How long a server that is still ending in the same folder is waited for."""


class EmbeddedServer(ABC):
    """One server on loopback, its data in one folder.

    An async context manager; or `start` and `stop`, which may be awaited from different event loops. It dies with the
    thread that started it, also when the process is killed.

    Args:
        folder: holds everything it writes, and is kept.
        port: to listen on; 0 for the one it had last time if that is free, else any.
        password: instead of the one kept in the folder.
    """

    name: ClassVar[str]
    instead: ClassVar[str]
    """The variable that names a server to use instead."""
    death: ClassVar[int] = signal.SIGTERM
    """Signal that stops it in good order."""

    def __init__(self, folder: Path | str, port: int = 0, password: str | None = None) -> None:
        self.folder = Path(folder).absolute()
        self.port = port
        self.password = password or ""
        self._wanted = port
        self._process: subprocess.Popen[bytes] | None = None
        self._lock: int | None = None

    @property
    @abstractmethod
    def url(self) -> str:
        """Where and with what password clients connect, once started."""

    @property
    @abstractmethod
    def connect_line(self) -> str:
        """A shell line that connects to it, without the password itself."""

    @property
    def log(self) -> Path:
        return self.folder / "server.log"

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process is not None and self._process.poll() is None else None

    @abstractmethod
    async def _prepare(self) -> None:
        """Write what the server needs for this start; the folder is locked."""

    @abstractmethod
    def _command(self) -> list[str]: ...

    @abstractmethod
    async def _probe(self) -> bool:
        """Whether it answers a client that knows the password."""

    def _nobody(self) -> Path | None:
        """The folder to hand over if the server must not run as root."""
        return None

    def _environment(self) -> dict[str, str]:
        return {**os.environ, "LC_ALL": "C"}

    async def start(self, seconds: float = 60) -> Self:
        """Start and wait until it answers.

        Raises:
            ServerError: it did not within `seconds`, or cannot.
        """
        try:
            await self._take_folder()
            if self.password:
                write_private(self.folder / "password", self.password + "\n")
            self.password = secret(self.folder / "password")
            await self._listen(time.monotonic() + seconds)
        except OSError as error:
            await self.stop()
            raise ServerError(f"{self.name} cannot use {self.folder}: {error.strerror or error}.") from None
        except BaseException:
            await self.stop()
            raise
        return self

    async def _take_folder(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._lock = await take_lock(self.folder / "lock", LOCK_SECONDS)
        if self._lock is None:
            raise ServerError(f"Another {self.name} runs in {self.folder}: stop it, or set {self.instead}.")

    async def _listen(self, deadline: float) -> None:
        remembered = self.folder / "port"
        port = self._wanted or self.port
        if not port:
            with contextlib.suppress(OSError, ValueError):
                port = int(remembered.read_text())
        for _ in range(PORT_TRIES):
            self.port = port if port and bindable(port) else free_port()
            await self._prepare()
            if await self._spawn(self._command(), deadline):
                remembered.write_text(f"{self.port}\n")
                return
            # Somebody took the port between the look and the start.
            port = 0
        raise ServerError(f"{self.name} found no free port on 127.0.0.1: set {self.instead} to a server of your own.")

    async def _spawn(self, command: list[str], deadline: float) -> bool:
        """Start `command` and wait until it answers. False if its port was taken."""
        with self._open_log() as log:
            begin = log.tell()
            self._process = spawn(
                command,
                log=log,
                cwd=self.folder,
                death=self.death,
                nobody=self._nobody(),
                keep=() if self._lock is None else (self._lock,),
                env=self._environment(),
            )
        while self._process.poll() is None:
            if await self._probe():
                return True
            if time.monotonic() > deadline:
                raise ServerError(f"{self.name} did not answer in time; its log is {self.log}.")
            await asyncio.sleep(0.02)
        said = self._said(begin)
        if "address already in use" in said.lower():
            return False
        raise ServerError(self._explain(said))

    def _open_log(self) -> IO[bytes]:
        with contextlib.suppress(FileNotFoundError):
            if self.log.stat().st_size > LOG_LIMIT:
                self.log.replace(self.log.with_suffix(".log.1"))
        log = self.log.open("ab")
        log.seek(0, os.SEEK_END)
        return log

    def _said(self, begin: int) -> str:
        with self.log.open("rb") as log:
            log.seek(begin)
            return log.read(100_000).decode(errors="replace")

    def _explain(self, said: str) -> str:
        lines = [line.strip() for line in said.splitlines() if line.strip()]
        if self._process is not None and self._process.returncode == FAILED and lines:
            return lines[-1]
        if "no space left on device" in said.lower():
            return f"The disk of {self.folder} is full: free some space, {self.name} cannot start."
        if "error while loading shared libraries" in said:
            return f"{self.name} misses a shared library ({lines[-1]}): install it, or set {self.instead}."
        last = next((line for line in reversed(lines) if "FATAL" in line or "rror" in line), lines[-1] if lines else "")
        return f"{self.name} ended while starting ({last}); its log is {self.log}."

    async def died(self) -> int:
        """Wait until the server ends by itself; returns its exit status, negative for a signal."""
        process = self._process
        if process is None:
            raise RuntimeError(f"{self.name} was not started.")
        while not await wait_for(process, 3600, every=0.2):
            pass
        return int(process.returncode)

    async def stop(self, seconds: float = 10) -> None:
        """Stop it in good order; killed after `seconds`. Safe to call at any time, and twice."""
        if self._process is not None:
            await end(self._process, self.death, seconds)
            self._process = None
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    async def __aenter__(self) -> Self:
        return await self.start()

    async def __aexit__(self, *_: object) -> None:
        await self.stop()
