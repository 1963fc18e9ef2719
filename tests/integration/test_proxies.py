"""Two gateways behind a proxy of others: events come unbuffered, and when a gateway is killed all go on elsewhere.

Skipped where nginx or Caddy is not installed, and failed there on CI.
"""

import asyncio
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest

from deploy.embedded import EmbeddedPostgres, EmbeddedValkey
from deploy.embedded.process import end, free_port, spawn
from tests.integration.conftest import GatewayAlone, Player
from tests.integration.png import png
from tests.integration.schools import NORTH
from tests.system import ROOT, upload
from tests.tools import needed
from tests.waiting import PATIENCE, patience, until

_STREAMS = 12

_NGINX = """
daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 256; }}
http {{
  access_log off; client_body_temp_path {folder}; proxy_temp_path {folder};
  fastcgi_temp_path {folder}; uwsgi_temp_path {folder}; scgi_temp_path {folder};
  upstream gateways {{ server 127.0.0.1:{one} fail_timeout=1s; server 127.0.0.1:{two} fail_timeout=1s; }}
  server {{ listen 127.0.0.1:{port}; location / {{ proxy_pass http://gateways; proxy_set_header Host localhost; }} }}
}}
"""
"""As Debian's nginx does it by itself: HTTP/1.0 to the gateways, and answers buffered unless they ask for none."""
_CADDY = """
{{
  admin off
  auto_https off
  storage file_system {folder}/storage
}}
http://127.0.0.1:{port} {{
  reverse_proxy 127.0.0.1:{one} 127.0.0.1:{two} {{
    lb_policy round_robin
    lb_try_duration 60s
    fail_duration 1s
    header_up Host localhost
  }}
}}
"""


