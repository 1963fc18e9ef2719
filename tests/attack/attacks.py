"""The attacks: each sends what it has and returns how many inputs that was."""

import asyncio
import contextlib
import json
import random
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg

from tests.attack import files, requests
from tests.attack.target import NORTH, SOUTH, Aim
from tests.system import upload

ATTACKER = "127.0.0.3"
_AT_ONCE = 8
_PATIENCE = 30
PICTURE_BYTES = 3_750_000


@dataclass
class Size:
    """How much of each kind."""

    cuts: int = 400
    """Places at which each format's file is cut off, at most; a tenth of its bytes if those are fewer."""
    mutations: int = 60
    slow: int = 400
    silent: int = 300
    streams: int = 2_000
    seconds: float = 12
    """That slow and silent ones stay."""
    documents: int = 100
    """In the list that is asked for."""
    rounds: int = 2
    """How often each attack is made."""
    alone: int = 9
    """Uploads of an innocent before each time."""


@dataclass
class Tried:
    """What came of an attack."""

    inputs: int = 0
    statuses: dict[int, int] = field(default_factory=dict)

    def note(self, status: int) -> None:
        """One input more, and how it was answered."""
        self.inputs += 1
        self.statuses[status] = self.statuses.get(status, 0) + 1

    def add(self, other: "Tried") -> None:
        """What came of it when it was made once more."""
        self.inputs += other.inputs
        for status, count in other.statuses.items():
            self.statuses[status] = self.statuses.get(status, 0) + count


Attack = Callable[[Aim, Size, Tried], Coroutine[Any, Any, None]]


def wire(request: requests.Request, key: str = SOUTH) -> bytes:
    """A request as bytes, however wrong it is."""
    method, path, headers, body = request
    lines = {"Host": "localhost", "X-API-Key": key, "Content-Length": str(len(body)), "Connection": "close"} | headers
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + body


async def _connect(aim: Aim, limit: int = 65_536) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_connection("127.0.0.1", aim.port, local_addr=(ATTACKER, 0), limit=limit)


async def send(aim: Aim, data: bytes) -> int:
    """Send bytes; returns the status of the first answer, 0 if the connection ends without one."""
    reader, writer = await _connect(aim)
    try:
        async with asyncio.timeout(_PATIENCE):
            writer.write(data)
            line = await reader.readline()
        return int(line.split()[1]) if line.startswith(b"HTTP/") else 0
    except (OSError, TimeoutError, ValueError, IndexError):
        return 0
    finally:
        writer.close()


async def _all(aim: Aim, tried: Tried, inputs: Iterable[bytes]) -> None:
    waiting = iter(inputs)

    async def work() -> None:
        for each in waiting:
            tried.note(await send(aim, each))

    await asyncio.gather(*(work() for _ in range(_AT_ONCE)))


def _as_upload(data: bytes) -> bytes:
    body = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n' + data + b"\r\n--b--\r\n"
    return wire(("POST", requests.UPLOAD, {"Content-Type": "multipart/form-data; boundary=b"}, body))


async def truncations(aim: Aim, size: Size, tried: Tried) -> None:
    """Every format, cut off at every tenth byte."""
    cut = (each for data in files.corpus().values() for each in files.truncations(data, size.cuts))
    await _all(aim, tried, map(_as_upload, cut))


async def mutations(aim: Aim, size: Size, tried: Tried) -> None:
    """Every format with bytes changed, which the compressor then decodes."""
    rng = random.Random(16)
    changed = (each for data in files.corpus().values() for each in files.mutations(data, size.mutations, rng))
    await _all(aim, tried, map(_as_upload, changed))


async def bombs(aim: Aim, size: Size, tried: Tried) -> None:
    """Bombs and polyglots."""
    await _all(aim, tried, map(_as_upload, files.bombs().values()))


async def forms(aim: Aim, size: Size, tried: Tried) -> None:
    """Multipart shapes, names, encodings."""
    await _all(aim, tried, map(wire, requests.forms(files.corpus()["PNG"])))


async def raw(aim: Aim, size: Size, tried: Tried) -> None:
    """What is no HTTP, or hardly."""
    await _all(aim, tried, requests.RAW * 5)


