"""Redis away: uploads are worked through directly; when it is back, streams take over with no restart."""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg
import pytest

from deploy.embedded import EmbeddedPostgres, EmbeddedValkey
from deploy.sample import draw
from tests.system import System, finish, follow, upload
from tests.waiting import patience, until


async def send(session: aiohttp.ClientSession, base_url: str, data: bytes) -> tuple[int, dict[str, Any]]:
    form = aiohttp.FormData()
    form.add_field("file", data, filename="week.png", content_type="image/png")
    async with session.post(f"{base_url}/api/v1/documents/upload", data=form) as answer:
        return answer.status, await answer.json(content_type=None)


class Outage:
    """A system whose Redis can be taken away."""

    def __init__(self, system: System, redis: EmbeddedValkey) -> None:
        self.system = system
        self.redis = redis

    async def away(self, session: aiohttp.ClientSession, *, away: bool) -> None:
        """Wait until the gateway's relay has noticed."""

        async def noticed() -> bool:
            async with session.get(self.system.metrics_url) as answer:
                return f"timelift_redis_partitions_away {float(away)}" in await answer.text()

        await until(noticed)


@pytest.fixture
async def outage(postgres_server: EmbeddedPostgres, tmp_path: Path) -> AsyncIterator[Outage]:
    database = postgres_server.url.rpartition("/")[0] + "/outage"
    admin = await asyncpg.connect(postgres_server.url)
    await admin.execute("CREATE DATABASE outage")
    redis = EmbeddedValkey(tmp_path / "valkey")
    await redis.start()
    system = System(
        tmp_path,
        redis.url,
        database,
        OCR_CACHE_DIR=str(tmp_path / "models"),
        DIRECT_CONCURRENCY="1",
        DIRECT_WAITING="1",
        INTERNAL_TOKEN="between-us",
    )
    try:
        await system.start()
        yield Outage(system, redis)
    finally:
        await system.stop()
        await redis.stop()
        await admin.execute("DROP DATABASE outage WITH (FORCE)")
        await admin.close()


async def test_uploads_are_worked_through_directly_until_redis_is_back(
    outage: Outage, session: aiohttp.ClientSession, tmp_path: Path
) -> None:
    draw(tmp_path / "week.png")
    sample = (tmp_path / "week.png").read_bytes()
    base_url = outage.system.base_url
    await outage.redis.stop()
    await outage.away(session, away=True)

    # Two have places, one at work and one waiting; the others are told to come back, and nothing of them is kept.
    outage.system.hold("compressor")
    async with patience():
        answered = asyncio.as_completed([send(session, base_url, sample) for _ in range(4)])
        refused = [await each for each in itertools.islice(answered, 2)]
        outage.system.let_go("compressor")
        taken = [await each for each in answered]
    assert [(status, body["type"]) for status, body in refused] == [(503, "/problems/queue-away")] * 2
    assert [(status, body["status"]) for status, body in taken] == [(200, "completed")] * 2
    async with session.get(f"{base_url}/api/v1/documents") as listed:
        assert len((await listed.json())["documents"]) == 2

    # The same tables are filled, and the event stream tells the whole way from them.
    id_ = taken[0][1]["documentId"]
    events = [each for each in await finish(session, base_url, id_) if each["type"] != "connected"]
    assert list(dict.fromkeys(each["stage"] for each in events[:-1])) == [
        "compressing",
        "preprocessing",
        "ocr",
        "ai",
        "validation",
    ]
    assert events[-1]["type"] == "complete"
    assert len(events[-1]["timetableData"]["timeblocks"]) > 20
    percentages = [each["percentage"] for each in events]
    assert percentages == sorted(percentages)

    # A worker's internal route is not open to everybody.
    url = f"http://127.0.0.1:{outage.system.ports['ocr']}/internal/run"
    async with session.post(url, data=b"{}") as answer:
        assert answer.status == 401
    secret = {"Authorization": "Bearer between-us"}
    job: dict[str, Any] = {"documentId": id_, "tenant": "default", "stage": "ocr", "payload": {"pages": []}}
    async with session.post(url, data=json.dumps(job), headers=secret) as answer:
        assert answer.status == 415
    job["payload"] = {"pages": [{"image": "default/another/page-0.webp"}]}
    async with session.post(url, json=job, headers=secret) as answer:
        assert answer.status == 400

    # A bad picture fails with its sentence.
    status, body = await send(session, base_url, sample[: len(sample) // 3])
    assert (status, body["status"]) == (200, "failed")

    await outage.redis.start()
    await outage.away(session, away=False)
    id_ = await upload(session, base_url, sample)
    assert (await finish(session, base_url, id_))[-1]["type"] == "complete"


async def test_subscribers_see_progress_while_redis_is_away(
    outage: Outage, session: aiohttp.ClientSession, tmp_path: Path
) -> None:
    draw(tmp_path / "week.png")
    sample = (tmp_path / "week.png").read_bytes()
    base_url = outage.system.base_url
    await outage.redis.stop()
    await outage.away(session, away=True)
    outage.system.hold("compressor")
    sending = asyncio.create_task(send(session, base_url, sample))
    listed: list[dict[str, Any]] = []

    async def taken() -> bool:
        async with session.get(f"{base_url}/api/v1/documents") as answer:
            listed.extend((await answer.json())["documents"])
        return bool(listed)

    await until(taken)
    events: list[dict[str, Any]] = []
    async for _, data in follow(session, base_url, listed[0]["documentId"]):
        if not events:
            outage.system.let_go("compressor")
        events.append(data)
    assert events[-1]["type"] == "complete"
    assert len([each for each in events if each["type"] == "progress"]) > 8
    assert (await sending)[1]["status"] == "completed"
