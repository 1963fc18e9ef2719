"""What all services begin with."""

import asyncio
import sys

import pytest
import uvloop

from shared import service


def test_a_thread_that_computes_keeps_the_loop_waiting_for_less_than_a_millisecond(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found: list[float] = []

    async def main() -> None:
        found.append(sys.getswitchinterval())

    for name in ("configure_logging", "export_version", "configure_traces", "end_process"):
        monkeypatch.setattr(service, name, lambda _: None)
    monkeypatch.setattr(uvloop, "run", asyncio.run)
    monkeypatch.setattr("os.umask", lambda _: None)
    before = sys.getswitchinterval()
    try:
        service.run(main, "test")
    finally:
        sys.setswitchinterval(before)
    assert found[0] < 0.001
