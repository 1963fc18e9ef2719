"""The queue over HTTP: what it holds, cancelling, dead jobs; and the reconciler mending what Redis lost."""

import asyncio
import io
import os
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, cast

import aiohttp
import asyncpg
import pytest
from redis.asyncio import Redis

from deploy.embedded import EmbeddedPostgres, EmbeddedValkey
from services.gateway.loops.reconciler import Reconciler
from shared.db.documents import Documents
from shared.db.jobs import Jobs
from shared.db.pool import Database, DatabaseSettings
from shared.messages import CompressPayload, Event
from shared.outcomes import Done, Job, Outcome, Progress
from shared.streams.client import RedisSettings, connect
from shared.streams.keys import Keys
from shared.streams.producer import Producer
from shared.streams.queue_settings import QueueSettings
from shared.streams.worker import Worker
from tests.integration.conftest import GatewayAlone, Player
from tests.integration.png import png
from tests.system import ROOT, follow, upload
from tests.waiting import patience, until

DEAD = "{0}:jobs:compress:dead"


@pytest.fixture
async def raw(gateway: GatewayAlone) -> AsyncIterator[Any]:
    client = Redis.from_url(gateway.redis_url, decode_responses=True)
    yield client
    await client.aclose()


async def call(session: aiohttp.ClientSession, gateway: GatewayAlone, method: str, path: str) -> tuple[int, Any]:
    async with session.request(method, f"{gateway.base_url}/api/v1/{path}") as answer:
        return answer.status, await answer.json(content_type=None) if await answer.read() else None


async def on_stream(raw: Any, document_id: str) -> bool:
    return any(fields["document"] == document_id for _, fields in await raw.xrange("{0}:jobs:compress"))


async def dead_letter(player: Player, document_id: str, tenant: str = "default", *, reason: str = "It broke.") -> str:
    """Fail a document as the worker runtime does; gives the dead job's id."""
    delivery = await player.take(document_id)
    assert await Documents(player.database).fail(document_id, tenant, "It broke.")
    follow_up = [*delivery.fields, "reason", reason, "detail", "Traceback", "died", "2026-01-01T00:00:00.000Z"]
    event = Event(type="error", document_id=document_id, error="It broke.")
    assert await player.consumer.finish(delivery, document_id=document_id, dead=True, follow_up=follow_up, event=event)
    newest = cast("list[tuple[str, dict[str, str]]]", await player.client.xrevrange(DEAD, count=1))
    return f"compress-0-{newest[0][0]}"


async def test_a_queued_document_is_cancelled(
    gateway: GatewayAlone, session: aiohttp.ClientSession, player: Player, raw: Any
) -> None:
    id_ = await upload(session, gateway.base_url, png())
    watching = asyncio.create_task(_collect(gateway, session, id_))
    status, document = await call(session, gateway, "POST", f"documents/{id_}/cancel")
    assert (status, document["status"]) == (200, "cancelled")
    async with patience():
        events = await watching
    assert (events[-1]["type"], events[-1]["status"]) == ("error", "cancelled")
    assert not [f for _, f in await raw.xrange("{0}:jobs:compress") if f["document"] == id_]
    # Again is the same; a document that ended otherwise is not cancelled.
    assert (await call(session, gateway, "POST", f"documents/{id_}/cancel"))[0] == 200
    done = await upload(session, gateway.base_url, png())
    await player.complete(await player.take(done), done)
    status, problem = await call(session, gateway, "POST", f"documents/{done}/cancel")
    assert (status, problem["type"]) == (409, "/problems/already-ended")


async def _collect(gateway: GatewayAlone, session: aiohttp.ClientSession, id_: str) -> list[dict[str, Any]]:
    return [data async for _, data in follow(session, gateway.base_url, id_)]


