"""The child's side: ``python -m shared.children.inside MODULE DESCRIPTOR PARENT MEMORY NICE``."""

import contextlib
import importlib
import math
import os
import queue
import resource
import signal
import socket
import sys
import threading
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from shared.children.protocol import BEGUN, CPU, DONE, FAILED, HEAD, NEWS, READY, TOO_LARGE, WORK, Target, Work
from shared.logs import configure_logging
from shared.parent_death import die_with_parent
from shared.settings import SettingError

_LINUX = sys.platform == "linux"


class _StopError(BaseException):
    """The parent gave the call up. Not an `Exception`, so that no handler on its way takes it for a failure."""


class _Line:
    """The child's end of the socket."""

    def __init__(self, end: socket.socket) -> None:
        self._socket = end
        self._stop = threading.Event()
        self.encode = msgspec.msgpack.Encoder().encode
        self.requests: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        threading.Thread(target=self._listen, daemon=True, name="parent").start()

    def _listen(self) -> None:
        try:
            while True:
                size, kind = HEAD.unpack(self._exactly(HEAD.size))
                body = self._exactly(size)
                if kind == WORK:
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
        self._socket.sendall(HEAD.pack(len(body), kind) + body)

    def tell(self, news: Any) -> None:
        if self._stop.is_set():
            raise _StopError
        if news is not None:
            self.send(NEWS, self.encode(news))


def _bind_to(parent: int) -> None:
    # A stop reaches every process of a service; the parent decides what is finished first, then closes the socket.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    # Computing in native code may hold the interpreter, so that the closed socket is not seen.
    die_with_parent(parent)
    if os.getppid() != parent:
        os._exit(0)
    if _LINUX:
        with contextlib.suppress(OSError):
            # Where memory runs out, the child goes, which costs a retry, and not the service.
            Path("/proc/self/oom_score_adj").write_text("1000")


def _give_way(steps: int) -> None:
    """Where processors are scarce, what computes goes behind what answers people: each of the steps between an upload
    and its answer would wait for a turn among the threads that read pages."""
    with contextlib.suppress(OSError):
        os.nice(steps)
    if _LINUX:
        with contextlib.suppress(OSError):
            # Where the kernel makes a group of each session, a process' niceness counts within its session alone.
            Path("/proc/self/autogroup").write_text(str(steps))


def _bound_memory(more: int) -> None:
    if _LINUX and more:
        now = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        _set(resource.RLIMIT_AS, now + more)


def _bound_cpu(seconds: int) -> None:
    """Let the kernel end this process after that much more processor time; 0 for no limit."""
    _set(resource.RLIMIT_CPU, math.ceil(time.process_time() + seconds) if seconds else resource.RLIM_INFINITY)


def _set(which: int, soft: int) -> None:
    hard = resource.getrlimit(which)[1]
    resource.setrlimit(which, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard))


def _respond(line: _Line, decode: Callable[[Any], Any], work: Work[Any, Any, Any]) -> None:
    body = line.requests.get()
    line.send(BEGUN, b"")
    try:
        _bound_cpu(*CPU.unpack_from(body))
        request = decode(memoryview(body)[CPU.size :])
        del body  # a second copy of a file of 20 MB
        answer = line.encode(work(request, line.tell))
    except _StopError:
        line.send(FAILED, b"stopped")
    except MemoryError:
        line.send(TOO_LARGE, b"")
    except Exception:  # noqa: BLE001 - whatever the work raises fails its own call; the parent logs it
        line.send(FAILED, traceback.format_exc(limit=20).encode())
    else:
        line.send(DONE, answer)


def main(name: str, descriptor: int, parent: int, memory: int, nice: int) -> None:
    """Load the module `name`, then answer requests until the parent is gone."""
    _bind_to(parent)
    _give_way(nice)
    # Dying of a limit is by design, and no reason to write gigabytes to disk.
    _set(resource.RLIMIT_CORE, 0)
    line = _Line(socket.socket(fileno=descriptor))
    try:
        configure_logging(name.split(".")[1])
        module = importlib.import_module(name)
        target: Target[Any, Any, Any] = module.TARGET
        greeting, work = module.load()
    except ImportError as error:
        return line.send(FAILED, f"a library cannot be loaded ({error})".encode())
    except (SettingError, RuntimeError) as error:
        return line.send(FAILED, str(error).encode())
    decode = msgspec.msgpack.Decoder(target.request).decode
    _bound_memory(memory)
    line.send(READY, line.encode(greeting))
    while True:
        _respond(line, decode, work)


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
