"""Threads for blocking work of which a caller may be cancelled: a call that hangs costs its own thread, no other's.

A thread cannot be ended. Where it hangs in native code, the job that waits for it is given up after `QUEUE_TIMEOUT`;
in a plain pool its slot would be gone for good, and a few such pictures would stop the service. Here a cancelled call
that still runs gives its slot up and takes the pool with it: what comes next gets a new pool.
"""

import asyncio
import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from shared.logs import get_logger

log = get_logger(__name__)

P = ParamSpec("P")
T = TypeVar("T")

_PATIENCE = 1.0
"""Seconds that threads get to end with the process."""


class Threads:
    """At most `count` calls at a time, and beside them only those that were given up."""

    def __init__(self, count: int, name: str) -> None:
        self._count, self._name = count, name
        self._pool = ThreadPoolExecutor(count, name)
        # Calls wait here and not in a pool, which may be given up.
        self._slots = asyncio.Semaphore(count)

    async def run(self, work: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
        """Call `work` in a thread and give what it returns or raises."""
        async with self._slots:
            pool = self._pool
            call = pool.submit(work, *arguments, **named)
            try:
                return await asyncio.wrap_future(call)
            except asyncio.CancelledError:
                # The call goes on, perhaps for ever, unless it had not begun: then wrap_future has cancelled it.
                if not call.done() and self._pool is pool:
                    self._pool = ThreadPoolExecutor(self._count, self._name)
                    pool.shutdown(wait=False)
                raise

    def close(self) -> None:
        """What runs is finished, or left behind where it was given up."""
        self._pool.shutdown(cancel_futures=True)


def end_process(status: int) -> None:
    """Return, or end the process at once if a thread that hangs would keep it alive for ever."""
    for thread in threading.enumerate():
        if thread is not threading.current_thread() and not thread.daemon:
            thread.join(_PATIENCE)
            if thread.is_alive():
                log.warning("a thread hangs and is ended with the process", thread=thread.name)
                sys.stdout.flush()
                sys.stderr.flush()
                os._exit(status)
