"""The attacks: each sends what it has to the target and returns how many inputs that was."""

import asyncio
import contextlib
import json
import random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass, field

import aiohttp
import asyncpg

from tests.attack import files, requests
from tests.attack.target import NORTH, SOUTH, Target
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


@dataclass
class Tried:
    """What came of an attack."""

    inputs: int = 0
    statuses: Counter[int] = field(default_factory=Counter)


Attack = Callable[[Target, Size, Tried], Awaitable[None]]


def wire(request: requests.Request, key: str = SOUTH) -> bytes:
    """A request as bytes, however wrong it is."""
    method, path, headers, body = request
    lines = {"Host": "localhost", "X-API-Key": key, "Content-Length": str(len(body)), "Connection": "close"} | headers
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + body


async def _connect(target: Target, limit: int = 65_536) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_connection("127.0.0.1", target.ports["gateway"], local_addr=(ATTACKER, 0), limit=limit)


async def send(target: Target, data: bytes) -> int:
    """Send bytes; returns the status of the first answer, 0 if the connection ends without one."""
    reader, writer = await _connect(target)
    try:
        async with asyncio.timeout(_PATIENCE):
            writer.write(data)
            line = await reader.readline()
        return int(line.split()[1]) if line.startswith(b"HTTP/") else 0
    except (OSError, TimeoutError, ValueError, IndexError):
        return 0
    finally:
        writer.close()


async def _all(target: Target, tried: Tried, inputs: Iterable[bytes]) -> None:
    waiting = iter(inputs)

    async def work() -> None:
        for each in waiting:
            tried.inputs += 1
            tried.statuses[await send(target, each)] += 1

    await asyncio.gather(*(work() for _ in range(_AT_ONCE)))


def _as_upload(data: bytes) -> bytes:
    body = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n' + data + b"\r\n--b--\r\n"
    return wire(("POST", requests.UPLOAD, {"Content-Type": "multipart/form-data; boundary=b"}, body))


async def truncations(target: Target, size: Size, tried: Tried) -> None:
    """Every format, cut off at every tenth byte."""
    cut = (each for data in files.corpus().values() for each in files.truncations(data, size.cuts))
    await _all(target, tried, map(_as_upload, cut))


async def mutations(target: Target, size: Size, tried: Tried) -> None:
    """Every format with bytes changed, which the compressor then decodes."""
    rng = random.Random(16)
    changed = (each for data in files.corpus().values() for each in files.mutations(data, size.mutations, rng))
    await _all(target, tried, map(_as_upload, changed))


async def bombs(target: Target, size: Size, tried: Tried) -> None:
    """Bombs and polyglots."""
    await _all(target, tried, map(_as_upload, files.bombs().values()))


async def forms(target: Target, size: Size, tried: Tried) -> None:
    """Multipart shapes, names, encodings."""
    await _all(target, tried, map(wire, requests.forms(files.corpus()["PNG"])))


async def raw(target: Target, size: Size, tried: Tried) -> None:
    """What is no HTTP, or hardly."""
    await _all(target, tried, requests.RAW * 5)


async def strangers(target: Target, size: Size, tried: Tried) -> None:
    """One of two tenants walks every route with the other's id. Raises `AssertionError` if anything is let through."""
    async with aiohttp.ClientSession(headers={"X-API-Key": NORTH}) as session:
        id_ = await upload(session, target.base_url, files.corpus()["PNG"])
        for request in requests.addresses(id_):
            tried.inputs += 1
            status = await send(target, wire(request))
            tried.statuses[status] += 1
            own = request[1].endswith(id_) or f"/{id_}/" in request[1]
            # A document that is not there has no timetables either way; nothing of it may come back.
            assert not (own and 200 <= status < 300), f"{request[0]} {request[1]} was let through: {status}"
        async with session.get(f"{target.base_url}/api/v1/documents/{id_}") as answer:
            assert answer.status == 200, "it is still there"


@contextlib.asynccontextmanager
async def _held(target: Target, count: int, begin: Callable[[int], bytes]) -> AsyncIterator[list[asyncio.StreamWriter]]:
    """Connections that stay open and read nothing."""
    writers: list[asyncio.StreamWriter] = []
    try:
        for number in range(count):
            with contextlib.suppress(OSError):
                _, writer = await _connect(target, limit=1024)
                writer.write(begin(number))
                writers.append(writer)
        yield writers
    finally:
        for writer in writers:
            writer.transport.abort()


async def slow(target: Target, size: Size, tried: Tried) -> None:
    """Uploads that announce 20 MB and send a byte now and then, half-open and idle connections."""
    head = _as_upload(b"x" * 20_000_000)[:300]
    kinds = (head, b"POST /api/v1/documents/upload HTTP/1.1\r\nHost: loc", b"", head[:-1])
    async with _held(target, size.slow, lambda number: kinds[number % len(kinds)]) as writers:
        tried.inputs += size.slow
        for _ in range(int(size.seconds / 0.5)):
            await asyncio.sleep(0.5)
            for writer in writers:
                with contextlib.suppress(OSError):
                    if not writer.transport.is_closing():
                        writer.write(b"x")


async def silent(target: Target, size: Size, tried: Tried) -> None:
    """Clients that ask for one picture of 3.75 MB and never read."""
    async with aiohttp.ClientSession(headers={"X-API-Key": SOUTH}) as session:
        id_ = await upload(session, target.base_url, files.corpus()["PNG"])
    key = f"south/{id_}/page-0.webp"
    (target.blobs / key).write_bytes(random.Random(1).randbytes(PICTURE_BYTES))
    page = {"page": 0, "image": key, "contentType": "image/webp", "width": 1, "height": 1, "textLayer": None}
    connection = await asyncpg.connect(target.database_url)
    await connection.execute("UPDATE documents SET pages = $1::jsonb WHERE id = $2::uuid", json.dumps([page]), id_)
    await connection.close()
    asked = wire(("GET", f"/api/v1/documents/{id_}/image", {}, b""))
    async with _held(target, size.silent, lambda _: asked):
        tried.inputs += size.silent
        await asyncio.sleep(size.seconds)


async def streams(target: Target, size: Size, tried: Tried) -> None:
    """Event streams, half of which are never read."""
    async with aiohttp.ClientSession(headers={"X-API-Key": SOUTH}) as session:
        id_ = await upload(session, target.base_url, files.corpus()["PNG"])
    asked = wire(("GET", f"/api/v1/events/{id_}", {}, b""))

    async def read() -> None:
        with contextlib.suppress(OSError, TimeoutError):
            reader, writer = await _connect(target)
            try:
                async with asyncio.timeout(size.seconds):
                    writer.write(asked)
                    while await reader.read(65_536):
                        pass
            finally:
                writer.transport.abort()

    async with _held(target, size.streams // 2, lambda _: asked):
        tried.inputs += size.streams
        await asyncio.gather(*(read() for _ in range(size.streams // 2)))


ATTACKS: dict[str, Attack] = {
    each.__name__: each for each in (truncations, mutations, bombs, forms, raw, strangers, slow, silent, streams)
}
