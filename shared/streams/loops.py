"""The thin loop under every chore: run once, wait, go on; a server that is away is waited for, not crashed on."""

import asyncio
import contextlib
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

from shared.cancelling import end_if_cancelled
from shared.logs import get_logger
from shared.watchdog import turn, watched

log = get_logger(__name__)

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
"""Errors that pass when the server is back, or takes writes again (`RefusalError`)."""


class RedisOutage:
    """Whoever in this process waits for Redis: the first and the last are worth a line, the others are not."""

    def __init__(self) -> None:
        self._waiting: set[object] = set()

    def begins(self, who: object, error: Exception, **more: object) -> None:
        """`who` waits."""
        if not self._waiting:
            log.warning("redis is away, waiting for it", error=str(error) or type(error).__name__, **more)
        self._waiting.add(who)

    def __contains__(self, who: object) -> bool:
        return who in self._waiting

    def ends(self, who: object) -> None:
        """`who` waits no more: it was served."""
        if who in self._waiting:
            self._waiting.discard(who)
            if not self._waiting:
                log.info("redis is back")

    def forget(self, who: object) -> None:
        """`who` waits no more: it ends."""
        self._waiting.discard(who)


redis_outage = RedisOutage()
"""Of this process."""


def group_lost(error: RedisError) -> bool:
    """Whether the consumer group vanished: the server was emptied (FLUSHALL, DEL, a failover without the write)."""
    return isinstance(error, ResponseError) and str(error).startswith(("NOGROUP", "UNBLOCKED"))


async def wait(stop: asyncio.Event, seconds: float) -> bool:
    """Wait for `stop` or the time; returns whether to stop."""
    turn(seconds)
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
    breaking_off: bool = False,
) -> None:
    """Call `run_once` until `stop`, `every` seconds apart.

    Args:
        name: of the chore, in the logs.
        regroup: makes the consumer group anew when it vanished.
        breaking_off: whether `stop` cancels a call that is under way: only of what takes nothing that would be lost.
    """
    me = object()
    once = _broken_off(run_once, stop) if breaking_off else run_once
    try:
        with watched(name, stop):
            await _turns(name, once, stop, every, regroup, me)
    finally:
        redis_outage.forget(me)


def _broken_off(run_once: Callable[[], Awaitable[object]], stop: asyncio.Event) -> Callable[[], Awaitable[object]]:
    """`run_once`, cancelled as soon as `stop` is set. In the same task: the watchdog knows a chore by it."""

    def cut(bound: asyncio.Timeout) -> None:
        with contextlib.suppress(RuntimeError):  # the call has just ended by itself
            bound.reschedule(0)

    async def run() -> None:
        stopping = asyncio.ensure_future(stop.wait())
        try:
            async with asyncio.timeout(None) as bound:
                stopping.add_done_callback(lambda _: cut(bound))
                await run_once()
        except TimeoutError:
            if not bound.expired():
                raise
        finally:
            stopping.cancel()

    return run


async def _turns(
    name: str,
    run_once: Callable[[], Awaitable[object]],
    stop: asyncio.Event,
    every: float,
    regroup: Callable[[], Awaitable[None]] | None,
    me: object,
) -> None:
    failures = 0
    while not stop.is_set():
        turn()
        try:
            await run_once()
        except AWAY as error:
            away: Exception | None = error
        except RedisError as error:
            if not group_lost(error):
                raise
            # Who has no group was blocked while the server changed its role, or lost the stream: it reads on.
            away = error if regroup is None else None
            if regroup is not None:
                log.warning("consumer group vanished, making it anew", chore=name)
                away = await _again(regroup)
                if away is None:
                    end_if_cancelled()
                    continue
        else:
            away = None
        end_if_cancelled()
        if away is not None:
            failures += 1
            redis_outage.begins(me, away, chore=name)
            # Back-off with jitter, so that all workers do not return in the same instant.
            await wait(stop, min(0.1 * 2 ** min(failures, 5), 2.0) * random.uniform(0.5, 1.0))
            continue
        failures = 0
        redis_outage.ends(me)
        if every and await wait(stop, every * random.uniform(0.8, 1.2)):
            break


async def _again(regroup: Callable[[], Awaitable[None]]) -> Exception | None:
    try:
        await regroup()
    except AWAY as error:
        return error
    return None


async def retry_until_done(action: Callable[[], Awaitable[None]], stop: asyncio.Event) -> None:
    """Do `action` once, waiting for a server that is away; gives up at `stop`."""
    me = object()
    try:
        while not stop.is_set():
            try:
                await action()
            except AWAY as error:
                end_if_cancelled()
                redis_outage.begins(me, error)
                await wait(stop, 0.5)
            else:
                end_if_cancelled()
                redis_outage.ends(me)
                return
    finally:
        redis_outage.forget(me)
