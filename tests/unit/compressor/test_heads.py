"""What a file's head may cost whoever looks at it: the gateway does, for all its clients at once."""

import time

import pytest

from shared.outcomes import UnreadableError
from shared.pictures import inspect
from tests.costs import lines_run
from tests.unit.compressor.bombs import associations, references

_SECONDS = 0.5
"""Of the processor, for eight looks. They took one to ten, and twice as much for every 7 bytes more."""


def look(data: bytes) -> None:
    try:
        inspect(data, len(data))
    except UnreadableError:
        return


@pytest.mark.parametrize(
    "data",
    [
        b"<!---->" * 20 + b"x",
        b"<!-- a -->\n" * 20 + b"<x>",
        b"<?xml ?> \n <!---->" * 20 + b"<x>",
        b"<html><meta charset=" + b" " * 4_000 + b"!",
        b"<!--" * 16_000,
    ],
    ids=["comments", "comments and spaces", "comments and declarations", "charset", "comments without an end"],
)
def test_markup_can_be_read_in_one_way_only(data: bytes) -> None:
    begun = time.thread_time()
    for _ in range(8):
        look(data)
    assert time.thread_time() - begun < _SECONDS


def test_a_page_behind_comments_is_one() -> None:
    data = b"<?xml version='1.0'?>\n<!-- saved --> <!---->\n<html><table><tr><td>a<td>b</table>"
    assert inspect(data, len(data)).kind == "html"


@pytest.mark.parametrize("data", [references(9_000), associations(9_000)], ids=["references", "associations"])
def test_items_of_a_heic_that_are_named_are_counted_over_all_boxes(data: bytes) -> None:
    """A file of 250 kB named 600 million."""
    with lines_run() as lines, pytest.raises(UnreadableError, match="far more parts"):
        inspect(data, len(data))
    assert lines() < 1_000_000


def test_items_within_items_without_end_are_refused() -> None:
    data = references(3_000, within=True)
    with pytest.raises(UnreadableError, match="far more parts"):
        inspect(data, len(data))
