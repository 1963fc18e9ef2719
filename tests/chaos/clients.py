"""The people: they upload, try again when they are told to or hear nothing, and watch their document."""

import asyncio
import contextlib
import hashlib
import io
import json
import random
import struct
import time
import zlib
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from tests.waiting import PATIENCE

_TRY_SECONDS = 15
_SILENCE_SECONDS = 6
"""Longer than the gateway's heartbeat in this test: a stream that is silent for so long is dropped and opened anew."""
_WAVE_SECONDS = 3.0
"""Uploads come in waves, so that something is always waiting and running when a disturbance comes."""
NETWORK = (aiohttp.ClientError, OSError, TimeoutError)


def picture(number: int) -> bytes:
    """A valid PNG of 8 x 8 pixels, unlike that of any other number."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    pixels = hashlib.sha256(str(number).encode()).digest() * 2
    rows = b"".join(b"\0" + pixels[start : start + 8] for start in range(0, 64, 8))
    header = struct.pack(">IIBBBBB", 8, 8, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


@dataclass
class Accepted:
    """A document that the system has taken on."""

    document: str
    digest: str
    """SHA-256 of the picture."""
    name: str
    at: float
    cancelled: int = 0
    """HTTP status that its client's wish to cancel was answered with; 0 if it had none."""


@dataclass
class Followed:
    """What one client saw of a document's event stream, through all its reconnects."""

    document: str
    events: list[tuple[str, str, int]] = field(default_factory=list)
    """Id, type and percentage of each event that has an id."""
    connects: int = 0
    refused: int = 0
    """HTTP status that told the client to give up; 0 for none."""
    after: list[str] = field(default_factory=list)
    """What came when it reconnected after the final event, where nothing may come."""

    @property
    def last(self) -> str:
        return self.events[-1][0] if self.events else ""

    @property
    def ended(self) -> bool:
        return bool(self.events) and self.events[-1][1] in ("complete", "error")


