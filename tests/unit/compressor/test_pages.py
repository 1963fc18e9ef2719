"""An upload that asks too much costs its own process, ends with a sentence, and the next one is read."""

import asyncio
import os
import signal
import sys
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from services.compressor import handler as handler_module
from services.compressor import pages as pages_module
from services.compressor import upload as upload_module
from services.compressor.handler import TOO_HEAVY
from services.compressor.pages import LIMITS, Large, Made, MakePage, Processes, Refused
from shared.children.protocol import ChildGoneError, Limits, NotTakenError, OverLimitError
from shared.outcomes import Dead, Done, Retry
from tests.processes import end, processor_time
from tests.unit.compressor.conftest import Bench, processes
from tests.unit.compressor.made import PDF_LOCKED, PDF_PLAIN, pdf, photo, png_header, save, words
from tests.waiting import until

SHORT = Limits(seconds=120, cpu_seconds=1, memory=LIMITS.memory)


@pytest.fixture
async def make() -> AsyncIterator[Callable[..., Any]]:
    made: list[Processes] = []

    async def make(count: int = 1, limits: Limits = LIMITS) -> Processes:
        made.append(processes(count, limits))
        await made[-1].start()
        return made[-1]

    yield make
    for each in made:
        await each.end()


def nested_forms(levels: int = 6, times: int = 10) -> bytes:
    """A page of a form that draws a form `times` over, and so on: `times` to the power of `levels` rectangles."""
    head = b"<</Type/XObject/Subtype/Form/BBox[0 0 595 842]"
    bodies = [(b"/Resources<</XObject<</F %d 0 R>>>>" % (7 + n), b"/F Do\n" * times) for n in range(levels)]
    bodies.append((b"", b"0 0 1 1 re f\n"))
    forms = tuple(
        head + resources + b"/Length %d>>stream\n%s\nendstream" % (len(content), content)
        for resources, content in bodies
    )
    data = pdf([b"/F Do"], extra_objects=forms)
    return data.replace(b"/Resources<</Font", b"/Resources<</XObject<</F 6 0 R>>/Font", 1)


ENDLESS = nested_forms(levels=7)


async def read(children: Processes, data: bytes = PDF_PLAIN) -> list[str]:
    made = await children.call(MakePage("read", data, 0))
    assert isinstance(made, Made), made
    return [line.text for line in made.text.lines] if made.text else []


async def computing(pid: int) -> None:
    """Until a process has computed for a while more than now."""
    now = processor_time(pid)
    await until(lambda: processor_time(pid) > now + 0.03)


async def test_a_process_serves_one_upload_after_the_other(make: Callable[..., Any]) -> None:
    children = await make()
    pids = children.pids
    assert await read(children) == ["Monday"]
    refused = await children.call(MakePage("locked", PDF_LOCKED, 0))
    assert isinstance(refused, Refused)
    assert "locked with a password" in refused.sentence
    assert await read(children, save("jpeg", photo())) == []
    assert await read(children) == ["Monday"]
    assert children.pids == pids != [os.getpid()]


async def test_any_process_goes_on_with_an_upload(make: Callable[..., Any]) -> None:
    """Also one that never saw it, or has had another upload open since."""
    children = await make()
    data = pdf([words((72, 700, f"Page {n}")) for n in range(3)])
    for number in (0, 1, 2):
        made = await children.call(MakePage("pages", data, number))
        assert (made.pages, made.text.lines[0].text) == (3, f"Page {number}")
        assert await read(children) == ["Monday"]


async def test_forms_within_forms_are_given_up_and_the_next_document_is_read(
    make: Callable[..., Any], tmp_path: Path
) -> None:
    children = await make(limits=SHORT)
    pids = children.pids
    bench = Bench(tmp_path, children)
    assert await bench.run(ENDLESS) == Dead(TOO_HEAVY)
    assert await read(children, nested_forms(levels=1)) == []
    assert await read(children) == ["Monday"]
    assert children.pids != pids


@pytest.mark.skipif(sys.platform != "linux", reason="the limit is set on Linux only")
async def test_memory_is_bounded(make: Callable[..., Any]) -> None:
    children = await make(limits=Limits(seconds=120, memory=512 << 20))
    assert await read(children) == ["Monday"]
    with pytest.raises(OverLimitError, match="memory"):
        await read(children, nested_forms())
    assert await read(children) == ["Monday"]


async def test_a_process_lost_in_the_middle_of_a_page_is_replaced_and_lost_twice_is_the_file_s_fault(
    make: Callable[..., Any], tmp_path: Path
) -> None:
    children = await make()
    bench = Bench(tmp_path, children)
    for attempt, outcome in ((1, Retry), (2, Dead)):
        drawing = asyncio.create_task(bench.run(ENDLESS, attempt=attempt))
        (pid,) = children.pids
        await computing(pid)
        os.kill(pid, signal.SIGKILL)
        assert isinstance(await drawing, outcome)
        assert await read(children) == ["Monday"]
        assert children.pids != [pid]


