"""What a gateway sends, as `clients/react` is tested with it: `clients/react/src/testing/recorded/`.

python -m tests.recording      records it anew from a system of its own

`named.sse` is the stream of two documents, one that is read and one that is refused; `all.sse` is the stream of all
documents over the same time, and until the refused one is deleted; `list.json` is the list, before that. All three are
as they came, byte by byte.
"""

import asyncio
import io
import json
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import aiohttp
from PIL import Image

from deploy.sample import draw
from tests.benchmarks.report import running
from tests.system import ROOT, WORKERS, System, upload

FOLDER = ROOT / "clients/react/src/testing/recorded"

Shape = dict[str, dict[str, set[str]]]
"""Of each kind of event the fields that it may have, with the types of their values."""


@dataclass(frozen=True)
class Recording:
    """Two streams and a list."""

    named: bytes
    all: bytes
    list: bytes

    @classmethod
    def load(cls) -> Self:
        return cls(*((FOLDER / name).read_bytes() for name in ("named.sse", "all.sse", "list.json")))

    def save(self) -> None:
        FOLDER.mkdir(exist_ok=True)
        for name, data in (("named.sse", self.named), ("all.sse", self.all), ("list.json", self.list)):
            (FOLDER / name).write_bytes(data)


def torn() -> bytes:
    """A JPEG whose second half is missing: it is taken, and cannot be read."""
    whole = io.BytesIO()
    Image.effect_noise((400, 300), 80).convert("RGB").save(whole, "JPEG", quality=95)
    return whole.getvalue()[:2000]


def events_of(stream: bytes) -> list[dict[str, Any]]:
    """What a stream tells."""
    return [json.loads(data) for data in re.findall(rb"^data: (.+)$", stream, re.MULTILINE)]


def shape(told: list[dict[str, Any]]) -> Shape:
    """How events look, whatever they say; without what a second try or a queue, which come by chance, add to them."""
    found: Shape = {}
    for event in told:
        stage = "" if event["type"] == "connected" else event.get("stage", "")
        fields = found.setdefault(f"{event['type']} {stage}".strip(), {})
        for name in event.keys() - {"attempt", "before"}:
            fields.setdefault(name, set()).add(type(event[name]).__name__)
    return found


def differences(own: Shape, recorded: Shape) -> list[str]:
    """What events of the kinds in `own` look like that no recorded one does, or the reverse."""
    found: list[str] = []
    for kind, fields in own.items():
        known = recorded.get(kind, {})
        # Signs of life say the more the later they come, and need not come at all.
        names = fields.keys() if kind == "connected" else fields.keys() | known.keys()
        found += [f"{kind}: {name}" for name in sorted(names) if fields.get(name) != known.get(name)]
    return found


async def record(session: aiohttp.ClientSession, system: System, good: bytes, name: str) -> Recording:
    """Have one file read and another refused, and keep all that is sent.

    Args:
        good: the file that can be read; `name` is what it is called.
    """
    for worker in WORKERS:
        system.hold(worker)
    try:
        ids = [
            await upload(session, system.base_url, good, name),
            await upload(session, system.base_url, torn(), "torn.jpg", "image/jpeg"),
        ]
        async with asyncio.TaskGroup() as group:
            listening = [asyncio.Event(), asyncio.Event()]
            named = "&".join(f"documentId={id_}" for id_ in ids)
            streams = [
                group.create_task(_keep(session, f"{system.base_url}/api/v1/events{query}", begun, ids))
                for query, begun in zip((f"?{named}", ""), listening, strict=True)
            ]
            for begun in listening:
                await begun.wait()
            for worker in WORKERS:
                system.let_go(worker)
            await asyncio.wait([streams[0]])
            async with session.get(f"{system.base_url}/api/v1/documents") as answer:
                listed = await answer.read()
            async with session.delete(f"{system.base_url}/api/v1/documents/{ids[1]}") as answer:
                assert answer.status == 204
    finally:
        for worker in WORKERS:
            system.let_go(worker)
    return Recording(streams[0].result(), streams[1].result(), listed)


async def _keep(session: aiohttp.ClientSession, url: str, begun: asyncio.Event, ids: list[str]) -> bytes:
    """A stream's bytes until its end, or until the second of `ids` was deleted.

    Args:
        begun: set when each of `ids` was told of.
    """
    kept = bytearray()
    async with session.get(url) as answer:
        assert answer.status == 200, await answer.text()
        async for line in answer.content:
            kept += line
            if line.startswith(b"data: "):
                event = json.loads(line[6:])
            elif line == b"\n":
                if all(id_.encode() in kept for id_ in ids):
                    begun.set()
                if event.get("documentId") == ids[1] and event.get("status") == "cancelled":
                    break
    return bytes(kept)


async def _main() -> None:
    with tempfile.TemporaryDirectory(prefix="timelift-recording-") as folder:
        picture = Path(folder) / "week.png"
        draw(picture)
        # Short enough for signs of life to come while the picture is read.
        async with running(SSE_HEARTBEAT="1000") as system, aiohttp.ClientSession() as session:
            (await record(session, system, picture.read_bytes(), picture.name)).save()


if __name__ == "__main__":
    asyncio.run(_main())
