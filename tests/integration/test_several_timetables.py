"""A document of several timetables, over HTTP."""

import uuid
from typing import Any

import aiohttp
import pytest

from shared.db.documents import Documents
from shared.messages import Alternative, CompleteResult, Event, TimeBlock, Timetable
from tests.integration.conftest import GatewayAlone, Player, timetable_ids
from tests.integration.png import png
from tests.integration.test_timetables import ART, get, put
from tests.system import follow, upload

ROTATING = TimeBlock(
    day=None,
    cycle_day=10,
    week="D",
    name="Chemistry",
    alternatives=[Alternative(field="name", value="Chem. Lab", confidence=0.3)],
)


def week(class_name: str, *, validated: bool = True) -> Timetable:
    return Timetable(class_name=class_name, validated=validated, timeblocks=[TimeBlock(day="monday", name=class_name)])


class Pair:
    """A document of two weeks, of which the second did not pass the checks."""

    def __init__(self, gateway: GatewayAlone, session: aiohttp.ClientSession, player: Player) -> None:
        self.gateway, self.session, self.player = gateway, session, player
        self.id = self.first = self.second = ""

    async def read(self) -> None:
        self.id = await upload(self.session, self.gateway.base_url, png())
        delivery = await self.player.take(self.id)
        self.first, self.second = await self.player.complete(delivery, self.id, week("4A"), week("4B", validated=False))

    async def get(self, path: str) -> Any:
        return (await get(self.session, self.gateway, path))[0]

    async def put(self, id_: str, body: Any) -> tuple[int, Any]:
        status, answer, _ = await put(self.session, self.gateway, id_, body)
        return status, answer

    async def status(self) -> str:
        return str((await self.get(f"documents/{self.id}"))["status"])

    async def end(self) -> dict[str, Any]:
        """The last event of its stream."""
        return [data async for _, data in follow(self.session, self.gateway.base_url, self.id)][-1]


@pytest.fixture
async def pair(gateway: GatewayAlone, session: aiohttp.ClientSession, player: Player) -> Pair:
    made = Pair(gateway, session, player)
    await made.read()
    return made


async def test_each_is_found_by_its_id_and_the_first_by_the_documents(pair: Pair) -> None:
    assert (await pair.get(f"timetables/{pair.id}"))["className"] == "4A"
    assert (await pair.get(f"timetables/{pair.first}"))["className"] == "4A"
    assert (await pair.get(f"timetables/{pair.second}"))["className"] == "4B"
    document = await pair.get(f"documents/{pair.id}")
    assert (document["timetableId"], document["timetableIds"]) == (pair.first, [pair.first, pair.second])
    assert document["status"] == "validation_failed"
    assert [(await pair.get(f"timetables/{id_}"))["validated"] for id_ in document["timetableIds"]] == [True, False]


async def test_the_lists_have_an_entry_each(pair: Pair) -> None:
    listed = (await pair.get(f"documents/{pair.id}/timetables"))["timetables"]
    assert [(each["documentId"], each["timetableId"], each["className"], each["validated"]) for each in listed] == [
        (pair.id, pair.first, "4A", True),
        (pair.id, pair.second, "4B", False),
    ]
    assert all("timeblocks" not in each and each["blocks"] == 1 for each in listed)
    # Newest first, and page by page: the document's own order, nothing twice, nothing left out.
    await pair.read()
    found: list[dict[str, Any]] = []
    after: str | None = None
    while len(found) < 4:
        body = await pair.get("timetables?limit=1" + (f"&after={after}" if after else ""))
        found += body["timetables"]
        after = body["next"]
    assert [each["timetableId"] for each in found[:2]] == [pair.first, pair.second]
    assert found[2:] == listed


async def test_a_document_that_is_not_read_yet_lists_none(
    gateway: GatewayAlone, session: aiohttp.ClientSession, player: Player
) -> None:
    id_ = await upload(session, gateway.base_url, png())
    body, _ = await get(session, gateway, f"documents/{id_}/timetables")
    assert body == {"timetables": [], "next": None}
    document, _ = await get(session, gateway, f"documents/{id_}")
    assert (document["timetableId"], document["timetableIds"]) == (None, [])
    async with session.get(f"{gateway.base_url}/api/v1/documents/{uuid.uuid4()}/timetables") as answer:
        assert answer.status == 404


