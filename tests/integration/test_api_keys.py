"""Keys in Postgres: made from a shell and over HTTP, for what they are for, until they are revoked."""

import sys

import aiohttp
import pytest

from services.gateway import keys
from tests.integration.conftest import GatewayAlone
from tests.integration.schools import NORTH, School


async def shell(monkeypatch: pytest.MonkeyPatch, running: GatewayAlone, *arguments: str) -> int:
    """Run the command line on a gateway's database."""
    monkeypatch.setenv("DATABASE_URL", running.database_url)
    monkeypatch.setattr(sys, "argv", ["keys", *arguments])
    return await keys.main(keys.parse())


async def test_a_key_is_made_used_and_revoked(
    schools: GatewayAlone,
    session: aiohttp.ClientSession,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert await shell(monkeypatch, schools, "add", "north", "the operator", "--role", "operate") == 0
    operator_key = capsys.readouterr().out.split()[-1]
    operator = School(session, schools.base_url, operator_key)

    new = {"tenant": "north", "name": "the wall's screen", "roles": ["read"]}
    status, made = await operator("POST", "keys", json=new)
    assert (status, made["tenant"], made["roles"], made["lastUsedAt"]) == (201, "north", ["read"], None)
    screen = School(session, schools.base_url, made["key"])

    # Each role is for its own: nothing is read with an operator's key, nothing written with a reader's.
    assert (await screen("GET", "documents"))[0] == 200
    for who, method, path, role in (
        (screen, "DELETE", "queue/dead", "write"),
        (screen, "GET", "keys", "operate"),
        (operator, "GET", "documents", "read"),
        (School(session, schools.base_url, NORTH), "GET", "keys", "operate"),
    ):
        status, problem = await who(method, path)
        assert (status, problem["type"], problem["allowed"]) == (403, "/problems/role-missing", {"role": role})

    status, listed = await operator("GET", "keys")
    assert status == 200
    own = [each for each in listed["keys"] if each["tenant"] == "north"]
    assert [each["name"] for each in own][:2] == ["the wall's screen", "the operator"]
    assert all(each["lastUsedAt"] for each in own[:2])
    assert "key" not in listed["keys"][0], "it is told once"

    assert (await operator("DELETE", f"keys/{made['id']}"))[0] == 204
    assert (await operator("DELETE", f"keys/{made['id']}"))[0] == 204
    assert (await screen("GET", "documents"))[0] == 401
    assert (await operator("DELETE", "keys/ffffffffffff"))[0] == 404

    assert await shell(monkeypatch, schools, "list") == 0
    told = capsys.readouterr().out
    assert "the wall's screen" in told
    assert "revoked" in told
    assert operator_key not in told
    assert await shell(monkeypatch, schools, "revoke", made["id"], "ffffffffffff") == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"tenant": "North", "name": "x", "roles": ["read"]}, "tenant"),
        ({"tenant": "north", "name": "", "roles": ["read"]}, "name"),
        ({"tenant": "north", "name": "a\x00b", "roles": ["read"]}, "name"),
        ({"tenant": "north", "name": "x", "roles": []}, "roles"),
        ({"tenant": "north", "name": "x", "roles": ["own"]}, "roles[0]"),
        ({"tenant": "north", "name": "x"}, None),
    ],
)
async def test_a_bad_key_is_refused(
    schools: GatewayAlone,
    session: aiohttp.ClientSession,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    body: dict[str, object],
    field: str | None,
) -> None:
    await shell(monkeypatch, schools, "add", "north", "the operator", "--role", "operate")
    operator = School(session, schools.base_url, capsys.readouterr().out.split()[-1])
    status, problem = await operator("POST", "keys", json=body)
    assert (status, problem["type"], problem.get("field")) == (422, "/problems/bad-body", field)


async def test_an_open_gateway_makes_no_key(gateway: GatewayAlone, session: aiohttp.ClientSession) -> None:
    anybody = School(session, gateway.base_url, None)
    assert (await anybody("GET", "keys")) == (200, {"keys": []})
    new = {"tenant": "default", "name": "for later", "roles": ["operate"]}
    assert (await anybody("POST", "keys", json=new))[0] == 403
    assert (await anybody("GET", "keys"))[1] == {"keys": []}