async def strangers(aim: Aim, size: Size, tried: Tried) -> None:
    """One of two tenants walks every route with the other's id. Raises `AssertionError` if anything is let through."""
    async with aiohttp.ClientSession(headers={"X-API-Key": NORTH}) as session:
        id_ = await upload(session, aim.base_url, files.corpus()["PNG"])
        for request in requests.addresses(id_):
            status = await send(aim, wire(request))
            tried.note(status)
            own = request[1].endswith(id_) or f"/{id_}/" in request[1]
            # A document that is not there has no timetables either way; nothing of it may come back.
            assert not (own and 200 <= status < 300), f"{request[0]} {request[1]} was let through: {status}"
        async with session.get(f"{aim.base_url}/api/v1/documents/{id_}") as answer:
            assert answer.status == 200, "it is still there"


async def corrections(aim: Aim, size: Size, tried: Tried) -> None:
    """Corrections of the attacker's own week, as large and as odd as they come."""
    await _all(aim, tried, map(wire, requests.corrections(await _own_week(aim))))


async def exports(aim: Aim, size: Size, tried: Tried) -> None:
    """The largest week, in every form it leaves in."""
    id_ = await _own_week(aim)
    largest = next(iter(requests.corrections(id_)))
    assert await send(aim, wire(largest)) == 200
    await _all(aim, tried, map(wire, requests.exports(id_)))


async def webhooks(aim: Aim, size: Size, tried: Tried) -> None:
    """Addresses that must not be called. Raises `AssertionError` if one is taken."""
    for request in requests.webhooks():
        status = await send(aim, wire(request))
        tried.note(status)
        assert not 200 <= status < 300, f"{request[3]!r} was taken"


async def logins(aim: Aim, size: Size, tried: Tried) -> None:
    """Guessed keys, odd forms and cookies."""
    await _all(aim, tried, map(wire, requests.logins()))


async def _own_week(aim: Aim) -> str:
    """The id of a document of the attacker's that has a week."""
    async with aiohttp.ClientSession(headers={"X-API-Key": SOUTH}) as session:
        id_ = await upload(session, aim.base_url, files.corpus()["PNG"])
    await _write(
        aim,
        "WITH ended AS (UPDATE documents SET status = 'completed', completed_at = now() WHERE id = $1::uuid)"
        " INSERT INTO timetables (id, document_id, tenant, validated, confidence, body)"
        """ VALUES ($1::uuid, $1::uuid, 'south', true, 1, '{"confidence": 1, "validated": true, "timeblocks": []}')""",
        id_,
    )
    return id_


async def _write(aim: Aim, statement: str, *values: str) -> None:
    """Change the record: what a stage behind those that run here would have written."""
    connection = await asyncpg.connect(aim.database_url)
    await connection.execute(statement, *values)
    await connection.close()


@contextlib.asynccontextmanager
async def _held(aim: Aim, count: int, begin: Callable[[int], bytes]) -> AsyncIterator[list[asyncio.StreamWriter]]:
    """Connections that stay open and read nothing."""
    writers: list[asyncio.StreamWriter] = []
    try:
        for number in range(count):
            with contextlib.suppress(OSError):
                _, writer = await _connect(aim, limit=1024)
                writer.write(begin(number))
                writers.append(writer)
        yield writers
    finally:
        for writer in writers:
            writer.transport.abort()


async def slow(aim: Aim, size: Size, tried: Tried) -> None:
    """Uploads that announce 20 MB and send a byte now and then, half-open and idle connections."""
    head = _as_upload(b"x" * 20_000_000)[:300]
    kinds = (head, b"POST /api/v1/documents/upload HTTP/1.1\r\nHost: loc", b"", head[:-1])
    async with _held(aim, size.slow, lambda number: kinds[number % len(kinds)]) as writers:
        tried.inputs += size.slow
        for _ in range(int(size.seconds / 0.5)):
            await asyncio.sleep(0.5)
            for writer in writers:
                with contextlib.suppress(OSError):
                    if not writer.transport.is_closing():
                        writer.write(b"x")


