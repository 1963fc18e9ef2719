"""What the operator's page asks: workers, gateways, the last hour, why jobs are dead, one document's way."""

import uuid
from contextlib import aclosing
from typing import Any

import aiohttp
import pytest
from redis.asyncio import Redis

from shared.db.api_keys import ApiKeys
from shared.db.documents import Documents
from shared.db.pool import Database, DatabaseSettings
from shared.messages import Event, Phase
from shared.streams.keys import STAGES
from shared.streams.last_hour import LastHour
from shared.streams.stage_consumer import Ended
from tests.integration.conftest import GatewayAlone, Player
from tests.integration.png import png
from tests.integration.schools import NORTH
from tests.system import finish, listen, upload
from tests.waiting import until


async def ask(session: aiohttp.ClientSession, gateway: GatewayAlone, path: str) -> Any:
    async with session.get(f"{gateway.base_url}/api/v1/operations/{path}") as answer:
        assert answer.status == 200, await answer.text()
        return await answer.json()


async def test_a_worker_is_listed_with_what_it_runs(
    gateway: GatewayAlone, session: aiohttp.ClientSession, player: Player
) -> None:
    id_ = await upload(session, gateway.base_url, png())
    delivery = await player.take(id_)
    workers = (await ask(session, gateway, "workers"))["workers"]
    (own,) = [each for each in workers if each["name"] == "player"]
    assert (own["stage"], own["since"]) == ("compress", "")
    (running,) = [each for each in own["running"] if each["documentId"] == id_]
    assert (running["tenant"], running["attempt"], running["deliveries"]) == ("default", 1, 1)
    await player.complete(delivery, id_)


async def test_a_gateway_is_listed_with_its_streams(gateway: GatewayAlone, session: aiohttp.ClientSession) -> None:
    async def listed() -> bool:
        found = (await ask(session, gateway, "gateways"))["gateways"]
        return any(each["name"].startswith("gateway-alone.") for each in found)

    await until(listed)


async def test_the_last_hour_is_told_by_stage(
    gateway: GatewayAlone, session: aiohttp.ClientSession, player: Player
) -> None:
    before = (await ask(session, gateway, "last-hour"))["stages"]
    for outcome, milliseconds in (("done", 90), ("done", 90), ("retry", 700), ("dead", 9_000)):
        await player.consumer.note(Ended(outcome, milliseconds))
    stages = (await ask(session, gateway, "last-hour"))["stages"]
    assert [each["stage"] for each in stages] == ["compress", "ocr", "extract"]
    assert [stages[0][name] - before[0][name] for name in ("done", "retried", "dead")] == [2, 1, 1]
    assert len(stages[0]["perMinute"]) == 60
    assert sum(stages[0]["perMinute"]) - sum(before[0]["perMinute"]) == 4
    took = dict(zip(stages[0]["meanSecondsPerMinute"], stages[0]["perMinute"], strict=True))
    assert len(stages[0]["meanSecondsPerMinute"]) == 60
    assert sum(jobs * (seconds or 0) for seconds, jobs in took.items()) > 9


async def test_the_pace_of_a_stage_follows_its_newest_jobs(player: Player) -> None:
    consumer = player.consumer
    await player.client.delete(*(consumer.keys.pace(stage) for stage in STAGES))
    assert await consumer.note() == {}
    paces = await consumer.note(
        Ended("done", 3000, 1000, 500), Ended("retry", 90_000, 1000, 0), Ended("done", 3000, 1000)
    )
    assert set(paces) == {"compress"}
    assert paces["compress"].speed == pytest.approx(3.0)
    assert paces["compress"].wait == pytest.approx(0.5)
    for _ in range(60):
        paces = await consumer.note(Ended("done", 500, 1000, 100))
    assert paces["compress"].speed == pytest.approx(0.5, rel=0.2)
    assert paces["compress"].wait == pytest.approx(0.1, rel=0.2)
    await player.client.delete(consumer.keys.pace("compress"))


