"""Waiting for what happens elsewhere, however slow the machine is.

A test that goes well waits only as long as what it waits for takes, so one bound serves all of them: it tells what
hangs from what is slow, and where it hung.
"""

import asyncio
import inspect
from collections.abc import Awaitable, Callable

PATIENCE = 240.0
"""Seconds."""


def patience() -> asyncio.Timeout:
    """A bound for what is waited for by a signal."""
    return asyncio.timeout(PATIENCE)


async def until(condition: Callable[[], bool | Awaitable[bool]]) -> None:
    """Wait for what another process does and tells nobody. Raises `TimeoutError` where it hangs."""
    async with patience():
        while True:
            holds = condition()
            if await holds if inspect.isawaitable(holds) else holds:
                return
            await asyncio.sleep(0.02)
