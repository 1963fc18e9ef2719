"""Timetables over HTTP: the list, and a person's correction that no reading overwrites."""

import asyncio
import uuid
from typing import Any

import aiohttp
import asyncpg

from shared.db.documents import Documents
from shared.db.statements import sql
from shared.messages import TimeBlock, Timetable
from tests.integration.conftest import GatewayAlone, Player, timetable_ids
from tests.integration.png import png
from tests.system import follow, upload
from tests.waiting import until

ART = {"day": "tuesday", "name": "Art", "startTime": "09:00", "endTime": "09:45"}


async def read(player: Player, session: aiohttp.ClientSession, gateway: GatewayAlone) -> str:
    """A document whose week was read; gives its id."""
    id_ = await upload(session, gateway.base_url, png())
    await player.complete(await player.take(id_), id_)
    return id_


async def get(session: aiohttp.ClientSession, gateway: GatewayAlone, path: str) -> tuple[Any, str]:
    """Body and tag."""
    async with session.get(f"{gateway.base_url}/api/v1/{path}") as answer:
        assert answer.status == 200, await answer.text()
        return await answer.json(), answer.headers.get("ETag", "")


async def put(
    session: aiohttp.ClientSession, gateway: GatewayAlone, id_: str, body: Any, **headers: str
) -> tuple[int, Any, str]:
    """Status, body and tag."""
    url = f"{gateway.base_url}/api/v1/timetables/{id_}"
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    async with session.put(url, json=body, headers=sent) as answer:
        return answer.status, await answer.json(content_type=None), answer.headers.get("ETag", "")


async def kept(gateway: GatewayAlone, id_: str) -> list[Any]:
    """Everything that is stored of a document and its timetable."""
    connection = await asyncpg.connect(gateway.database_url)
    rows = await connection.fetch(
        "SELECT d, t FROM documents d JOIN timetables t ON t.document_id = d.id WHERE d.id = $1", uuid.UUID(id_)
    )
    await connection.close()
    return [tuple(row) for row in rows]


async def test_a_person_corrects_the_week(
    gateway: GatewayAlone, session: aiohttp.ClientSession, player: Player
) -> None:
    id_ = await read(player, session, gateway)
    body, tag = await get(session, gateway, f"timetables/{id_}")
    body["savedName"] = "Our week"
    body["timeblocks"] = [*body["timeblocks"], ART]
    status, stored, new_tag = await put(session, gateway, id_, body, If_Match=tag)
    assert status == 200
    assert [block["name"] for block in stored["timeblocks"]] == ["Maths", "Art"]
    assert (stored["savedName"], stored["validated"], stored["warnings"]) == ("Our week", True, [])
    assert new_tag not in ("", tag)
    assert await get(session, gateway, f"timetables/{id_}") == (stored, new_tag)

    # Again changes nothing, not even the time of the change.
    before = await kept(gateway, id_)
    assert await put(session, gateway, id_, body) == (200, stored, new_tag)
    assert await put(session, gateway, id_, stored, If_Match=new_tag) == (200, stored, new_tag)
    assert await put(session, gateway, id_, body, If_Match=tag) == (200, stored, new_tag), (
        "its answer may have been lost"
    )
    assert await kept(gateway, id_) == before

    # Who comes back to the event stream is told the correction, not what was read.
    last = [data async for _, data in follow(session, gateway.base_url, id_)][-1]
    assert (last["type"], last["timetableData"]) == ("complete", stored)


async def test_a_week_is_reviewed_in_steps(
    gateway: GatewayAlone, session: aiohttp.ClientSession, player: Player
) -> None:
    id_ = await read(player, session, gateway)
    body, tag = await get(session, gateway, f"timetables/{id_}")
    doubt = {"code": "overlap", "message": "Two at once.", "timeBlock": 0}
    review = f"{id_}?review=true"
    status, stored, tag = await put(session, gateway, review, {**body, "warnings": [doubt], "validated": False})
    assert (status, stored["validated"], stored["warnings"]) == (200, False, [doubt])
    document, _ = await get(session, gateway, f"documents/{id_}")
    assert document["status"] == "validation_failed"

    status, problem, _ = await put(session, gateway, review, {**body, "warnings": [{**doubt, "timeBlock": 99}]})
    assert (status, problem["field"]) == (422, "warnings[0].timeBlock")

    status, stored, _ = await put(session, gateway, review, {**body, "warnings": [], "validated": True}, If_Match=tag)
    assert (status, stored["validated"], stored["warnings"]) == (200, True, [])
    document, _ = await get(session, gateway, f"documents/{id_}")
    assert document["status"] == "completed"


