"""Documents found by name and state, sorted, renamed, and read once more after they ended without a week."""

import uuid
from typing import Any

import aiohttp
import pytest

from shared.messages import TimeBlock, Timetable, Warning_
from tests.integration.conftest import GatewayAlone, Player
from tests.integration.png import png
from tests.integration.test_queue import call, dead_letter
from tests.system import finish, upload

BLOCKS = [TimeBlock(day="monday", name="Maths")]


@pytest.fixture
def mark() -> str:
    """What the names of a test's documents have in common: the gateway has those of other tests as well."""
    return uuid.uuid4().hex[:12]


async def found(session: aiohttp.ClientSession, gateway: GatewayAlone, query: str) -> list[str]:
    status, body = await call(session, gateway, "GET", f"documents?{query}")
    assert status == 200, body
    return [each["documentId"] for each in body["documents"]]


async def patch(
    session: aiohttp.ClientSession, gateway: GatewayAlone, id_: str, body: Any
) -> tuple[int, dict[str, Any]]:
    async with session.patch(f"{gateway.base_url}/api/v1/documents/{id_}", json=body) as answer:
        return answer.status, await answer.json(content_type=None)


async def test_documents_are_found_by_their_names_whatever_the_case(
    gateway: GatewayAlone, session: aiohttp.ClientSession, player: Player, mark: str
) -> None:
    by_file = await upload(session, gateway.base_url, png(), f"Autumn {mark} 50%_off.png")
    by_week = await upload(session, gateway.base_url, png())
    weeks = [
        Timetable(validated=True, timeblocks=BLOCKS, class_name=f"4B {mark}"),
        Timetable(validated=True, timeblocks=BLOCKS, teacher=f"Ms Çelik {mark}", saved_name=f"Hall {mark}"),
    ]
    await player.complete(await player.take(by_week), by_week, *weeks)
    assert await found(session, gateway, f"q={mark}") == [by_week, by_file]
    assert await found(session, gateway, f"q=AUTUMN {mark.upper()}") == [by_file]
    for text in (f"4b {mark}", f"ms çelik {mark}", f"hall {mark}"):
        assert await found(session, gateway, f"q={text}") == [by_week]
    # What a pattern would take for a sign of its own is what it is.
    assert await found(session, gateway, f"q={mark} 50%25_off") == [by_file]
    for text in (f"{mark}%25off", f"{mark} 50%25%25off", f"{mark}_50", f"{mark}\\"):
        assert await found(session, gateway, f"q={text}") == []


async def test_documents_are_found_by_what_became_of_them(
    gateway: GatewayAlone, session: aiohttp.ClientSession, player: Player, mark: str
) -> None:
    waits, fine, doubtful, warned = [await upload(session, gateway.base_url, png(), f"{mark}.png") for _ in range(4)]
    warning = Warning_(code="parallel", message="Two at a time.", time_block=0)
    for id_, week in (
        (fine, Timetable(validated=True, timeblocks=BLOCKS)),
        (doubtful, Timetable(validated=False, timeblocks=BLOCKS)),
        (warned, Timetable(validated=True, timeblocks=BLOCKS, warnings=[warning])),
    ):
        await player.complete(await player.take(id_), id_, week)
    assert await found(session, gateway, f"q={mark}&status=uploaded") == [waits]
    assert await found(session, gateway, f"q={mark}&status=completed&status=uploaded") == [warned, fine, waits]
    assert await found(session, gateway, f"q={mark}&needsLook=true") == [warned, doubtful]
    assert await found(session, gateway, f"q={mark}&needsLook=true&status=completed") == [warned]
    for id_ in (warned, doubtful):
        said = {"timeblocks": [{"day": "friday", "name": "Art"}]}
        async with session.put(f"{gateway.base_url}/api/v1/timetables/{id_}", json=said) as answer:
            assert answer.status == 200
    assert await found(session, gateway, f"q={mark}&needsLook=true") == [], "a person has looked"


async def test_every_order_is_one_in_pages(gateway: GatewayAlone, session: aiohttp.ClientSession, mark: str) -> None:
    first, second, third = [
        await upload(session, gateway.base_url, png(), f"{name} {mark}.png") for name in ("b|b", "C", "a")
    ]
    assert (await patch(session, gateway, second, {"savedName": f"0 {mark}"}))[0] == 200
    orders = {
        "created": [first, second, third],
        "-created": [third, second, first],
        "updated": [first, third, second],
        "-updated": [second, third, first],
        "name": [second, third, first],
        "-name": [first, third, second],
    }
    for sort, expected in orders.items():
        seen: list[str] = []
        after = ""
        for _ in range(3):
            _, body = await call(session, gateway, "GET", f"documents?q={mark}&sort={sort}&limit=1{after}")
            seen += [each["documentId"] for each in body["documents"]]
            after = f"&after={body['next']}"
        assert (seen, body["next"]) == (expected, None), sort


