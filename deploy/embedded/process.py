"""Starting a command that dies with this process, and ending it."""

import asyncio
import contextlib
import fcntl
import importlib.util
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import IO

_PARENT_DEATH = Path(__file__).with_name("parent_death.py")
LINUX = sys.platform == "linux"


class ServerError(Exception):
    """A server could not be started or used. The text is one sentence, with its cure, for the person who started it."""


def bound_to_us(
    command: list[str], *, death: int = signal.SIGKILL, nobody: Path | None = None, watch: bool = not LINUX
) -> list[str]:
    """`command` wrapped so that it dies with this process; start it from a thread that lives as long as the process.

    Args:
        command: program and arguments.
        death: signal it gets when this process dies.
        nobody: folder of a command that must not run as root.
        watch: use a pipe on standard input, which the caller then must open, instead of the kernel's help.
    """
    words = [sys.executable, "-I", "-S", str(_PARENT_DEATH), "--parent", str(os.getpid()), "--death", str(int(death))]
    if watch:
        words.append("--watch")
    if nobody is not None:
        words += ["--nobody", str(nobody)]
    return [*words, "--", *command]


def spawn(
    command: list[str],
    *,
    log: IO[bytes],
    cwd: Path,
    death: int,
    nobody: Path | None = None,
    keep: tuple[int, ...] = (),
    env: dict[str, str] | None = None,
) -> "subprocess.Popen[bytes]":
    """Start `command`, bound to us, in its own process group, so that Ctrl-C reaches only who is to stop it in order.

    Args:
        log: where its output goes.
        keep: file descriptors that it holds open as long as it lives.
    """
    return subprocess.Popen(
        bound_to_us(command, death=death, nobody=nobody),
        stdin=subprocess.DEVNULL if LINUX else subprocess.PIPE,
        stdout=log,
        stderr=subprocess.STDOUT,
        cwd=cwd,
        env=env,
        pass_fds=keep,
        start_new_session=True,
    )


async def wait_for(process: "subprocess.Popen[bytes]", seconds: float, every: float = 0.01) -> bool:
    """Whether `process` ends within `seconds`. Polls, so that it may be awaited from any event loop."""
    end = time.monotonic() + seconds
    while process.poll() is None:
        if time.monotonic() > end:
            return False
        await asyncio.sleep(every)
    return True


async def end(process: "subprocess.Popen[bytes]", how: int, seconds: float) -> None:
    """Ask `process` to stop with signal `how`; after `seconds` kill it and everything in its process group."""
    if process.poll() is None:
        process.send_signal(how)
        if not await wait_for(process, seconds):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await wait_for(process, 5)
    if process.stdin is not None:
        process.stdin.close()


def package_folder(package: str) -> Path | None:
    """Where an installed package lies, without running any of its code: we want its programs only."""
    spec = importlib.util.find_spec(package)
    return Path(spec.submodule_search_locations[0]) if spec and spec.submodule_search_locations else None


def bindable(port: int) -> bool:
    """Whether a server could listen on this loopback port now."""
    with socket.socket() as probe:
        # As the servers do: a port whose last connections are in TIME_WAIT is free to them.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


_PORTS = range(15_000, 32_768)
"""Below those that systems give to outgoing connections, which can be taken in the moment before a server listens
on one, or while it is being restarted."""


_given: set[int] = set()


def free_port() -> int:
    """A loopback port that nobody uses at this moment, and that this process was not given before."""
    for _ in range(100):
        # By chance, and not by the state that a test may have seeded: others on this machine choose as well.
        port = _PORTS[secrets.randbelow(len(_PORTS))]
        # Of several that are chosen before the first of their servers listens, two were the same.
        if port not in _given and bindable(port):
            _given.add(port)
            return port
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def secret(path: Path) -> str:
    """The password kept in `path`, readable by its owner only; made on first use."""
    with contextlib.suppress(FileNotFoundError):
        if kept := path.read_text().strip():
            return kept
    made = secrets.token_urlsafe(24)
    write_private(path, made + "\n")
    return made


def write_private(path: Path, text: str) -> None:
    """Replace `path`, which nobody but its owner may read at any moment."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)


async def take_lock(path: Path, seconds: float) -> int | None:
    """Take the lock that `path` stands for, waiting up to `seconds`; None if another holds on to it.

    Returns a file descriptor; the lock is free again once every process that inherited it has closed it.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    end = time.monotonic() + seconds
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > end:
                os.close(descriptor)
                return None
            await asyncio.sleep(0.05)
        else:
            return descriptor
