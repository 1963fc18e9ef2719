"""The blob store: a server that hangs or refuses costs seconds and one sentence, never a request without end."""

import asyncio
import os
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from shared.blobs import BlobAwayError, BlobMissingError, BlobStore, PatientBlobs
from shared.settings import SettingError
from tests.waiting import patience, until

Answer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Server:
    """An S3 in name: it does with each connection what the test says."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._server: asyncio.Server | None = None
        self._monkeypatch = monkeypatch
        self.connected = asyncio.Event()
        self.done = asyncio.Event()

    async def start(self, answer: bytes | None) -> BlobStore:
        """Answers every request with `answer`, or never."""

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read(1)
            self.connected.set()
            if answer is None:
                await self.done.wait()
            else:
                writer.write(answer)
                await writer.drain()
            writer.close()

        self._server = await asyncio.start_server(serve, "127.0.0.1", 0)
        port = self._server.sockets[0].getsockname()[1]
        for name, value in (
            ("AWS_ENDPOINT_URL", f"http://127.0.0.1:{port}"),
            ("AWS_ALLOW_HTTP", "true"),
            ("AWS_REGION", "x"),
            ("AWS_ACCESS_KEY_ID", "x"),
            ("AWS_SECRET_ACCESS_KEY", "x"),
            ("BLOB_TIMEOUT", "300"),
            ("BLOB_RETRIES", "0"),
        ):
            self._monkeypatch.setenv(name, value)
        return BlobStore.open("s3://bucket/blobs")

    async def close(self) -> None:
        self.done.set()
        if self._server:
            self._server.close()


@pytest.fixture
async def server(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Server]:
    made = Server(monkeypatch)
    yield made
    await made.close()


Call = Callable[[BlobStore], Awaitable[object]]
CALLS: list[Call] = [
    lambda store: store.put("k", b"data"),
    lambda store: store.get("k"),
    lambda store: store.delete_prefix("k"),
    lambda store: store.ready(),
]


@pytest.mark.parametrize("call", CALLS)
async def test_a_store_that_never_answers_is_away(
    server: Server, call: Callable[[BlobStore], Awaitable[object]]
) -> None:
    store = await server.start(None)
    async with patience():
        with pytest.raises(BlobAwayError, match=r"did not answer within 0\.3 s"):
            await call(store)
    assert server.connected.is_set()


@pytest.mark.parametrize("call", CALLS)
async def test_a_refusal_is_one_line(server: Server, call: Call) -> None:
    store = await server.start(b"HTTP/1.1 403 Forbidden\r\ncontent-length: 6\r\n\r\nno way")
    with pytest.raises(BlobAwayError) as told:
        await call(store)
    assert "403" in str(told.value)
    assert "\n" not in str(told.value)
    assert "source:" not in str(told.value).lower()


async def test_a_worker_waits_for_the_store_instead_of_using_up_tries() -> None:
    class Returning:
        """Away twice, then there."""

        def __init__(self) -> None:
            self.calls = 0

        async def put(self, _key: str, _data: bytes) -> None:
            raise AssertionError

        async def get(self, key: str) -> bytes:
            self.calls += 1
            if self.calls < 3:
                raise BlobAwayError("away")
            if key == "gone":
                raise BlobMissingError(key)
            return b"data"

        async def delete_prefix(self, _prefix: str) -> int:
            raise AssertionError

        async def ready(self) -> None:
            raise AssertionError

    assert await PatientBlobs(Returning()).get("k") == b"data"
    with pytest.raises(BlobMissingError):
        await PatientBlobs(Returning()).get("gone")


def test_an_address_that_the_store_cannot_use_is_one_sentence() -> None:
    with pytest.raises(SettingError, match=r"^BLOB_URL is not usable: "):
        BlobStore.open("s3://")


async def test_a_blob_that_was_put_is_brought_to_its_disk_under_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flushed: list[str] = []

    def fsync(descriptor: int) -> None:
        flushed.append(str(Path(f"/proc/self/fd/{descriptor}").readlink().relative_to(tmp_path)))

    monkeypatch.setattr(os, "fsync", fsync)
    await BlobStore.open(f"file://{tmp_path}").put("north/document/original", b"picture")
    assert flushed == ["north/document/original"]


async def test_a_blob_that_is_deleted_while_it_is_put_is_no_fault_of_the_store(tmp_path: Path) -> None:
    await BlobStore.open(f"file://{tmp_path}").flush("north/document/original")


async def test_a_disk_that_cannot_keep_a_blob_is_a_store_that_is_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fsync(_descriptor: int) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises(BlobAwayError, match="Input/output error"):
        await BlobStore.open(f"file://{tmp_path}").put("north/document/original", b"picture")


async def test_a_store_that_is_closed_leaves_no_thread_for_which_its_process_would_wait(tmp_path: Path) -> None:
    store = BlobStore.open(f"file://{tmp_path}")
    before = set(threading.enumerate())
    await store.put("north/document/original", b"picture")
    own = set(threading.enumerate()) - before
    store.close()
    assert own
    await until(lambda: not any(each.is_alive() for each in own))
