"""Some children with the same target; each call takes one that is free."""

import asyncio
import os
from collections.abc import Callable, Mapping
from typing import Generic

from shared.children.child import Child
from shared.children.protocol import Answer, ChildStartError, Limits, News, NotTakenError, Request, Target
from shared.logs import LogSettings, get_logger
from shared.settings import Settings

log = get_logger(__name__)

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
    ) -> None:
        """As for `Child`."""
        self.limits = limits or Limits()
        self._all = [
            Child(target, limits=self.limits, environment=environment, stop_seconds=stop_seconds) for _ in range(count)
        ]
        self._free: list[Child[Request, News, Answer]] = []
        # Not a queue of children: who gives one back and asks again at once would take it before those who wait.
        self._places = asyncio.Semaphore(0)
        self._mending: set[asyncio.Task[None]] = set()
        self._closed = True

    async def start(self) -> str:
        """Start all; gives the greeting. Raises `ChildStartError`, and then none runs."""
        try:
            await asyncio.gather(*(child.start() for child in self._all))
        except BaseException:
            self.close()
            raise
        self._closed = False
        for child in self._all:
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
        await self._places.acquire()
        child = self._free.pop()
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
            self._give_back(child)

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
        self._places.release()

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
