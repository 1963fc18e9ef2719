"""What is said of a server that can cost jobs, and that a good one is passed over in silence."""

import pytest

from shared.streams.server_check import complaints

GOOD = {"redis_version": "7.2.4", "maxmemory": 0, "maxmemory_policy": "noeviction", "aof_enabled": 1}


def test_a_good_server_is_passed_over() -> None:
    assert complaints(GOOD) == []


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"redis_version": "6.2.14"}, "7.0"),
        ({"maxmemory": 1000, "maxmemory_policy": "allkeys-lru"}, "noeviction"),
        ({"aof_enabled": 0}, "append-only"),
    ],
)
def test_each_fault_is_one_sentence(change: dict[str, object], says: str) -> None:
    (sentence,) = complaints(GOOD | change)
    assert says in sentence
