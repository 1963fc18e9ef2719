"""The blob store: pictures and OCR text, by key, on a local folder or any object store that obstore speaks to.

Keys are ``<tenant>/<documentId>/<name>``; a document's blobs share a prefix, so that deleting it is one listing.
"""

import asyncio
import contextlib
import os
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, ClassVar, Protocol, TypeVar
from urllib.parse import urlsplit
from urllib.request import url2pathname

import obstore
from obstore.exceptions import BaseError, NotFoundError
from obstore.store import LocalStore, from_url

from shared.logs import get_logger
from shared.settings import SettingError, Settings, setting, url_of

log = get_logger(__name__)
T = TypeVar("T")

_CHUNK = 64 * 1024
_FLUSHES = 16
"""Files brought to their disk at once; it takes several in one go."""


class BlobSettings(Settings):
    group: ClassVar[str] = "Blob store"
    blob_url: Annotated[str, url_of("file", "s3", "gs", "az")] = setting(
        "file://.local/blobs",
        "Where pictures and OCR text are kept: file://FOLDER, s3://BUCKET/PREFIX, gs:// or az://. "
        "Credentials come from the provider's usual variables, for s3:// those below.",
    )
    aws_access_key_id: str = setting("", "Key id at an S3 store; empty where the machine's role is enough.")
    aws_secret_access_key: str = setting("", "Secret of that key.", secret=True)
    aws_region: str = setting("", "Region of the bucket.")
    aws_endpoint_url: Annotated[str, url_of("http", "https")] = setting(
        "", "Address of an S3 store that is not Amazon's: Garage, SeaweedFS, MinIO."
    )
    aws_allow_http: bool = setting(False, "Whether that address may be http://, on a network of your own.")
    blob_timeout: int = setting(
        10_000, "Longest a call of the store may take, its repetitions included.", unit="ms", ge=100, le=600_000
    )
    blob_connect_timeout: int = setting(2_000, "Longest a connection to it may take.", unit="ms", ge=100)
    blob_retries: int = setting(2, "How often a call that failed for a passing reason is repeated.", ge=0, le=20)

    @property
    def credentials(self) -> dict[str, Any]:
        """What the store is to be told beside its URL; what is not set it takes from the environment."""
        if not self.blob_url.startswith("s3://"):
            return {}
        given = {
            "access_key_id": self.aws_access_key_id,
            "secret_access_key": self.aws_secret_access_key,
            "region": self.aws_region,
            "endpoint": self.aws_endpoint_url,
        }
        return {name: value for name, value in given.items() if value}


class BlobMissingError(LookupError):
    """No blob has that key: its document was deleted."""


class BlobAwayError(ConnectionError):
    """The store cannot be reached, refuses or is full; the same call may work later. The text is one sentence."""


class Blobs(Protocol):
    """Puts and gets whole blobs."""

    async def put(self, key: str, data: bytes) -> None: ...
    async def get(self, key: str) -> bytes: ...
    async def delete_prefix(self, prefix: str) -> int: ...
    async def ready(self) -> None: ...


def document_prefix(tenant: str, document_id: str) -> str:
    return f"{tenant}/{document_id}"


def blob_key(tenant: str, document_id: str, name: str) -> str:
    """The key of one of a document's blobs; `name` is ours, never the uploader's."""
    return f"{tenant}/{document_id}/{name}"


def local_folder(url: str) -> Path | None:
    """The folder that a ``file://`` URL names; None for an object store."""
    if not url.startswith("file://"):
        return None
    split = urlsplit(url)
    # file://.local/blobs is relative to the working directory: urlsplit reads its first part as a host.
    return Path(split.netloc + url2pathname(split.path)).absolute()


