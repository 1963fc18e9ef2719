"""A call that hangs costs its own thread: others go on, and the process ends."""

import asyncio
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from shared.threads import Threads
from tests.waiting import PATIENCE


async def test_a_call_that_hangs_leaves_its_place_to_others() -> None:
    threads = Threads(1, "test")
    begun, release = threading.Event(), threading.Event()

    def hang() -> None:
        begun.set()
        release.wait()

    hanging = asyncio.create_task(threads.run(hang))
    await asyncio.to_thread(begun.wait)
    waiting = asyncio.create_task(threads.run(lambda: "had to wait"))
    await asyncio.sleep(0)
    hanging.cancel()
    with pytest.raises(asyncio.CancelledError):
        await hanging
    try:
        assert await threads.run(lambda: "done") == "done"
        assert await waiting == "had to wait"
        threads.close()  # does not wait for the one that hangs
    finally:
        release.set()


async def test_a_call_that_waits_and_is_cancelled_never_begins() -> None:
    threads = Threads(1, "test")
    begun, release = threading.Event(), threading.Event()

    def hold() -> None:
        begun.set()
        release.wait()

    first = asyncio.create_task(threads.run(hold))
    await asyncio.to_thread(begun.wait)
    calls: list[int] = []
    second = asyncio.create_task(threads.run(calls.append, 1))
    await asyncio.sleep(0)
    second.cancel()
    with pytest.raises(asyncio.CancelledError):
        await second
    release.set()
    await first
    assert await threads.run(len, calls) == 0
    threads.close()


async def test_what_a_call_raises_is_raised() -> None:
    threads = Threads(1, "test")
    with pytest.raises(ZeroDivisionError):
        await threads.run(lambda: 1 // 0)
    threads.close()


def test_a_thread_that_hangs_does_not_keep_the_process() -> None:
    program = (
        "import threading; from shared.threads import end_process\n"
        "threading.Thread(target=threading.Event().wait, name='stuck').start()\n"
        "end_process(0)"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", program], check=False, cwd=root, timeout=PATIENCE, capture_output=True, text=True
    )
    assert done.returncode == 0
    assert "stuck" in done.stdout + done.stderr
