"""Child processes: answers, failures, deaths, hangs and limits, with a small target in place of real work."""

import asyncio
import os
import select
import signal
import sys
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from shared.children.child import Child
from shared.children.pool import Children
from shared.children.protocol import (
    ChildGoneError,
    ChildStartError,
    Limits,
    NotTakenError,
    OverLimitError,
    Target,
    WorkError,
)
from tests.unit.children.target import TARGET, Did, Do

Called = Child[Do, str, Did]
ON_LINUX = pytest.mark.skipif(sys.platform != "linux", reason="the limit is set on Linux only")


@pytest.fixture
async def child() -> AsyncIterator[Called]:
    made = Child(TARGET, environment={}, stop_seconds=0.3)
    await made.start()
    yield made
    await made.end()


@pytest.fixture
async def make() -> AsyncIterator[Callable[..., Children[Do, str, Did]]]:
    made: list[Children[Do, str, Did]] = []

    def make(count: int = 1, **options: object) -> Children[Do, str, Did]:
        made.append(Children(TARGET, count, **{"environment": {}, **options}))  # type: ignore[arg-type]  # as they are
        return made[-1]

    yield make
    for each in made:
        await each.end()


async def test_a_child_may_go_behind_its_parent(make: Callable[..., Children[Do, str, Did]]) -> None:
    children = make(limits=Limits(nice=3))
    await children.start()
    (pid,) = children.pids
    own = os.getpriority(os.PRIO_PROCESS, 0)
    assert os.getpriority(os.PRIO_PROCESS, pid) == min(own + 3, 19)


async def gone(process: int) -> None:
    """Until the process of this file descriptor has ended."""
    await asyncio.to_thread(select.select, [process], [], [])
    os.close(process)


def _lives(pid: int) -> bool:
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


async def begun(child: Called | Children[Do, str, Did], what: str) -> asyncio.Task[Did]:
    """A call whose work has told that it is at it."""
    told = asyncio.Event()
    call = asyncio.create_task(child.call(Do(what), lambda _: told.set()))
    await told.wait()
    return call


async def test_a_call_is_answered_with_its_news_before(child: Called) -> None:
    assert child.greeting == "hello"
    news: list[str] = []
    assert await child.call(Do("echo", b"x" * 3_000_000), news.append) == Did(b"x" * 3_000_000, child.pid)
    assert news == ["at it"]
    assert child.well


async def test_what_computes_gives_way_to_what_answers_people(child: Called) -> None:
    answer = await child.call(Do("say how nice it is"))
    assert int(answer.data) == min(os.nice(0) + 5, 19)


async def test_what_the_work_raises_is_told_and_the_child_lives_on(child: Called) -> None:
    pid = child.pid
    with pytest.raises(WorkError, match="ZeroDivisionError"):
        await child.call(Do("raise"))
    assert await child.call(Do("echo", b"again")) == Did(b"again", pid)


async def test_a_crash_in_native_code_fails_the_call_and_a_new_child_serves(child: Called) -> None:
    pid = child.pid
    with pytest.raises(ChildGoneError, match="SIGSEGV"):
        await child.call(Do("crash"))
    assert not child.well
    await child.mend()
    assert (await child.call(Do("echo", b"new"))).data == b"new"
    assert child.pid != pid


async def test_a_given_up_call_that_listens_keeps_its_child(
    make: Callable[..., Children[Do, str, Did]],
) -> None:
    children = make(stop_seconds=60)  # a slow machine, too, has the time to listen
    await children.start()
    (pid,) = children.pids
    call = await begun(children, "until stopped")
    for number in (signal.SIGINT, signal.SIGTERM):  # a stop of all processes leaves the call to its parent
        os.kill(pid, number)
    assert os.getpgid(pid) != os.getpgid(0)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    # The stop was for the call before: this one must not be ended by it, nor get its answer.
    assert await children.call(Do("echo", b"next")) == Did(b"next", pid)


@pytest.mark.parametrize("what", ["hang", "hang in native code"])
async def test_a_given_up_call_that_hangs_costs_the_child(child: Called, what: str) -> None:
    pid = child.pid
    call = await begun(child, what)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    await child.mend()
    assert child.pid != pid
    assert not _lives(pid)
    assert (await child.call(Do("echo", b"next"))).data == b"next"


