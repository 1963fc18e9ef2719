"""A service one of whose chores broke is neither live nor ready in time, says so, and ends itself."""

import asyncio
import os
import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from deploy.embedded.process import end, free_port, spawn
from shared import watchdog
from tests.integration.broken_service import CHORES
from tests.system import ROOT
from tests.waiting import PATIENCE, until

WORKERS = ("fetch", "renew", "promote", "control")
CASES = [(chore, "hangs") for chore in CHORES] + [("promote", "dies"), ("reconciler", "dies")]
PROMISED = 10.0
"""Seconds until a service whose chore broke is neither live nor ready."""


class Broken:
    """The processes of all cases."""

    def __init__(self, folder: Path, redis_url: str, database_url: str) -> None:
        self.folder = folder
        self.breaks = folder / "break"
        self._env = os.environ | {
            "REDIS_URL": redis_url,
            "DATABASE_URL": database_url,
            "BLOB_URL": (folder / "blobs").as_uri(),
            "BREAK": str(self.breaks),
        }
        self.processes: dict[tuple[str, str], subprocess.Popen[bytes]] = {}
        self.ports: dict[tuple[str, str], int] = {}

    def start(self, chore: str, how: str) -> None:
        port = self.ports[chore, how] = free_port()
        service = "worker" if chore in WORKERS else "gateway"
        command = [sys.executable, "-m", "tests.integration.broken_service", service, chore, how]
        env = self._env | {"PORT": str(port), "SERVICE_PORT": str(port), "CONSUMER_NAME": f"{chore}-{how}"}
        with self.log(chore, how).open("ab") as log:
            self.processes[chore, how] = spawn(command, log=log, cwd=ROOT, death=signal.SIGKILL, env=env)

    def log(self, chore: str, how: str) -> Path:
        return self.folder / f"{chore}-{how}.log"

    async def answers(self, case: tuple[str, str], path: str) -> int:
        """The HTTP status of a health route; 0 where nobody listens any more."""
        timeout = aiohttp.ClientTimeout(total=PATIENCE)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout) as session,
                session.get(f"http://127.0.0.1:{self.ports[case]}/{path}") as answer,
            ):
                return answer.status
        except (aiohttp.ClientError, TimeoutError):
            return 0

    async def until(self, case: tuple[str, str], path: str, healthy: bool) -> None:
        """Wait until a health route says so."""

        async def says_so() -> bool:
            return (await self.answers(case, path) == 200) == healthy

        await until(says_so)

    async def close(self) -> None:
        await asyncio.gather(*(end(each, signal.SIGKILL, PATIENCE) for each in self.processes.values()))


@pytest.fixture
async def broken(redis_url: str, database_url: str, tmp_path: Path) -> AsyncIterator[Broken]:
    made = Broken(tmp_path, redis_url, database_url)
    yield made
    await made.close()


async def test_it_is_not_live_says_so_and_ends(broken: Broken) -> None:
    for case in CASES:
        broken.start(*case)
    await asyncio.gather(*(broken.until(case, "readyz", True) for case in CASES))
    assert [await broken.answers(case, "livez") for case in CASES] == [200] * len(CASES)
    broken.breaks.touch()
    await asyncio.gather(*(broken.until(case, path, False) for case in CASES for path in ("livez", "readyz")))
    for case in CASES:
        await asyncio.to_thread(broken.processes[case].wait, PATIENCE)
        assert broken.processes[case].returncode == 1
        said = broken.log(*case).read_text()
        words = "stands still" if case[1] == "hangs" else "ended: LookupError: a bug"
        assert f"the chore {case[0]} {words}" in said
        # What this takes in seconds is the machine's affair; what the watchdog allowed is ours: a read that blocks for
        # a second, then as long as a chore may stand still, then the watchdog's next look.
        allowed = re.findall(r"^allowed (\S+)$", said, re.MULTILINE)
        assert len(allowed) == (case[1] == "hangs")
        assert all(1.0 + float(each) + watchdog._LOOK_SECONDS < PROMISED for each in allowed)
