"""The launcher as a process: what it says, what it keeps alive, and that it leaves nothing behind."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from redis.asyncio import Redis

from deploy import sample
from deploy.embedded.process import bindable
from deploy.launch.checks import take_launcher_lock
from tests.processes import descendants, end, gone
from tests.waiting import patience, until

ROOT = Path(__file__).parents[2]
OWN = ("REDIS_URL", "REDIS_HOST", "DATABASE_URL", "BLOB_URL", "PORT", "ANTHROPIC_API_KEY")
"""Variables that would lead a test to somebody's servers."""
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="finds the children by /proc")


def free_ports(count: int) -> int:
    """The first of `count` neighbouring ports that are free. Below those that `free_port` gives, which the launcher's
    own servers and those of other tests may take before its services listen."""
    for first in range(10_000 + os.getpid() % 4_000, 15_000 - count, count):
        if all(bindable(port) for port in range(first, first + count)):
            return first
    raise RuntimeError("no free ports")


class Running:
    """A launcher over fake services, and what it said so far."""

    def __init__(self, process: asyncio.subprocess.Process, port: int) -> None:
        self.process, self.port, self.said = process, port, ""

    @property
    def pid(self) -> int:
        return self.process.pid

    async def says(self, words: str) -> str:
        """A line with `words`: of what it has said, or read on until there is one."""
        assert self.process.stdout is not None
        for line in self.said.splitlines():
            if words in line:
                return line
        async with patience():
            while line := (await self.process.stdout.readline()).decode():
                self.said += line
                if words in line:
                    return line
        pytest.fail(f"it ended without saying {words!r}:\n{self.said}")

    async def ends(self) -> int:
        """Its exit status, everything it said read."""
        assert self.process.stdout is not None
        async with patience():
            self.said += (await self.process.stdout.read()).decode()
            return await self.process.wait()


