"""The stage over a blob folder, its child processes started once for a file's tests."""

from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
import pytest_asyncio

from services.compressor.handler import Compressor
from services.compressor.pages import LIMITS, Processes, compressing_processes
from services.compressor.settings import CompressorSettings
from shared.blobs import BlobStore, blob_key
from shared.children.protocol import Limits
from shared.messages import CompressPayload
from shared.outcomes import Job, Outcome
from shared.pictures import PictureSettings
from tests.progress import KeptProgress


class Bench:
    """A compressor over a blob folder."""

    def __init__(self, folder: Path, children: Processes) -> None:
        self.folder = folder
        self.blobs = BlobStore.open(folder.as_uri())
        self.compressor = Compressor(self.blobs, children)
        self.told = KeptProgress()

    async def run(
        self, data: bytes, *, document: str = "doc", content_type: str = "image/jpeg", attempt: int = 1
    ) -> Outcome:
        key = blob_key("default", document, "upload")
        await self.blobs.put(key, data)
        return await self.compressor.handle(self.job(key, len(data), document, content_type, attempt), self.told)

    @staticmethod
    def job(key: str, size: int, document: str = "doc", content_type: str = "image/jpeg", attempt: int = 1) -> Job:
        payload = CompressPayload(blob=key, content_type=content_type, file_name="x", size=size)
        return Job(document, "default", "compress", attempt, msgspec.to_builtins(payload))

    def names(self) -> list[str]:
        return sorted(path.name for path in self.folder.rglob("*") if path.is_file())


def processes(count: int = 2, limits: Limits = LIMITS) -> Processes:
    """Children of the service; `start` and `end` them."""
    return compressing_processes(CompressorSettings.load(compress_processes=count), PictureSettings.load(), limits)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def children() -> AsyncIterator[Processes]:
    made = processes()
    await made.start()
    yield made
    await made.end()


@pytest.fixture
def bench(tmp_path: Path, children: Processes) -> Bench:
    return Bench(tmp_path, children)