@pytest.fixture(scope="module")
def pair(
    valkey_server: EmbeddedValkey, postgres_server: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[GatewayAlone]:
    """Two gateways over one record and one Redis."""
    folder = tmp_path_factory.mktemp("pair")
    running = asyncio.run(GatewayAlone.on(postgres_server, valkey_server, folder, "gateway_pair"))
    asyncio.run(start_both(running))
    yield running
    asyncio.run(running.stop())


async def start_both(pair: GatewayAlone) -> None:
    """Start those that do not run."""
    for name in ("gateway", "other"):
        if name not in pair.processes or pair.processes[name].poll() is not None:
            pair.spawn(name, "gateway")
    await asyncio.gather(pair.ready("gateway"), pair.ready("other"))


class Watcher:
    """A client as a browser is one: it comes back with its last id, until it is told to stop."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self._session, self._url = session, url
        self.seen: list[int] = []
        self.ids: list[str] = []
        self.statuses: list[int] = []
        self.connects = 0

    async def watch(self) -> None:
        while True:
            headers = {"Last-Event-ID": self.ids[-1]} if self.ids else {}
            try:
                timeout = aiohttp.ClientTimeout(total=PATIENCE)
                async with self._session.get(self._url, headers=headers, timeout=timeout) as answer:
                    self.statuses.append(answer.status)
                    if answer.status == 204:
                        return
                    self.connects += 1
                    await self._read(answer)
            except aiohttp.ClientError:
                # The connection broke, as EventSource sees it, too.
                await asyncio.sleep(0.05)

    async def _read(self, answer: aiohttp.ClientResponse) -> None:
        id_ = ""
        async for raw in answer.content:
            line = raw.decode().rstrip()
            if line.startswith("id: "):
                id_ = line[4:]
            elif line.startswith("data: ") and id_:
                self.ids.append(id_)
                self.seen.append(int(line.partition('"percentage":')[2].partition(",")[0].rstrip("}")))
                id_ = ""


@pytest.mark.parametrize(("program", "config"), [("nginx", _NGINX), ("caddy", _CADDY)])
async def test_behind_a_proxy_events_come_at_once_and_a_killed_gateway_is_missed_by_nobody(
    pair: GatewayAlone, tmp_path: Path, program: str, config: str
) -> None:
    found = needed(program, package={"nginx": "nginx-light", "caddy": "caddy"}[program])
    await start_both(pair)
    port = free_port()
    file = tmp_path / "proxy.conf"
    file.write_text(config.format(folder=tmp_path, port=port, one=pair.ports["gateway"], two=pair.ports["other"]))
    command = (
        [found, "-p", str(tmp_path), "-c", str(file)]
        if program == "nginx"
        else [found, "run", "--adapter", "caddyfile", "--config", str(file)]
    )
    base = f"http://127.0.0.1:{port}"
    with (tmp_path / "proxy.log").open("ab") as log:
        proxy = spawn(command, log=log, cwd=tmp_path, death=signal.SIGKILL)
    player = Player(pair.redis_url, pair.database_url)
    await player.database.open()
    try:
        async with aiohttp.ClientSession() as session:
            await until(lambda: answers(session, base))
            id_ = await upload(session, base, png())
            job = await player.take(id_)
            watchers = [Watcher(session, f"{base}/api/v1/events/{id_}") for _ in range(_STREAMS)]
            tasks = [asyncio.create_task(each.watch()) for each in watchers]
            await until(lambda: all(each.connects for each in watchers))
            for percentage in (10, 20):
                await player.publish(job, id_, percentage)
                # Each comes before the next is published: nothing gathers in the proxy.
                await until(lambda percentage=percentage: all(percentage in each.seen for each in watchers))  # type: ignore[misc] # mypy cannot infer a lambda with a default
            pair.processes["other"].kill()
            for percentage in (30, 40, 50):
                await player.publish(job, id_, percentage)
            await until(lambda: all(50 in each.seen for each in watchers))
            await player.complete(job, id_)
            async with patience():
                await asyncio.gather(*tasks)
            for each in watchers:
                assert each.seen == [10, 20, 30, 40, 50, 100]
                assert set(each.statuses) <= {200, 204}
            assert any(each.connects > 1 for each in watchers)
            pair.processes["other"].wait()
    finally:
        await player.close()
        await end(proxy, signal.SIGTERM, PATIENCE)


async def answers(session: aiohttp.ClientSession, base: str) -> bool:
    try:
        async with session.get(f"{base}/livez") as answer:
            return answer.status == 200
    except aiohttp.ClientError:
        return False


async def test_the_page_of_the_containers_has_a_way_in_for_who_has_a_key(
    schools: GatewayAlone, session: aiohttp.ClientSession, tmp_path: Path
) -> None:
    """By `deploy/Caddyfile` itself, on other ports."""
    binary, port = needed("caddy", package="caddy"), free_port()
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "page.js").write_text("1")
    environment = {
        "PATH": os.environ["PATH"],
        **dict.fromkeys(("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "PAGE_ROOT"), str(tmp_path)),
        "GATEWAY_NAME": "127.0.0.1",
        "GATEWAY_PORT": str(schools.ports["gateway"]),
    }
    adapting = [binary, "adapt", "--adapter", "caddyfile", "--config", str(ROOT / "deploy/Caddyfile")]
    adapted = await asyncio.to_thread(subprocess.check_output, adapting, env=environment, text=True, timeout=PATIENCE)
    config = tmp_path / "caddy.json"
    config.write_text(
        adapted.replace('":3000"', f'"127.0.0.1:{port}"').replace('":4000"', f'"127.0.0.1:{free_port()}"')
    )
    with (tmp_path / "proxy.log").open("ab") as log:
        proxy = spawn([binary, "run", "--config", str(config)], log=log, cwd=tmp_path, death=signal.SIGKILL)
    base = f"http://127.0.0.1:{port}"

    async def found(path: str, **sent: str) -> tuple[int, str | None, str]:
        async with session.get(base + path, headers=sent, allow_redirects=False) as answer:
            return answer.status, answer.headers.get("Location"), await answer.text()

    try:
        await until(lambda: answers(session, base))
        assert (await found("/"))[:2] == (303, "/login")
        assert 'action="/login"' in (await found("/login"))[2]
        async with session.post(f"{base}/login", data={"key": NORTH}, allow_redirects=False) as answer:
            assert answer.status == 303
            cookie = answer.headers["Set-Cookie"].partition(";")[0]
        session.cookie_jar.clear()
        for path in ("/", "/api/v1/documents"):
            assert (await found(path, Cookie=cookie))[0] == 200, path
        assert (await found("/assets/page.js"))[2] == "1"
        assert (await found("/assets/gone.js"))[0] == 404
        own = {"Cookie": cookie, "Origin": base}
        async with session.post(f"{base}/logout", headers=own, allow_redirects=False) as answer:
            assert (answer.status, answer.headers["Location"]) == (303, "/login")
    finally:
        await end(proxy, signal.SIGTERM, PATIENCE)