async def test_an_answer_of_another_type_costs_the_child(child: Called) -> None:
    pid = child.pid
    with pytest.raises(ChildGoneError, match="an answer that is none"):
        await child.call(Do("rubbish"))
    await child.mend()
    assert child.pid != pid


async def test_a_child_that_cannot_load_says_why() -> None:
    missing: Target[Do, str, Did] = Target("tests.unit.children.no_such_target", Do, str, Did)
    with pytest.raises(ChildStartError, match="No module named"):
        await Child(missing, environment={}).start()


async def test_a_child_that_does_not_load_in_time_is_killed() -> None:
    slow = Child(TARGET, environment={"CHILD_TARGET_SLEEPS": "1"}, start_seconds=0.5)
    with pytest.raises(ChildStartError, match="had not loaded"):
        await slow.start()
    assert slow.pid == 0


async def test_children_serve_side_by_side_and_replace_who_died_idle(
    make: Callable[..., Children[Do, str, Did]],
) -> None:
    children = make(2)
    await children.start()
    one, two = await asyncio.gather(children.call(Do("")), children.call(Do("")))
    assert {one.pid, two.pid} == set(children.pids)
    for pid in children.pids:
        process = os.pidfd_open(pid)
        os.kill(pid, signal.SIGKILL)
        await gone(process)
    assert (await children.call(Do("echo", b"back"))).data == b"back"
    processes = [os.pidfd_open(pid) for pid in children.pids]
    await children.end()
    for process in processes:
        await gone(process)


async def test_a_child_that_died_so_lately_that_nobody_was_told_is_replaced(
    make: Callable[..., Children[Do, str, Did]],
) -> None:
    children = make()
    await children.start()
    (pid,) = children.pids
    process = os.pidfd_open(pid)
    os.kill(pid, signal.SIGKILL)
    # Without a turn of the event loop, which would hear of it.
    select.select([process], [], [])
    os.close(process)
    assert children.pids == [pid]
    assert (await children.call(Do("echo", b"back"))).data == b"back"
    assert children.pids != [pid]


async def test_a_child_that_is_dying_when_it_is_handed_a_call_is_replaced(
    make: Callable[..., Children[Do, str, Did]],
) -> None:
    children = make()
    await children.start()
    (pid,) = children.pids
    os.kill(pid, signal.SIGSTOP)  # its socket takes the call, as that of a process does whose threads are still ending
    call = asyncio.create_task(children.call(Do("echo", b"x" * 10_000)))
    await asyncio.sleep(0)
    os.kill(pid, signal.SIGKILL)
    assert (await call).data == b"x" * 10_000
    assert children.pids != [pid]


async def test_a_call_that_kills_is_not_tried_on_another_child(make: Callable[..., Children[Do, str, Did]]) -> None:
    children = make()
    await children.start()
    told: list[str] = []
    with pytest.raises(ChildGoneError, match="SIGSEGV") as raised:
        await children.call(Do("crash"), told.append)
    assert not isinstance(raised.value, NotTakenError)
    assert told == ["at it"]


async def test_a_call_that_gets_no_time_to_end_is_killed_by_its_cancelling(
    make: Callable[..., Children[Do, str, Did]],
) -> None:
    children = make(stop_seconds=0.0)
    await children.start()
    (pid,) = children.pids
    process = os.pidfd_open(pid)
    call = await begun(children, "until stopped")
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    # Already, before anything else had a turn.
    select.select([process], [], [])
    os.close(process)
    assert (await children.call(Do("echo", b"next"))).data == b"next"


async def test_a_call_that_takes_too_long_is_killed(
    make: Callable[..., Children[Do, str, Did]],
) -> None:
    children = make(limits=Limits(seconds=0.5))
    await children.start()
    (pid,) = children.pids
    process = os.pidfd_open(pid)
    with pytest.raises(ChildGoneError, match=r"killed after 0\.5 s"):
        await children.call(Do("hang"))
    await gone(process)


async def test_processor_time_is_bounded_for_each_call(make: Callable[..., Children[Do, str, Did]]) -> None:
    children = make(limits=Limits(cpu_seconds=60))
    await children.start()
    (pid,) = children.pids
    process = os.pidfd_open(pid)
    with pytest.raises(OverLimitError, match="processor time"):
        await children.call(Do("compute"), cpu_seconds=1)
    await gone(process)
    assert (await children.call(Do("echo", b"next"))).data == b"next"


