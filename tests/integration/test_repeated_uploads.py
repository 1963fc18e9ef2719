"""Uploads that come again: the same bytes, and the same Idempotency-Key."""

import io
import uuid
from typing import Any

import aiohttp
import asyncpg
import pytest

from tests.integration.conftest import GatewayAlone, Player
from tests.integration.png import png


def fresh() -> bytes:
    """A picture that no other test has uploaded."""
    return png() + uuid.uuid4().bytes


async def send(
    session: aiohttp.ClientSession,
    gateway: GatewayAlone,
    data: bytes,
    query: str = "",
    name: str = "week.png",
    **more: str,
) -> tuple[int, dict[str, Any]]:
    form = aiohttp.FormData()
    form.add_field("file", io.BytesIO(data), filename=name)
    headers = {each.replace("_", "-"): value for each, value in more.items()}
    url = f"{gateway.base_url}/api/v1/documents/upload{query}"
    async with session.post(url, data=form, headers=headers) as answer:
        return answer.status, await answer.json(content_type=None)


async def test_the_same_bytes_are_named_and_not_read_again_where_that_will_do(
    gateway: GatewayAlone, session: aiohttp.ClientSession, player: Player
) -> None:
    data = fresh()
    _, first = await send(session, gateway, data)
    id_ = first["documentId"]
    assert first == {"documentId": id_, "status": "uploaded"}
    assert "sameAs" not in (await send(session, gateway, data, "?reuse=true"))[1], "it has not been read yet"
    await player.complete(await player.take(id_), id_)
    status, again = await send(session, gateway, data)
    assert (status, again["sameAs"], again["status"]) == (202, id_, "uploaded")
    assert again["documentId"] != id_
    status, again = await send(session, gateway, data, "?reuse=true", name="another name.png")
    assert (status, again) == (200, {"documentId": id_, "status": "completed", "sameAs": id_})
    assert (await send(session, gateway, data + b"!", "?reuse=true"))[0] == 202


async def test_a_key_makes_one_document_however_often_it_comes(
    gateway: GatewayAlone, session: aiohttp.ClientSession
) -> None:
    data, key = fresh(), f'"{uuid.uuid4()}"'
    first = await send(session, gateway, data, Idempotency_Key=key)
    assert first[0] == 202
    assert await send(session, gateway, data, Idempotency_Key=key) == first
    assert await send(session, gateway, data, Idempotency_Key=key.strip('"')) == first
    for other in (
        await send(session, gateway, data + b"!", Idempotency_Key=key),
        await send(session, gateway, data, name="other.png", Idempotency_Key=key),
        await send(session, gateway, data, "?priority=batch", Idempotency_Key=key),
    ):
        assert (other[0], other[1]["type"]) == (422, "/problems/idempotency-key-reused")
    assert (await send(session, gateway, data, Idempotency_Key=f'"{uuid.uuid4()}"'))[1] != first[1]


async def test_a_key_that_is_under_way_waits_for_its_first_answer_unless_that_died(
    gateway: GatewayAlone, session: aiohttp.ClientSession
) -> None:
    data, key = fresh(), str(uuid.uuid4())
    _, first = await send(session, gateway, data, Idempotency_Key=key)
    connection = await asyncpg.connect(gateway.database_url)
    under_way = "UPDATE upload_keys SET document_id = NULL, locked_until = now() + $2::interval WHERE key = $1"
    await connection.execute(under_way.replace("$2", "'1 hour'"), key)
    status, problem = await send(session, gateway, data, Idempotency_Key=key)
    assert (status, problem["type"]) == (409, "/problems/upload-under-way")
    await connection.execute(under_way.replace("$2", "'-1 second'"), key)
    status, second = await send(session, gateway, data, Idempotency_Key=key)
    assert status == 202
    assert second["documentId"] != first["documentId"]
    await connection.close()


async def test_a_refused_upload_leaves_its_key_free(gateway: GatewayAlone, session: aiohttp.ClientSession) -> None:
    key = str(uuid.uuid4())
    assert (await send(session, gateway, b"no picture", Idempotency_Key=key))[0] == 422
    assert (await send(session, gateway, fresh(), Idempotency_Key=key))[0] == 202


@pytest.mark.parametrize("key", ["", '""', '"' + "x" * 256 + '"', "a b", '"a"b"', "Zürich"])
async def test_a_bad_key_is_refused(gateway: GatewayAlone, session: aiohttp.ClientSession, key: str) -> None:
    status, problem = await send(session, gateway, fresh(), Idempotency_Key=key)
    assert (status, problem["type"]) == (400, "/problems/bad-idempotency-key")
