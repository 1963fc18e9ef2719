"""All four services with real OCR: a picture goes in and the week comes out, live."""

import io
import json
import os
import signal
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg
import docx
import pytest
from PIL import Image
from redis.asyncio import Redis

from deploy.embedded import EmbeddedPostgres, EmbeddedValkey
from deploy.embedded.process import wait_for
from deploy.sample import draw
from tests.integration.redis_server import own_database
from tests.processes import descendants
from tests.recording import Recording, differences, events_of, record, shape
from tests.system import System, finish, follow, upload
from tests.unit.compressor import made_sheets
from tests.unit.compressor.made_docx import WEEK_BLOCKS, week
from tests.unit.compressor.made_docx import saved as saved_docx
from tests.waiting import PATIENCE, until

ANEW = "python -m tests.recording"
PHASES = ["compressing", "preprocessing", "ocr", "ai", "validation"]


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sample") / "week.png"
    draw(path)
    return path


def saved(path: Path, kind: str, **options: Any) -> bytes:
    out = io.BytesIO()
    with Image.open(path) as image:
        image.convert("RGB").save(out, kind, **options)
    return out.getvalue()


async def get(session: aiohttp.ClientSession, system: System, path: str) -> Any:
    async with session.get(f"{system.base_url}/api/v1/{path}") as answer:
        assert answer.status == 200, await answer.text()
        return await answer.json()


async def test_the_week_comes_out_live(system: System, session: aiohttp.ClientSession, sample: Path) -> None:
    id_ = await upload(session, system.base_url, sample.read_bytes())
    events = [data for data in await finish(session, system.base_url, id_) if data["type"] != "connected"]
    assert events[-1]["type"] == "complete", events[-1]
    progress = events[:-1]
    # Every step is told, from its start to its end, in order; percentages only rise.
    assert list(dict.fromkeys(each["stage"] for each in progress)) == PHASES
    for phase in PHASES:
        assert sum(each["stage"] == phase for each in progress) >= 2, phase
    percentages = [each["percentage"] for each in events]
    assert percentages == sorted(percentages)
    assert percentages[-1] == 100
    assert all(each["step"] and each["message"] for each in progress)
    assert any("smaller" in each["message"] for each in progress if each["stage"] == "compressing")
    assert any("lines read" in each["message"] for each in progress if each["stage"] == "ocr")
    assert differences(shape(events), shape(events_of(Recording.load().named))) == [], ANEW

    timetable = await get(session, system, f"timetables/{id_}")
    assert timetable == events[-1]["timetableData"]
    assert timetable["validated"]
    days = {each["day"] for each in timetable["timeblocks"]}
    assert days == {"monday", "tuesday", "wednesday", "thursday", "friday"}
    assert all(each["startTime"] and each["endTime"] and each["box"] for each in timetable["timeblocks"])

    document = await get(session, system, f"documents/{id_}")
    assert (document["status"], document["percentage"], document["pages"]) == ("completed", 100, 1)
    assert document["timetableId"] == events[-1]["result"]["timetableId"]
    async with session.get(f"{system.base_url}/api/v1/documents/{id_}/image") as answer:
        assert answer.content_type == "image/webp"
        with Image.open(io.BytesIO(await answer.read())) as picture:
            width, height = picture.size
    for block in timetable["timeblocks"]:
        box = block["box"]
        assert box["width"] > 0
        assert 0 <= box["x"] <= box["x"] + box["width"] <= width
        assert 0 <= box["y"] <= box["y"] + box["height"] <= height


async def test_streams_look_as_those_that_the_client_is_tested_with(
    system: System, session: aiohttp.ClientSession
) -> None:
    old, new = Recording.load(), await record(session, system, week(), "week.docx")
    ids = {each["documentId"] for each in events_of(new.named) if "documentId" in each}
    for then, now in ((old.named, new.named), (old.all, new.all)):
        # Among all documents there are those of other tests.
        own = shape([each for each in events_of(now) if each.get("documentId") in ids])
        assert own.keys() >= {"connected", "progress compressing", "progress ai", "error compressing", "complete"}
        assert differences(own, shape(events_of(then))) == [], ANEW
    fields = [{frozenset(each) for each in json.loads(of.list)["documents"]} for of in (old, new)]
    assert fields[0] == fields[1], ANEW


