"""The blob store: pictures and OCR text, by key, on a local folder or any object store that obstore speaks to.

Keys are ``<tenant>/<documentId>/<name>``; a document's blobs share a prefix, so that deleting it is one listing.
"""

import asyncio
from pathlib import Path
from typing import Any, ClassVar, Protocol
from urllib.parse import urlsplit
from urllib.request import url2pathname

import obstore
from obstore.exceptions import NotFoundError
from obstore.store import LocalStore, from_url

from shared.settings import Settings, setting


class BlobSettings(Settings):
    group: ClassVar[str] = "Blob store"
    blob_url: str = setting(
        "file://.local/blobs",
        "Where pictures and OCR text are kept: file://FOLDER, s3://BUCKET/PREFIX, gs:// or az://. "
        "Credentials come from the provider's usual variables.",
    )


class BlobMissingError(LookupError):
    """No blob has that key: its document was deleted."""


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


class BlobStore:
    """`Blobs` over obstore."""

    def __init__(self, store: Any) -> None:
        self._store = store

    @classmethod
    def open(cls, url: str | None = None) -> "BlobStore":
        """Open the store that `BLOB_URL` names; a local folder is made if it is missing."""
        url = url or BlobSettings.load().blob_url
        if url.startswith("file://"):
            split = urlsplit(url)
            # file://.local/blobs is relative to the working directory: urlsplit reads its first part as a host.
            folder = Path(split.netloc + url2pathname(split.path)).absolute()
            return cls(LocalStore(folder, mkdir=True, automatic_cleanup=True))
        return cls(from_url(url))

    async def put(self, key: str, data: bytes) -> None:
        """Store `data` under `key`, replacing what was there. The write is atomic: readers see all of it or nothing."""
        await obstore.put_async(self._store, key, data)

    async def get(self, key: str) -> bytes:
        """Raises `BlobMissingError` if there is none."""
        try:
            answer = await obstore.get_async(self._store, key)
            return bytes(await answer.bytes_async())
        except (NotFoundError, FileNotFoundError):
            raise BlobMissingError(key) from None

    async def delete_prefix(self, prefix: str) -> int:
        """Delete every blob below `prefix`; returns how many there were."""
        found = await obstore.list(self._store, prefix=prefix).collect_async()
        paths = [item["path"] for item in found]
        if paths:
            await obstore.delete_async(self._store, paths)
        return len(paths)

    async def ready(self) -> None:
        """Raises if the store cannot be reached."""
        async with asyncio.timeout(5):
            await obstore.list(self._store, prefix="ready", chunk_size=1).collect_async()
