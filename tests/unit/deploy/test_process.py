"""Ports for servers of ours."""

import pytest

from deploy.embedded import process


def test_no_port_is_given_twice_though_no_server_listens_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    first = next(port for port in process._PORTS if all(map(process.bindable, range(port, port + 4))))
    monkeypatch.setattr(process, "_PORTS", range(first, first + 4))
    monkeypatch.setattr(process, "_given", set())
    found = [process.free_port() for _ in range(4)]
    assert len(set(found)) == 4
