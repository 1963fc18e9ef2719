"""Two tenants and one gateway, over HTTP: whose documents are whose, and whose turn it is."""

import asyncio
import io
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from deploy.embedded import EmbeddedPostgres, EmbeddedValkey
from shared.messages import TimeBlock, Timetable
from shared.streams.entries import Delivery, read_job
from tests.integration.conftest import GatewayAlone, Player
from tests.integration.png import png
from tests.integration.schools import NORTH, SOUTH, WINDOW, School
from tests.integration.test_queue import dead_letter
from tests.waiting import patience


@pytest.fixture
async def worker(schools: GatewayAlone) -> AsyncIterator[Player]:
    made = Player(schools.redis_url, schools.database_url)
    await made.database.open()
    await made.consumer.ensure_group()
    yield made
    await made.close()


async def test_one_tenants_documents_are_not_there_for_another(
    schools: GatewayAlone, north: School, south: School, worker: Player
) -> None:
    id_ = await north.upload()
    assert (schools.blobs / "north" / id_ / "original").is_file()
    blocks = [TimeBlock(day="monday", name="Maths")]
    weeks = [Timetable(validated=True, timeblocks=blocks), Timetable(validated=False, timeblocks=blocks)]
    first, second = await worker.complete(await worker.take(id_), id_, *weeks)
    week = {"timeblocks": [{"day": "friday", "name": "Art"}]}
    for method, path, sent in (
        ("GET", f"documents/{id_}", {}),
        ("GET", f"documents/{id_}/image", {}),
        ("GET", f"events/{id_}", {}),
        ("GET", f"timetables/{id_}", {}),
        ("PUT", f"timetables/{id_}", {"json": week}),
        ("GET", f"timetables/{first}", {}),
        ("GET", f"timetables/{second}", {}),
        ("PUT", f"timetables/{second}", {"json": week}),
        ("GET", f"documents/{id_}/timetables", {}),
        ("POST", f"documents/{id_}/cancel", {}),
        ("DELETE", f"documents/{id_}", {}),
    ):
        status, problem = await south(method, path, **sent)
        assert (status, problem["type"]) == (404, "/problems/not-found"), path
    assert (await south("GET", "documents"))[1]["documents"] == []
    assert (await south("GET", "timetables"))[1]["timetables"] == []
    assert [each["documentId"] for each in (await north("GET", "documents"))[1]["documents"]] == [id_]
    for path in ("timetables", f"documents/{id_}/timetables"):
        listed = (await north("GET", path))[1]["timetables"]
        assert [each["timetableId"] for each in listed] == [first, second]
    assert (await north("GET", f"documents/{id_}"))[1]["status"] == "validation_failed"
    assert (await north("PUT", f"timetables/{second}", json=week))[0] == 200
    assert (await north("GET", f"documents/{id_}"))[1]["status"] == "completed"
    assert (await north("DELETE", f"documents/{id_}"))[0] == 204
    assert not list((schools.blobs / "north").glob(f"{id_}/*"))


