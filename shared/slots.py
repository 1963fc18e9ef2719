"""The slots of a process: how many jobs it runs at once, whoever brings them, and who goes on without one.

    waiting ──take──▶ in its turn ──▶ ends
       ▲                  │ its turn is over
       │                  ├── fewer than QUEUE_OVERTIME are in overtime ──▶ in overtime ──▶ ends
       └── put aside ◀────┘ as many as may

A job in overtime has given its slot to the next, so that nobody waits for one for longer than a turn. What both need of
the process' children goes to those in their turn first (`shared.children.pool`). A job that was put aside comes back
for a place in overtime, and takes nobody's turn any more (`shared.streams.job_runner`).
"""

import asyncio
import contextlib
import contextvars
import itertools
import math
from collections import deque
from collections.abc import Iterator

from shared.messages import Stage

TURNS: dict[Stage, float] = {"compress": 1.0, "ocr": 10.0, "extract": 3.0}
"""Seconds that a job has its slot for: several times what a page of a timetable takes where the processors are free."""

_SLOT: contextvars.ContextVar["Slot | None"] = contextvars.ContextVar("slot", default=None)


def slot_here() -> "Slot | None":
    """The slot of the job that the running task works; None where it works none."""
    return _SLOT.get()


class Slots:
    """One reservation for all that start jobs: each partition's fetch and reclaim, and the calls over HTTP. First come,
    first served; a slot is taken before a job is asked for, so that none waits behind another in a handler.

    Args:
        count: how many.
        overtime: how many jobs may go on without one when their turn is over.
    """

    def __init__(self, count: int, overtime: int = 0) -> None:
        self.free = count
        self.overtime = self.room = overtime
        """Jobs that may go on without a slot, and how many more now."""
        self._begun = itertools.count()
        self.fetchers = 0
        """Workers that fetch for these slots; with more than one, none may hold a slot while it waits for a job."""
        self._waiting: deque[asyncio.Future[None]] = deque()

    async def take(self, most: int, seconds: float = math.inf) -> int:
        """Take up to `most`, as many as are free, waiting for the first; returns how many, 0 if none was in time."""
        if self.free and not self._waiting:
            return self._grab(most)
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            async with asyncio.timeout(None if seconds == math.inf else seconds):
                await turn
        except TimeoutError:
            # It may have been served in the very moment; what is free then is taken all the same.
            pass
        finally:
            self._waiting.remove(turn)
            if asyncio.current_task().cancelling():  # type: ignore[union-attr] # a coroutine runs in a task
                self._wake()
        # Not when the first became free, but now: what ended in the same turn of the loop makes one fetch, not many.
        taken = self._grab(most) if turn.done() and not turn.cancelled() else 0
        self._wake()
        return taken

    def give(self, count: int = 1) -> None:
        """Give back."""
        self.free += count
        self._wake()

    def begin(self) -> "Slot":
        """A slot that was taken becomes a job's: that of this task, and of the tasks that it makes from now on."""
        slot = Slot(self, next(self._begun))
        _SLOT.set(slot)
        return slot

    def _wake(self) -> None:
        """Let the first who waits go on, if something is free."""
        if self.free and self._waiting and not self._waiting[0].done():
            self._waiting[0].set_result(None)

    def _grab(self, most: int) -> int:
        taken = min(self.free, most)
        self.free -= taken
        return taken


class Slot:
    """A job's. `end` it.

    Args:
        number: of those that were begun here.
    """

    def __init__(self, slots: Slots, number: int) -> None:
        self.number = number
        self._slots = slots
        self.over = False
        """Whether the job is in overtime."""
        self.bound: asyncio.Timeout | None = None
        """How long the job may take."""
        self._ended = False

    def outlast(self) -> bool:
        """The job's turn is over: it gives its slot to the next, if there is room in overtime; returns whether."""
        if not self._slots.room:
            return False
        self._slots.room -= 1
        self.over = True
        self._slots.give()
        return True

    @contextlib.contextmanager
    def waiting(self) -> Iterator[None]:
        """For others: in overtime, that is none of the time that the job may take, or many that are long would all fail
        where each alone would not."""
        at = self.bound.when() if self.bound and self.over else None
        if self.bound is None or at is None:
            yield
            return
        clock = asyncio.get_running_loop().time
        left = at - clock()
        self.bound.reschedule(None)
        try:
            yield
        finally:
            self.bound.reschedule(clock() + left)

    def end(self) -> None:
        """Give back what the job has. Twice is fine."""
        if self._ended:
            return
        self._ended = True
        if self.over:
            self._slots.room += 1
        else:
            self._slots.give()