@pytest.mark.parametrize(
    "query", ["sort=size", "status=lost", "needsLook=yes", "q=" + "x" * 101, "q=%00", "after=x", "limit=0"]
)
async def test_what_no_list_can_be_is_refused(
    gateway: GatewayAlone, session: aiohttp.ClientSession, query: str
) -> None:
    status, problem = await call(session, gateway, "GET", f"documents?{query}")
    assert (status, problem["type"]) == (400, "/problems/bad-query")


async def test_a_document_is_called_what_a_person_says(
    gateway: GatewayAlone, session: aiohttp.ClientSession, player: Player, mark: str
) -> None:
    id_ = await upload(session, gateway.base_url, png())
    status, document = await patch(session, gateway, id_, {"savedName": f"Room 4 {mark}"})
    assert (status, document["savedName"], document["status"]) == (200, f"Room 4 {mark}", "uploaded")
    week = Timetable(validated=True, timeblocks=BLOCKS, class_name="4B", teacher="Ms Carter", saved_name="of the week")
    await player.complete(await player.take(id_), id_, week)
    _, document = await call(session, gateway, "GET", f"documents/{id_}")
    assert (document["savedName"], document["className"], document["teacher"]) == (f"Room 4 {mark}", "4B", "Ms Carter")
    assert await found(session, gateway, f"q=room 4 {mark}") == [id_]
    status, document = await patch(session, gateway, id_, {"savedName": None})
    assert (status, document["savedName"]) == (200, "of the week")
    for wrong in ({"savedName": ""}, {"savedName": "x" * 201}, {"savedName": "a\0b"}, {}, {"status": "failed"}):
        status, problem = await patch(session, gateway, id_, wrong)
        assert (status, problem["type"]) == (422, "/problems/bad-body"), wrong
    assert (await patch(session, gateway, str(uuid.uuid4()), {"savedName": "x"}))[0] == 404


async def test_a_cancelled_document_is_read_once_more(
    gateway: GatewayAlone, session: aiohttp.ClientSession, player: Player
) -> None:
    id_ = await upload(session, gateway.base_url, png())
    await player.publish(await player.take(id_), id_, 40)
    status, problem = await call(session, gateway, "POST", f"documents/{id_}/retry")
    assert (status, problem["type"]) == (409, "/problems/not-failed"), "it is under way"
    assert (await call(session, gateway, "POST", f"documents/{id_}/cancel"))[0] == 200
    assert [event["type"] for event in await finish(session, gateway.base_url, id_)][-1] == "error"

    status, document = await call(session, gateway, "POST", f"documents/{id_}/retry")
    assert (status, document["status"], document["percentage"], document["error"]) == (202, "uploaded", 0, None)
    player.forget(id_)
    delivery = await player.take(id_)
    await player.publish(delivery, id_, 7)
    await player.complete(delivery, id_)
    events = await finish(session, gateway.base_url, id_)
    told = [(event["type"], event["percentage"]) for event in events[1:]]
    assert [each for each in told if each[1]] == [("progress", 7), ("complete", 100)], "not what the first try told"
    assert (await call(session, gateway, "POST", f"documents/{id_}/retry"))[0] == 409
    assert (await call(session, gateway, "POST", f"documents/{uuid.uuid4()}/retry"))[0] == 404


async def test_a_failed_document_that_is_read_once_more_is_no_dead_job(
    gateway: GatewayAlone, session: aiohttp.ClientSession, player: Player
) -> None:
    id_ = await upload(session, gateway.base_url, png())
    job = await dead_letter(player, id_)
    assert (await call(session, gateway, "POST", f"documents/{id_}/retry"))[0] == 202
    _, dead = await call(session, gateway, "GET", "queue/dead")
    assert job not in [each["id"] for each in dead["jobs"]]
    player.forget(id_)
    await player.complete(await player.take(id_), id_)
    _, document = await call(session, gateway, "GET", f"documents/{id_}")
    assert document["status"] == "completed"


async def test_dead_jobs_of_a_reason_are_read_once_more_together(
    gateway: GatewayAlone, session: aiohttp.ClientSession, player: Player, mark: str
) -> None:
    ids = [await upload(session, gateway.base_url, png()) for _ in range(3)]
    for id_, reason in zip(ids, (mark, mark, f"not {mark}"), strict=True):
        await dead_letter(player, id_, reason=reason)
    assert await call(session, gateway, "POST", f"queue/dead/retry?stage=ocr&reason={mark}") == (200, {"retried": 0})
    assert await call(session, gateway, "POST", f"queue/dead/retry?reason={mark}") == (200, {"retried": 2})
    assert await call(session, gateway, "POST", f"queue/dead/retry?reason={mark}") == (200, {"retried": 0})
    for id_ in ids:
        player.forget(id_)
    for id_ in ids[:2]:
        await player.complete(await player.take(id_), id_)
    assert (await call(session, gateway, "GET", f"documents/{ids[2]}"))[1]["status"] == "failed"
    assert (await call(session, gateway, "POST", "queue/dead/retry?stage=none"))[0] == 400
