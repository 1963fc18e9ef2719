"""Webhooks: who is told of a document's end, how often, and what becomes of it when nobody takes it."""

import asyncio
import socket
import uuid
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import asyncpg
import pytest
from aiohttp import web
from standardwebhooks.webhooks import Webhook

from services.gateway.outgoing import check_url, is_public
from shared.db.documents import Documents
from shared.db.pool import Database, DatabaseSettings
from shared.db.webhooks import Webhooks
from tests.integration.conftest import GatewayAlone, Player
from tests.integration.png import png
from tests.waiting import patience, until


class Receiver:
    """A webhook that answers what the test says, in turn; the last answer stays."""

    def __init__(self) -> None:
        self.answers: list[web.Response | int] = [204]
        self.taken: asyncio.Queue[tuple[str, bytes, dict[str, str]]] = asyncio.Queue()
        self.url = ""

    async def handler(self, request: web.Request) -> web.Response:
        await self.taken.put((request.path, await request.read(), dict(request.headers)))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, int):
            headers = {"Location": f"{self.url}/elsewhere"} if 300 <= answer < 400 else {}
            return web.Response(status=answer, headers=headers)
        return answer

    async def next(self) -> tuple[str, bytes, dict[str, str]]:
        async with patience():
            return await self.taken.get()


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    made = Receiver()
    app = web.Application()
    app.router.add_post("/{path:.*}", made.handler)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.url = f"http://localhost:{runner.addresses[0][1]}"
    yield made
    await runner.cleanup()


class Caller:
    """The API and the record."""

    def __init__(self, gateway: GatewayAlone, session: aiohttp.ClientSession, player: Player) -> None:
        self.gateway, self.session, self.player = gateway, session, player

    async def ask(self, method: str, path: str, json: Any = None) -> tuple[int, Any]:
        async with self.session.request(method, f"{self.gateway.base_url}/api/v1/{path}", json=json) as answer:
            return answer.status, await answer.json(content_type=None) if answer.status != 204 else None

    async def upload(self, **query: str) -> tuple[int, Any]:
        form = aiohttp.FormData()
        form.add_field("file", png(), filename="week.png", content_type="image/png")
        url = f"{self.gateway.base_url}/api/v1/documents/upload"
        async with self.session.post(url, data=form, params=query) as answer:
            return answer.status, await answer.json(content_type=None)

    async def accepted(self, **query: str) -> str:
        status, body = await self.upload(**query)
        assert status == 202, body
        return str(body["documentId"])

    async def sent(self, document_id: str) -> list[Any]:
        """What was or is to be sent of a document."""
        status, body = await self.ask("GET", f"webhooks/deliveries?documentId={document_id}")
        assert status == 200, body
        return list(body["deliveries"])

    async def ended(self, document_id: str, status: str) -> Any:
        """A document's only message, once it is what it is to be."""
        found: list[Any] = []

        async def there() -> bool:
            found[:] = await self.sent(document_id)
            return [each["status"] for each in found] == [status]

        await until(there)
        return found[0]

    async def due(self, delivery_id: str) -> None:
        """As if its wait were over."""
        connection = await asyncpg.connect(self.gateway.database_url)
        await connection.execute("UPDATE webhook_deliveries SET next_at = now() WHERE id = $1", uuid.UUID(delivery_id))
        await connection.close()


@pytest.fixture
async def caller(gateway: GatewayAlone, session: aiohttp.ClientSession, player: Player) -> AsyncIterator[Caller]:
    made = Caller(gateway, session, player)
    yield made
    for each in (await made.ask("GET", "webhooks"))[1]["webhooks"]:
        assert (await made.ask("DELETE", f"webhooks/{each['webhookId']}"))[0] == 204


async def test_a_webhook_is_told_how_each_document_ended(caller: Caller, receiver: Receiver) -> None:
    status, made = await caller.ask("POST", "webhooks", {"url": f"{receiver.url}/all"})
    assert status == 201
    assert await caller.ask("POST", "webhooks", {"url": f"{receiver.url}/all"}) == (201, made), "the same one again"
    secret = (await caller.ask("GET", "webhooks/secret"))[1]["secret"]

    read = await caller.accepted()
    ids = await caller.player.complete(await caller.player.take(read), read)
    _, body, headers = await receiver.next()
    told = Webhook(secret).verify(body, headers)
    assert told["type"] == "document.completed"
    assert told["data"] == {"documentId": read, "status": "completed", "error": None, "timetableIds": ids}
    delivery = await caller.ended(read, "delivered")
    assert (delivery["deliveryId"], delivery["answer"], delivery["attempts"]) == (headers["webhook-id"], 204, 1)

    failed = await caller.accepted()
    assert await Documents(caller.player.database).fail(failed, "default", "It broke.")
    told = Webhook(secret).verify(*(await receiver.next())[1:])
    assert (told["type"], told["data"]["error"], told["data"]["timetableIds"]) == ("document.failed", "It broke.", [])

    cancelled = await caller.accepted()
    assert (await caller.ask("POST", f"documents/{cancelled}/cancel"))[0] == 200
    told = Webhook(secret).verify(*(await receiver.next())[1:])
    assert (told["type"], told["data"]["documentId"]) == ("document.cancelled", cancelled)

    # A correction ends nothing, nor does the same end once more.
    assert (await caller.ask("PUT", f"timetables/{read}", {"timeblocks": []}))[0] == 200
    assert (await caller.ask("POST", f"documents/{cancelled}/cancel"))[0] == 200
    assert len(await caller.sent(read)) == len(await caller.sent(cancelled)) == 1


