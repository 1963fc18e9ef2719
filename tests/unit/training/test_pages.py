"""The pages that training reads: kept once they were read, and read anew where another text recognition kept them."""

import pickle
from pathlib import Path

import msgspec
import pytest

from services.ocr.reading import Answer, Part, Read, Request
from shared.children.protocol import Tell
from tests.training import pages

READ = Read([], 10, 8, None, b"", 3.0)


def test_a_page_with_much_text_is_read_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    turns: list[Request] = []

    def read(request: Request, _tell: Tell[object]) -> Answer:
        turns.append(request)
        return Part(b"", 8, 10, (8, 10), b"", None, None, [], {}, len(turns)) if len(turns) < 3 else READ

    monkeypatch.setattr(pages, "_reader", lambda: read)
    assert pages._read(b"picture") == READ
    assert turns[0] == b"picture"
    assert [turn.done for turn in turns[1:] if isinstance(turn, Part)] == [1, 2]


@pytest.mark.parametrize(
    ("answer", "known"),
    [(msgspec.msgpack.encode(READ), True), (msgspec.msgpack.encode(["Read", [], 10, 8, None, b""]), False)],
)
def test_what_another_recognition_kept_is_not_taken(tmp_path: Path, answer: bytes, known: bool) -> None:
    path = tmp_path / "page.pickle"
    assert pages._found(path) is None
    path.write_bytes(pickle.dumps((b"picture", answer, [], None)))
    found = pages._found(path)
    assert (found is not None and found[1] == READ) is known