class BlobStore:
    """`Blobs` over obstore."""

    def __init__(self, store: Any, seconds: float = 10.0, folder: Path | None = None) -> None:
        self._store = store
        self._seconds = seconds
        self._folder = folder
        # Of its own: while a disk is slow, nobody else's work should wait behind its flushes.
        self._flushing = ThreadPoolExecutor(_FLUSHES, thread_name_prefix="blobs")

    @classmethod
    def open(cls, url: str | None = None) -> "BlobStore":
        """Open the store that `BLOB_URL` names; a local folder is made if it is missing. Raises `SettingError`."""
        settings = BlobSettings.load(**({"blob_url": url} if url else {}))
        url, seconds = settings.blob_url, settings.blob_timeout / 1000
        if folder := local_folder(url):
            return cls(LocalStore(folder, mkdir=True, automatic_cleanup=True), seconds, folder)
        # Without these a store that accepts and never answers is waited for without end.
        client: Any = {
            "timeout": f"{settings.blob_timeout}ms",
            "connect_timeout": f"{settings.blob_connect_timeout}ms",
            "allow_http": settings.aws_allow_http,
        }
        retry: Any = {"max_retries": settings.blob_retries, "retry_timeout": timedelta(seconds=seconds)}
        try:
            return cls(from_url(url, client_options=client, retry_config=retry, **settings.credentials), seconds)
        except BaseError as error:
            raise SettingError(f"BLOB_URL is not usable: {_first_line(error)}.") from None

    @asynccontextmanager
    async def _bounded(self) -> AsyncIterator[None]:
        """A call's time, and every way in which it fails as one error."""
        try:
            async with asyncio.timeout(self._seconds):
                yield
        except (NotFoundError, FileNotFoundError) as error:
            raise BlobMissingError(_first_line(error)) from None
        except TimeoutError:
            raise BlobAwayError(f"The blob store did not answer within {self._seconds:g} s") from None
        except (BaseError, OSError) as error:
            raise BlobAwayError(f"The blob store failed: {_first_line(error)}") from error

    async def put(self, key: str, data: bytes) -> None:
        """Store `data` under `key`, replacing what was there. The write is atomic: readers see all of it or nothing. It
        outlives a power failure from then on. Raises `BlobAwayError`."""
        await self.write(key, data)
        await self.flush(key)

    async def write(self, key: str, data: bytes) -> None:
        """The first half of `put`: readers see the blob. Raises `BlobAwayError`."""
        async with self._bounded():
            await obstore.put_async(self._store, key, data)

    async def flush(self, key: str) -> None:
        """The second half: it outlives a power failure from then on. Raises `BlobAwayError`."""
        if self._folder:  # an object store answers when it has the blob for good, a kernel has to be asked
            async with self._bounded():
                await asyncio.get_running_loop().run_in_executor(self._flushing, _flush, self._folder / key)

    def close(self) -> None:
        """Let its threads end. Nothing is put any more."""
        self._flushing.shutdown(wait=False)

    async def get(self, key: str) -> bytes:
        """Raises `BlobMissingError` if there is none, and `BlobAwayError`."""
        async with self._bounded():
            answer = await obstore.get_async(self._store, key)
            return bytes(await answer.bytes_async())

    async def stream(self, key: str) -> tuple[int, str, AsyncIterator[bytes]]:
        """The blob's size in bytes, a tag that changes with it (empty where the store has none) and its chunks, which
        are got one by one as they are asked for. Raises `BlobMissingError`, and `BlobAwayError`,
        which the chunks raise as well."""
        async with self._bounded():
            answer = await obstore.get_async(self._store, key)
        tag = (answer.meta["e_tag"] or "").strip('"')
        return answer.meta["size"], tag, self._chunks(answer.stream(min_chunk_size=_CHUNK))

    async def _chunks(self, stream: Any) -> AsyncIterator[bytes]:
        while True:
            async with self._bounded():
                chunk = await anext(stream, None)
            if chunk is None:
                return
            yield bytes(chunk)

    async def delete(self, key: str) -> None:
        """Delete one blob; one that is gone already is as good. Raises `BlobAwayError`."""
        with contextlib.suppress(BlobMissingError):
            async with self._bounded():
                await obstore.delete_async(self._store, key)

    async def delete_prefix(self, prefix: str) -> int:
        """Delete every blob below `prefix`; returns how many there were. Raises `BlobAwayError`."""
        async with self._bounded():
            found = await obstore.list(self._store, prefix=prefix).collect_async()
            paths = [item["path"] for item in found]
            if paths:
                await obstore.delete_async(self._store, paths)
        return len(paths)

    async def sizes(self) -> list[tuple[str, int]]:
        """The keys and sizes in bytes of all blobs. As long as the list takes: it has no time of a call. Raises
        `BlobAwayError`."""
        try:
            found = await obstore.list(self._store).collect_async()
        except (BaseError, OSError) as error:
            raise BlobAwayError(f"The blob store failed: {_first_line(error)}") from error
        return [(item["path"], item["size"]) for item in found]

    async def ready(self) -> None:
        """Raises `BlobAwayError` if the store cannot be reached."""
        async with self._bounded():
            async with asyncio.timeout(min(5.0, self._seconds)):
                await obstore.list(self._store, prefix="ready", chunk_size=1).collect_async()


class PatientBlobs:
    """`Blobs` for a worker: while the store is away a call waits for it instead of using up the job's tries; the job's
    time-out bounds it.

    Args:
        blobs: what is asked again.
    """

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs

    async def put(self, key: str, data: bytes) -> None:
        await _until_back(lambda: self._blobs.put(key, data))

    async def get(self, key: str) -> bytes:
        """Raises `BlobMissingError` if there is none."""
        return await _until_back(lambda: self._blobs.get(key))

    async def delete_prefix(self, prefix: str) -> int:
        return await _until_back(lambda: self._blobs.delete_prefix(prefix))

    async def ready(self) -> None:
        """Does not wait. Raises `BlobAwayError`."""
        await self._blobs.ready()


async def _until_back(call: Callable[[], Awaitable[T]]) -> T:
    seconds = 0.2
    while True:
        try:
            return await call()
        except BlobAwayError as error:
            log.warning("blob store is away, waiting for it", error=str(error))
            await asyncio.sleep(seconds * random.uniform(0.5, 1.0))
            seconds = min(seconds * 2, 5.0)


def _flush(path: Path) -> None:
    """Bring a file to its disk. One that is gone by then was deleted.

    Asked for once it has its name, that brings the names on the way to it along on ext4, XFS and Btrfs, whose journal
    has them before. To ask for each folder as well would wait for what others write meanwhile.
    """
    with contextlib.suppress(FileNotFoundError):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _first_line(error: Exception) -> str:
    """What went wrong without the library's debug text, which follows from the second line on."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")[:300]
