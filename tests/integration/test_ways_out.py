"""Weeks as files over HTTP: every form, term dates, calendars to subscribe to, and what was read."""

import asyncio
import csv
import hashlib
import io
import uuid
from typing import Any

import aiohttp
import asyncpg
import msgspec
import openpyxl
import pytest
import vobject

from shared.db.documents import Documents
from shared.messages import TimeBlock, Timetable
from tests.integration.conftest import GatewayAlone, Player, timetable_ids
from tests.integration.png import png
from tests.integration.test_timetables import ART, get, put
from tests.system import upload

TERM = {"from": "2026-09-02", "until": "2026-12-18", "timeZone": "Europe/Berlin"}
STORED = {
    "firstDay": "2026-09-02",
    "lastDay": "2026-12-18",
    "holidays": [{"firstDay": "2026-10-12", "lastDay": "2026-10-23"}],
    "timeZone": "Europe/Berlin",
    "firstWeek": "A",
}


def week(class_name: str, subject: str = "Maths") -> Timetable:
    block = TimeBlock(day="monday", name=subject, start_time="09:00", end_time="09:45", room="R 12")
    return Timetable(validated=True, class_name=class_name, timeblocks=[block])


class Outlet:
    """A document that was read, and its ways out."""

    def __init__(self, gateway: GatewayAlone, session: aiohttp.ClientSession, player: Player) -> None:
        self.gateway, self.session, self.player = gateway, session, player
        self.id = ""
        self.weeks: list[str] = []

    async def read(self, *weeks: Timetable) -> None:
        self.id = await upload(self.session, self.gateway.base_url, png(), name="Plan 4ä.png")
        self.weeks = await self.player.complete(await self.player.take(self.id), self.id, *weeks)

    async def ask(
        self, method: str, path: str, json: Any = None, query: dict[str, str] | None = None, **headers: str
    ) -> tuple[int, bytes, Any]:
        """Status, body and headers."""
        url = f"{self.gateway.base_url}/{path}"
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        async with self.session.request(method, url, json=json, params=query, headers=sent) as answer:
            return answer.status, await answer.read(), answer.headers

    async def file(self, path: str, query: dict[str, str] | None = None, **headers: str) -> tuple[bytes, Any]:
        status, body, told = await self.ask("GET", path, query=query, **headers)
        assert status == 200, body
        return body, told

    async def problem(self, method: str, path: str, json: Any = None, **query: str) -> tuple[int, str]:
        status, body, _ = await self.ask(method, path, json, query)
        return status, msgspec.json.decode(body)["type"].rpartition("/")[2]


@pytest.fixture
async def outlet(gateway: GatewayAlone, session: aiohttp.ClientSession, player: Player) -> Outlet:
    made = Outlet(gateway, session, player)
    await made.read(week("4A"), week("4B", "=Art"))
    return made


def summaries(data: bytes) -> list[str]:
    calendar = vobject.readOne(data.decode())
    return [event.summary.value for event in getattr(calendar, "vevent_list", [])]


async def test_a_week_leaves_in_every_form(outlet: Outlet) -> None:
    second = f"api/v1/timetables/{outlet.weeks[1]}"
    data, headers = await outlet.file(f"{second}.ics", TERM)
    assert headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert headers["Content-Disposition"] == "attachment; filename=\"4B.ics\"; filename*=UTF-8''4B.ics"
    assert summaries(data) == ["=Art"]

    data, headers = await outlet.file(f"{second}.csv")
    assert headers["Content-Type"] == "text/csv; charset=utf-8"
    assert [row[5] for row in csv.reader(io.StringIO(data.decode("utf-8-sig")))] == ["name", "'=Art"]

    data, headers = await outlet.file(f"{second}.xlsx")
    assert headers["Content-Type"].endswith("spreadsheetml.sheet")
    assert openpyxl.load_workbook(io.BytesIO(data)).sheetnames == ["Week", "List"]

    data, headers = await outlet.file(f"{second}.json")
    assert data == (await outlet.file(second))[0]
    assert headers["Content-Disposition"].endswith("filename*=UTF-8''4B.json")
    schema = msgspec.json.decode((await outlet.file(headers["Link"].partition(">")[0][2:]))[0])
    assert set(msgspec.json.decode(data)) == set(schema["$defs"]["Timetable"]["properties"])

    # By Accept the same bytes; a document's id means its first week, as everywhere.
    types = {"ics": "text/calendar", "csv": "text/csv;q=0.9, */*;q=0.1", "xlsx": headers["Content-Type"]}
    types["xlsx"] = (await outlet.file(f"{second}.xlsx"))[1]["Content-Type"]
    for suffix, accept in types.items():
        by_suffix = await outlet.file(f"api/v1/timetables/{outlet.id}.{suffix}", TERM)
        by_accept = await outlet.file(f"api/v1/timetables/{outlet.id}", TERM, Accept=accept)
        assert by_accept[0] == by_suffix[0]
        assert by_accept[1]["Vary"] == "Accept"
        # Who has it already is told so.
        tag = by_suffix[1]["ETag"]
        status, body, _ = await outlet.ask(
            "GET", f"api/v1/timetables/{outlet.id}.{suffix}", query=TERM, If_None_Match=f'"x", W/{tag}'
        )
        assert (status, body) == (304, b"")