async def test_a_change_of_another_is_not_overwritten_unseen(
    gateway: GatewayAlone, session: aiohttp.ClientSession, player: Player
) -> None:
    id_ = await read(player, session, gateway)
    _, tag = await get(session, gateway, f"timetables/{id_}")
    assert (await put(session, gateway, id_, {"timeblocks": [ART]}, If_Match=tag))[0] == 200
    stored, new_tag = await get(session, gateway, f"timetables/{id_}")
    for stale in (tag, f"W/{new_tag}", '"x"', "nonsense"):
        status, problem, told = await put(session, gateway, id_, {"timeblocks": []}, If_Match=stale)
        assert (status, problem["type"], told) == (412, "/problems/changed-meanwhile", new_tag), stale
    assert await get(session, gateway, f"timetables/{id_}") == (stored, new_tag)
    assert (await put(session, gateway, id_, {"timeblocks": []}, If_Match=f'"x", {new_tag}'))[0] == 200
    assert (await put(session, gateway, id_, {"timeblocks": [ART]}, If_Match="*"))[0] == 200

    # Of ten that saw the same week, one comes through.
    _, tag = await get(session, gateway, f"timetables/{id_}")
    bodies = [{"timeblocks": [], "savedName": str(number)} for number in range(10)]
    answers = await asyncio.gather(*(put(session, gateway, id_, body, If_Match=tag) for body in bodies))
    assert sorted(status for status, _, _ in answers) == [200] + [412] * 9
    (won,) = (body for status, body, _ in answers if status == 200)
    assert (await get(session, gateway, f"timetables/{id_}"))[0] == won


async def test_no_reading_overwrites_a_correction(
    gateway: GatewayAlone, session: aiohttp.ClientSession, player: Player
) -> None:
    id_ = await read(player, session, gateway)
    documents = Documents(player.database)
    (timetable_id,) = timetable_ids(id_, 1)

    async def redelivered(name: str, validated: bool) -> None:
        """The extraction's job is done again, as after a worker that died before it had acknowledged it."""
        week = Timetable(validated=validated, timeblocks=[TimeBlock(day="monday", name=name)])
        assert await documents.save_timetables(id_, "default", {timetable_id: week})

    await redelivered("Again", False)
    stored, _ = await get(session, gateway, f"timetables/{id_}")
    assert [block["name"] for block in stored["timeblocks"]] == ["Again"], "nobody has corrected it yet"
    assert (await get(session, gateway, f"documents/{id_}"))[0]["status"] == "validation_failed"

    status, corrected, _ = await put(session, gateway, id_, {"timeblocks": [ART]})
    assert status == 200
    assert (await get(session, gateway, f"documents/{id_}"))[0]["status"] == "completed", "a person has looked"
    await redelivered("Late", False)
    assert (await get(session, gateway, f"timetables/{id_}"))[0] == corrected
    assert (await get(session, gateway, f"documents/{id_}"))[0]["status"] == "completed"

    # Both at the same time, in whichever order they come: the correction stays.
    for number in range(20):
        body = {"timeblocks": [{**ART, "name": f"Art {number}"}]}
        (status, corrected, _), _ = await asyncio.gather(
            put(session, gateway, id_, body), redelivered(f"Late {number}", False)
        )
        assert status == 200
        assert (await get(session, gateway, f"timetables/{id_}"))[0] == corrected


async def test_who_waits_for_a_correction_to_be_saved_sees_it(
    gateway: GatewayAlone, session: aiohttp.ClientSession, player: Player
) -> None:
    """A redelivery and another correction come while one is being saved: neither may go by what was there before."""
    id_ = await read(player, session, gateway)
    _, tag = await get(session, gateway, f"timetables/{id_}")
    late = Timetable(validated=False, timeblocks=[TimeBlock(day="monday", name="Late")])
    (timetable_id,) = timetable_ids(id_, 1)
    pool = player.database.pool
    async with pool.acquire() as connection:
        saving = connection.transaction()
        await saving.start()
        await connection.execute(sql("documents_lock"), [uuid.UUID(id_)])
        corrected = Timetable(validated=True, timeblocks=[TimeBlock(day="friday", name="Corrected")])
        await connection.execute(sql("timetable_correct"), uuid.UUID(timetable_id), corrected, True, None)
        redelivery = asyncio.ensure_future(
            Documents(player.database).save_timetables(id_, "default", {timetable_id: late})
        )
        other = asyncio.create_task(put(session, gateway, id_, {"timeblocks": []}, If_Match=tag))
        waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype IN ('transactionid', 'tuple')"

        async def both_wait() -> bool:
            return bool(await pool.fetchval(waiting) >= 2)

        await until(both_wait)
        await saving.commit()
    assert await redelivery
    assert (await other)[0] == 412
    stored, _ = await get(session, gateway, f"timetables/{id_}")
    assert [block["name"] for block in stored["timeblocks"]] == ["Corrected"]
    assert (await get(session, gateway, f"documents/{id_}"))[0]["status"] == "completed"


