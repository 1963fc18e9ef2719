"""The id of a stream of several documents."""

import pytest

from services.gateway.sse.cursor import Cursor, checksum


@pytest.mark.parametrize(
    "cursor",
    [
        Cursor({0: (1795459229067, 127), 12: (1, 0)}),
        Cursor({0: (1, 2)}, documents=0xDEADBEEF, ended=0b1011),
        Cursor({}, documents=checksum(["a", "b"]), ended=0),
        Cursor({3: (7, 2**63 - 1)}, looked=1795459229067),
    ],
)
def test_a_cursor_is_read_back_as_it_was_written(cursor: Cursor) -> None:
    assert Cursor.parse(str(cursor)) == cursor


@pytest.mark.parametrize(
    "text",
    ["", "1-1", "0_1", "0_1-1.", ".0_1-1", "0_1-1;f_1-1", "f_1-", "r_x", "٣_1-1", "0_1-1" + ".0_1-1" * 5000, "0_-1-1"],
)
def test_what_is_no_cursor_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a cursor"):
        Cursor.parse(text)


def test_an_event_beside_the_partitions_is_never_behind_a_client() -> None:
    cursor = Cursor({0: (5, 0)})
    assert cursor.behind(0, (5, 0))
    assert not cursor.behind(0, (5, 1))
    assert not cursor.behind(1, (1, 0))
    assert not cursor.behind(None, (1, 0))
