"""The thin loop under every chore: run once, wait, go on; a server that is away is waited for, not crashed on."""

import asyncio
import random
from collections.abc import Awaitable, Callable

from redis.asyncio.sentinel import MasterNotFoundError
from redis.exceptions import (
    BusyLoadingError,
    ClusterError,
    ReadOnlyError,
    RedisError,
    ResponseError,
)
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

from shared.logs import get_logger

log = get_logger(__name__)

_waiting: set[str] = set()
"""The chores of this process that wait for Redis: the first and the last are worth a line."""

AWAY = (
    RedisConnectionError,
    RedisTimeoutError,
    BusyLoadingError,
    ReadOnlyError,
    MasterNotFoundError,
    ClusterError,
    OSError,
    TimeoutError,
)
"""Errors that pass when the server is back."""


def group_lost(error: RedisError) -> bool:
    """Whether the consumer group vanished: the server was emptied (FLUSHALL, DEL, a failover without the write)."""
    return isinstance(error, ResponseError) and str(error).startswith(("NOGROUP", "UNBLOCKED"))


async def wait(stop: asyncio.Event, seconds: float) -> bool:
    """Wait for `stop` or the time; returns whether to stop."""
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return stop.is_set()
    return True


async def run_periodically(
    name: str,
    run_once: Callable[[], Awaitable[object]],
    stop: asyncio.Event,
    *,
    every: float = 0.0,
    regroup: Callable[[], Awaitable[None]] | None = None,
) -> None:
    """Call `run_once` until `stop`, `every` seconds apart.

    Args:
        name: of the chore, in the logs.
        regroup: makes the consumer group anew when it vanished.
    """
    failures = 0
    while not stop.is_set():
        try:
            await run_once()
        except AWAY as error:
            failures += 1
            if not _waiting:
                log.warning("redis is away, waiting for it", error=str(error) or type(error).__name__)
            _waiting.add(name)
            # Back-off with jitter, so that all workers do not return in the same instant.
            await wait(stop, min(0.1 * 2 ** min(failures, 5), 2.0) * random.uniform(0.5, 1.0))
            continue
        except RedisError as error:
            if regroup is None or not group_lost(error):
                raise
            log.warning("consumer group vanished, making it anew", chore=name)
            await _again(regroup)
            continue
        if failures:
            failures = 0
            _waiting.discard(name)
            if not _waiting:
                log.info("redis is back")
        if every and await wait(stop, every * random.uniform(0.8, 1.2)):
            break
    _waiting.discard(name)


async def _again(regroup: Callable[[], Awaitable[None]]) -> None:
    try:
        await regroup()
    except AWAY:
        # The next turn of the loop meets the same error and backs off.
        return


async def retry_until_done(action: Callable[[], Awaitable[None]], stop: asyncio.Event) -> None:
    """Do `action` once, waiting for a server that is away; gives up at `stop`."""
    while not stop.is_set():
        try:
            await action()
        except AWAY:
            await wait(stop, 0.5)
        else:
            return
