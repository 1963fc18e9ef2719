"""Reading the event stream."""

from collections.abc import AsyncIterator

import pytest

from deploy.launch import watch
from deploy.launch.watch import RefusedError, frames, problem_in

STREAM = (
    b'retry: 1000\n\n: heartbeat\n\nid: 1-0\ndata: {"a":1}\n\nid: 2-0\r\ndata: {"b":\r\ndata: 2}\r\n\r\ndata: {}\n\n'
)


async def cut(data: bytes, size: int) -> AsyncIterator[bytes]:
    for begin in range(0, len(data), size):
        yield data[begin : begin + size]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
async def test_frames_come_out_the_same_however_they_are_cut(size: int) -> None:
    found = [frame async for frame in frames(cut(STREAM, size))]
    assert found == [("1-0", b'{"a":1}'), ("2-0", b'{"b":\n2}'), ("", b"{}")]


async def test_an_event_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "BUFFER_LIMIT", 100)
    with pytest.raises(RefusedError):
        async for _ in frames(cut(b"data: " + b"x" * 200, 10)):
            pass


def test_the_sentence_of_a_problem_is_found() -> None:
    assert problem_in(b'{"type": "/problems/x", "title": "T", "status": 400, "detail": "D"}') == "D"
    assert problem_in(b'{"type": "/problems/x", "title": "T", "status": 400}') == "T"
    assert problem_in(b"<html>") is None
