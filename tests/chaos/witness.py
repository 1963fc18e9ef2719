"""Watches Redis from inside (MONITOR), so that what was done is known whoever was killed in the next instant.

MONITOR tells every command in the order in which it was carried out, those of scripts too: a script's own line first,
then its commands. Whether a step was ended is read from what its script did, not from what a worker says it did:

======================  ==============================================================================
in one script, on jobs  means
======================  ==============================================================================
XACK, XADD elsewhere    handed over to the next stage (or dead-lettered, or told as final): an effect
XACK, XADD same stream  handed back by a worker that stops
XACK, ZADD              put aside until it is tried again
XADD alone              put on the stream: by the relay, the reconciler or a retry that is due
======================  ==============================================================================

Redis forgets: FLUSHALL, a wiped or killed server. What was handed over before that may have to be handed over again;
`Told.life` counts up then. Within one life, doing it again is an effect done twice.
"""

import asyncio
import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass

from tests.waiting import PATIENCE

_LINE = re.compile(rb"\+(\d+\.\d+) \[\d+ ([^\]]+)\] (.*)\r\n")
_WORD = re.compile(rb'"((?:[^"\\]|\\.)*)"')
_ESCAPE = re.compile(rb"\\(x[0-9a-f]{2}|.)")
_JOBS = re.compile(r"\{\d+\}:jobs:(compress|ocr|extract)(:dead|:retry)?$")
_EVENTS = re.compile(r"\{\d+\}:events$")
_PLAIN = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"a": b"\a", b"b": b"\b"}


@dataclass(frozen=True, slots=True)
class Told:
    """Something that a script did for a document."""

    at: float
    life: int
    what: str
    """``handed`` (stage: the one that takes over), ``complete`` or ``error`` (the final event), ``dead`` (stage),
    ``added`` (stage: put on the stream by other means), ``back`` (stage), ``aside`` (stage)."""
    document: str
    stage: str = ""


class Script:
    """The commands of one script on jobs and events, and what they come to."""

    def __init__(self, at: float, life: int) -> None:
        self._at = at
        self._life = life
        self._acked: set[str] = set()
        self._aside: set[str] = set()
        self._added: list[tuple[str, dict[str, str]]] = []

    def see(self, words: list[str]) -> None:
        if words[0] == "XACK" and _JOBS.match(words[1]):
            self._acked.add(words[1])
        elif words[0] == "ZADD" and _JOBS.match(words[1]):
            self._aside.add(words[1])
        elif words[0] == "XADD" and (_JOBS.match(words[1]) or _EVENTS.match(words[1])):
            star = words.index("*") if "*" in words else 2
            fields = words[star + 1 :]
            self._added.append((words[1], dict(zip(fields[::2], fields[1::2], strict=False))))

    def told(self) -> Iterator[Told]:
        for key, fields in self._added:
            document = fields.get("document", "")
            if _EVENTS.match(key):
                if fields.get("type") in ("complete", "error"):
                    yield Told(self._at, self._life, fields["type"], document)
                continue
            match = _JOBS.match(key)
            assert match is not None
            stage = match[1]
            if match[2] == ":dead":
                what = "dead"
            elif key in self._acked:
                what = "back"
            elif self._acked:
                what = "handed"
            else:
                what = "added"
            yield Told(self._at, self._life, what, document, stage)


def words_of(rest: bytes) -> list[str]:
    """The words of a MONITOR line."""

    def plain(match: re.Match[bytes]) -> bytes:
        what = match[1]
        return bytes([int(what[1:], 16)]) if what[:1] == b"x" and len(what) == 3 else _PLAIN.get(what, what)

    return [_ESCAPE.sub(plain, word).decode(errors="replace") for word in _WORD.findall(rest)]


class Witness:
    """Keeps all that was told. `attach` anew after every start of the server, before anybody else talks to it."""

    def __init__(self) -> None:
        self.told: list[Told] = []
        self.life = 0
        self._script: Script | None = None
        self._task: asyncio.Task[None] | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def attach(self, port: int, password: str, *, forgotten: bool) -> None:
        """Watch the server at `port` from now on.

        Args:
            forgotten: it may have lost what it had.
        """
        await self.detach()
        if forgotten:
            self.life += 1
        reader, self._writer = await asyncio.open_connection("127.0.0.1", port, limit=2**24)
        self._writer.write(f"AUTH {password}\r\nMONITOR\r\n".encode())
        for _ in range(2):
            if await reader.readline() != b"+OK\r\n":
                raise RuntimeError("the witness may not watch")
        self._task = asyncio.create_task(self._watch(reader))

    async def detach(self) -> None:
        """Stop watching. What the server has told until now is read to its end first."""
        if self._task is not None and self._writer is not None:
            self._writer.write(b"QUIT\r\n")
            await asyncio.wait([self._task], timeout=PATIENCE)
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None
        if self._writer is not None:
            self._writer.close()
            self._writer = None
        self._end_script()

    async def _watch(self, reader: asyncio.StreamReader) -> None:
        with contextlib.suppress(ConnectionError):
            while line := await reader.readline():
                self.see(line)

    def see(self, line: bytes) -> None:
        """Take one line in."""
        # Most lines are reads, renewals and progress: not worth taking apart.
        if b'"FLUSH' in line[:80]:
            self._end_script()
            self.life += 1
            return
        in_script = b" lua] " in line[:40]
        if not in_script:
            self._end_script()
            if b'"EVAL' not in line[:80] and not (b'"X' in line[:80] and b":jobs:" in line[:120]):
                return
        match = _LINE.match(line)
        if match is None:
            return
        if self._script is None:
            self._script = Script(float(match[1]), self.life)
        if b'"XA' in line[:60] or b'"ZADD' in line[:60] or b'"xa' in line[:60]:
            words = words_of(match[3])
            self._script.see([words[0].upper(), *words[1:]])

    def _end_script(self) -> None:
        if self._script is not None:
            self.told.extend(self._script.told())
            self._script = None