async def test_a_document_s_weeks_leave_together(outlet: Outlet) -> None:
    path = f"api/v1/documents/{outlet.id}/timetables"
    data, headers = await outlet.file(f"{path}.ics", TERM)
    assert summaries(data) == ["Maths", "=Art"]
    assert headers["Content-Disposition"].endswith("filename*=UTF-8''Plan%204%C3%A4.ics")
    data, headers = await outlet.file(f"{path}.xlsx")
    assert openpyxl.load_workbook(io.BytesIO(data)).sheetnames == ["4A", "4B", "4A list", "4B list"]
    assert (await outlet.file(path, Accept=headers["Content-Type"]))[0] == data
    assert (await outlet.file(path, Accept="text/csv"))[1]["Content-Type"] == "application/json"


async def test_no_form_of_what_there_is_not(outlet: Outlet) -> None:
    assert await outlet.problem("GET", f"api/v1/timetables/{uuid.uuid4()}.csv") == (404, "not-found")
    assert await outlet.problem("GET", "api/v1/timetables/x.xlsx") == (404, "not-found")
    assert await outlet.problem("GET", f"api/v1/timetables/{outlet.id}.pdf") == (404, "not-found")
    assert await outlet.problem("GET", f"api/v1/documents/{outlet.id}/timetables.csv") == (404, "not-found")
    waiting = await upload(outlet.session, outlet.gateway.base_url, png())
    for path in (f"timetables/{waiting}.ics", f"documents/{waiting}/timetables.xlsx", f"timetables/{waiting}/original"):
        assert await outlet.problem("GET", f"api/v1/{path}", **TERM) == (404, "no-timetable")


async def test_a_calendar_needs_to_know_when_the_week_holds(outlet: Outlet) -> None:
    path = f"api/v1/timetables/{outlet.weeks[0]}"
    assert await outlet.problem("GET", f"{path}.ics") == (422, "no-term-dates")
    assert await outlet.problem("GET", f"{path}.ics", **{**TERM, "until": "soon"}) == (422, "bad-term-dates")
    assert await outlet.problem("GET", f"{path}/term-dates") == (404, "no-term-dates")
    assert await outlet.problem("PUT", f"{path}/term-dates", {"firstDay": "2026-09-02"}) == (422, "bad-term-dates")

    status, body, _ = await outlet.ask("PUT", f"{path}/term-dates", STORED)
    assert (status, msgspec.json.decode(body)) == (200, STORED)
    assert msgspec.json.decode((await outlet.file(f"{path}/term-dates"))[0]) == STORED
    stored, _ = await outlet.file(f"{path}.ics")
    assert stored == (await outlet.file(f"{path}.ics", {**TERM, "holidays": "2026-10-12/2026-10-23"}))[0]
    assert stored != (await outlet.file(f"{path}.ics", {"holidays": ""}))[0], "a query goes first"
    # The other week of the document has none, so that they cannot leave together.
    assert await outlet.problem("GET", f"api/v1/documents/{outlet.id}/timetables.ics") == (422, "no-term-dates")

    # A new reading and a correction leave them as they are.
    first, second = outlet.weeks
    again = {first: week("4A", "Again"), second: week("4B")}
    assert await Documents(outlet.player.database).save_timetables(outlet.id, "default", again)
    assert summaries((await outlet.file(f"{path}.ics"))[0]) == ["Again"]
    assert (await put(outlet.session, outlet.gateway, first, {"timeblocks": [ART]}))[0] == 200
    assert summaries((await outlet.file(f"{path}.ics"))[0]) == ["Art"]

    assert (await outlet.ask("DELETE", f"{path}/term-dates"))[0] == 204
    assert await outlet.problem("GET", f"{path}.ics") == (422, "no-term-dates")
    for method in ("PUT", "DELETE"):
        assert await outlet.problem(
            method, f"api/v1/timetables/{uuid.uuid4()}/term-dates", STORED if method == "PUT" else None
        ) == (404, "not-found")


