"""Weeks as files, written in a process of their own where they are large.

The largest week keeps a processor for a second or two. In a thread of the gateway that shares the interpreter with
everything that answers people; the usual week is a few milliseconds, less than telling another process would take.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Literal, TypeAlias

import msgspec

from services.gateway.exports import csv_rows, ics, xlsx
from services.gateway.exports.week import Week
from shared.children.pool import Children, bare_environment
from shared.children.protocol import Limits, Loaded, Target, Tell

Suffix: TypeAlias = Literal["ics", "csv", "xlsx"]

_WRITE: dict[Suffix, Callable[[Sequence[Week], str], bytes]] = {
    "ics": ics.write,
    "csv": lambda weeks, _: csv_rows.write(weeks[0]),
    "xlsx": lambda weeks, _: xlsx.write(weeks),
}
_FEW = 100
"""Blocks that a thread writes; the fullest timetables have some sixty."""
_LIMITS = Limits(seconds=120.0, cpu_seconds=60, memory=1 << 30, kept_memory=128 << 20)
"""Of one file; the wall's clock is for a child that hangs."""


class Write(msgspec.Struct, array_like=True):
    """The request."""

    suffix: Suffix
    weeks: list[Week]
    name: str
    """What they are called together."""


TARGET: Target[Write, None, bytes] = Target(__name__, Write, None, bytes)


class Writer:
    """Writes weeks to files; `close` it. Its process is there from the first large week on."""

    def __init__(self) -> None:
        self._children = Children(TARGET, 1, environment=bare_environment(), limits=_LIMITS, stop_seconds=0.0)
        self._starting = asyncio.Lock()
        self._started = False
        self._few = asyncio.Semaphore(2)

    async def write(self, suffix: Suffix, weeks: list[Week], name: str) -> bytes:
        """Weeks as a file. Raises `shared.children.protocol.ChildError` where there is none."""
        if sum(len(week.timetable.timeblocks) for week in weeks) <= _FEW:
            async with self._few:
                return await asyncio.to_thread(_WRITE[suffix], weeks, name)
        async with self._starting:
            if not self._started:
                await self._children.start()
                self._started = True
        return await self._children.call(Write(suffix, weeks, name))

    def close(self) -> None:
        """End its process."""
        self._children.close()


def load() -> Loaded[Write, None, bytes]:
    """Returns the function that writes a file."""

    def write(request: Write, _tell: Tell[None]) -> bytes:
        return _WRITE[request.suffix](request.weeks, request.name)

    return "", write
