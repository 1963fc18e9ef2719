"""Some children with the same target; each call takes one that is free.

Where calls wait, those of jobs in their turn (`shared.slots`) come before those of jobs in overtime, but for each third
that both wait for. Of the first, who called first; of the others, whose job was begun first, so that one of them ends
soon and not all of them late. A spare child is started when a job in its turn first finds those in overtime at all
others; these never take it.
"""

import asyncio
import contextlib
import os
from collections.abc import Callable, Mapping
from typing import Generic

from shared.children.child import Child
from shared.children.protocol import Answer, ChildStartError, Limits, News, NotTakenError, Request, Target
from shared.logs import LogSettings, get_logger
from shared.settings import Settings
from shared.slots import Slot, slot_here

log = get_logger(__name__)

_AHEAD = 2
"""Calls of jobs in their turn that come before one of a job in overtime, which waits as well."""
_PASSED_ON = ("PATH", "HOME", "LANG", "TMPDIR", "LD_LIBRARY_PATH")


def bare_environment(*settings: Settings) -> dict[str, str]:
    """All that a child which reads strangers' bytes needs to be told of ours: these settings, no keys, no addresses."""
    told = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    for each in (LogSettings.load(), *settings):
        told |= each.variables()
    return told


class Children(Generic[Request, News, Answer]):
    """`count` warm children. Calls beyond that wait their turn."""

    def __init__(
        self,
        target: Target[Request, News, Answer],
        count: int,
        *,
        environment: Mapping[str, str],
        limits: Limits | None = None,
        stop_seconds: float = 1.0,
        spare: bool = False,
    ) -> None:
        """As for `Child`.

        Args:
            spare: whether there may be one more, for jobs in their turn.
        """
        self.limits = limits or Limits()
        self._all = [
            Child(target, limits=self.limits, environment=environment, stop_seconds=stop_seconds)
            for _ in range(count + spare)
        ]
        self._count = count
        self._spare = self._all[-1] if spare else None
        self._asleep = spare
        """Whether the spare child was not needed yet."""
        self._free: list[Child[Request, News, Answer]] = []
        self._busy: dict[Child[Request, News, Answer], Slot | None] = {}
        """With the slot of the job that each works for."""
        turns: dict[bool, dict[asyncio.Future[Child[Request, News, Answer]], int]] = {False: {}, True: {}}
        self._waiting = turns
        """Calls of jobs in their turn, and in overtime, in the order in which they came, with the number of their
        slot."""
        self._ahead = 0
        """Calls of jobs in their turn that came before one of a job in overtime, since the last of these."""
        self._mending: set[asyncio.Task[None]] = set()
        self._closed = True

    async def start(self) -> str:
        """Start all; gives the greeting. Raises `ChildStartError`, and then none runs."""
        try:
            await asyncio.gather(*(child.start() for child in self._all[: self._count]))
        except BaseException:
            self.close()
            raise
        self._closed = False
        for child in self._all[: self._count]:
            self._offer(child)
        return self._all[0].greeting

    @property
    def pids(self) -> list[int]:
        """Process ids of the children that run."""
        return [child.pid for child in self._all if child.pid]

    async def call(
        self, request: Request, on_news: Callable[[News], None] | None = None, *, cpu_seconds: int | None = None
    ) -> Answer:
        """`Child.call` on a free child, waiting for one.

        Cancelling returns at once; the child ends what it does, or is killed and replaced, behind it.

        Raises:
            ChildError: there is no answer.
            RuntimeError: none was started, or all are closed.
        """
        if self._closed:
            raise RuntimeError("no child is running")
        slot = slot_here()
        child = await self._take(slot)
        self._busy[child] = slot
        try:
            try:
                return await child.call(request, on_news, cpu_seconds=cpu_seconds)
            except NotTakenError:
                if self._closed:
                    raise
                # It died while it had nothing to do, perhaps just now: nobody may have been told of that yet.
                await child.start()
                return await child.call(request, on_news, cpu_seconds=cpu_seconds)
        finally:
            del self._busy[child]
            self._give_back(child)

    async def _take(self, slot: Slot | None) -> Child[Request, News, Answer]:
        over = slot is not None and slot.over
        # Who gives one back and asks again at once comes after those who wait.
        if not self._waiting[over] and (child := self._pick(over)):
            return child
        if not over and (child := await self._wake_spare()):
            return child
        turn: asyncio.Future[Child[Request, News, Answer]] = asyncio.get_running_loop().create_future()
        self._waiting[over][turn] = slot.number if slot else 0
        try:
            with slot.waiting() if slot else contextlib.nullcontext():
                return await turn
        except BaseException:
            self._waiting[over].pop(turn, None)
            if turn.done() and not turn.cancelled():
                self._offer(turn.result())  # its turn came in the same moment
            raise

    def _pick(self, over: bool) -> Child[Request, News, Answer] | None:
        """A free child, the spare one last."""
        found = next((child for child in reversed(self._free) if child is not self._spare), None)
        if found is None and not over and self._free:
            found = self._spare
        if found is not None:
            self._free.remove(found)
        return found

    async def _wake_spare(self) -> Child[Request, News, Answer] | None:
        if self._spare is None or not self._asleep or not any(slot and slot.over for slot in self._busy.values()):
            return None
        self._asleep = False
        try:
            await self._spare.start()
        except ChildStartError as error:
            self._asleep = True
            log.warning("no spare child process", error=str(error))
            return None
        except BaseException:
            self._asleep = True
            raise
        if self._closed:
            self._spare.kill()
            raise RuntimeError("no child is running")
        return self._spare

    def _serve(self) -> None:
        """Hand free children to those who wait."""
        while True:
            both = self._waiting[False] and self._waiting[True]
            over_first = bool(both) and self._ahead >= _AHEAD
            for over in (over_first, not over_first):
                if self._waiting[over] and (child := self._pick(over)):
                    break
            else:
                return
            self._ahead = self._ahead + 1 if both and not over else 0
            row = self._waiting[over]
            turn = min(row, key=row.__getitem__) if over else next(iter(row))
            del self._waiting[over][turn]
            if turn.done():
                self._free.append(child)
            else:
                turn.set_result(child)

    def _give_back(self, child: Child[Request, News, Answer]) -> None:
        if child.well and not child.overgrown:
            self._offer(child)
        elif not self._closed:
            child.give_up()
            task = asyncio.create_task(self._mend(child))
            self._mending.add(task)
            task.add_done_callback(self._mending.discard)

    async def _mend(self, child: Child[Request, News, Answer]) -> None:
        pid, wait = child.pid, 1.0
        while True:
            try:
                await child.mend()
            except ChildStartError as error:
                log.error("child process cannot be replaced", error=str(error), again_in=wait)
                await asyncio.sleep(wait)
                wait = min(2 * wait, 30.0)
            else:
                break
        if child.pid != pid:
            log.warning("child process replaced", old=pid, new=child.pid)
        self._offer(child)

    def _offer(self, child: Child[Request, News, Answer]) -> None:
        self._free.append(child)
        self._serve()

    def close(self) -> None:
        """Kill all children. Returns at once; no call may follow."""
        self._closed = True
        for task in self._mending:
            task.cancel()
        for child in self._all:
            child.kill()

    async def end(self) -> None:
        """The same, and wait until they are gone."""
        self.close()
        await asyncio.gather(*(child.end() for child in self._all))