async def test_a_subscribed_calendar_follows_the_week_until_it_is_revoked(outlet: Outlet) -> None:
    path = f"api/v1/timetables/{outlet.weeks[0]}/calendars"
    assert await outlet.problem("POST", path) == (422, "no-term-dates")
    status, body, _ = await outlet.ask("POST", path, STORED)
    made = msgspec.json.decode(body)
    assert status == 201
    assert made["url"].removeprefix("http://") == made["webcalUrl"].removeprefix("webcal://")
    link = made["url"].removeprefix(f"{outlet.gateway.base_url}/")
    before, headers = await outlet.file(link)
    assert summaries(before) == ["Maths"]
    assert (await outlet.ask("GET", link, If_None_Match=headers["ETag"]))[0] == 304

    assert (await put(outlet.session, outlet.gateway, outlet.weeks[0], {"timeblocks": [ART]}))[0] == 200
    after, changed = await outlet.file(link, If_None_Match=headers["ETag"])
    assert (summaries(after), changed["ETag"] != headers["ETag"]) == (["Art"], True)

    listed = msgspec.json.decode((await outlet.file(path))[0])["calendars"]
    assert [(each["calendarId"], each["termDates"]) for each in listed] == [(made["calendarId"], STORED)]
    token = link.removesuffix(".ics").rpartition("/")[2]
    connection = await asyncpg.connect(outlet.gateway.database_url)
    kept = await connection.fetchval("SELECT digest FROM calendars WHERE id = $1", uuid.UUID(made["calendarId"]))
    await connection.close()
    assert kept == hashlib.sha256(token.encode()).digest()

    assert (await outlet.ask("DELETE", f"api/v1/calendars/{made['calendarId']}"))[0] == 204
    assert await outlet.problem("GET", link) == (404, "not-found")
    assert await outlet.problem("DELETE", f"api/v1/calendars/{made['calendarId']}") == (404, "not-found")
    assert await outlet.problem("GET", "api/v1/calendars/x.ics") == (404, "not-found")
    assert token not in outlet.gateway.log("gateway").read_text(), "whoever reads the log reads no week"


async def test_a_link_goes_with_its_document(outlet: Outlet) -> None:
    path = f"api/v1/timetables/{outlet.id}"
    assert (await outlet.ask("PUT", f"{path}/term-dates", STORED))[0] == 200
    made = msgspec.json.decode((await outlet.ask("POST", f"{path}/calendars"))[1])
    link = made["url"].removeprefix(f"{outlet.gateway.base_url}/")
    assert summaries((await outlet.file(link))[0]) == ["Maths"]
    assert (await outlet.ask("DELETE", f"api/v1/documents/{outlet.id}"))[0] == 204
    assert await outlet.problem("GET", link) == (404, "not-found")


async def test_what_was_read_stays_beside_what_a_person_said(outlet: Outlet) -> None:
    path = f"api/v1/timetables/{outlet.weeks[0]}/original"
    read, _ = await get(outlet.session, outlet.gateway, f"timetables/{outlet.weeks[0]}")
    read.pop("extraction")

    async def original() -> tuple[Any, list[Any]]:
        body = msgspec.json.decode((await outlet.file(path))[0])
        body["timetable"].pop("extraction")
        return body["timetable"], body["corrections"]

    assert await original() == (read, [])
    for name in ("Our week", "Our week", "Our week, again"):
        body = {"timeblocks": [ART], "savedName": name}
        assert (await put(outlet.session, outlet.gateway, outlet.weeks[0], body))[0] == 200
    kept, corrections = await original()
    assert kept == read
    assert [each["keyName"] for each in corrections] == [None, None], "the same again is no correction"
    assert corrections[0]["at"] >= corrections[1]["at"]
    late = {outlet.weeks[0]: week("4A", "Late"), outlet.weeks[1]: week("4B")}
    assert await Documents(outlet.player.database).save_timetables(outlet.id, "default", late)
    assert (await original())[0] == read


async def test_of_many_at_once_each_gets_its_own(outlet: Outlet) -> None:
    paths = [
        f"api/v1/timetables/{id_}.{suffix}" for id_ in timetable_ids(outlet.id, 2) for suffix in ("ics", "csv", "xlsx")
    ]
    found = await asyncio.gather(*(outlet.file(path, TERM) for path in paths * 5))
    assert len({data for data, _ in found}) == len(paths)