async def test_what_cannot_be_corrected_is_refused(
    gateway: GatewayAlone, session: aiohttp.ClientSession, player: Player
) -> None:
    id_ = await upload(session, gateway.base_url, png())
    week = {"timeblocks": [ART]}
    status, problem, _ = await put(session, gateway, id_, week)
    assert (status, problem["type"]) == (409, "/problems/not-completed")
    assert "uploaded" in problem["detail"]
    await player.fail(await player.take(id_), id_, "It broke.")
    assert (await put(session, gateway, id_, week))[0] == 409
    assert (await put(session, gateway, str(uuid.uuid4()), week))[0] == 404
    assert (await put(session, gateway, "x", week))[0] == 404

    done = await read(player, session, gateway)
    before = await kept(gateway, done)
    status, problem, _ = await put(session, gateway, done, {"timeblocks": [ART, {**ART, "endTime": "08:00"}]})
    assert (status, problem["field"]) == (422, "timeblocks[1].endTime")
    url = f"{gateway.base_url}/api/v1/timetables/{done}"
    for data, content_type, expected in (
        (b"{", "application/json", 400),
        (b"{}", "text/plain", 415),
        (b'{"timeblocks":[],"warnings":"' + b"x" * (3 * 1024 * 1024) + b'"}', "application/json", 413),
        (b'{"timeblocks":[],"warnings":' + b"[" * 1_000_000, "application/json", 400),
    ):
        async with session.put(url, data=data, headers={"Content-Type": content_type}) as answer:
            assert answer.status == expected, await answer.text()
            assert answer.content_type == "application/problem+json"
    assert await kept(gateway, done) == before


async def test_timetables_are_listed_newest_first_in_pages(
    gateway: GatewayAlone, session: aiohttp.ClientSession, player: Player
) -> None:
    ids = [await read(player, session, gateway) for _ in range(3)]
    week = {"savedName": "Ours", "className": "4B", "teacher": "Ms Carter", "term": "Autumn", "year": 2026}
    assert (await put(session, gateway, ids[1], {**week, "timeblocks": [ART, ART]}))[0] == 200
    found: list[dict[str, Any]] = []
    after: str | None = None
    while len(found) < 3:
        query = "limit=2" + (f"&after={after}" if after else "")
        body, _ = await get(session, gateway, f"timetables?{query}")
        found += body["timetables"]
        after = body["next"]
    assert [each["documentId"] for each in found[:3]] == ids[::-1]
    plain, listed = found[0], found[1]
    document, _ = await get(session, gateway, f"documents/{ids[1]}")
    assert listed["timetableId"] == document["timetableId"]
    assert {name: listed[name] for name in week} == week
    assert (listed["validated"], listed["corrected"], listed["blocks"]) == (True, True, 2)
    assert listed["updatedAt"] > listed["createdAt"]
    assert "timeblocks" not in listed
    assert (plain["corrected"], plain["blocks"], plain["savedName"]) == (False, 1, None)
    async with session.get(f"{gateway.base_url}/api/v1/timetables?limit=0") as answer:
        assert answer.status == 400


async def test_a_page_of_another_origin_may_ask_before_it_corrects(
    gateway: GatewayAlone, session: aiohttp.ClientSession, player: Player
) -> None:
    id_ = await read(player, session, gateway)
    url, origin = f"{gateway.base_url}/api/v1/timetables/{id_}", {"Origin": "https://school.example"}
    async with session.options(url, headers={**origin, "Access-Control-Request-Method": "PUT"}) as answer:
        assert "PUT" in answer.headers["Access-Control-Allow-Methods"]
        assert "If-Match" in answer.headers["Access-Control-Allow-Headers"]
    async with session.put(url, json={"timeblocks": [ART]}, headers=origin) as answer:
        assert answer.status == 200
        assert "ETag" in answer.headers["Access-Control-Expose-Headers"]
    async with session.put(url, json={"timeblocks": []}, headers={"Origin": "https://evil.example"}) as answer:
        assert answer.status == 403
