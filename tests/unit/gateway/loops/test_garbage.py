"""All objects are looked through while few connections are open."""

import gc
from unittest.mock import Mock

import pytest

from services.gateway.loops.garbage import Garbage
from services.gateway.loops.hub import Hub


@pytest.mark.parametrize(
    ("looks", "connections", "streams", "done"),
    [
        (3, 0, 0, False),
        (4, 90, 10, True),
        (4, 101, 0, False),
        (4, 0, 101, False),
        (199, 5_000, 0, False),
        (200, 0, 500, True),
    ],
)
async def test_garbage_waits_for_a_quiet_moment_but_not_for_ever(
    monkeypatch: pytest.MonkeyPatch, looks: int, connections: int, streams: int, done: bool
) -> None:
    hub = Hub({})
    for _ in range(streams):
        hub.add(Mock(), tenant="north")
    collected: list[int] = []
    monkeypatch.setattr(gc, "get_count", lambda: (0, 0, looks))
    monkeypatch.setattr(gc, "collect", lambda: collected.append(1))
    await Garbage(lambda: connections, hub).run_once()
    assert bool(collected) == done
