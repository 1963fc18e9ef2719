"""The login of the page and tickets: what a key is exchanged for, and what that is good for."""

import re
import uuid
from typing import Any

import aiohttp
import asyncpg
import pytest

from shared.db.api_keys import ApiKeys
from shared.db.pool import Database, DatabaseSettings
from tests.integration.conftest import GatewayAlone
from tests.integration.schools import NORTH, School

COOKIE = "timelift_session"


async def log_in(session: aiohttp.ClientSession, schools: GatewayAlone, key: str) -> dict[str, str]:
    """The cookie of a login, as a request's header."""
    url = f"{schools.base_url}/login"
    async with session.post(url, data={"key": key}, allow_redirects=False) as answer:
        assert (answer.status, answer.headers["Location"]) == (303, "/")
        said = answer.headers["Set-Cookie"]
    session.cookie_jar.clear()
    assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(said.split("; "))
    return {"Cookie": said.partition(";")[0]}


async def get(session: aiohttp.ClientSession, url: str, **more: Any) -> int:
    async with session.get(url, allow_redirects=False, **more) as answer:
        return answer.status


async def test_a_login_does_what_its_key_does_until_it_is_over(
    schools: GatewayAlone, session: aiohttp.ClientSession, north: School
) -> None:
    id_ = await north.upload()
    root = f"{schools.base_url}/api/v1"
    assert await get(session, schools.base_url + "/") == 303, "to the login"
    cookie = await log_in(session, schools, NORTH)
    assert await get(session, schools.base_url + "/", headers=cookie) == 200
    assert await get(session, f"{root}/documents/{id_}", headers=cookie) == 200
    async with session.get(f"{schools.base_url}/login", headers=cookie) as answer:
        assert "logged in as north" in await answer.text()
    own = {**cookie, "Origin": schools.base_url}
    async with session.post(f"{schools.base_url}/logout", headers=own, allow_redirects=False) as answer:
        assert (answer.status, answer.headers["Location"]) == (303, "/login")
    assert await get(session, f"{root}/documents/{id_}", headers=cookie) == 401
    assert await get(session, f"{root}/documents", headers={"Cookie": f"{COOKIE}=made-up"}) == 401
    async with session.post(f"{schools.base_url}/login", data={"key": "no-such-key-0000"}) as answer:
        assert answer.status == 401
        assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    ("place", "leads_to"),
    [
        ("#/timetables/7085e8b2-619c-4bec-aeea-377b150320d1", "/#/timetables/7085e8b2-619c-4bec-aeea-377b150320d1"),
        ("#/operations", "/#/operations"),
        ("//strangers.example/", "/"),
        ("#//strangers.example/", "/#//strangers.example/"),
        ("https://strangers.example/", "/"),
        ("#/a\r\nSet-Cookie: x=y", "/"),
    ],
)
async def test_a_login_leads_back_to_its_place_on_the_page_and_nowhere_else(
    schools: GatewayAlone, session: aiohttp.ClientSession, place: str, leads_to: str
) -> None:
    url = f"{schools.base_url}/login"
    async with session.post(url, data={"key": NORTH, "place": place}, allow_redirects=False) as answer:
        assert (answer.status, answer.headers["Location"]) == (303, leads_to)
    async with session.post(url, data={"key": "no-such-key-0000", "place": '"><p>'}) as answer:
        assert '"><p>' not in await answer.text()
    async with session.post(url, data={"key": "no-such-key-0000", "place": "#/operations"}) as answer:
        assert 'value="#/operations"' in await answer.text(), "what was mistyped forgets no place"


async def test_the_login_speaks_the_browsers_language(schools: GatewayAlone, session: aiohttp.ClientSession) -> None:
    for accepted, word in (("de-CH, en;q=0.5", "Anmelden"), ("fr, en;q=0.5", "Log in"), ("", "Log in")):
        async with session.get(f"{schools.base_url}/login", headers={"Accept-Language": accepted}) as answer:
            assert f"<button>{word}</button>" in await answer.text()