async def test_minutes_are_forgotten_after_an_hour(redis_url: str, player: Player) -> None:
    key = player.consumer.keys.minutes("compress")
    client = Redis.from_url(player.settings.url)
    await client.delete(key)
    await client.hset(key, "1", "5 0 0 100 " + "0 " * 11 + "5")
    assert (await LastHour(player.client, player.settings).stages())[0].done == 0
    await player.consumer.note(Ended("done", 120_000))
    assert len(await client.hkeys(key)) == 1
    (compress, *_) = await LastHour(player.client, player.settings).stages()
    assert (compress.done, compress.mean_seconds, compress.p50_seconds) == (1, 120.0, None)
    await client.delete(key)
    await client.aclose()


async def test_dead_jobs_are_grouped_by_reason(
    gateway: GatewayAlone, session: aiohttp.ClientSession, player: Player
) -> None:
    for reason in ("It is torn.", "It is torn.", "It is wet."):
        id_ = await upload(session, gateway.base_url, png())
        delivery = await player.take(id_)
        follow_up = [*delivery.fields, "reason", reason, "died", "2026-11-30T10:00:00.000Z"]
        assert await player.consumer.finish(delivery, document_id=id_, dead=True, follow_up=follow_up)
    found = (await ask(session, gateway, "dead"))["reasons"]
    assert {each["reason"]: each["jobs"] for each in found if each["reason"].startswith("It is")} == {
        "It is torn.": 2,
        "It is wet.": 1,
    }


async def test_dead_jobs_of_all_tenants_are_retried_and_removed(
    gateway: GatewayAlone, session: aiohttp.ClientSession, player: Player
) -> None:
    url = f"{gateway.base_url}/api/v1/operations/dead"
    ids = [await _dead(gateway, session, player, reason) for reason in ("It burnt.", "It burnt.", "It sank.")]
    listed = await ask(session, gateway, "dead/jobs?stage=compress&reason=It+burnt.&limit=1")
    assert listed["total"] == 2
    (newest,) = listed["jobs"]
    assert (newest["documentId"], newest["tenant"], newest["detail"]) == (ids[1], "default", "")
    assert "payload" not in newest, "it names the file"

    async with session.post(f"{url}/retry", params={"id": newest["id"]}) as answer:
        assert (answer.status, await answer.json()) == (200, {"retried": 1})
    player.forget(ids[1])
    await player.complete(await player.take(ids[1]), ids[1])
    async with session.post(f"{url}/retry", params={"id": newest["id"]}) as answer:
        assert await answer.json() == {"retried": 0}, "it is gone"
    async with session.post(f"{url}/retry", params={"id": "compress-9-1-1"}) as answer:
        assert await answer.json() == {"retried": 0}, "there is no such partition"
    async with session.post(f"{url}/retry", params={"reason": "It burnt."}) as answer:
        assert await answer.json() == {"retried": 1}
    player.forget(ids[0])
    await player.complete(await player.take(ids[0]), ids[0])

    async with session.delete(url, params={"stage": "compress", "reason": "It sank."}) as answer:
        assert (answer.status, await answer.json()) == (200, {"removed": 1})
    assert (await ask(session, gateway, "dead/jobs?reason=It+sank."))["total"] == 0
    async with session.post(f"{url}/retry", params={"reason": "It sank."}) as answer:
        assert await answer.json() == {"retried": 0}


async def _dead(gateway: GatewayAlone, session: aiohttp.ClientSession, player: Player, reason: str) -> str:
    """A document whose job failed for good."""
    id_ = await upload(session, gateway.base_url, png())
    delivery = await player.take(id_)
    assert await Documents(player.database).fail(id_, "default", reason)
    follow_up = [*delivery.fields, "reason", reason, "died", "2026-11-30T10:00:00.000Z"]
    assert await player.consumer.finish(delivery, document_id=id_, dead=True, follow_up=follow_up)
    return id_