@asynccontextmanager
async def launched(folder: Path, *behaviours: str, port: int = 0) -> AsyncIterator[Running]:
    port = port or free_ports(len(behaviours) + 1)
    environment = {key: value for key, value in os.environ.items() if key not in OWN}
    command = [sys.executable, "-m", "tests.integration.launch_fakes", str(folder), str(port), *behaviours]
    process = await asyncio.create_subprocess_exec(
        *command, cwd=ROOT, env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    try:
        yield Running(process, port)
    finally:
        children = descendants([process.pid])
        if process.returncode is None:
            process.kill()
        await process.communicate()
        await end(children)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
async def test_a_signal_takes_everything_down_in_order(tmp_path: Path, number: signal.Signals) -> None:
    async with launched(tmp_path, "ok", "stubborn") as launcher:
        await launcher.says("Ctrl-C ends everything")
        assert f"http://localhost:{launcher.port}" in launcher.said
        assert "redis-cli -h 127.0.0.1" in launcher.said
        assert "psql" in launcher.said
        assert (tmp_path / "valkey" / "password").read_text().strip() not in launcher.said
        children = descendants([launcher.pid])
        assert len(children) >= 8, "two servers, Postgres's workers, two services and a grandchild"
        launcher.process.send_signal(number)
        assert await launcher.ends() == 0
        assert [pid for pid in children if not gone(pid)] == []
        assert "Traceback" not in launcher.said


async def test_its_own_kill_leaves_nothing_behind(tmp_path: Path) -> None:
    async with launched(tmp_path, "ok", "ok") as launcher:
        await launcher.says("Ctrl-C ends everything")
        children = descendants([launcher.pid])
        assert len(children) >= 7
        launcher.process.kill()
        await end(children)


async def test_a_signal_while_it_starts_takes_everything_down(tmp_path: Path) -> None:
    async with launched(tmp_path, "ok") as launcher:
        # The signal must find it in the middle of making the database.
        await until((tmp_path / "postgres" / "server.log").exists)
        launcher.process.send_signal(signal.SIGTERM)
        assert await launcher.ends() == 0
        assert "Traceback" not in launcher.said


async def test_a_service_that_dies_is_started_again(tmp_path: Path) -> None:
    async with launched(tmp_path, "ok", "crashes") as launcher:
        await launcher.says("Ctrl-C ends everything")
        url = f"http://127.0.0.1:{launcher.port + 1}"
        async with aiohttp.ClientSession() as session:
            with pytest.raises(aiohttp.ClientError):
                await session.get(f"{url}/crash")
            line = await launcher.says("is started again")
            assert line.startswith("crashes1 ended (exit status 7)")
            await launcher.says("crashes1 is ready again")
            async with session.get(f"{url}/readyz") as answer:
                assert answer.status == 200


async def test_an_embedded_server_that_dies_is_started_again_on_its_port(tmp_path: Path) -> None:
    async with launched(tmp_path, "ok") as launcher:
        await launcher.says("Ctrl-C ends everything")
        password = (tmp_path / "valkey" / "password").read_text().strip()
        url = f"redis://:{password}@127.0.0.1:{int((tmp_path / 'valkey' / 'port').read_text())}"
        client = Redis.from_url(url)
        await client.set("kept", "yes")
        pid = int((await client.info("server"))["process_id"])
        os.kill(pid, signal.SIGKILL)
        await launcher.says("Valkey is back")
        await client.aclose()
        client = Redis.from_url(url)
        assert await client.get("kept") == b"yes"
        await client.aclose()


async def test_a_service_that_cannot_start_is_given_up_with_its_last_lines(tmp_path: Path) -> None:
    async with launched(tmp_path, "ok", "dies") as launcher:
        assert await launcher.ends() == 1
        assert "dies1 ended 5 times in a row (exit status 1)" in launcher.said
        assert "the reason is written here" in launcher.said
        assert "Traceback" not in launcher.said


async def test_a_missing_shared_library_is_one_sentence(tmp_path: Path) -> None:
    async with launched(tmp_path, "ok", "library") as launcher:
        assert await launcher.ends() == 1
        assert "library1 misses the shared library libGL.so.1: apt install libgl1" in launcher.said
        assert "Traceback" not in launcher.said


async def test_warnings_reach_the_terminal_and_everything_the_file(tmp_path: Path) -> None:
    async with launched(tmp_path, "warns") as launcher:
        await launcher.says("Ctrl-C ends everything")
        await launcher.says("warns0: postgres is away seconds=3")
        assert '"level": "warning"' in (tmp_path / "logs" / "warns0.log").read_text()


async def test_a_busy_port_is_told_before_anything_is_started(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        async with launched(tmp_path / "new", "ok", port=port) as launcher:
            assert await launcher.ends() == 1
            assert f"Port {port} is in use by " in launcher.said
            assert f"(process {os.getpid()})" in launcher.said
            assert "PORT=4001 make run" in launcher.said
    assert not (tmp_path / "new").exists()


async def test_a_second_launcher_in_the_same_folder_says_so(tmp_path: Path) -> None:
    async with launched(tmp_path, "ok") as first:
        await first.says("Ctrl-C ends everything")
        async with launched(tmp_path, "ok") as second:
            assert await second.ends() == 1
            assert f"already runs in this checkout (process {first.pid})" in second.said


async def test_a_second_launcher_on_the_same_port_is_not_sent_to_another_port(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        descriptor = take_launcher_lock(tmp_path)
        try:
            async with launched(tmp_path, "ok", port=port) as second:
                assert await second.ends() == 1
                assert f"already runs in this checkout (process {os.getpid()})" in second.said
        finally:
            os.close(descriptor)


async def test_the_real_system_reads_its_sample_and_leaves_nothing_behind(tmp_path: Path) -> None:
    port = free_ports(1)
    environment = {key: value for key, value in os.environ.items() if key not in OWN} | {"PORT": str(port)}
    command = [sys.executable, "-m", "deploy.launch", "--once", "--folder", str(tmp_path)]
    process = await asyncio.create_subprocess_exec(
        *command, cwd=ROOT, env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    launcher = Running(process, port)
    try:
        await launcher.says("All services are ready")
        children = descendants([process.pid])
        assert await launcher.ends() == 0, launcher.said
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()
    assert [pid for pid in children if not gone(pid)] == []
    # The sample's own words, by way of the compressor, the OCR, the extractor, Postgres and HTTP.
    for words in ("Monday", "Friday", "Mathematics", "Lunch", "09:55", "┆ Science"):
        assert words in launcher.said
    assert f"{sum(cell.days for cell in sample.CELLS)} time blocks" in launcher.said
