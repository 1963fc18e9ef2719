"""Several files in one blob come out as they went in."""

import pytest

from shared.bundle import bundled, unbundled
from shared.outcomes import UnreadableError
from shared.pictures import inspect


@pytest.mark.parametrize("files", [[b"a"], [b"", b"b" * 70_000, b""], [bytes(range(256))] * 20])
def test_files_come_out_as_they_went_in(files: list[bytes]) -> None:
    assert unbundled(bundled(files)) == files


def test_other_files_are_none_of_ours() -> None:
    assert unbundled(b"") is None
    assert unbundled(b"\x89PNG\r\n\x1a\n") is None


def test_nobody_uploads_one() -> None:
    data = bundled([b"a", b"b"])
    with pytest.raises(UnreadableError):
        inspect(data, len(data))
