"""A chore that ends or stands still ends its process; whoever waits as it should is left alone."""

import asyncio
import contextlib
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable

import pytest

from shared import watchdog as watchdog_module
from shared.cancelling import end_if_cancelled
from shared.streams.loops import retry_until_done, run_periodically, wait
from shared.watchdog import ChoreError, Watchdog, allowing, turn
from tests.system import ROOT
from tests.waiting import PATIENCE


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same watchdog, a tenth as patient."""
    monkeypatch.setattr(watchdog_module, "STILL_SECONDS", 0.7)
    monkeypatch.setattr(watchdog_module, "_LOOK_SECONDS", 0.05)
    monkeypatch.setattr(watchdog_module, "_JUMP_SECONDS", 0.4)
    # The test's own process is not to be ended.
    monkeypatch.setattr(watchdog_module, "GRACE_SECONDS", 3600.0)


async def found(run_once: Callable[[], Awaitable[object]], seconds: float = PATIENCE) -> str:
    """What the watchdog says of a chore, if it says something within a time."""
    watchdog, stop = Watchdog(), asyncio.Event()
    watchdog.start()
    chore = asyncio.create_task(run_periodically("mine", run_once, stop))
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await watchdog.broken.wait()
    fault = watchdog.fault
    stop.set()
    chore.cancel()
    await asyncio.wait([chore], timeout=PATIENCE)
    watchdog.close()
    return fault


async def test_a_chore_that_waits_for_what_never_comes_stands_still(quick: None) -> None:
    assert await found(lambda: asyncio.Event().wait()) == "the chore mine stands still"


async def test_a_chore_that_dies_has_ended(quick: None) -> None:
    async def run_once() -> None:
        raise LookupError("a bug")

    assert await found(run_once) == "the chore mine ended: LookupError: a bug"


async def test_a_chore_that_is_cancelled_alone_has_ended(quick: None) -> None:
    async def run_once() -> None:
        raise asyncio.CancelledError

    assert await found(run_once) == "the chore mine ended"


async def test_what_waits_as_it_says_is_left_alone(quick: None) -> None:
    async def run_once() -> None:
        await wait(asyncio.Event(), 1.0)
        with allowing(2.0):
            await asyncio.sleep(1.0)
        for _ in range(10):
            await asyncio.sleep(0.1)
            turn()

    assert not await found(run_once, 3.5)


async def test_what_a_chore_starts_does_not_speak_for_it(quick: None) -> None:
    async def chatter() -> None:
        while True:
            turn()
            await asyncio.sleep(0.01)

    async def run_once() -> None:
        aside = asyncio.create_task(chatter())
        try:
            await asyncio.Event().wait()
        finally:
            aside.cancel()

    assert await found(run_once) == "the chore mine stands still"


async def test_a_loop_whose_cancellation_was_swallowed_ends_all_the_same() -> None:
    """As redis-py swallows one that comes in the first milliseconds of a connect or a read."""
    begun, stop = asyncio.Event(), asyncio.Event()

    async def swallows() -> None:
        begun.set()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.sleep(3600)

    async def refuses() -> None:
        await swallows()
        raise ConnectionError

    for loop in (
        run_periodically("one", swallows, stop),
        run_periodically("one", swallows, stop, every=60),
        run_periodically("one", refuses, stop),
        retry_until_done(refuses, stop),
    ):
        begun.clear()
        task = asyncio.create_task(loop)
        await begun.wait()
        task.cancel()
        await asyncio.wait([task], timeout=PATIENCE)
        assert task.cancelled()


async def test_nobody_is_cancelled_for_a_timeout_of_his_own() -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(0):
            await asyncio.sleep(1)
    end_if_cancelled()


async def test_a_fault_is_what_the_checks_say() -> None:
    watchdog = Watchdog()
    await watchdog.check()
    watchdog.bark("one")
    watchdog.bark("two")
    with pytest.raises(ChoreError, match="one"):
        await watchdog.check()


PROCESS = """
import asyncio, sys, time
from shared import watchdog as module
from shared.logs import configure_logging
from shared.watchdog import Watchdog, watched
module.STILL_SECONDS, module._LOOK_SECONDS, module._JUMP_SECONDS, module.GRACE_SECONDS = 1.0, 0.1, 0.6, 0.3
async def main():
    configure_logging("test")
    watchdog, stop = Watchdog(), asyncio.Event()
    watchdog.start()
    print("ready", flush=True)
    if sys.argv[1] == "blocked":
        time.sleep(60)
    while True:
        await asyncio.sleep(0.05)
asyncio.run(main())
"""


def start(how: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", PROCESS, how]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_a_blocked_event_loop_ends_the_process_and_says_so() -> None:
    with start("blocked") as process:
        out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1
    assert "event loop stands still" in out + err
    assert "time.sleep" in err or "File" in err


def test_a_process_that_slept_starts_counting_anew() -> None:
    with start("well") as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        for _ in range(2):
            process.send_signal(signal.SIGSTOP)
            time.sleep(2.5)  # longer than any chore may stand still; a stopped process gives no signal
            process.send_signal(signal.SIGCONT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(0.5)
        assert process.poll() is None
        process.kill()