async def test_every_event_is_recorded(system: System, session: aiohttp.ClientSession, sample: Path) -> None:
    id_ = await upload(session, system.base_url, sample.read_bytes())
    told = [(event_id, data) async for event_id, data in follow(session, system.base_url, id_) if event_id]
    connection = await asyncpg.connect(system.database_url)
    # As numbers: told within one millisecond, -227 comes after -96.
    query = (
        "SELECT event_id, type, percentage FROM processing_events WHERE document_id = $1 "
        "ORDER BY split_part(event_id, '-', 1)::bigint, split_part(event_id, '-', 2)::bigint"
    )

    async def recorded() -> bool:
        return len(await connection.fetch(query, id_)) >= len(told)

    await until(recorded)
    rows = await connection.fetch(query, id_)
    await connection.close()
    assert [tuple(row) for row in rows] == [(event_id, data["type"], data["percentage"]) for event_id, data in told]


@pytest.mark.parametrize("kind", ["JPEG", "WEBP", "TIFF", "GIF", "AVIF", "PDF"])
async def test_every_format_is_read(system: System, session: aiohttp.ClientSession, sample: Path, kind: str) -> None:
    id_ = await upload(session, system.base_url, saved(sample, kind), f"week.{kind.lower()}", "image/x-any")
    events = await finish(session, system.base_url, id_)
    assert events[-1]["type"] == "complete", events[-1]
    assert len(events[-1]["timetableData"]["timeblocks"]) > 20


async def test_a_word_document_is_read_to_the_letter(system: System, session: aiohttp.ClientSession) -> None:
    declared = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    id_ = await upload(session, system.base_url, week(), "week.docx", declared)
    event = (await finish(session, system.base_url, id_))[-1]
    assert event["type"] == "complete", event
    read = {
        (each["day"], each["name"], each["startTime"], each["endTime"]) for each in event["timetableData"]["timeblocks"]
    }
    assert read == WEEK_BLOCKS
    async with session.get(f"{system.base_url}/api/v1/documents/{id_}/image") as answer:
        assert answer.content_type == "image/webp"


@pytest.mark.parametrize(
    ("data", "name", "declared"),
    [
        (made_sheets.xlsx(), "week.xlsx", "application/octet-stream"),
        (
            made_sheets.html(before="<html xmlns:x='urn:schemas-microsoft-com:office:excel'>"),
            "pasted.html",
            "text/html",
        ),
    ],
    ids=["workbook", "pasted"],
)
async def test_a_table_is_read_to_the_letter(
    system: System, session: aiohttp.ClientSession, data: bytes | str, name: str, declared: str
) -> None:
    id_ = await upload(session, system.base_url, data.encode() if isinstance(data, str) else data, name, declared)
    event = (await finish(session, system.base_url, id_))[-1]
    assert event["type"] == "complete", event
    read = {
        (each["day"], each["name"], each["startTime"], each["endTime"]) for each in event["timetableData"]["timeblocks"]
    }
    assert read == made_sheets.BLOCKS
    async with session.get(f"{system.base_url}/api/v1/documents/{id_}/image") as answer:
        assert answer.content_type == "image/webp"


async def test_a_picture_in_a_word_document_is_read(
    system: System, session: aiohttp.ClientSession, sample: Path
) -> None:
    document = docx.Document()
    document.add_paragraph("The new timetable")
    document.add_picture(str(sample))
    id_ = await upload(session, system.base_url, saved_docx(document), "week.docx", "application/octet-stream")
    event = (await finish(session, system.base_url, id_))[-1]
    assert event["type"] == "complete", event
    assert len(event["timetableData"]["timeblocks"]) > 20


