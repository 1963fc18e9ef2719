"""PDFs and Word documents opened in processes of their own, which are ended when a file asks too much of them.

One process for each open document, so that a hostile one takes no other with it; done with a document, a process waits
for the next one. Starting one takes a few tenths of a second.
"""

import os
import socket
import subprocess
import sys
import threading
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Literal

import msgspec

from services.compressor.document_child import Answer, Close, Draw, Open
from services.compressor.pdf import DrawnPage
from shared.logs import get_logger
from shared.outcomes import UnreadableError
from shared.pictures import PictureSettings

log = get_logger("compressor.document")

TOO_HEAVY = (
    "This document asks for more work than a page of a timetable needs. Print it to a new PDF, or upload a picture of "
    "it."
)
_SECONDS = 20.0
_MEMORY = 1 << 30
_START_SECONDS = 60.0
"""Importing a library on a busy machine."""
_MESSAGE_BYTES = 64 * 1024 * 1024
"""Largest answer beside the page's pixels: 50,000 characters of text take a tenth of it."""
_ENVIRONMENT = ("PATH", "LANG", "TMPDIR", "LD_LIBRARY_PATH")
"""All that a process which reads strangers' bytes is told of ours: no keys, no addresses."""


class DocumentProcesses:
    """Opens documents, from any thread that outlives them: Linux ends a process with the thread that started it."""

    def __init__(
        self, limits: PictureSettings, *, seconds: float = _SECONDS, memory: int = _MEMORY, idle: int = 2
    ) -> None:
        """
        Args:
            seconds: of wall-clock time for opening a document, and for each of its pages.
            memory: bytes a process may take over what it has when started.
            idle: processes kept for the next document.
        """
        self._limits = limits
        self._seconds = seconds
        self._memory = memory
        self._most_idle = idle
        self._lock = threading.Lock()
        self._idle: list[_Child] = []
        self._closed = False

    def open(self, data: bytes, kind: Literal["pdf", "docx"] = "pdf") -> "OpenDocument":
        """Close what this returns.

        Raises:
            UnreadableError: locked, broken, without pages, with too many, or too much work.
            RuntimeError: no process could be started.
        """
        child = self._take()
        try:
            request = Open(data, kind, self._limits.max_pixels, self._limits.max_pages)
            pages = child.ask(request, self._seconds).pages
            if pages is None:
                raise RuntimeError("the document process answered without a page count")
        except BaseException:
            self.give_back(child)
            raise
        return OpenDocument(self, child, pages, self._seconds)

    def close(self) -> None:
        """End the waiting processes; the others end with their documents."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for child in idle:
            child.end()

    def _take(self) -> "_Child":
        with self._lock:
            idle = self._idle.pop() if self._idle else None
        if idle is not None:
            if idle.alive:
                return idle
            idle.end()
        return _Child(self._memory)

    def give_back(self, child: "_Child") -> None:
        """Keep a process for the next document, or end it."""
        with self._lock:
            keep = child.alive and not self._closed and len(self._idle) < self._most_idle
            if keep:
                self._idle.append(child)
        if not keep:
            child.end()


class OpenDocument:
    """A document in a process."""

    def __init__(self, processes: DocumentProcesses, child: "_Child", pages: int, seconds: float) -> None:
        self._processes = processes
        self._child = child
        self._seconds = seconds
        self._busy = threading.Lock()
        self.pages = pages
        self.pid = child.pid

    def draw(self, number: int, longest: int) -> DrawnPage | bytes:
        """Draw a page, as `services.compressor.pdf.Pdf.draw` and `services.compressor.docx.file.Word.draw`.

        Returns:
            The page, or a picture file that is one.

        Raises:
            UnreadableError: also where the page takes too long or too much memory.
            RuntimeError: a fault in the process.
        """
        with self._busy:
            answer = self._child.ask(Draw(number, longest), self._seconds, 4 * longest * longest)
        page = answer.drawn if answer.embedded is None else answer.embedded
        if page is None:
            raise RuntimeError("the document process answered without a page")
        return page

    def close(self) -> None:
        """Let the process go to the next document. A page still being drawn, in another thread, is given up."""
        if not self._busy.acquire(blocking=False):
            self._child.kill()
            self._busy.acquire()
        try:
            if self._child.alive:
                self._child.ask(Close(), self._seconds)
        except (UnreadableError, RuntimeError):
            self._child.end()  # the document was read; what goes wrong afterwards is of no account
        finally:
            self._busy.release()
            self._processes.give_back(self._child)


class _Child:
    """A running ``document_child``."""

    def __init__(self, memory: int) -> None:
        root = Path(__file__).resolve().parents[2]
        environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                self._process = subprocess.Popen(  # noqa: S603 - our own module, by this interpreter
                    [sys.executable, "-m", "services.compressor.document_child", str(memory)],
                    stdin=theirs.fileno(),
                    stdout=subprocess.DEVNULL,
                    cwd=root,
                    env={**environment, "PYTHONPATH": str(root)},
                    # Ctrl-C and a stop of the whole group are the parent's to answer: a process that died of them
                    # would be taken for one that its document killed.
                    start_new_session=True,
                )
            except BaseException:
                ours.close()
                raise
        self.pid = self._process.pid
        self._line = Connection(ours.detach())
        self._broken = False
        try:
            self._exchange(None, _START_SECONDS, _MESSAGE_BYTES)
        except _GoneError:
            self.end()
            raise RuntimeError(f"the document process did not start (exit {self._process.returncode})") from None

    @property
    def alive(self) -> bool:
        return not self._broken and self._process.poll() is None

    def ask(self, request: Open | Draw | Close, seconds: float, room: int = 0) -> Answer:
        """The answer to a request.

        Args:
            seconds: after which the process is killed.
            room: bytes of the answer's pixels, at most.

        Raises:
            UnreadableError: of the document, or because the process died of it.
            RuntimeError: a fault in the process.
        """
        try:
            answer = self._exchange(request, seconds, room + _MESSAGE_BYTES)
        except _GoneError:
            self.end()
            log.warning(
                "a document took its process with it", request=type(request).__name__, exit=self._process.returncode
            )
            raise UnreadableError(TOO_HEAVY) from None
        if answer.too_heavy:
            self.end()  # what it still holds is not known
            raise UnreadableError(TOO_HEAVY)
        if answer.unreadable is not None:
            raise UnreadableError(answer.unreadable)
        if answer.error is not None:
            self.end()
            raise RuntimeError(f"the document process failed: {answer.error}")
        return answer

    def _exchange(self, request: Open | Draw | Close | None, seconds: float, room: int) -> Answer:
        # Killing it ends a blocked send and a half-sent answer too, where a time-out on receiving would not.
        clock = threading.Timer(seconds, self._process.kill)
        clock.daemon = True
        clock.start()
        try:
            if request is not None:
                self._line.send_bytes(msgspec.msgpack.encode(request))
            return msgspec.msgpack.decode(self._line.recv_bytes(room), type=Answer)
        except (EOFError, OSError, msgspec.DecodeError):
            raise _GoneError from None
        finally:
            clock.cancel()

    def kill(self) -> None:
        """From any thread: whoever waits for an answer learns that it is gone."""
        self._process.kill()

    def end(self) -> None:
        """Kill it, if it runs; safe to call twice."""
        self._broken = True
        self._process.kill()
        self._process.wait()
        self._line.close()


class _GoneError(Exception):
    """The process is dead, or was killed for taking too long."""
