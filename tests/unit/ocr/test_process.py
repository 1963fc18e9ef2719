"""Child processes: answers, failures, deaths and hangs, with a small target in place of the models."""

import asyncio
import os
import select
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.ocr.process import Child, ChildError, Children, NotStarted

TARGET = "tests.unit.ocr.child_target"


@pytest.fixture
async def child() -> AsyncIterator[Child]:
    made = Child(TARGET, stop_seconds=0.3)
    await made.start()
    yield made
    await made.end()


def ignore(_: bytes) -> None:
    pass


async def gone(process: int) -> None:
    """Until the process of this file descriptor has ended."""
    await asyncio.to_thread(select.select, [process], [], [])
    os.close(process)


def _lives(pid: int) -> bool:
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


async def begun(child: Child, body: bytes) -> asyncio.Task[bytes]:
    """A call whose work has told that it is at it."""
    told = asyncio.Event()
    call = asyncio.create_task(child.call(body, lambda _: told.set()))
    await told.wait()
    return call


async def test_a_call_is_answered_with_its_news_before(child: Child) -> None:
    assert child.greeting == b"hello"
    news: list[bytes] = []
    assert await child.call(b"echo " + b"x" * 3_000_000, news.append) == b"x" * 3_000_000
    assert news == [b"at it"]
    assert child.well


async def test_what_the_work_raises_is_told_and_the_child_lives_on(child: Child) -> None:
    pid = child.pid
    with pytest.raises(ChildError, match="ZeroDivisionError"):
        await child.call(b"raise", ignore)
    assert await child.call(b"echo again", ignore) == b"again"
    assert child.pid == pid


async def test_a_crash_in_native_code_fails_the_call_and_a_new_child_serves(child: Child) -> None:
    pid = child.pid
    with pytest.raises(ChildError, match="SIGSEGV"):
        await child.call(b"crash", ignore)
    assert not child.well
    await child.mend()
    assert await child.call(b"echo new", ignore) == b"new"
    assert child.pid != pid


async def test_a_given_up_call_that_listens_keeps_its_child() -> None:
    child = Child(TARGET, stop_seconds=60)  # a slow machine, too, has the time to listen
    await child.start()
    try:
        pid = child.pid
        call = await begun(child, b"until stopped")
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        await child.mend()
        assert child.pid == pid
        # The stop was for the call before: this one must not be ended by it, nor get its answer.
        assert await child.call(b"echo next", ignore) == b"next"
    finally:
        await child.end()


@pytest.mark.parametrize("body", [b"hang", b"hang in native code"])
async def test_a_given_up_call_that_hangs_costs_the_child(child: Child, body: bytes) -> None:
    pid = child.pid
    call = await begun(child, body)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    await child.mend()
    assert child.pid != pid
    assert not _lives(pid)
    assert await child.call(b"echo next", ignore) == b"next"


async def test_a_child_that_cannot_load_says_why() -> None:
    with pytest.raises(NotStarted, match="No module named"):
        await Child("tests.unit.ocr.no_such_target").start()


async def test_a_child_that_does_not_load_in_time_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHILD_TARGET_SLEEPS", "1")
    slow = Child(TARGET, start_seconds=0.5)
    with pytest.raises(NotStarted, match="had not loaded"):
        await slow.start()
    assert slow.pid == 0


async def test_children_serve_side_by_side_and_replace_who_died_idle() -> None:
    children = Children(TARGET, 2)
    await children.start()
    try:
        one, two = await asyncio.gather(children.call(b"pid", ignore), children.call(b"pid", ignore))
        assert {int(one), int(two)} == set(children.pids)
        for pid in children.pids:
            process = os.pidfd_open(pid)
            os.kill(pid, signal.SIGKILL)
            await gone(process)
        assert await children.call(b"echo back", ignore) == b"back"
    finally:
        processes = [os.pidfd_open(pid) for pid in children.pids]
        await children.end()
    for process in processes:
        await gone(process)


async def test_a_child_that_died_so_lately_that_nobody_was_told_is_replaced() -> None:
    children = Children(TARGET, 1)
    await children.start()
    try:
        (pid,) = children.pids
        process = os.pidfd_open(pid)
        os.kill(pid, signal.SIGKILL)
        # Without a turn of the event loop, which would hear of it.
        select.select([process], [], [])
        os.close(process)
        assert children.pids == [pid]
        assert await children.call(b"echo back", ignore) == b"back"
        assert children.pids != [pid]
    finally:
        await children.end()


@pytest.mark.parametrize("body", ["until stopped", "hang in native code"])
async def test_a_child_ends_with_its_parent_however_that_ends(body: str) -> None:
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.unit.ocr.child_parent", TARGET, body,
        cwd=Path(__file__).parents[3], stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert parent.stdout is not None
    pid = int(await parent.stdout.readline())
    process = os.pidfd_open(pid)
    parent.kill()
    await parent.wait()
    await gone(process)
