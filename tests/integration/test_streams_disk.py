"""The disk of the blob store is full: uploads are refused, stages wait for room, and nothing is lost."""

import contextlib
import io
import os
import re
import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import aiohttp
import asyncpg
import msgspec
import pytest
from PIL import Image
from redis.asyncio import Redis

from deploy.embedded import EmbeddedPostgres, EmbeddedValkey
from shared.messages import OcrPayload
from tests.integration.conftest import GatewayAlone
from tests.integration.redis_server import own_database
from tests.system import upload
from tests.waiting import until

JOBS, RETRY, OCR = "{0}:jobs:compress", "{0}:jobs:compress:retry", "{0}:jobs:ocr"


def noise() -> bytes:
    """A PNG of about 480 kB that no codec makes small."""
    out = io.BytesIO()
    Image.frombytes("RGB", (400, 400), os.urandom(400 * 400 * 3)).save(out, "PNG")
    return out.getvalue()


class Disk(Protocol):
    """Where the blobs are kept."""

    folder: Path

    def fill(self, alone: GatewayAlone) -> None:
        """No picture can be written any more."""

    def free(self, alone: GatewayAlone) -> None:
        """There is room again."""


class SmallDisk:
    """A file system of 4 MiB: writes end with ENOSPC."""

    def __init__(self, mounted: Path) -> None:
        self.folder = mounted / "blobs"
        self._ballast = mounted / "ballast"

    def fill(self, _alone: GatewayAlone) -> None:
        with self._ballast.open("ab", buffering=0) as file, contextlib.suppress(OSError):
            while True:
                file.write(bytes(4096))

    def free(self, _alone: GatewayAlone) -> None:
        self._ballast.unlink()


class SmallFiles:
    """A bound on the size of files that the processes may write, where nothing can be mounted: writes end with EFBIG.
    It is above what the processes log, and below a picture."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def fill(self, alone: GatewayAlone) -> None:
        self._limit(alone, 48 * 1024)

    def free(self, alone: GatewayAlone) -> None:
        self._limit(alone, resource.RLIM_INFINITY)

    def _limit(self, alone: GatewayAlone, size: int) -> None:
        for process in alone.processes.values():
            resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


@pytest.fixture(params=["mounted", "limited"])
def disk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Disk]:
    if sys.platform != "linux":
        pytest.skip("tmpfs and prlimit are Linux's")
    if request.param == "limited":
        yield SmallFiles(tmp_path / "blobs")
        return
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder)]
    mounted = subprocess.run(command, capture_output=True, text=True, check=False)
    if mounted.returncode and re.search("permission denied|superuser|not permitted", mounted.stderr, re.IGNORECASE):
        pytest.skip("a file system can be mounted by root only; the other form of this test ran")
    assert mounted.returncode == 0, mounted.stderr
    try:
        yield SmallDisk(folder)
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def files(folder: Path) -> list[str]:
    return [str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()] if folder.exists() else []


async def test_a_full_disk_refuses_uploads_and_makes_stages_wait(
    disk: Disk,
    postgres_server: EmbeddedPostgres,
    valkey_server: EmbeddedValkey,
    database_url: str,
    tmp_path: Path,
    session: aiohttp.ClientSession,
) -> None:
    url = own_database(valkey_server)
    raw: Any = Redis.from_url(url, decode_responses=True)
    record = await asyncpg.connect(database_url)
    alone = GatewayAlone(tmp_path, url, database_url, BLOB_URL=disk.folder.as_uri())
    await alone.start()
    try:
        # An upload: refused with a sentence, and nothing of it stays.
        disk.fill(alone)
        form = aiohttp.FormData()
        form.add_field("file", io.BytesIO(noise()), filename="week.png", content_type="image/png")
        async with session.post(f"{alone.base_url}/api/v1/documents/upload", data=form) as answer:
            assert answer.status == 503
            assert answer.content_type == "application/problem+json"
            problem = await answer.json(content_type=None)
        assert problem["type"] == "/problems/storage-away"
        assert answer.headers["Retry-After"]
        assert await record.fetchval("SELECT count(*) FROM documents") == 0

        async def nothing_stays() -> bool:
            return files(disk.folder) == []

        await until(nothing_stays)
        assert await raw.xlen(JOBS) == 0

        # A stage: the upload still had room, its picture has not.
        disk.free(alone)
        alone.spawn("compressor")
        alone.hold("compressor")
        id_ = await upload(session, alone.base_url, noise())
        disk.fill(alone)
        alone.let_go("compressor")

        async def waited_twice() -> bool:
            return alone.log("compressor").read_text().count("blob store is away, waiting for it") > 1

        await until(waited_twice)
        jobs = await raw.xrange(JOBS)
        assert [fields["attempt"] for _, fields in jobs] == ["1"], alone.log("compressor").read_text()[-4000:]
        assert await raw.xlen(OCR) == 0
        assert await record.fetchval("SELECT status FROM documents") != "failed"
        disk.free(alone)

        async def handed_on() -> bool:
            return bool(await raw.xlen(OCR))

        await until(handed_on)
        ((_, fields),) = await raw.xrange(OCR)
        assert fields["document"] == id_
        (page,) = msgspec.json.decode(fields["payload"], type=OcrPayload).pages
        with Image.open(disk.folder / page.image) as picture:
            picture.load()
            assert picture.size == (page.width, page.height)
        # Neither the failed tries nor what they had begun to write is left.
        assert sorted(files(disk.folder)) == sorted(
            [f"default/{id_}/original", page.image, page.image.replace("page", "thumbnail")]
        )
        assert await raw.xlen(JOBS) == 0
        assert await raw.zcard(RETRY) == 0
        assert await raw.xlen("{0}:jobs:compress:dead") == 0
    finally:
        await alone.stop()
        await record.close()
        await raw.aclose()
