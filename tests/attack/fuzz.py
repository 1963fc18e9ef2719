"""Fuzzing of what reads strangers' bytes: the gateway's parser of uploads and its readers of files' heads, and the
decoders in the compressor's child processes.

Whatever the bytes are: no other error than those that refuse an upload, the same result however the bytes are cut into
chunks, no more computing than their length allows, and no child process that dies of them.
"""

import asyncio
import contextlib
import os
import time
import uuid
from collections.abc import Callable

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from multipart import MultipartError

from services.compressor.pages import MakePage, compressing_processes
from services.compressor.settings import CompressorSettings
from services.gateway.multipart import Form, UploadedFile
from services.gateway.problems import ProblemError
from shared.children.protocol import OverLimitError
from shared.outcomes import UnreadableError
from shared.pictures import PictureSettings, inspect
from tests.attack.files import corpus

_CORPUS = sorted(corpus().items())
_SECONDS = 0.25
"""Processor time that one input may take; each is of some ten kB."""
_HEADS = st.sampled_from(
    [
        b'Content-Disposition: form-data; name="file"; filename="a.png"',
        b'Content-Disposition: form-data; name="x"',
        b"Content-Disposition: form-data; name=file; filename*=utf-8''%C3%A9",
        b"Content-Transfer-Encoding: base64",
        b"Content-Type: multipart/mixed; boundary=c",
        b"Content-Length: 3",
    ]
)
_PIECES = st.one_of(
    st.sampled_from([b"--b", b"--b\r\n", b"\r\n--b\r\n", b"\r\n--b--\r\n"]),
    st.sampled_from([b"\r\n", b"\r\n\r\n", b"--", b"\r", b"\n", b":"]),
    st.builds(lambda head: head + b"\r\n", _HEADS),
    st.binary(max_size=200),
    st.builds(lambda data, times: data * times, st.binary(min_size=1, max_size=4), st.integers(1, 3000)),
)
_STARTS = st.sampled_from([b"--b\r\n", b"", b"--b"])
BODIES = st.builds(lambda start, pieces: start + b"".join(pieces), _STARTS, st.lists(_PIECES, max_size=30))


@st.composite
def changed_files(draw: st.DrawFn) -> bytes:
    """A small valid file with some bytes changed, doubled, left out, or cut off."""
    _, data = draw(st.sampled_from(_CORPUS))
    changed = bytearray(data)
    for _ in range(draw(st.integers(0, 6))):
        at = draw(st.integers(0, max(len(changed) - 1, 0)))
        length = draw(st.integers(0, 64))
        changed[at : at + length] = draw(st.binary(max_size=16)) * draw(st.integers(0, 20))
    return bytes(changed[: draw(st.integers(0, len(changed)))]) if draw(st.booleans()) else bytes(changed)


_MARKS = st.sampled_from(
    [
        *(
            b"<!--",
            b"-->",
            b"<!---->",
            b"<?xml",
            b"?>",
            b"<meta",
            b"charset",
            b"=",
            b'"',
            b"<html",
            b"<table>",
            b" ",
            b"\n",
        ),
        *(
            b"sep=",
            b";",
            b",",
            b"\t",
            b"%PDF-1.7\n",
            b"/Type",
            b"/Pages",
            b"/ObjStm",
            b"/Count",
            b"/Parent",
            b"<<",
            b">>",
        ),
        *(b"1", b" 0 R", b"stream\n", b"\0\0\0\x18ftypheic", b"\0\0\0\x0cdimg", b"\0\0\0\x10iref", b"\0\0\0\0meta"),
    ]
)
MARKED = st.lists(st.builds(lambda mark, times: mark * times, _MARKS, st.integers(1, 40)), max_size=40).map(b"".join)
"""Texts of what readers look for, again and again: what can be read in many ways takes them long."""


def parse(body: bytes, step: int) -> UploadedFile | None:
    """The file of a body that comes in chunks of `step` bytes; None if it is refused."""
    form = Form(b"b", 100_000)
    try:
        for at in range(0, len(body), step):
            form.feed(body[at : at + step])
        return form.close()[0]
    except (ProblemError, MultipartError):
        return None


def _bounded(call: Callable[[], object]) -> None:
    for _ in range(3):  # garbage of the tests before may be collected within, once
        begun = time.process_time()
        call()
        if (took := time.process_time() - begun) < _SECONDS:
            return
    raise AssertionError(f"{took:.2f} s of computing")


def read_upload(body: bytes, step: int) -> None:
    """One try at the parser of uploads."""
    _bounded(lambda: parse(body, 65_536))
    assert parse(body, step) == parse(body, 65_536)


def read_head(data: bytes) -> None:
    """One try at the readers of files' heads."""

    def call() -> None:
        try:
            inspect(data, len(data))
        except UnreadableError:
            return

    _bounded(call)


class Decoders:
    """One of the compressor's child processes, for who is no coroutine."""

    def __init__(self) -> None:
        os.environ["LOG_LEVEL"] = "error"  # they warn of what was done to the files
        self._loop = asyncio.new_event_loop()
        self._children = compressing_processes(CompressorSettings.load(compress_processes=1), PictureSettings.load())
        self._loop.run_until_complete(self._children.start())

    def decode(self, data: bytes) -> None:
        """One try at the first page. Raises `shared.children.protocol.ChildError` where that is a fault."""
        with contextlib.suppress(OverLimitError):
            self._loop.run_until_complete(self._children.call(MakePage(uuid.uuid4().hex, data, 0)))

    def close(self) -> None:
        """End it."""
        self._loop.run_until_complete(self._children.end())
        self._loop.close()


def fuzz(seconds: float) -> int:
    """Fuzz for about `seconds`; returns the exit status. A failing input is printed, made as small as it can be."""
    tries = {"uploads": 0, "heads": 0, "files": 0}
    decoders = Decoders()
    checked = settings(deadline=None, max_examples=500, database=None, suppress_health_check=list(HealthCheck))

    @checked
    @given(BODIES, st.integers(1, 500))
    def uploads(body: bytes, step: int) -> None:
        tries["uploads"] += 1
        read_upload(body, step)

    @checked
    @given(st.one_of(changed_files(), MARKED))
    def heads(data: bytes) -> None:
        tries["heads"] += 1
        read_head(data)

    @settings(checked, max_examples=50)
    @given(changed_files())
    def files(data: bytes) -> None:
        tries["files"] += 1
        decoders.decode(data)

    end = time.monotonic() + seconds
    try:
        while time.monotonic() < end:
            for each in (uploads, heads, files):
                each()
    finally:
        decoders.close()
    print(
        f"Fuzzed for {seconds:g} s: {tries['uploads']} bodies of uploads, {tries['heads']} heads of files, "
        f"{tries['files']} files decoded; no fault."
    )
    return 0