async def test_waiting_is_not_counted_as_processor_time(make: Callable[..., Children[Do, str, Did]]) -> None:
    children = make(limits=Limits(cpu_seconds=1, seconds=2.5))
    await children.start()
    with pytest.raises(ChildGoneError, match="killed after"):
        await children.call(Do("hang"))


@ON_LINUX
@pytest.mark.parametrize("what", ["take memory", "abort"])
async def test_memory_is_bounded(make: Callable[..., Children[Do, str, Did]], what: str) -> None:
    children = make(limits=Limits(memory=256 << 20))
    await children.start()
    (pid,) = children.pids
    with pytest.raises(OverLimitError, match="memory"):
        await children.call(Do(what))
    answer = await children.call(Do("echo", b"next"))
    assert answer.data == b"next"
    assert answer.pid != pid


@ON_LINUX
async def test_a_child_that_keeps_too_much_memory_is_replaced_when_it_is_idle(
    make: Callable[..., Children[Do, str, Did]],
) -> None:
    children = make(limits=Limits(kept_memory=96 << 20))
    await children.start()
    first = await children.call(Do("keep memory"))
    second = await children.call(Do("keep memory"))
    assert second.pid == first.pid
    assert (await children.call(Do(""))).pid != first.pid


async def test_it_is_told_only_what_it_is_given(
    make: Callable[..., Children[Do, str, Did]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "secret")
    children = make(environment={"LANG": "C"})
    await children.start()
    asked = [Do("environment", name) for name in (b"ANTHROPIC_API_KEY", b"LANG")]
    assert [(await children.call(each)).data for each in asked] == [b"", b"C"]


async def test_nothing_is_started_after_the_end(make: Callable[..., Children[Do, str, Did]]) -> None:
    children = make(2)
    await children.start()
    calls = [await begun(children, "hang") for _ in range(2)]
    waiting = asyncio.create_task(children.call(Do("")))
    await asyncio.sleep(0)
    processes = [os.pidfd_open(pid) for pid in children.pids]
    children.close()
    for process in processes:
        await gone(process)
    for call in calls:
        with pytest.raises(ChildGoneError):
            await call
    waiting.cancel()
    await asyncio.wait([waiting])
    assert children.pids == []
    assert not [task for task in asyncio.all_tasks() if task is not asyncio.current_task() and not task.done()]


async def test_a_call_that_had_not_begun_at_the_end_starts_nothing(
    make: Callable[..., Children[Do, str, Did]],
) -> None:
    children = make()
    await children.start()
    (pid,) = children.pids
    os.kill(pid, signal.SIGSTOP)
    call = asyncio.create_task(children.call(Do("echo")))
    await asyncio.sleep(0)
    children.close()
    with pytest.raises(ChildGoneError):
        await call
    assert children.pids == []


async def test_who_asks_again_at_once_waits_behind_the_others(make: Callable[..., Children[Do, str, Did]]) -> None:
    children = make()
    await children.start()
    order: list[str] = []

    async def ask(who: str, times: int) -> None:
        for _ in range(times):
            await children.call(Do("echo"))
            order.append(who)

    await asyncio.gather(ask("greedy", 4), ask("other", 2), ask("third", 1))
    assert order == ["greedy", "other", "third", "greedy", "other", "greedy", "greedy"]


async def test_calls_make_no_threads(make: Callable[..., Children[Do, str, Did]]) -> None:
    children = make(2)
    await children.start()
    threads = threading.active_count()
    calls = [await begun(children, "hang") for _ in range(2)]
    waiting = [asyncio.create_task(children.call(Do("echo"))) for _ in range(4)]
    await asyncio.sleep(0)
    assert threading.active_count() <= threads  # one of a test before may just be ending
    for call in (*calls, *waiting):
        call.cancel()
    await asyncio.wait([*calls, *waiting])


@pytest.mark.parametrize("what", ["until stopped", "hang in native code"])
async def test_a_child_ends_with_its_parent_however_that_ends(what: str) -> None:
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.unit.children.parent", what,
        cwd=Path(__file__).parents[3], stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert parent.stdout is not None
    pid = int(await parent.stdout.readline())
    process = os.pidfd_open(pid)
    parent.kill()
    await parent.wait()
    await gone(process)