async def test_ways_out_and_webhooks_are_a_tenants_own(
    schools: GatewayAlone, north: School, south: School, worker: Player, session: aiohttp.ClientSession
) -> None:
    id_ = await north.upload()
    (week,) = await worker.complete(await worker.take(id_), id_)
    term = {"firstDay": "2026-09-02", "lastDay": "2026-12-18"}
    assert (await north("PUT", f"timetables/{week}/term-dates", json=term))[0] == 200
    status, link = await north("POST", f"timetables/{week}/calendars")
    assert status == 201
    status, webhook = await north("POST", "webhooks", json={"url": "https://school.example/hook"})
    assert status == 201
    assert (await north("PUT", f"timetables/{week}", json={"timeblocks": []}))[0] == 200
    assert (await north("GET", f"timetables/{week}/original"))[1]["corrections"][0]["keyName"] == "north"
    for method, path, sent in (
        ("GET", f"timetables/{week}.csv", {}),
        ("GET", f"timetables/{week}.ics", {}),
        ("GET", f"timetables/{week}.xlsx", {}),
        ("GET", f"timetables/{week}.json", {}),
        ("GET", f"documents/{id_}/timetables.ics", {}),
        ("GET", f"documents/{id_}/timetables.xlsx", {}),
        ("GET", f"timetables/{week}/original", {}),
        ("GET", f"timetables/{week}/term-dates", {}),
        ("PUT", f"timetables/{week}/term-dates", {"json": term}),
        ("DELETE", f"timetables/{week}/term-dates", {}),
        ("GET", f"timetables/{week}/calendars", {}),
        ("POST", f"timetables/{week}/calendars", {}),
        ("DELETE", f"calendars/{link['calendarId']}", {}),
        ("DELETE", f"webhooks/{webhook['webhookId']}", {}),
    ):
        status, problem = await south(method, path, **sent)
        assert (status, problem["type"]) == (404, "/problems/not-found"), path
    assert (await south("GET", "webhooks"))[1]["webhooks"] == []
    assert (await south("GET", "webhooks/deliveries"))[1]["deliveries"] == []
    assert (await south("GET", "webhooks/secret"))[1] != (await north("GET", "webhooks/secret"))[1]

    # The link itself is what asks for no key; its tenant revokes it.
    async with session.get(link["url"]) as answer:
        assert (answer.status, answer.content_type) == (200, "text/calendar")
    assert (await north("DELETE", f"calendars/{link['calendarId']}"))[0] == 204
    async with session.get(link["url"]) as answer:
        assert answer.status == 404
    async with session.get(f"{schools.base_url}/api/v1/schemas/timetable.json") as answer:
        assert answer.status == 200
    assert (await north("DELETE", f"webhooks/{webhook['webhookId']}"))[0] == 204


async def test_dead_jobs_and_waiting_ones_are_a_tenants_own(north: School, south: School, worker: Player) -> None:
    theirs, ours = await north.upload(), await south.upload()
    dead = await dead_letter(worker, theirs, "north")
    await dead_letter(worker, ours, "south")
    assert [job["documentId"] for job in (await north("GET", "queue/dead"))[1]["jobs"]] == [theirs]
    assert [job["documentId"] for job in (await south("GET", "queue/dead"))[1]["jobs"]] == [ours]
    assert (await south("POST", f"queue/dead/{dead}/retry"))[0] == 404
    assert (await south("DELETE", f"queue/dead/{dead}"))[0] == 404
    assert (await south("DELETE", "queue/dead"))[1] == {"removed": 1}
    assert [job["id"] for job in (await north("GET", "queue/dead"))[1]["jobs"]] == [dead]
    assert (await north("POST", f"queue/dead/{dead}/retry"))[0] == 202

    assert (await north("GET", "queue"))[1]["accepted"] == 1
    queue = (await south("GET", "queue"))[1]
    assert queue["accepted"] == 0
    assert queue["stages"][0]["depth"] == 1, "the stages' figures are of all"


async def test_without_a_known_key_nobody_comes_in(
    schools: GatewayAlone, session: aiohttp.ClientSession, north: School
) -> None:
    id_ = await north.upload()
    url = f"{schools.base_url}/api/v1"
    for path in ("documents", f"documents/{id_}", "queue", "queue/dead", "timetables", f"events/{id_}", "nothing"):
        for headers, slug in (({}, "no-api-key"), ({"X-API-Key": "x" * 20}, "unknown-api-key")):
            async with session.get(f"{url}/{path}", headers=headers) as answer:
                assert answer.status == 401, path
                assert answer.headers["WWW-Authenticate"].startswith('Bearer realm="timelift"')
                assert (await answer.json(content_type="application/problem+json"))["type"] == f"/problems/{slug}"
    async with session.post(f"{url}/documents/upload", data=b"x" * 100) as answer:
        assert answer.status == 401
    # Bytes that are no text.
    reader, writer = await asyncio.open_connection("127.0.0.1", schools.ports["gateway"])
    writer.write(b"GET /api/v1/documents HTTP/1.1\r\nHost: localhost\r\nX-API-Key: \xff\xfe\xed\xa0\x80\r\n\r\n")
    async with patience():
        assert (await reader.readline()).startswith(b"HTTP/1.1 401")
    writer.close()
    # What a browser or a probe asks for before it can say who it is.
    async with session.options(f"{url}/documents") as answer:
        assert answer.status == 204
        assert "Authorization" in answer.headers["Access-Control-Allow-Headers"]
        assert "X-API-Key" in answer.headers["Access-Control-Allow-Headers"]
    for path in ("/", "/livez", "/readyz"):
        async with session.get(schools.base_url + path) as answer:
            assert answer.status == 200, path