async def test_an_upload_names_a_webhook_of_its_own(caller: Caller, receiver: Receiver) -> None:
    own = await caller.accepted(webhook=f"{receiver.url}/own")
    other = await caller.accepted()
    for id_ in (other, own):
        assert (await caller.ask("POST", f"documents/{id_}/cancel"))[0] == 200
    path, body, headers = await receiver.next()
    secret = (await caller.ask("GET", "webhooks/secret"))[1]["secret"]
    assert (path, Webhook(secret).verify(body, headers)["data"]["documentId"]) == ("/own", own)
    assert await caller.sent(other) == []


async def test_what_nobody_takes_is_sent_again_and_at_last_by_hand(caller: Caller, receiver: Receiver) -> None:
    # It asks to be left alone for longer than the first wait, which is short enough to be over before the test looks.
    receiver.answers = [web.Response(status=500, headers={"Retry-After": "3600"}), 307, 204]
    id_ = await caller.accepted(webhook=f"{receiver.url}/x")
    assert (await caller.ask("POST", f"documents/{id_}/cancel"))[0] == 200
    first = await receiver.next()

    async def answered(status: int) -> bool:
        return bool((await caller.sent(id_))[0]["answer"] == status)

    await until(lambda: answered(500))
    (waiting,) = await caller.sent(id_)
    assert (waiting["status"], waiting["error"], waiting["attempts"]) == ("waiting", "The answer was 500.", 1)
    assert waiting["nextAt"] > waiting["sentAt"]
    await caller.due(waiting["deliveryId"])
    second = await receiver.next()
    await until(lambda: answered(307))
    assert receiver.taken.empty(), "no redirect is followed"
    await caller.due(waiting["deliveryId"])
    third = await receiver.next()
    delivery = await caller.ended(id_, "delivered")
    assert delivery["attempts"] == 3
    assert {each[2]["webhook-id"] for each in (first, second, third)} == {waiting["deliveryId"]}
    assert {each[1] for each in (first, second, third)} == {first[1]}

    # Once more because somebody asks for it; one that says it is gone is left alone.
    receiver.answers = [410]
    assert (await caller.ask("POST", f"webhooks/deliveries/{delivery['deliveryId']}/retry"))[0] == 202
    await receiver.next()
    gone = await caller.ended(id_, "failed")
    assert (gone["answer"], gone["attempts"], gone["nextAt"]) == (410, 1, None)
    assert (await caller.ask("POST", f"webhooks/deliveries/{uuid.uuid4()}/retry"))[0] == 404


async def test_what_a_gateway_took_and_never_reported_on_is_sent_again(caller: Caller, receiver: Receiver) -> None:
    """As after one that died: the message is due again when its time is over, under the same id."""
    id_ = await caller.accepted(webhook=f"{receiver.url}/x")
    connection = await asyncpg.connect(caller.gateway.database_url)
    async with connection.transaction():
        # In one transaction with its end, so that the gateway of the tests sees it as taken from the first.
        await connection.execute("UPDATE documents SET status = 'failed' WHERE id = $1", uuid.UUID(id_))
        await connection.execute(
            "UPDATE webhook_deliveries SET attempts = 1, sent_at = now(), next_at = now() + interval '1 hour' "
            "WHERE document_id = $1",
            uuid.UUID(id_),
        )
    await connection.close()
    (taken,) = await caller.sent(id_)
    await caller.due(taken["deliveryId"])
    _, _, headers = await receiver.next()
    assert headers["webhook-id"] == taken["deliveryId"]
    assert (await caller.ended(id_, "delivered"))["attempts"] == 2


async def test_addresses_that_are_not_public_are_refused(caller: Caller, receiver: Receiver) -> None:
    port = receiver.url.rpartition(":")[2]
    forms = (f"http://127.0.0.1:{port}/", f"https://127.0.0.1:{port}/", f"https://0x7f000001:{port}/", "https://[::1]/")
    for url in (*forms, "http://school.example/"):
        status, problem = await caller.ask("POST", "webhooks", {"url": url})
        assert (status, problem["type"]) == (422, "/problems/bad-webhook"), url
        status, problem = await caller.upload(webhook=url)
        assert (status, problem["type"]) == (422, "/problems/bad-webhook"), url