async def test_processes_lost_before_they_look_at_a_file_are_never_its_fault(
    make: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    children = await make()

    async def lost(*_: Any, **__: Any) -> None:
        raise NotTakenError("the child was gone before it began")

    monkeypatch.setattr(children, "call", lost)
    assert isinstance(await Bench(tmp_path, children).run(PDF_PLAIN, attempt=4), Retry)


async def test_one_killed_while_it_waits_is_replaced(make: Callable[..., Any]) -> None:
    children = await make()
    (pid,) = children.pids
    os.kill(pid, signal.SIGKILL)
    await end([pid])
    assert await read(children) == ["Monday"]


async def test_uploads_given_up_free_their_cores_at_once_and_leave_no_thread(
    make: Callable[..., Any], tmp_path: Path
) -> None:
    children = await make(2)
    bench = Bench(tmp_path, children)

    def threads() -> set[threading.Thread]:
        # But for asyncio's own: one for each process on Pythons without a process descriptor, and this test's; and for
        # those of the store, which stay.
        return {each for each in threading.enumerate() if not each.name.startswith(("asyncio", "blobs"))}

    before = threads()
    for number in range(3):
        pids = children.pids
        jobs = [asyncio.create_task(bench.run(ENDLESS, document=f"{number}{which}")) for which in "ab"]
        for pid in pids:
            await computing(pid)
        for job in jobs:
            job.cancel()
        await asyncio.wait(jobs)
        await end(pids)
        assert list(await asyncio.gather(read(children), read(children))) == [["Monday"]] * 2
        assert len(children.pids) == 2
    assert threads() <= before


async def test_the_pages_of_an_upload_take_turns_with_another_one(
    make: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    children = await make(1)
    ask, made, waited = children.call, list[str](), list[int]()

    async def call(request: MakePage, **bounds: Any) -> object:
        before = len(made)
        answer = await ask(request, **bounds)
        waited.append(len(made) - before)
        made.append(request.upload)
        return answer

    monkeypatch.setattr(children, "call", call)
    bench = Bench(tmp_path, children)
    long = asyncio.create_task(bench.run(pdf([words((72, 700, "Monday"))] * 10), document="long"))
    await bench.told.reached.wait()
    # Of the time between its question and its answer: how long the disk takes over its blobs is not the point.
    assert isinstance(await bench.run(save("jpeg", photo()), document="short"), Done)
    assert isinstance(await long, Done)
    assert len(made) == 11
    # The page that was being drawn and the one after it, at most.
    assert max(waited) <= 2


async def test_all_pages_of_an_upload_together_are_bounded(
    make: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = Bench(tmp_path, await make())
    monkeypatch.setattr(handler_module, "_UPLOAD_CPU_SECONDS", 1e-3)
    assert isinstance(await bench.run(PDF_PLAIN), Done)
    assert await bench.run(pdf([words((72, 700, "Monday"))] * 2)) == Dead(TOO_HEAVY)


async def test_closing_gives_up_a_page_that_is_being_drawn(make: Callable[..., Any]) -> None:
    children = await make()
    (pid,) = children.pids
    drawing = asyncio.create_task(children.call(MakePage("endless", ENDLESS, 0)))
    await computing(pid)
    children.close()
    with pytest.raises(ChildGoneError):
        await drawing


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere it ends after its page")
async def test_a_busy_process_dies_with_its_parent() -> None:
    script = (
        "import asyncio, os, signal\n"
        "from tests.unit.compressor.test_pages import ENDLESS, MakePage, computing, processes\n"
        "async def main():\n"
        "    children = processes(1)\n"
        "    await children.start()\n"
        "    (pid,) = children.pids\n"
        "    drawing = asyncio.create_task(children.call(MakePage('endless', ENDLESS, 0)))\n"
        "    await computing(pid)\n"
        "    print(pid, flush=True)\n"
        "    await drawing\n"
        "asyncio.run(main())\n"
    )
    root = Path(__file__).parents[3]
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", script,
        cwd=root, stdout=asyncio.subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(root)},
    )  # fmt: skip
    assert parent.stdout is not None
    pid = int(await parent.stdout.readline())
    parent.kill()
    await parent.wait()
    await end([pid])


async def test_it_is_told_nothing_of_ours(make: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "secret")
    (pid,) = (await make()).pids
    environment = Path(f"/proc/{pid}/environ")
    if not environment.exists():
        pytest.skip("needs /proc")
    assert b"secret" not in environment.read_bytes()
    assert b"MAX_IMAGE_DIMENSION" in environment.read_bytes()


def test_only_one_large_picture_is_worked_on_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages_module, "_LARGE", 400 * 300 - 1)
    _, make_page = pages_module.load()
    request = MakePage("large", save("jpeg", photo(400, 300)), 0)
    assert make_page(request, lambda _: None) == Large()
    request.alone = True
    assert isinstance(make_page(request, lambda _: None), Made)


def test_a_huge_header_is_refused_before_any_codec_sees_it(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    for codec in ("page_count", "compress"):
        monkeypatch.setattr(upload_module, codec, lambda *_, codec=codec, **__: seen.append(codec))
    _, make_page = pages_module.load()
    answer = make_page(MakePage("huge", png_header(60_000, 60_000), 0), lambda _: None)
    assert isinstance(answer, Refused)
    assert "60,000 × 60,000 pixels" in answer.sentence
    assert seen == []
