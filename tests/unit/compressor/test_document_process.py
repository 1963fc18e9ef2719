"""A document that asks too much costs its own process, ends with a sentence, and the next one is read."""

import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from services.compressor.document_process import TOO_HEAVY, DocumentProcesses
from services.compressor.pdf import DrawnPage
from shared.outcomes import UnreadableError
from shared.pictures import PictureSettings
from tests.processes import gone, processor_time
from tests.unit.compressor.made import PDF_LOCKED, PDF_PLAIN, pdf
from tests.waiting import PATIENCE

LIMITS = PictureSettings.load()


@pytest.fixture
def processes() -> Iterator[DocumentProcesses]:
    processes = DocumentProcesses(LIMITS)
    yield processes
    processes.close()


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


def read(processes: DocumentProcesses, data: bytes = PDF_PLAIN) -> tuple[list[str], int]:
    document = processes.open(data)
    try:
        drawn = document.draw(0, 500)
        assert isinstance(drawn, DrawnPage)
        assert len(drawn.pixels) == 4 * drawn.width * drawn.height
        return [line.text for line in drawn.text.lines] if drawn.text else [], document.pid
    finally:
        document.close()


def busy(pid: int, since: float) -> None:
    """Return when a process has computed for a while since its processor time was `since`."""
    while processor_time(pid) < since + 0.05:
        time.sleep(0.005)


def test_a_process_serves_one_document_after_the_other(processes: DocumentProcesses) -> None:
    first, again = read(processes), read(processes)
    assert first == again
    assert first[0] == ["Monday"]
    with pytest.raises(UnreadableError, match="locked with a password"):
        processes.open(PDF_LOCKED)
    assert read(processes) == first
    assert first[1] != os.getpid()
    processes.close()
    assert gone(first[1])


def test_documents_open_at_the_same_time_do_not_share_a_process(processes: DocumentProcesses) -> None:
    one, other = processes.open(PDF_PLAIN), processes.open(PDF_PLAIN)
    os.kill(one.pid, signal.SIGKILL)
    with pytest.raises(UnreadableError):
        one.draw(0, 500)
    drawn = other.draw(0, 500)
    assert isinstance(drawn, DrawnPage)
    assert drawn.text is not None
    one.close()
    other.close()


def test_forms_within_forms_are_given_up_and_the_next_document_is_read() -> None:
    processes = DocumentProcesses(LIMITS)
    try:
        document = processes.open(nested_forms())
        document._seconds = 0.5  # of its pages alone: a slow machine may take longer to open it
        with pytest.raises(UnreadableError) as refused:
            document.draw(0, 500)
        assert str(refused.value) == TOO_HEAVY
        assert gone(document.pid)
        document.close()
    finally:
        processes.close()
    patient = DocumentProcesses(LIMITS)
    try:
        assert read(patient, nested_forms(levels=1))[0] == []
        assert read(patient)[0] == ["Monday"]
    finally:
        patient.close()


def test_closing_gives_up_a_page_that_is_being_drawn(processes: DocumentProcesses) -> None:
    document = processes.open(nested_forms(levels=7))
    with ThreadPoolExecutor(1) as thread:
        drawing = thread.submit(document.draw, 0, 500)
        while not document._busy.locked():
            assert not drawing.done()
        document.close()
        with pytest.raises(UnreadableError):
            drawing.result(PATIENCE)
    assert read(processes)[0] == ["Monday"]


@pytest.mark.skipif(sys.platform != "linux", reason="the limit is set on Linux only")
def test_memory_is_bounded() -> None:
    processes = DocumentProcesses(LIMITS, seconds=60.0, memory=48 << 20)
    try:
        assert read(processes)[0] == ["Monday"]
        document = processes.open(nested_forms())
        with pytest.raises(UnreadableError, match="asks for more work"):
            document.draw(0, 500)
        document.close()
        assert read(processes)[0] == ["Monday"]
    finally:
        processes.close()


def test_a_process_killed_in_the_middle_of_a_page_is_replaced(processes: DocumentProcesses) -> None:
    document = processes.open(nested_forms(levels=7))
    begun = processor_time(document.pid)

    def kill() -> None:
        busy(document.pid, begun)
        os.kill(document.pid, signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    with pytest.raises(UnreadableError, match="asks for more work"):
        document.draw(0, 500)
    killer.join()
    document.close()
    texts, pid = read(processes)
    assert texts == ["Monday"]
    assert pid != document.pid


def test_one_killed_while_it_waits_is_replaced(processes: DocumentProcesses) -> None:
    _, pid = read(processes)
    os.kill(pid, signal.SIGKILL)
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    assert read(processes)[0] == ["Monday"]


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere it ends after its page")
def test_a_busy_process_dies_with_its_parent() -> None:
    script = (
        "from tests.unit.compressor.test_document_process import LIMITS, DocumentProcesses, nested_forms\n"
        "document = DocumentProcesses(LIMITS).open(nested_forms(levels=7))\n"
        "print(document.pid, flush=True)\n"
        "document.draw(0, 500)\n"
    )
    root = Path(__file__).parents[3]
    with subprocess.Popen(
        [sys.executable, "-c", script], cwd=root, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(root)}
    ) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        # The grandchild, now another's child, is watched through a descriptor: readable once it is dead.
        watched = os.pidfd_open(pid)
        try:
            busy(pid, processor_time(pid))
            parent.kill()
            assert select.select([watched], [], [], PATIENCE)[0]
        finally:
            os.close(watched)


def test_it_is_told_nothing_of_ours(processes: DocumentProcesses, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "secret")
    _, pid = read(processes)
    environment = Path(f"/proc/{pid}/environ")
    if not environment.exists():
        pytest.skip("needs /proc")
    assert b"secret" not in environment.read_bytes()
