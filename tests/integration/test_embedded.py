"""The embedded servers with the real binaries: data kept, ports, passwords, stale files, and no survivors."""

import asyncio
import os
import signal
import socket
import stat
import sys
from pathlib import Path

import asyncpg
import pytest
from redis.asyncio import Redis
from redis.exceptions import AuthenticationError

from deploy.embedded import EmbeddedPostgres, EmbeddedValkey, ServerError, free_port
from deploy.embedded import server as server_module
from deploy.embedded.process import spawn
from tests.processes import descendants, end, gone
from tests.waiting import until

ROOT = Path(__file__).parents[2]


async def test_valkey_keeps_its_data_its_port_and_its_password(tmp_path: Path) -> None:
    async with EmbeddedValkey(tmp_path / "v") as server:
        url = server.url
        client = Redis.from_url(url)
        await client.xadd("s", {"a": "1"})
        await client.aclose()
        with pytest.raises(AuthenticationError):
            await Redis.from_url(url.replace(server.password, "wrong")).ping()
        pid = server.pid
        assert pid is not None
    assert gone(pid)
    assert stat.S_IMODE((tmp_path / "v" / "password").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "v" / "valkey.conf").stat().st_mode) == 0o600
    async with EmbeddedValkey(tmp_path / "v") as server:
        assert server.url == url
        client = Redis.from_url(url)
        assert await client.xlen("s") == 1
        await client.aclose()


async def test_postgres_keeps_its_data_and_listens_on_loopback_only(tmp_path: Path) -> None:
    # A folder whose path is longer than a Unix socket's may be.
    folder = tmp_path / ("long" * 20) / "p"
    async with EmbeddedPostgres(folder) as server:
        url = server.url
        connection = await asyncpg.connect(url)
        await connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
        assert await connection.fetchval("SHOW listen_addresses") == "127.0.0.1"
        await connection.close()
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(url.replace(server.password, "wrong"))
    async with EmbeddedPostgres(folder) as server:
        assert server.url == url
        connection = await asyncpg.connect(url)
        assert await connection.fetchval("SELECT answer FROM kept") == 42
        await connection.close()


async def test_postgres_starts_again_after_a_kill_although_its_pid_file_names_a_living_process(tmp_path: Path) -> None:
    server = EmbeddedPostgres(tmp_path)
    await server.start()
    pid = server.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    await server.died()
    await server.stop()
    pid_file = tmp_path / "data" / "postmaster.pid"
    # As in a container, where low process ids come back: the stale number belongs to somebody who lives.
    pid_file.write_text(pid_file.read_text().replace(str(pid), str(os.getpid()), 1))
    async with server:
        connection = await asyncpg.connect(server.url)
        assert await connection.fetchval("SELECT 1") == 1
        await connection.close()


async def test_a_taken_port_is_left_for_a_free_one(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        async with EmbeddedValkey(tmp_path, port=port) as server:
            assert server.port != port
            assert await Redis.from_url(server.url).ping()


@pytest.mark.parametrize("kind", [EmbeddedValkey, EmbeddedPostgres])
async def test_a_port_taken_between_the_look_and_the_start_is_left_too(
    kind: type[EmbeddedValkey | EmbeddedPostgres], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        monkeypatch.setattr(server_module, "bindable", lambda _port: True)
        async with kind(tmp_path, port=port) as server:
            assert server.port != port


async def test_one_folder_has_one_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_module, "LOCK_SECONDS", 0.1)
    async with EmbeddedValkey(tmp_path):
        with pytest.raises(ServerError, match="REDIS_URL"):
            await EmbeddedValkey(tmp_path).start()


async def test_a_folder_left_by_an_interrupted_initdb_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "PG_VERSION").write_text("18")
    async with EmbeddedPostgres(tmp_path) as server:
        assert server.pid is not None


async def test_an_unwritable_folder_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ServerError, match="cannot use"):
        await EmbeddedValkey(tmp_path / "file" / "below").start()


HOLDER = """
import asyncio, sys
from pathlib import Path
from deploy.embedded import EmbeddedPostgres, EmbeddedValkey
from deploy.embedded.process import bound_to_us
import subprocess
async def main():
    folder = Path(sys.argv[1])
    servers = EmbeddedValkey(folder / "v"), EmbeddedPostgres(folder / "p")
    await asyncio.gather(*(server.start() for server in servers))
    watched = subprocess.Popen(bound_to_us(["sleep", "600"], watch=True), stdin=subprocess.PIPE)
    print(*(server.pid for server in servers), watched.pid, flush=True)
    await asyncio.sleep(600)
asyncio.run(main())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="finds the children by /proc")
async def test_nothing_survives_the_kill_of_the_process_that_started_it(tmp_path: Path) -> None:
    holder = await asyncio.create_subprocess_exec(
        sys.executable, "-c", HOLDER, str(tmp_path), stdout=asyncio.subprocess.PIPE, cwd=ROOT
    )
    try:
        assert holder.stdout is not None
        pids = [int(word) for word in (await holder.stdout.readline()).split()]
        everyone = [*pids, *descendants(pids)]
        assert len(everyone) >= 6, "valkey, postgres and its workers, the watcher and what it watches"
        # Of the others some come and go: Postgres starts workers for moments.
        assert not [pid for pid in pids if gone(pid)]
    finally:
        holder.kill()
        await holder.communicate()
    await end(everyone)
    # And the folders are free at once for the next start.
    async with EmbeddedValkey(tmp_path / "v"), EmbeddedPostgres(tmp_path / "p"):
        pass


async def test_a_server_that_ignores_the_request_to_stop_is_killed(tmp_path: Path) -> None:
    server = EmbeddedValkey(tmp_path, port=free_port())
    log = tmp_path / "log"
    stubborn = "import signal, time; signal.signal(15, signal.SIG_IGN); print('on', flush=True); time.sleep(99)"
    with log.open("wb") as file:
        process = spawn([sys.executable, "-c", stubborn], log=file, cwd=tmp_path, death=signal.SIGTERM)
    await until(lambda: log.read_text() != "")
    server._process = process
    await server.stop(seconds=0.2)
    assert process.returncode == -signal.SIGKILL