async def silent(aim: Aim, size: Size, tried: Tried) -> None:
    """Clients that ask for one picture of 3.75 MB and never read."""
    async with aiohttp.ClientSession(headers={"X-API-Key": SOUTH}) as session:
        id_ = await upload(session, aim.base_url, files.corpus()["PNG"])
    key = f"south/{id_}/page-0.webp"
    (Path(aim.blobs) / key).write_bytes(random.Random(1).randbytes(PICTURE_BYTES))
    page = {"page": 0, "image": key, "contentType": "image/webp", "width": 1, "height": 1, "textLayer": None}
    await _write(aim, "UPDATE documents SET pages = $1::jsonb WHERE id = $2::uuid", json.dumps([page]), id_)
    asked = wire(("GET", f"/api/v1/documents/{id_}/image", {}, b""))
    async with _held(aim, size.silent, lambda _: asked):
        tried.inputs += size.silent
        await asyncio.sleep(size.seconds)


async def heads(aim: Aim, size: Size, tried: Tried) -> None:
    """Event streams whose requests have heads of a megabyte."""
    async with aiohttp.ClientSession(headers={"X-API-Key": SOUTH}) as session:
        id_ = await upload(session, aim.base_url, files.corpus()["PNG"])
    large = {f"X-{number}": "x" * 8_000 for number in range(100)}
    asked = wire(("GET", f"/api/v1/events/{id_}", large, b""))
    async with _held(aim, size.silent, lambda number: asked[: None if number % 2 else -2]):
        tried.inputs += size.silent
        await asyncio.sleep(size.seconds)


async def lists(aim: Aim, size: Size, tried: Tried) -> None:
    """Clients that ask for a list over and over, all in one breath, and never read."""
    async with aiohttp.ClientSession(headers={"X-API-Key": SOUTH}) as session:
        await asyncio.gather(*(upload(session, aim.base_url, files.corpus()["PNG"]) for _ in range(size.documents)))
    asked = wire(("GET", "/api/v1/documents?limit=100", {"Connection": "keep-alive"}, b"")) * 500
    async with _held(aim, size.silent, lambda _: asked):
        tried.inputs += 500 * size.silent
        await asyncio.sleep(size.seconds)


async def streams(aim: Aim, size: Size, tried: Tried) -> None:
    """Event streams, half of which are never read."""
    async with aiohttp.ClientSession(headers={"X-API-Key": SOUTH}) as session:
        id_ = await upload(session, aim.base_url, files.corpus()["PNG"])
    asked = wire(("GET", f"/api/v1/events/{id_}", {}, b""))

    async def read() -> None:
        with contextlib.suppress(OSError, TimeoutError):
            reader, writer = await _connect(aim)
            try:
                async with asyncio.timeout(size.seconds):
                    writer.write(asked)
                    while await reader.read(65_536):
                        pass
            finally:
                writer.transport.abort()

    async with _held(aim, size.streams // 2, lambda _: asked):
        tried.inputs += size.streams
        await asyncio.gather(*(read() for _ in range(size.streams // 2)))


async def followers(aim: Aim, size: Size, tried: Tried) -> None:
    """Event streams of many documents, and of all one's own from their beginning, which are never read."""
    async with aiohttp.ClientSession(headers={"X-API-Key": SOUTH}) as session:
        picture = files.corpus()["PNG"]
        ids = await asyncio.gather(*(upload(session, aim.base_url, picture) for _ in range(size.documents)))
    named = "/api/v1/events?" + "&".join(f"documentId={id_}" for id_ in ids)
    asked = [wire(("GET", named, {}, b"")), wire(("GET", "/api/v1/events", {"Last-Event-ID": "0_1-1.r_1"}, b""))]
    async with _held(aim, size.silent, lambda number: asked[number % 2]):
        tried.inputs += size.silent
        await asyncio.sleep(size.seconds)


_MADE = (
    *(truncations, mutations, bombs, forms, corrections, exports, webhooks, logins),
    *(raw, strangers, slow, silent, heads, lists, streams, followers),
)
ATTACKS: dict[str, Attack] = {each.__name__: each for each in _MADE}
