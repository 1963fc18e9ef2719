"""Notices a chore that has ended or stands still, and ends the process: nobody else would.

A service is a handful of loops. If one of them ends, or waits for something that never comes, the process stands there,
answers that it is well, and does nothing any more. So each chore says by when its next turn is due; a thread of its own
looks whether one is late, because an event loop that hangs could not. Then the service is neither live nor ready, says
so in one line, gets some seconds to end in good order, and is ended.

::

    a chore's turn        due STILL_SECONDS later, or after the time it says it waits for the next
    a call of Redis       bounded by CALL_SECONDS; its end counts as a turn, whatever came of it
    a call of Postgres    due POSTGRES_SECONDS later: its time-outs are settings
    a jump of the clock   (the process slept, or the machine was too busy for this thread): the count starts anew

Chores find their watchdog and themselves by context variables, so that the libraries between need not hand them on.
"""

import asyncio
import contextlib
import faulthandler
import os
import sys
import threading
import time
from collections.abc import Iterator
from contextvars import ContextVar

from shared.logs import get_logger

log = get_logger(__name__)

STILL_SECONDS = 7.0
"""A chore without a turn for this long stands still."""
CALL_SECONDS = 6.5
"""Longest that a chore waits for one answer of Redis, connecting and the seconds that a read blocks included."""
POSTGRES_SECONDS = 60.0
GRACE_SECONDS = 5.0
"""For an orderly end, before the process is ended hard."""
_LOOK_SECONDS = 0.5
_JUMP_SECONDS = 4 * _LOOK_SECONDS


class ChoreError(RuntimeError):
    """A chore ended or stood still. The text says which, for the operator."""


class _Chore:
    def __init__(self, name: str) -> None:
        self.name = name
        self.allowance = 0.0
        self.due = time.monotonic() + STILL_SECONDS
        self.task = asyncio.current_task()

    @property
    def mine(self) -> bool:
        """Whether the running task is the chore's own: what a chore starts inherits its context, and is another."""
        return asyncio.current_task() is self.task

    def turn(self, seconds: float = 0.0) -> None:
        if self.mine:
            self.due = time.monotonic() + STILL_SECONDS + max(seconds, self.allowance)


_chore: ContextVar[_Chore | None] = ContextVar("chore", default=None)
_watchdog: ContextVar["Watchdog | None"] = ContextVar("watchdog", default=None)


def turn(seconds: float = 0.0) -> None:
    """The running chore had a turn, and the next may take `seconds` to come. Nothing outside of chores."""
    if (chore := _chore.get()) is not None:
        chore.turn(seconds)


def in_chore() -> bool:
    """Whether the running task is a chore's."""
    return (chore := _chore.get()) is not None and chore.mine


@contextlib.contextmanager
def allowing(seconds: float) -> Iterator[None]:
    """Within, the running chore's turns may take so much longer."""
    chore = _chore.get()
    if chore is None or not chore.mine:
        yield
        return
    before, chore.allowance = chore.allowance, max(chore.allowance, seconds)
    chore.turn()
    try:
        yield
    finally:
        chore.allowance = before
        chore.turn()


@contextlib.contextmanager
def watched(name: str, stop: asyncio.Event) -> Iterator[None]:
    """The running task is a chore while within, and may leave only when `stop` is set."""
    watchdog = _watchdog.get()
    if watchdog is None:
        yield
        return
    chore = _Chore(name)
    token = _chore.set(chore)
    watchdog.chores.add(chore)
    why = "ended"
    try:
        yield
    except Exception as error:
        why = f"ended: {type(error).__name__}: {error}"
        raise
    finally:
        _chore.reset(token)
        watchdog.chores.discard(chore)
        if not stop.is_set():
            watchdog.bark(f"the chore {name} {why}")


class Watchdog:
    """Watches the chores of one process, from `start` until `close`."""

    def __init__(self) -> None:
        self.chores: set[_Chore] = set()
        self.fault = ""
        """What is wrong; empty as long as nothing is."""
        self.broken = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._closed = threading.Event()
        self._pulse: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Watch from now on whatever the running task starts."""
        _watchdog.set(self)
        pulse = _Chore("event loop")
        self.chores.add(pulse)
        self._pulse = asyncio.create_task(self._beat(pulse), name="watchdog")
        threading.Thread(target=self._watch, daemon=True, name="watchdog").start()

    def close(self) -> None:
        """Watch no more."""
        self._closed.set()
        if self._pulse is not None:
            self._pulse.cancel()

    async def check(self) -> None:
        """Raises `ChoreError` once something is wrong."""
        if self.fault:
            raise ChoreError(self.fault)

    def bark(self, fault: str) -> None:
        """Something is wrong. The first to say so counts; from any thread."""
        if self.fault:
            return
        self.fault = fault
        log.error("this service ends itself", reason=fault)
        with contextlib.suppress(RuntimeError):  # the loop is closed already
            self._loop.call_soon_threadsafe(self.broken.set)

    async def _beat(self, pulse: _Chore) -> None:
        pulse.task = asyncio.current_task()
        while True:
            pulse.turn()
            await asyncio.sleep(_LOOK_SECONDS)

    def _watch(self) -> None:
        last, barked = time.monotonic(), 0.0
        while not self._closed.wait(_LOOK_SECONDS):
            now = time.monotonic()
            chores = list(self.chores)
            if now - last > _JUMP_SECONDS:
                for chore in chores:
                    chore.due = max(chore.due, now + STILL_SECONDS)
            last = now
            late = next((chore for chore in chores if chore.due < now), None)
            if late and not self.fault:
                self.bark(f"the chore {late.name} stands still")
            if self.fault:
                barked = barked or now
            if barked and now - barked > GRACE_SECONDS:
                log.error("no orderly end within its time", seconds=GRACE_SECONDS)
                faulthandler.dump_traceback(file=sys.stderr, all_threads=True)
                sys.stdout.flush()
                os._exit(1)