async def test_who_asks_is_told_who_they_are(
    schools: GatewayAlone, session: aiohttp.ClientSession, gateway: GatewayAlone
) -> None:
    url = f"{schools.base_url}/api/v1/me"
    assert await get(session, url) == 401
    cookie = await log_in(session, schools, NORTH)
    async with session.get(url, headers=cookie) as answer:
        told = await answer.json()
    assert told == {"tenant": "north", "name": "north", "roles": ["read", "write"], "keys": True, "loggedIn": True}
    database = Database(DatabaseSettings.load(database_url=schools.database_url))
    await database.open()
    _, key = await ApiKeys(database).add("south", "the operator", ["operate"])
    await database.close()
    async with session.get(url, headers={"X-API-Key": key}) as answer:
        assert (await answer.json())["roles"] == ["operate"], "any key may ask"
    async with session.get(f"{gateway.base_url}/api/v1/me") as answer:
        told = await answer.json()
    assert (told["roles"], told["keys"], told["loggedIn"]) == (["operate", "read", "write"], False, False)


@pytest.mark.parametrize(
    ("said", "allowed"),
    [
        ({"Origin": "{own}"}, True),
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({}, False),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Origin": "http://localhost:1"}, False),
        ({"Origin": "null"}, False),
        ({"Origin": "https://school.example", "Sec-Fetch-Site": "cross-site"}, False),
    ],
)
async def test_only_a_page_of_its_own_changes_something_with_a_login(
    schools: GatewayAlone, session: aiohttp.ClientSession, said: dict[str, str], allowed: bool
) -> None:
    cookie = await log_in(session, schools, NORTH)
    headers = {name: value.format(own=schools.base_url) for name, value in said.items()}
    url = f"{schools.base_url}/api/v1/documents/{uuid.uuid4()}"
    async with session.delete(url, headers={**cookie, **headers}) as answer:
        assert answer.status == (404 if allowed else 403)
    # Who brings a key is no browser that was led astray.
    async with session.delete(url, headers={**cookie, "X-API-Key": NORTH}) as answer:
        assert answer.status == 404


async def test_a_login_ends_with_its_key(schools: GatewayAlone, session: aiohttp.ClientSession) -> None:
    database = Database(DatabaseSettings.load(database_url=schools.database_url))
    await database.open()
    made, key = await ApiKeys(database).add("north", "a browser", ["read"])
    cookie = await log_in(session, schools, key)
    url = f"{schools.base_url}/api/v1/documents"
    assert await get(session, url, headers=cookie) == 200
    assert await ApiKeys(database).revoke(made.id)
    assert await get(session, url, headers=cookie) == 401
    await database.close()


async def test_a_ticket_is_for_one_document_and_a_while(
    schools: GatewayAlone, session: aiohttp.ClientSession, north: School, south: School
) -> None:
    id_, other = await north.upload(), await north.upload()
    status, made = await north("POST", f"documents/{id_}/ticket")
    assert status == 201
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]{12}Z", made["expiresAt"])
    root, ticket = f"{schools.base_url}/api/v1", made["ticket"]
    async with session.get(f"{root}/events/{id_}?ticket={ticket}") as stream:
        assert stream.status == 200
    # It was not compressed yet: the picture is not there, but its ticket is good.
    assert await get(session, f"{root}/documents/{id_}/image?ticket={ticket}") == 404
    for path in (f"events/{other}", f"documents/{other}/image", f"documents/{id_}", "documents", "events"):
        assert await get(session, f"{root}/{path}?ticket={ticket}") == 401, path
    async with session.delete(f"{root}/documents/{id_}?ticket={ticket}") as answer:
        assert answer.status == 401
    # It is no login either.
    assert await get(session, f"{root}/documents/{id_}", headers={"Cookie": f"{COOKIE}={ticket}"}) == 401
    connection = await asyncpg.connect(schools.database_url)
    await connection.execute("UPDATE passes SET expires_at = now() - interval '1 second' WHERE document_id = $1", id_)
    await connection.close()
    assert await get(session, f"{root}/documents/{id_}/image?ticket={ticket}") == 401
    assert (await south("POST", f"documents/{id_}/ticket"))[0] == 404


async def test_a_key_in_an_address_is_warned_of(
    schools: GatewayAlone, session: aiohttp.ClientSession, north: School
) -> None:
    id_ = await north.upload()
    async with session.get(f"{schools.base_url}/api/v1/documents/{id_}/image?access_token={NORTH}") as answer:
        assert (answer.status, answer.headers["Deprecation"][0]) == (404, "@")
    assert "stands in an address" in schools.log("gateway").read_text()
    assert NORTH not in schools.log("gateway").read_text()
