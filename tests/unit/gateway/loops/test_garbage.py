"""All objects are looked through while few connections are open."""

import gc

import pytest

from services.gateway.loops.garbage import Garbage


@pytest.mark.parametrize(
    ("looks", "connections", "done"),
    [(3, 0, False), (4, 100, True), (4, 101, False), (199, 5_000, False), (200, 5_000, True)],
)
async def test_garbage_waits_for_a_quiet_moment_but_not_for_ever(
    monkeypatch: pytest.MonkeyPatch, looks: int, connections: int, done: bool
) -> None:
    collected: list[int] = []
    monkeypatch.setattr(gc, "get_count", lambda: (0, 0, looks))
    monkeypatch.setattr(gc, "collect", lambda: collected.append(1))
    await Garbage(lambda: connections).run_once()
    assert bool(collected) == done