class People:
    """Args:
    urls: the gateways.
    seed: of who does what.
    documents: how many are uploaded in all.
    seconds: over what time.
    """

    def __init__(self, urls: list[str], seed: int, documents: int, seconds: float, clients: int = 8) -> None:
        self.accepted: dict[str, Accepted] = {}
        self.followed: list[Followed] = []
        self.tries = 0
        self._urls = urls
        self._seed = seed
        self._documents = documents
        self._seconds = seconds
        self._clients = clients
        self._tasks: set[asyncio.Task[None]] = set()

    async def upload_all(self, session: aiohttp.ClientSession) -> None:
        """Upload everything, spread over the time, each document until it is accepted."""
        begun = time.monotonic()
        async with asyncio.TaskGroup() as group:
            for client in range(self._clients):
                group.create_task(self._client(session, client, begun))

    def chance(self, client: int) -> random.Random:
        """What a client draws from."""
        return random.Random(self._seed * 1000 + client)

    async def _client(self, session: aiohttp.ClientSession, client: int, begun: float) -> None:
        chance = self.chance(client)
        for number in range(client, self._documents, self._clients):
            due = begun + self._seconds * number / self._documents // _WAVE_SECONDS * _WAVE_SECONDS
            await asyncio.sleep(max(due - time.monotonic(), 0))
            name = f"bad-{number}.png" if chance.random() < 0.01 else f"week-{number}.png"
            found = await self.upload(session, number, name, chance)
            own = random.Random(chance.random())
            if chance.random() < 0.2:
                followed = Followed(found.document)
                self.followed.append(followed)
                self._aside(self._follow(session, followed, own))
            if chance.random() < 0.02:
                self._aside(self._cancel(session, found, own))

    async def upload(self, session: aiohttp.ClientSession, number: int, name: str, chance: random.Random) -> Accepted:
        """Upload one picture, again and again until it is accepted."""
        data = picture(self._seed * 1_000_000 + number)
        while True:
            self.tries += 1
            pause = chance.uniform(0.1, 0.5)
            with contextlib.suppress(*NETWORK):
                form = aiohttp.FormData()
                form.add_field("file", io.BytesIO(data), filename=name, content_type="image/png")
                url = f"{chance.choice(self._urls)}/api/v1/documents/upload"
                timeout = aiohttp.ClientTimeout(total=_TRY_SECONDS)
                async with session.post(url, data=form, timeout=timeout) as answer:
                    # While Redis is away, it may have been worked through by the time of the answer.
                    if answer.status in (200, 202):
                        document = str((await answer.json())["documentId"])
                        found = Accepted(document, hashlib.sha256(data).hexdigest(), name, time.time())
                        self.accepted[document] = found
                        return found
                    if answer.status < 500 and answer.status != 429:
                        raise RuntimeError(f"upload refused: {answer.status} {await answer.text()}")
                    pause *= 2 if "Retry-After" in answer.headers else 1
            await asyncio.sleep(pause)

    async def _cancel(self, session: aiohttp.ClientSession, found: Accepted, chance: random.Random) -> None:
        """Change one's mind a moment after the upload, again and again until it is answered."""
        await asyncio.sleep(chance.uniform(0, 0.3))
        while not found.cancelled:
            with contextlib.suppress(*NETWORK):
                url = f"{chance.choice(self._urls)}/api/v1/documents/{found.document}/cancel"
                async with session.post(url, timeout=aiohttp.ClientTimeout(total=_TRY_SECONDS)) as answer:
                    if answer.status < 500:
                        found.cancelled = answer.status
                        return
            await asyncio.sleep(chance.uniform(0.1, 0.5))

    # --- watching ---------------------------------------------------------------------------------------------

    async def _follow(self, session: aiohttp.ClientSession, followed: Followed, chance: random.Random) -> None:
        while not followed.ended and not followed.refused:
            with contextlib.suppress(*NETWORK):
                await self._connect(session, followed, chance)
            if not followed.ended:
                await asyncio.sleep(chance.uniform(0.05, 0.5))

    async def _connect(self, session: aiohttp.ClientSession, followed: Followed, chance: random.Random) -> None:
        headers = {"Last-Event-ID": followed.last} if followed.last else {}
        url = f"{chance.choice(self._urls)}/api/v1/events/{followed.document}"
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=3, sock_read=_SILENCE_SECONDS)
        # Some go away in the middle by themselves and come back.
        leave = chance.randrange(1, 8) if chance.random() < 0.5 else 0
        followed.connects += 1
        async with session.get(url, headers=headers, timeout=timeout) as answer:
            if answer.status in (204, 404):
                followed.refused = answer.status
                return
            if answer.status != 200:
                return
            async for id_, event in _events(answer):
                followed.events.append((id_, event["type"], int(event.get("percentage") or 0)))
                leave -= 1
                if followed.ended or leave == 0:
                    return

    def _aside(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def stop_following(self, seconds: float) -> None:
        """Wait up to `seconds` for the followers to see the end; then they give up."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=seconds)
        for task in list(self._tasks):
            task.cancel()

    async def come_back(self, session: aiohttp.ClientSession) -> None:
        """Every follower that saw the end connects once more, as an EventSource does that nobody closed."""
        for followed in self.followed:
            if not followed.ended:
                continue
            url = f"{self._urls[0]}/api/v1/events/{followed.document}"
            headers, timeout = {"Last-Event-ID": followed.last}, aiohttp.ClientTimeout(total=PATIENCE)
            try:
                async with session.get(url, headers=headers, timeout=timeout) as answer:
                    if answer.status != 204:
                        followed.after.append(f"HTTP {answer.status}")
                        followed.after += [event["type"] async for _, event in _events(answer)]
            except TimeoutError:
                followed.after.append("a stream without an end")


async def _events(answer: aiohttp.ClientResponse) -> Any:
    """Id and data of each event that has an id."""
    id_ = ""
    async for raw in answer.content:
        line = raw.decode().rstrip("\n")
        if line.startswith("id: "):
            id_ = line[4:]
        elif line.startswith("data: ") and id_:
            yield id_, json.loads(line[6:])
        elif not line:
            id_ = ""
