"""The process that opens strangers' PDFs and Word documents: ``python -m services.compressor.document_child BYTES``.

PDFium reads a page's whole content in one call that nothing can interrupt: a file of 1 KB can keep it busy for minutes
and fill gigabytes. Here that costs only this process, which its parent ends. It answers one request after the other on
the socket that is its standard input, and ends with it. Word documents share the cage: their XML and the layout of
their tables can be made to cost as much.
"""

import ctypes
import resource
import signal
import sys
import traceback
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Literal

import msgspec

from services.compressor.docx.file import Word
from services.compressor.pdf import DrawnPage, Pdf, load_pdfium
from shared.outcomes import UnreadableError
from shared.pictures import PictureSettings

_PR_SET_PDEATHSIG = 1


class Open(msgspec.Struct, tag="open"):
    data: bytes
    kind: Literal["pdf", "docx"]
    max_pixels: int
    max_pages: int


class Draw(msgspec.Struct, tag="draw"):
    number: int
    longest: int


class Close(msgspec.Struct, tag="close"):
    pass


class Answer(msgspec.Struct, omit_defaults=True):
    """To every request, and once before the first, when the library is loaded."""

    pages: int | None = None
    drawn: DrawnPage | None = None
    embedded: bytes | None = None
    """Instead of `drawn`: a picture file that is the page."""
    unreadable: str | None = None
    """For the person who uploaded the file."""
    too_heavy: bool = False
    """It takes more memory than this process may have."""
    error: str | None = None
    """For operators: a fault of ours."""


class _Desk:
    """At most one open document."""

    def __init__(self) -> None:
        self._document: Pdf | Word | None = None

    def answer(self, request: Open | Draw | Close) -> Answer:
        if isinstance(request, Draw):
            if self._document is None:
                raise RuntimeError("no document is open")
            page = self._document.draw(request.number, request.longest)
            return Answer(embedded=page) if isinstance(page, bytes) else Answer(drawn=page)
        if self._document is not None:
            self._document.close()
            self._document = None
        if isinstance(request, Close):
            return Answer()
        limits = PictureSettings.load(max_pixels=request.max_pixels, max_pages=request.max_pages)
        self._document = Pdf(request.data, limits) if request.kind == "pdf" else Word(request.data, limits)
        return Answer(pages=self._document.pages)


def _bound(memory: int) -> None:
    """End with the parent, even in the middle of a page, and take at most `memory` bytes more than now."""
    if sys.platform != "linux":
        return  # elsewhere the time limit alone holds, and an orphan ends after its page
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    # Where a container runs out first, the kernel takes this process, not the service.
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")
    now = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (now + memory, now + memory))
    # A process that runs out of memory by design is no reason to write a gigabyte of it to disk.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main() -> None:
    line = Connection(0)
    load_pdfium()
    _bound(int(sys.argv[1]))
    desk = _Desk()
    answer = Answer()
    requests = msgspec.msgpack.Decoder(Open | Draw | Close)
    while True:
        try:
            line.send_bytes(msgspec.msgpack.encode(answer))
            request = requests.decode(line.recv_bytes())
        except (EOFError, BrokenPipeError, ConnectionResetError):
            return  # the parent is gone, or done with this process
        try:
            answer = desk.answer(request)
        except UnreadableError as refused:
            answer = Answer(unreadable=str(refused))
        except MemoryError:
            answer = Answer(too_heavy=True)
        except Exception:  # noqa: BLE001 - whatever it is, the parent's log is the place for it
            answer = Answer(error=traceback.format_exc(limit=8))


if __name__ == "__main__":
    main()