async def test_what_the_stages_hold_is_told_to_who_reads_nothing(
    schools: GatewayAlone, session: aiohttp.ClientSession
) -> None:
    database = Database(DatabaseSettings.load(database_url=schools.database_url))
    await database.open()
    _, key = await ApiKeys(database).add("south", "the operator", ["operate"])
    await database.close()
    headers = {"X-API-Key": key}
    async with session.get(f"{schools.base_url}/api/v1/operations/stages", headers=headers) as answer:
        assert [each["stage"] for each in (await answer.json())["stages"]] == ["compress", "ocr", "extract"]
    async with session.get(f"{schools.base_url}/api/v1/documents", headers=headers) as answer:
        assert answer.status == 403
    for path in ("stages", "events", "dead", "dead/jobs", "workers"):
        url = f"{schools.base_url}/api/v1/operations/{path}"
        async with session.get(url, headers={"X-API-Key": NORTH}) as answer:
            assert answer.status == 403, path


async def test_what_happened_last_is_told_without_what_was_read(
    gateway: GatewayAlone, session: aiohttp.ClientSession, player: Player
) -> None:
    id_ = await upload(session, gateway.base_url, png())
    delivery = await player.take(id_)
    await player.publish(delivery, id_, 40)
    await player.complete(delivery, id_)
    events = (await ask(session, gateway, "events?limit=500"))["events"]
    last, before = [each for each in events if each["documentId"] == id_][:2]
    assert (last["type"], before["type"], before["step"], before["tenant"]) == (
        "complete",
        "progress",
        "Running OCR",
        "default",
    )
    assert {"timetableData", "result", "message"}.isdisjoint(last)
    assert last["at"] >= before["at"]
    since = int(last["id"].split("-")[1])
    newer = (await ask(session, gateway, f"events?since={since}"))["events"]
    assert last["id"] in [each["id"] for each in newer]
    assert (await ask(session, gateway, f"events?since={since + 10**6}"))["events"] == []


async def test_a_documents_way_is_told_phase_by_phase(
    gateway: GatewayAlone, session: aiohttp.ClientSession, player: Player
) -> None:
    id_ = await upload(session, gateway.base_url, png())
    delivery = await player.take(id_)
    way = await ask(session, gateway, f"documents/{id_}")
    assert (way["status"], way["phases"], way["seconds"]) == ("uploaded", [], None)
    told: list[tuple[Phase, str, str, int | None]] = [
        ("compressing", "Compressing image", "2026-11-30T10:00:01.000Z", None),
        ("ocr", "Running OCR", "2026-11-30T10:00:02.500Z", None),
        ("preprocessing", "Preprocessing image", "2026-11-30T10:00:02.500Z", None),
        ("ocr", "Running OCR", "2026-11-30T10:00:04.000Z", 2),
    ]
    for stage, step, at, attempt in told:
        event = Event(type="progress", document_id=id_, stage=stage, step=step, percentage=5, at=at, attempt=attempt)
        await player.consumer.publish(delivery, event)
    await player.complete(delivery, id_)
    await finish(session, gateway.base_url, id_)

    async def recorded() -> bool:
        """All four: they may be written one after the other."""
        phases = (await ask(session, gateway, f"documents/{id_}"))["phases"]
        return bool(sum(each["events"] for each in phases) == len(told))

    await until(recorded)
    way = await ask(session, gateway, f"documents/{id_}")
    assert way["status"] == "completed"
    assert [(each["stage"], each["attempts"], each["events"]) for each in way["phases"]] == [
        ("compressing", 1, 1),
        ("preprocessing", 1, 1),  # it took no time, and comes before what began with it
        ("ocr", 2, 2),
    ]
    assert way["phases"][0]["seconds"] == 1.5
    async with session.get(f"{gateway.base_url}/api/v1/operations/documents/{uuid.uuid4()}") as answer:
        assert answer.status == 404


async def test_an_open_stream_is_counted(gateway: GatewayAlone, session: aiohttp.ClientSession, player: Player) -> None:
    id_ = await upload(session, gateway.base_url, png())
    delivery = await player.take(id_)
    async with aclosing(listen(session, f"{gateway.base_url}/api/v1/events/{id_}")) as stream:
        await anext(stream)

        async def counted() -> bool:
            found = (await ask(session, gateway, "gateways"))["gateways"]
            return any(each["streams"] >= 1 and each["documents"] >= 1 for each in found)

        await until(counted)
    await player.complete(delivery, id_)
