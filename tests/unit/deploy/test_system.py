"""What the launcher tells the services."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from deploy.launch.checks import StopError
from deploy.launch.supervisor import Policy
from deploy.launch.system import SERVER_TRIES, Servers, gateway_url, the_four


class Dying:
    """A server that ends as soon as it was started."""

    name, instead, url, log = "Dying", "DYING_URL", "dying://", Path("dying.log")

    def __init__(self) -> None:
        self.deaths = 0

    async def died(self) -> int:
        self.deaths += 1
        await asyncio.sleep(0)
        return 1

    async def stop(self) -> None: ...
    async def start(self) -> None: ...


async def test_a_server_that_dies_again_and_again_ends_the_run(tmp_path: Path) -> None:
    server: Any = Dying()
    with pytest.raises(StopError, match="ended 5 times"):
        await Servers(tmp_path, env={"DYING_URL": "dying://"}).keep(server, lambda _: None)
    assert server.deaths == SERVER_TRIES


async def test_deaths_that_lie_far_apart_do_not_add_up(tmp_path: Path) -> None:
    server: Any = Dying()
    servers = Servers(tmp_path, env={"DYING_URL": "dying://"}, window=0.0)
    keeping = asyncio.create_task(servers.keep(server, lambda _: None))
    while server.deaths < 10 * SERVER_TRIES and not keeping.done():  # noqa: ASYNC110 - it counts, and tells nobody
        await asyncio.sleep(0)
    assert not keeping.done()
    keeping.cancel()


def test_workers_hand_their_jobs_back_before_they_are_killed(tmp_path: Path) -> None:
    for service in the_four(4000, tmp_path, {}):
        assert int(service.env["QUEUE_DRAIN"]) / 1000 < Policy().grace


@pytest.mark.parametrize(
    ("host", "url"),
    [("0.0.0.0", "http://127.0.0.1:1"), ("::", "http://127.0.0.1:1"), ("::1", "http://[::1]:1")],
)
def test_the_gateway_listens_where_it_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, host: str, url: str
) -> None:
    monkeypatch.setenv("HOST", host)
    *_, gateway = the_four(1, tmp_path, {})
    assert (gateway.env["HOST"], gateway_url(1)) == (host, url)