@pytest.mark.parametrize("how", ["cancel", "delete"])
async def test_a_running_job_is_stopped_at_once(
    gateway: GatewayAlone, session: aiohttp.ClientSession, player: Player, how: str
) -> None:
    begun: asyncio.Queue[str] = asyncio.Queue()
    stopped: asyncio.Queue[str] = asyncio.Queue()

    async def endless(job: Job, _: Progress) -> Outcome:
        begun.put_nowait(job.document_id)
        try:
            await asyncio.Event().wait()
        finally:
            stopped.put_nowait(job.document_id)
        return Done()

    async def on_dead(_job: Job, _reason: str, _failure: str) -> bool:
        return True

    # With so long a lease, renewing cannot be what stops the job, and what other tests left behind is not taken up.
    worker = Worker(
        player.consumer,
        endless,
        on_dead,
        QueueSettings.load(queue_lease=3_600_000, queue_drain=0, queue_concurrency=64),
    )
    # What was cancelled before it first looks is the past to it.
    await player.consumer.cancelled_documents(1)
    running = asyncio.create_task(worker.run())
    id_ = await upload(session, gateway.base_url, png())
    async with patience():
        while await begun.get() != id_:
            pass
        if how == "cancel":
            assert (await call(session, gateway, "POST", f"documents/{id_}/cancel"))[0] == 200
        else:
            assert (await call(session, gateway, "DELETE", f"documents/{id_}"))[0] == 204
        assert await stopped.get() == id_
    await worker.stop()
    await running


async def test_dead_jobs_are_listed_replayed_and_removed(
    gateway: GatewayAlone, session: aiohttp.ClientSession, player: Player, raw: Any
) -> None:
    await call(session, gateway, "DELETE", "queue/dead")
    id_ = await upload(session, gateway.base_url, png())
    dead = await dead_letter(player, id_)
    status, body = await call(session, gateway, "GET", "queue/dead")
    assert status == 200
    (job,) = body["jobs"]
    assert (job["id"], job["documentId"], job["reason"], job["detail"]) == (dead, id_, "It broke.", "Traceback")
    assert job["payload"]["contentType"] == "image/png"
    assert (await call(session, gateway, "GET", f"documents/{id_}"))[1]["status"] == "failed"

    assert (await call(session, gateway, "POST", f"queue/dead/{dead}/retry"))[0] == 202
    assert await raw.xlen(DEAD) == 0
    document = (await call(session, gateway, "GET", f"documents/{id_}"))[1]
    assert (document["status"], document["error"]) == ("processing", None)
    player._seen.pop(id_)
    delivery = await player.take(id_)
    watching = asyncio.create_task(_collect(gateway, session, id_))
    await player.complete(delivery, id_)
    async with patience():
        assert (await watching)[-1]["type"] == "complete"

    assert (await call(session, gateway, "POST", f"queue/dead/{dead}/retry"))[0] == 404
    again = await dead_letter(player, await upload(session, gateway.base_url, png()))
    assert (await call(session, gateway, "DELETE", f"queue/dead/{again}"))[0] == 204
    assert (await call(session, gateway, "DELETE", f"queue/dead/{again}"))[0] == 404
    await dead_letter(player, await upload(session, gateway.base_url, png()))
    assert (await call(session, gateway, "DELETE", "queue/dead"))[1] == {"removed": 1}