async def test_a_locked_word_document_is_refused_with_its_cure(system: System, session: aiohttp.ClientSession) -> None:
    form = aiohttp.FormData()
    locked = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + "EncryptedPackage".encode("utf-16-le") + bytes(100)
    form.add_field("file", locked, filename="week.docx", content_type="application/msword")
    async with session.post(f"{system.base_url}/api/v1/documents/upload", data=form) as answer:
        assert answer.status == 422
        assert "without one" in (await answer.json())["detail"]


async def test_a_bad_document_fails_with_a_sentence_and_stops_nobody(
    system: System, session: aiohttp.ClientSession, sample: Path
) -> None:
    whole = saved(sample, "JPEG")
    bad = await upload(session, system.base_url, whole[: len(whole) // 3], "cut.jpg", "image/jpeg")
    good = await upload(session, system.base_url, whole, "week.jpg", "image/jpeg")
    error = (await finish(session, system.base_url, bad))[-1]
    assert error["type"] == "error"
    assert "cut off or damaged" in error["error"]
    document = await get(session, system, f"documents/{bad}")
    assert (document["status"], document["error"]) == ("failed", error["error"])
    assert (await finish(session, system.base_url, good))[-1]["type"] == "complete"
    client: Any = Redis.from_url(system.redis_url, decode_responses=True)
    dead = [fields for _, fields in await client.xrange("{0}:jobs:compress:dead") if fields["document"] == bad]
    assert [fields["attempt"] for fields in dead] == ["1"], "a permanent error is not tried again"
    left = {fields["document"] for _, fields in await client.xrange("{0}:jobs:compress")}
    assert left.isdisjoint({bad, good}), "other tests' may be there"
    await client.aclose()


async def test_a_picture_without_a_timetable_ends_with_a_warning(
    system: System, session: aiohttp.ClientSession
) -> None:
    out = io.BytesIO()
    Image.new("RGB", (600, 400), "white").save(out, "PNG")
    id_ = await upload(session, system.base_url, out.getvalue())
    event = (await finish(session, system.base_url, id_))[-1]
    assert event["type"] == "complete"
    assert event["result"]["validated"] is False
    assert event["timetableData"]["warnings"]
    assert (await get(session, system, f"documents/{id_}"))["status"] == "validation_failed"


async def test_a_killed_services_job_is_taken_up_again(
    valkey_server: EmbeddedValkey,
    postgres_server: EmbeddedPostgres,
    tmp_path: Path,
    session: aiohttp.ClientSession,
    sample: Path,
) -> None:
    database = postgres_server.url.rpartition("/")[0] + "/taken_up"
    admin = await asyncpg.connect(postgres_server.url)
    await admin.execute("CREATE DATABASE taken_up")
    system = System(
        tmp_path, own_database(valkey_server), database, OCR_CACHE_DIR=str(tmp_path / "models"), QUEUE_LEASE="1500"
    )
    try:
        await system.start()
        # The job is begun and cannot be ended before the kill, however fast the machine reads.
        for reader in descendants([system.processes["ocr"].pid]):
            os.kill(reader, signal.SIGSTOP)
        id_ = await upload(session, system.base_url, sample.read_bytes())
        seen: list[dict[str, Any]] = []
        async for _, data in follow(session, system.base_url, id_):
            seen.append(data)
            if data.get("stage") == "preprocessing" and "ocr" in system.processes:
                killed = system.processes.pop("ocr")
                os.killpg(killed.pid, signal.SIGKILL)
                assert await wait_for(killed, PATIENCE)
                system.spawn("ocr2", "ocr")
        assert seen[-1]["type"] == "complete", seen[-1]
        percentages = [each["percentage"] for each in seen if each["type"] != "connected"]
        assert percentages == sorted(percentages)
        assert "took up a job whose worker went quiet" in system.log("ocr2").read_text()
    finally:
        await system.stop()
        await admin.execute("DROP DATABASE taken_up WITH (FORCE)")
        await admin.close()
