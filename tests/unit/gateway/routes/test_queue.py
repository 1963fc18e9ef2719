"""What tenants are told of their dead jobs."""

import traceback

import pytest

from services.gateway.routes.queue import _shown


def trace(message: str) -> str:
    try:
        raise FileNotFoundError(message)
    except FileNotFoundError:
        return traceback.format_exc()


@pytest.mark.parametrize(
    ("detail", "shown"),
    [
        ("The JPEG file is cut off.", "The JPEG file is cut off."),
        ("took longer than 3 s\ntimeout", "took longer than 3 s\ntimeout"),
        (f"KeyError: x\n{trace('x')}", "KeyError: x"),
        (trace("no /srv/app/models/a.onnx"), "FileNotFoundError: no …"),
        ("OSError: '/srv/app/x y'\n" + trace(""), "OSError: '… y'"),
        ("see https://example.org/a/b", "see https://example.org/a/b"),
        ("9/10 pages", "9/10 pages"),
    ],
)
def test_a_detail_shows_no_stack_and_no_path_of_the_machine(detail: str, shown: str) -> None:
    assert _shown(detail) == shown