async def shell(gateway: GatewayAlone, *words: str) -> tuple[int, str]:
    """Run the operators' command."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "shared.streams",
        *words,
        cwd=ROOT,
        env={**os.environ, "REDIS_URL": gateway.redis_url, "DATABASE_URL": gateway.database_url},
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await process.communicate()
    return process.returncode or 0, out.decode()


async def test_dead_jobs_are_handled_from_a_shell(
    gateway: GatewayAlone, session: aiohttp.ClientSession, player: Player, raw: Any
) -> None:
    await shell(gateway, "delete", "all")
    id_ = await upload(session, gateway.base_url, png())
    dead = await dead_letter(player, id_)
    code, text = await shell(gateway, "dead")
    assert code == 0
    assert dead in text
    assert "It broke." in text
    code, text = await shell(gateway, "stats")
    assert [line.split()[0] for line in text.splitlines()] == ["stage", "compress", "ocr", "extract"]
    assert (await shell(gateway, "retry", dead))[0] == 0
    assert await raw.xlen(DEAD) == 0
    assert (await shell(gateway, "retry", dead))[0] == 1
    again = await dead_letter(player, await upload(session, gateway.base_url, png()))
    assert (await shell(gateway, "delete", again, "nonsense")) == (1, f"{again} is removed\nnonsense is no dead job\n")
    await call(session, gateway, "DELETE", f"documents/{id_}")


@pytest.mark.parametrize(
    "bad", ["x", "compress-0-1", "compress-9-1-1", "nothing-0-1-1", "compress-0-¹-1", f"compress-0-{'9' * 23}-0"]
)
async def test_what_is_no_dead_job_is_not_found(
    gateway: GatewayAlone, session: aiohttp.ClientSession, bad: str
) -> None:
    assert (await call(session, gateway, "POST", f"queue/dead/{bad}/retry"))[0] == 404
    assert (await call(session, gateway, "DELETE", f"queue/dead/{bad}"))[0] == 404


async def test_the_figures_agree_with_the_streams(
    gateway: GatewayAlone, session: aiohttp.ClientSession, player: Player, raw: Any
) -> None:
    running = await upload(session, gateway.base_url, png())
    await player.take(running)
    waiting = await upload(session, gateway.base_url, png())
    await until(lambda: on_stream(raw, waiting))
    status, body = await call(session, gateway, "GET", "queue")
    assert status == 200
    stage = body["stages"][0]
    assert stage["stage"] == "compress"
    assert stage["depth"] == await raw.xlen("{0}:jobs:compress")
    pending = await raw.xpending("{0}:jobs:compress", "compressor")
    assert stage["running"] == pending["pending"] >= 1
    assert stage["waiting"] == stage["depth"] - stage["running"] >= 1
    assert stage["oldestWaitingSeconds"] > 0
    assert stage["workers"] == len(await raw.xinfo_consumers("{0}:jobs:compress", "compressor"))
    assert body["accepted"] >= 2
    for id_ in (running, waiting):
        await call(session, gateway, "DELETE", f"documents/{id_}")


async def test_what_redis_forgot_is_enqueued_again(
    gateway: GatewayAlone, session: aiohttp.ClientSession, player: Player, raw: Any
) -> None:
    id_ = await upload(session, gateway.base_url, png())
    await player.take(id_)
    player._seen.clear()
    await raw.flushdb()
    await player.take(id_)
    await player.complete(player._seen[id_], id_)
    assert (await call(session, gateway, "GET", f"documents/{id_}"))[1]["status"] == "completed"


async def test_a_dead_job_that_is_about_to_be_on_its_stream_is_not_forgotten(database_url: str, redis_url: str) -> None:
    """The record says first that it is put back to work."""
    database, settings = (
        Database(DatabaseSettings.load(database_url=database_url)),
        RedisSettings.load(redis_url=redis_url),
    )
    await database.open()
    client, documents, jobs = connect(settings), Documents(database), Jobs(database)
    payload = CompressPayload(blob="b", content_type="image/png", file_name="f", size=1)
    id_ = "00000000-0000-4000-8000-000000000000"
    await documents.add(id_, "default", payload, "")
    await documents.fail(id_, "default", "It broke.")
    assert await documents.revive(id_)
    just = "SELECT j.enqueued_at = d.updated_at FROM job_queue j JOIN documents d ON d.id = j.document_id"
    assert await database.pool.fetchval(just)
    reconciler = Reconciler(jobs, Producer(client, settings))
    # However long ago that is on this machine.
    await database.pool.execute("UPDATE job_queue SET enqueued_at = now() + interval '1 minute'")
    assert await reconciler.run_once() == 0
    await database.pool.execute("UPDATE job_queue SET enqueued_at = now() - interval '1 minute'")
    assert await reconciler.run_once() == 1
    await client.aclose()
    await database.close()


async def test_what_redis_holds_twice_is_taken_off(
    gateway: GatewayAlone, session: aiohttp.ClientSession, player: Player, raw: Any
) -> None:
    id_ = await upload(session, gateway.base_url, png())
    delivery = await player.take(id_)
    fields = dict(zip(delivery.fields[::2], delivery.fields[1::2], strict=True))
    await raw.xadd("{0}:jobs:ocr", fields)
    await raw.xadd("{0}:jobs:compress", fields)
    deleted = {**fields, "document": "00000000-0000-4000-8000-000000000000"}
    await raw.xadd("{0}:jobs:ocr", deleted)

    async def held() -> list[str]:
        return [
            f"{stage} {fields['document']}"
            for stage in ("compress", "ocr")
            for _, fields in await raw.xrange(f"{{0}}:jobs:{stage}")
            if fields["document"] in (id_, deleted["document"])
        ]

    async def mended() -> bool:
        return await held() == [f"ocr {id_}"]

    await until(mended)
    assert not await player.consumer.finish(delivery, document_id=id_)
    await call(session, gateway, "DELETE", f"documents/{id_}")


async def test_tenants_take_turns_and_people_go_before_batches(database_url: str) -> None:
    database = Database(DatabaseSettings.load(database_url=database_url))
    await database.open()
    documents, jobs = Documents(database), Jobs(database)

    async def add(tenant: str, number: int, priority: int = 0) -> None:
        payload = CompressPayload(blob="b", content_type="image/png", file_name="f", size=1)
        await documents.add(f"00000000-0000-4000-8000-{number:012}", tenant, payload, "", priority)

    async def take(window: int) -> list[tuple[str, int]]:
        async with jobs.take(window, []) as taken:
            return [(job.tenant, int(job.document_id[-3:])) for job in taken]

    for number in range(20):
        await add("large", number)
    await add("small", 100)
    await add("small", 101)
    await add("batch", 200, priority=1)
    assert await take(4) == [("large", 0), ("small", 100), ("large", 1), ("small", 101)]
    assert await take(4) == [], "the window is full"
    await add("late", 300)
    # The large tenant has two under way already, the late one none.
    assert (await take(6))[0] == ("late", 300)
    taken = await take(1000)
    assert taken[-1] == ("batch", 200)
    assert len(taken) == 18
    connection = await asyncpg.connect(database_url)
    assert await connection.fetchval("SELECT count(*) FROM job_queue WHERE enqueued_at IS NULL") == 0
    await connection.close()
    await database.close()


async def test_tenants_take_turns_without_redis_too(database_url: str) -> None:
    database = Database(DatabaseSettings.load(database_url=database_url))
    await database.open()
    documents, jobs = Documents(database), Jobs(database)
    for number, tenant in enumerate(["large"] * 10 + ["batch", "small"]):
        payload = CompressPayload(blob="b", content_type="image/png", file_name="f", size=1)
        id_ = f"00000000-0000-4000-8000-{number:012}"
        await documents.add(id_, tenant, payload, "", 1 if tenant == "batch" else 0)

    async def claim(seconds: float = 60) -> str:
        job = await jobs.claim(seconds)
        return job.tenant if job else ""

    assert [await claim() for _ in range(4)] == ["large", "small", "large", "large"]
    # Two gateways that claim at once take two jobs.
    both = await asyncio.gather(jobs.claim(60), jobs.claim(60))
    assert len({job.document_id for job in both if job}) == 2
    assert [await claim() for _ in range(7)] == ["large"] * 5 + ["batch", ""]
    await database.close()


async def test_a_burst_of_small_uploads_waits_instead_of_being_refused(
    gateway: GatewayAlone, session: aiohttp.ClientSession
) -> None:
    # More at once than a client has places, and than the gateway looks at.
    for _ in range(2):
        assert len({*await asyncio.gather(*(upload(session, gateway.base_url, png()) for _ in range(40)))}) == 40


async def test_an_upload_that_must_wait_is_told_so_at_once(
    postgres_server: EmbeddedPostgres, valkey_server: EmbeddedValkey, tmp_path: Path, session: aiohttp.ClientSession
) -> None:
    settings = {"QUEUE_WINDOW": "1", "QUEUE_LIMIT": "2"}
    alone = await GatewayAlone.on(postgres_server, valkey_server, tmp_path, "waiting", **settings)
    await alone.start()
    try:
        # In this minute one document was read, in 6 s.
        async with Redis.from_url(alone.redis_url) as client:
            await client.hset(Keys().minutes("extract"), str(int(time.time() // 60)), "1 0 0 6000" + " 0" * 12)
        await upload(session, alone.base_url, png())
        id_ = await upload(session, alone.base_url, png())
        async with patience():
            async for _, data in follow(session, alone.base_url, id_):
                if data["type"] == "progress":
                    break
        assert data["message"].startswith("Waiting, 1 document")
        assert (data["before"], data["secondsLeft"]) == (1, 12.0)
        for path in (f"documents/{id_}", "documents?limit=1"):
            async with session.get(f"{alone.base_url}/api/v1/{path}") as answer:
                polled = await answer.json()
            polled = polled.get("documents", [polled])[0]
            assert (polled["before"], polled["secondsLeft"]) == (1, 12.0)
        # Beyond the limit nothing is taken.
        form = aiohttp.FormData()
        form.add_field("file", png().hex(), filename="a.png", content_type="image/png")
        async with session.post(f"{alone.base_url}/api/v1/documents/upload?priority=batch", data=form) as answer:
            assert answer.status == 422, "what can never be read is told before"
        form = aiohttp.FormData()
        form.add_field("file", io.BytesIO(png()), filename="a.png", content_type="image/png")
        async with session.post(f"{alone.base_url}/api/v1/documents/upload?priority=batch", data=form) as answer:
            assert (answer.status, answer.headers["Retry-After"]) == (503, "30")
            assert (await answer.json(content_type=None))["type"] == "/problems/queue-full"
    finally:
        await alone.stop()
