"""A service's output: all of it into a bounded file, its warnings and errors to the terminal."""

import collections
import contextlib
import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO

FILE_LIMIT = 5_000_000
LINE_LIMIT = 100_000
SAME_AGAIN_SECONDS = 10.0
TAIL = 15
OWN_FIELDS = {"event", "level", "timestamp", "service", "logger", "exception", "document_id", "stage"}


class LogFile:
    """Takes what a service writes, in chunks of any size.

    Args:
        path: of the file; it is moved to ``<path>.1`` at 5 MB, so that two of these are the most there is.
        tell: shows a line in the terminal.
    """

    def __init__(self, name: str, path: Path, tell: Callable[[str], None]) -> None:
        self._name, self._path, self._tell = name, path, tell
        self._file = _private(path)
        self._rest = b""
        self._told: collections.OrderedDict[str, float] = collections.OrderedDict()
        self.tail: collections.deque[str] = collections.deque(maxlen=TAIL)
        """The last lines that came."""

    def feed(self, chunk: bytes) -> None:
        self._keep(chunk)
        lines = (self._rest + chunk).split(b"\n")
        self._rest = lines.pop()[-LINE_LIMIT:]
        for line in lines:
            self._line(line.decode(errors="replace").rstrip())

    def end(self) -> None:
        """The service ended: a last line without its newline counts."""
        if self._rest:
            self._line(self._rest.decode(errors="replace").rstrip())
        self._rest = b""

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._file.close()

    def _keep(self, chunk: bytes) -> None:
        # A full disk must not stop the reading: the service would block on its next line.
        with contextlib.suppress(OSError):
            if self._file.tell() > FILE_LIMIT:
                self._file.close()
                self._path.replace(self._path.with_name(self._path.name + ".1"))
                self._file = _private(self._path)
            self._file.write(chunk)
            self._file.flush()

    def _line(self, line: str) -> None:
        if not line:
            return
        self.tail.append(line[:2000])
        message = warning_in(line)
        if message is None:
            return
        now = time.monotonic()
        # A database that is away makes the same warning many times a second.
        if now - self._told.get(message, -SAME_AGAIN_SECONDS) >= SAME_AGAIN_SECONDS:
            self._tell(f"{self._name}: {message}")
            self._told[message] = now
            self._told.move_to_end(message)
        while len(self._told) > 100:
            self._told.popitem(last=False)


def _private(path: Path) -> IO[bytes]:
    """`path`, opened to be written on at its end; nobody but its owner reads what services say about documents."""
    file = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab")
    with contextlib.suppress(OSError):
        os.fchmod(file.fileno(), 0o600)
    return file


def warning_in(line: str) -> str | None:
    """The words for people of a structlog JSON line that is a warning or worse; None for any other line."""
    try:
        record = json.loads(line)
    except ValueError:
        return None
    if not isinstance(record, dict) or record.get("level") not in ("warning", "error", "critical"):
        return None
    details = " ".join(f"{key}={value}" for key, value in record.items() if key not in OWN_FIELDS)
    return f"{record.get('event', '')} {details}".strip()[:500]
