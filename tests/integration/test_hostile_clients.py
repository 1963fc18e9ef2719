"""Clients that send slowly, do not read, or speak no HTTP: they are bounded, and nobody else notices."""

import asyncio
import contextlib
import json
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import asyncpg
import pytest

from deploy.embedded import EmbeddedPostgres, EmbeddedValkey
from tests.integration.conftest import GatewayAlone
from tests.integration.png import png
from tests.system import upload
from tests.waiting import patience, until

PICTURE_BYTES = 3_750_000


def started(
    postgres: EmbeddedPostgres, valkey: EmbeddedValkey, folder: Path, name: str, **env: str
) -> Iterator[GatewayAlone]:
    """A gateway of these tests' own."""
    running = asyncio.run(GatewayAlone.on(postgres, valkey, folder, name, CONSUMER_NAME=name, **env))
    asyncio.run(running.start())
    yield running
    asyncio.run(running.stop())


@pytest.fixture(scope="module")
def gateway(
    postgres_server: EmbeddedPostgres, valkey_server: EmbeddedValkey, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[GatewayAlone]:
    """One that lets no upload wait for others."""
    yield from started(postgres_server, valkey_server, tmp_path_factory.mktemp("hostile"), "hostile", UPLOAD_WAIT="0")


@pytest.fixture(scope="module")
def hasty(
    postgres_server: EmbeddedPostgres, valkey_server: EmbeddedValkey, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[GatewayAlone]:
    """One that soon closes what is idle, as every client is for which the machine stands still."""
    folder = tmp_path_factory.mktemp("hasty")
    yield from started(postgres_server, valkey_server, folder, "hasty", HTTP_IDLE_TIMEOUT="700")


@pytest.fixture(scope="module")
def small(
    postgres_server: EmbeddedPostgres, valkey_server: EmbeddedValkey, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[GatewayAlone]:
    """One with little memory for answers, that waits for readers only for a moment."""
    folder, memory = tmp_path_factory.mktemp("small"), str(8 * 2**20)
    yield from started(postgres_server, valkey_server, folder, "small", ANSWER_MEMORY=memory, HTTP_WRITE_TIMEOUT="1500")


class Raw:
    """A connection that sends bytes as they are."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    @classmethod
    async def open(cls, gateway: GatewayAlone, data: bytes, limit: int = 65_536) -> "Raw":
        made = cls(*await asyncio.open_connection("127.0.0.1", gateway.ports["gateway"], limit=limit))
        made.writer.write(data)
        return made

    async def rest(self) -> bytes:
        """All that comes until the other side ends it."""
        try:
            async with patience():
                return await self.reader.read()
        except ConnectionResetError:
            return b""

    def close(self) -> None:
        self.writer.close()


def memory(gateway: GatewayAlone) -> int:
    """Bytes of memory that the gateway's process has."""
    status = Path(f"/proc/{gateway.processes['gateway'].pid}/status").read_text()
    return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmRSS"))


async def test_many_slow_uploads_keep_nobody_out(gateway: GatewayAlone, session: aiohttp.ClientSession) -> None:
    head = (
        b"POST /api/v1/documents/upload HTTP/1.1\r\nHost: localhost\r\nContent-Length: 20000000\r\n"
        b"Content-Type: multipart/form-data; boundary=b\r\n\r\n"
        b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\nx'
    )
    slow = [await Raw.open(gateway, head) for _ in range(48)]
    await upload(session, gateway.base_url, png())
    for each in slow:
        each.close()


@pytest.mark.parametrize(
    "begun", [b"", b"GET /livez HTTP/1.1\r\nHost: loc", b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n"]
)
async def test_idle_and_half_open_connections_are_closed(hasty: GatewayAlone, begun: bytes) -> None:
    whole = begun.endswith(b"\r\n\r\n")

    async def closed() -> bool:
        connection = await Raw.open(hasty, begun)
        answered = await connection.rest()  # hangs where nobody closes it
        connection.close()
        assert not answered or answered.startswith(b"HTTP/1.1 200") == whole
        # Where this process stood still before it asked, the connection was idle already.
        return bool(answered) or not whole

    await until(closed)


async def with_picture(gateway: GatewayAlone, session: aiohttp.ClientSession) -> str:
    """A document with a stored picture; returns its id."""
    id_ = await upload(session, gateway.base_url, png())
    key = f"default/{id_}/page-0.webp"
    (gateway.blobs / key).write_bytes(bytes(range(250)) * (PICTURE_BYTES // 250))
    page = {"page": 0, "image": key, "contentType": "image/webp", "width": 1, "height": 1, "textLayer": None}
    connection = await asyncpg.connect(gateway.database_url)
    await connection.execute("UPDATE documents SET pages = $1::jsonb WHERE id = $2::uuid", json.dumps([page]), id_)
    await connection.close()
    return id_


async def test_a_picture_is_streamed_as_it_is(gateway: GatewayAlone, session: aiohttp.ClientSession) -> None:
    id_ = await with_picture(gateway, session)
    url = f"{gateway.base_url}/api/v1/documents/{id_}/image"
    async with session.get(url) as answer:
        assert await answer.read() == bytes(range(250)) * (PICTURE_BYTES // 250)
        assert answer.headers["Content-Type"] == "image/webp"
        tag = answer.headers["ETag"]
    async with session.get(url, headers={"If-None-Match": tag}) as answer:
        assert (answer.status, await answer.read()) == (304, b"")
    async with session.head(url) as answer:
        assert (answer.status, int(answer.headers["Content-Length"])) == (200, PICTURE_BYTES)


async def test_readers_that_do_not_read_hold_little_and_not_for_long(
    small: GatewayAlone, session: aiohttp.ClientSession
) -> None:
    id_ = await with_picture(small, session)
    path = f"/api/v1/documents/{id_}/image"
    before = memory(small)
    request = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode()
    # More than there is room for: who asks next takes the place of one that stands still.
    silent = [await Raw.open(small, request, limit=1024) for _ in range(150)]
    async with session.get(f"{small.base_url}{path}") as answer:
        assert answer.status in (200, 503)
    assert memory(small) - before < 60_000_000
    # What the sockets on the way hold comes, then the end; the picture never does, whole.
    for each in silent:
        assert len(await each.rest()) < PICTURE_BYTES + 1000
        each.close()

    async def whole() -> bool:
        """Whether it is served to who reads; where this process stands still meanwhile, it does not read either."""
        with contextlib.suppress(aiohttp.ClientPayloadError):
            async with session.get(f"{small.base_url}{path}") as answer:
                return len(await answer.read()) == PICTURE_BYTES
        return False

    await until(whole)


@pytest.mark.parametrize(
    "sent",
    [
        b"GET /api/v1/events/x?access_token=secret-word&x=\xff HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"NONSENSE secret-word\r\n\r\n",
        b"GET /secret-word HTTP/9.9\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nsecret word: \x00\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"secret-word" * 3000 + b"\r\n\r\n",
        b"GET /" + b"secret-word" * 3000 + b" HTTP/1.1\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: secret-word\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03secret-word",
    ],
)
async def test_what_is_no_http_is_refused_in_our_form_and_not_repeated(gateway: GatewayAlone, sent: bytes) -> None:
    before = len(gateway.log("gateway").read_text())  # other tests' share, in which a server may have been away
    connection = await Raw.open(gateway, sent)
    answer = await connection.rest()
    connection.close()
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith((b"HTTP/1.1 400 ", b"HTTP/1.0 400 "))
    assert b"Content-Type: application/problem+json" in head
    assert b"X-Content-Type-Options: nosniff" in head
    assert json.loads(body)["type"] == "/problems/bad-request"
    assert b"secret" not in answer
    log = gateway.log("gateway").read_text()[before:]
    assert "Traceback" not in log
    assert '"exception"' not in log
    assert "secret" not in log


async def test_what_aiohttp_refuses_before_we_are_asked_has_our_form(gateway: GatewayAlone) -> None:
    head = b"POST /livez HTTP/1.1\r\nHost: localhost\r\nExpect: secret-word\r\nContent-Length: 3\r\n\r\nabc"
    connection = await Raw.open(gateway, head)
    answer = await connection.rest()
    connection.close()
    assert answer.startswith(b"HTTP/1.1 417 ")
    assert b"application/problem+json" in answer
    assert b"secret" not in answer


async def test_a_body_where_none_belongs_is_refused(gateway: GatewayAlone, session: aiohttp.ClientSession) -> None:
    id_ = await upload(session, gateway.base_url, png())
    for method, path in (("GET", f"events/{id_}"), ("DELETE", f"documents/{id_}"), ("HEAD", "documents")):
        async with session.request(method, f"{gateway.base_url}/api/v1/{path}", data=b"x" * 100_000) as answer:
            assert answer.status == 413