async def test_a_name_of_an_address_that_is_not_public_is_never_called(caller: Caller, receiver: Receiver) -> None:
    """Only a look at the socket's address shows it."""
    port, name = receiver.url.rpartition(":")[2], socket.gethostname()
    try:
        check_url(f"https://{name}:{port}/x")
        found = await asyncio.get_running_loop().getaddrinfo(name, int(port), type=socket.SOCK_STREAM)
    except (OSError, ValueError):
        found = []
    if not found or any(is_public(str(address[0])) for *_, address in found):
        pytest.skip("this machine's name is not that of an address of its own")
    id_ = await caller.accepted(webhook=f"https://{name}:{port}/x")
    assert (await caller.ask("POST", f"documents/{id_}/cancel"))[0] == 200

    async def refused() -> bool:
        (sent,) = await caller.sent(id_)
        return sent["error"] is not None

    await until(refused)
    (sent,) = await caller.sent(id_)
    assert (sent["status"], sent["answer"]) == ("waiting", None)
    assert receiver.taken.empty()


async def test_secrets_and_webhooks_are_replaced_and_bounded(caller: Caller, receiver: Receiver) -> None:
    before = (await caller.ask("GET", "webhooks/secret"))[1]["secret"]
    assert (await caller.ask("GET", "webhooks/secret"))[1]["secret"] == before
    after = (await caller.ask("POST", "webhooks/secret/rotate"))[1]["secret"]
    assert after != before
    id_ = await caller.accepted(webhook=f"{receiver.url}/x")
    assert (await caller.ask("POST", f"documents/{id_}/cancel"))[0] == 200
    _, body, headers = await receiver.next()
    for secret in (before, after):
        Webhook(secret).verify(body, headers)

    for number in range(20):
        assert (await caller.ask("POST", "webhooks", {"url": f"{receiver.url}/{number}"}))[0] == 201
    assert (await caller.ask("POST", "webhooks", {"url": f"{receiver.url}/more"}))[0] == 409
    listed = (await caller.ask("GET", "webhooks"))[1]["webhooks"]
    assert [each["url"].rpartition("/")[2] for each in listed] == [str(number) for number in range(20)]
    assert (await caller.ask("DELETE", f"webhooks/{uuid.uuid4()}"))[0] == 404

    # The list of messages comes in pages.
    first = (await caller.ask("GET", "webhooks/deliveries?limit=1"))[1]
    second = (await caller.ask("GET", f"webhooks/deliveries?limit=1&after={first['next']}"))[1]
    assert first["deliveries"][0]["deliveryId"] != second["deliveries"][0]["deliveryId"]


async def test_a_webhook_that_is_deleted_is_told_nothing_more(caller: Caller, receiver: Receiver) -> None:
    receiver.answers = [503]
    made = (await caller.ask("POST", "webhooks", {"url": f"{receiver.url}/all"}))[1]
    id_ = await caller.accepted()
    assert (await caller.ask("POST", f"documents/{id_}/cancel"))[0] == 200
    await receiver.next()
    assert (await caller.ask("DELETE", f"webhooks/{made['webhookId']}"))[0] == 204
    assert (await caller.ended(id_, "failed"))["error"] == "The webhook was deleted."


async def test_thousands_of_one_tenant_s_messages_stand_before_nobody_s(database_url: str) -> None:
    """As many as an address that takes nothing leaves waiting, all of them due for longer than another tenant's one."""
    database = Database(DatabaseSettings.load(database_url=database_url))
    await database.open()
    for tenant, messages, age in (("many", 1200, 3600), ("one", 1, 1)):
        document_id = uuid.uuid4()
        await database.pool.execute(
            "INSERT INTO documents (id, tenant, file_name, content_type, size, blob) VALUES ($1, $2, 'f', 'c', 1, 'b')",
            document_id,
            tenant,
        )
        await database.pool.execute(
            "INSERT INTO webhook_deliveries (id, tenant, document_id, url, body, next_at) "
            "SELECT gen_random_uuid(), $2, $1, 'https://' || $2 || '.example/', '{}', now() - $4 * interval '1 second' "
            "FROM generate_series(1, $3)",
            document_id,
            tenant,
            messages,
            age,
        )
        await Webhooks(database).secret(tenant, "whsec_AAAA")
    taken = await Webhooks(database).take(60, 4)
    assert sorted(each.url for each in taken) == ["https://many.example/"] * 3 + ["https://one.example/"]
    again = await Webhooks(database).take(60, 2000)
    assert (len(again), {each.attempt for each in again}) == (1197, {1}), "what was taken is not due"
    await database.close()