async def test_the_end_of_the_stream_names_all_of_them(pair: Pair) -> None:
    end = await pair.end()
    assert end["result"] == {
        "documentId": pair.id,
        "timetableId": pair.first,
        "timetableIds": [pair.first, pair.second],
        "validated": False,
    }
    assert end["timetableData"]["className"] == "4A"


async def test_an_end_that_was_published_before_there_were_several_names_it_too(
    gateway: GatewayAlone, session: aiohttp.ClientSession, player: Player
) -> None:
    id_ = await upload(session, gateway.base_url, png())
    delivery = await player.take(id_)
    (timetable_id,) = timetable_ids(id_, 1)
    assert await Documents(player.database).save_timetables(id_, "default", {timetable_id: week("4A")})
    result = CompleteResult(document_id=id_, timetable_id=timetable_id, validated=True)
    event = Event(type="complete", document_id=id_, percentage=100, result=result)
    assert await player.consumer.finish(delivery, document_id=id_, event=event)
    end = [data async for _, data in follow(session, gateway.base_url, id_)][-1]
    assert end["result"]["timetableIds"] == [timetable_id]


async def test_a_correction_of_one_leaves_the_other(pair: Pair) -> None:
    first = await pair.get(f"timetables/{pair.first}")
    status, corrected = await pair.put(pair.first, {"timeblocks": [ART], "className": "Ours"})
    assert status == 200
    assert (await pair.get(f"timetables/{pair.second}"))["className"] == "4B"
    assert await pair.status() == "validation_failed", "nobody has looked at the second"

    status, other = await pair.put(pair.second, {"timeblocks": [ART, ART]})
    assert (status, other["validated"]) == (200, True)
    assert await pair.status() == "completed"
    assert await pair.get(f"timetables/{pair.first}") == corrected != first
    # The document's id means the first, here too.
    status, again = await pair.put(pair.id, {"timeblocks": []})
    assert (status, again) == (200, await pair.get(f"timetables/{pair.first}"))
    assert await pair.get(f"timetables/{pair.second}") == other
    listed = (await pair.get(f"documents/{pair.id}/timetables"))["timetables"]
    assert [(each["corrected"], each["blocks"]) for each in listed] == [(True, 0), (True, 2)]


async def test_another_reading_overwrites_what_nobody_corrected(pair: Pair) -> None:
    assert (await pair.put(pair.second, {"timeblocks": [ART]}))[0] == 200
    assert await pair.status() == "completed"
    documents = Documents(pair.player.database)

    async def again(*weeks: Timetable) -> list[str]:
        """The extraction's job is done again; returns the ids of what is stored then."""
        given = dict(zip(timetable_ids(pair.id, len(weeks)), weeks, strict=True))
        stored = await documents.save_timetables(pair.id, "default", given)
        assert stored
        assert (await pair.get(f"documents/{pair.id}"))["timetableIds"] == list(stored)
        return [str(each.class_name) for each in stored.values()]

    assert await again(week("4A again"), week("4B again", validated=False)) == ["4A again", "None"]
    assert await pair.status() == "completed", "the second is what a person said"
    assert await again(week("4A"), week("4B"), week("4C", validated=False)) == ["4A", "None", "4C"]
    assert await pair.status() == "validation_failed"
    # What the page does not hold any more goes, unless a person has corrected it.
    assert await again(week("4A", validated=False)) == ["4A", "None"]
    assert await pair.status() == "validation_failed"
    assert await again(week("4A")) == ["4A", "None"]
    assert await pair.status() == "completed"


async def test_cycle_days_further_weeks_and_other_readings_come_and_go(pair: Pair) -> None:
    assert await Documents(pair.player.database).save_timetables(
        pair.id, "default", {pair.first: Timetable(timeblocks=[ROTATING])}
    )
    body = await pair.get(f"timetables/{pair.first}")
    (block,) = body["timeblocks"]
    assert (block["day"], block["cycleDay"], block["week"]) == (None, 10, "D")
    assert block["alternatives"] == [{"field": "name", "value": "Chem. Lab", "confidence": 0.3}]
    status, stored = await pair.put(pair.first, body)
    assert (status, stored["timeblocks"]) == (200, body["timeblocks"])