async def test_event_streams_and_pictures_take_the_key_in_the_address_and_no_log_shows_it(
    schools: GatewayAlone, session: aiohttp.ClientSession, north: School, worker: Player
) -> None:
    id_ = await north.upload()
    url = f"{schools.base_url}/api/v1"
    await worker.complete(await worker.take(id_), id_)
    async with session.get(f"{url}/events/{id_}?access_token={NORTH}") as answer:
        assert answer.status == 200
        assert '"type":"complete"' in await answer.text()
    async with session.get(f"{url}/documents/{id_}/image?access_token={NORTH}") as answer:
        assert answer.status == 404, "let in; the worker of this test stored no picture"
    for path, status in ((f"events/{id_}?access_token={SOUTH}", 404), (f"documents?access_token={NORTH}", 401)):
        async with session.get(f"{url}/{path}") as answer:
            assert answer.status == status, path
    async with session.get(f"{url}/documents", headers={"Authorization": f"Bearer {NORTH}"}) as answer:
        assert answer.status == 200
    log = schools.log("gateway").read_text()
    assert id_ in log, "it logs"
    assert NORTH not in log
    assert SOUTH not in log


async def test_the_key_may_be_optional(
    postgres_server: EmbeddedPostgres, valkey_server: EmbeddedValkey, tmp_path: Path, session: aiohttp.ClientSession
) -> None:
    settings = {"API_KEYS": f"north:{NORTH}", "API_KEY_OPTIONAL": "true"}
    alone = await GatewayAlone.on(postgres_server, valkey_server, tmp_path, "optional", **settings)
    await alone.start()
    try:
        nobody, north = School(session, alone.base_url, None), School(session, alone.base_url, NORTH)
        id_ = await nobody.upload()
        assert (alone.blobs / "default" / id_ / "original").is_file()
        assert (await nobody("GET", f"documents/{id_}"))[0] == 200
        assert (await north("GET", f"documents/{id_}"))[0] == 404
        assert (await School(session, alone.base_url, "x" * 20)("GET", "documents"))[0] == 401
    finally:
        await alone.stop()


async def test_a_bad_setting_ends_the_process_with_a_sentence(tmp_path: Path) -> None:
    alone = GatewayAlone(tmp_path, "redis://127.0.0.1:1", "postgresql://127.0.0.1:1/x", API_KEYS=f"north:{NORTH},south")
    with pytest.raises(RuntimeError) as told:
        await alone.start()
    log = alone.log("gateway").read_text()
    assert log == "gateway: API_KEYS is not usable: pair 2 is not of the form tenant:key.\n"
    assert "is not ready" in str(told.value)


async def test_hundreds_of_uploads_of_one_tenant_do_not_make_another_wait(
    north: School, south: School, worker: Player
) -> None:
    many = 400
    for _ in range(many // 8):
        await asyncio.gather(*(north.upload() for _ in range(8)))
    form = aiohttp.FormData()
    form.add_field("file", io.BytesIO(png()), filename="week.png", content_type="image/png")
    status, problem = await north("POST", "documents/upload", data=form)
    assert (status, problem["type"]) == (503, "/problems/queue-full"), "the tenant's own places are taken"

    single = await south.upload()
    queue = (await south("GET", "queue"))[1]
    assert (queue["accepted"], queue["unqueued"]) == (1, 1)
    # The person is told of the ones under way, not of four hundred.
    async with patience():
        message = await south.message(single)
    assert message.startswith(f"Waiting, {WINDOW} documents")

    worked: list[str] = []
    async with patience():
        while single not in worked:
            worked += [await _work(worker, delivery) for delivery in await worker.consumer.fetch(1, 1000)]
    # What was under way already; and, where several of these end before the relay looks, turns of the first few.
    assert len(worked) <= 2 * WINDOW
    assert (await south("GET", f"documents/{single}"))[1]["status"] == "completed"
    assert (await north("GET", "queue"))[1]["accepted"] > many - 2 * WINDOW


async def _work(worker: Player, delivery: Delivery) -> str:
    id_ = str(uuid.UUID(read_job("compress", delivery.fields).document_id))
    await worker.complete(delivery, id_)
    return id_
