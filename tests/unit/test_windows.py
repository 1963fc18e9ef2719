"""Large data is searched in many short searches that find what one would."""

import random
import re

import pytest

from shared import windows
from shared.pictures import inspect, pdf
from shared.windows import find_all, first, holds

_PATTERN = re.compile(rb"a b{0,3}c(?!d)")
_LONGEST = 8


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(windows, "WINDOW", 16)


@pytest.mark.usefixtures("small")
def test_windows_find_what_one_search_would() -> None:
    rng = random.Random(5)
    for _ in range(300):
        data = b"".join(rng.choices((b"a bbc", b"a c", b"a bcd", b"a", b" ", b"bb", b"c"), k=rng.randrange(40)))
        begin = rng.randrange(10)
        wanted = [each.span() for each in _PATTERN.finditer(data, begin)]
        assert [each.span() for each in find_all(_PATTERN, data, _LONGEST, begin)] == wanted
        found = first(_PATTERN, data, _LONGEST, begin)
        assert (found and found.span()) == (wanted[0] if wanted else None)
        assert holds(data, b"a bbc") == (b"a bbc" in data)


class _Recorded:
    """A pattern that notes how far it was asked to search."""

    def __init__(self, pattern: re.Pattern[bytes]) -> None:
        self._pattern = pattern
        self.longest = 0

    def _note(self, text: bytes, begin: int = 0, end: int | None = None) -> tuple[bytes, int, int]:
        end = len(text) if end is None else min(end, len(text))
        self.longest = max(self.longest, end - begin)
        return text, begin, end

    def finditer(self, *where: object) -> object:
        return self._pattern.finditer(*self._note(*where))  # type: ignore[arg-type] # text and places, as it was given

    def search(self, *where: object) -> object:
        return self._pattern.search(*self._note(*where))  # type: ignore[arg-type] # likewise


@pytest.mark.parametrize("name", ["_ROOT", "_OBJECTS", "_COUNT", "_PARENT", "_BRACKET"])
def test_no_search_of_a_pdf_holds_the_interpreter_for_long(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    recorded = _Recorded(getattr(pdf, name))
    monkeypatch.setattr(pdf, name, recorded)
    data = b"%PDF-1.7\n<</Type/Pages" + b"/Count 1 0 R" * 30_000 + b"/Count 7>>" + b"/Type" * 200_000
    inspect(data, len(data))
    assert 0 < recorded.longest <= windows.WINDOW + 100
