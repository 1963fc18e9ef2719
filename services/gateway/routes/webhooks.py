"""Webhooks over HTTP: a tenant's addresses, the secret they are signed with, and what was sent to them."""

import re
from typing import Annotated

from aiohttp import web
from msgspec import Meta

from services.gateway.bodies import read_json
from services.gateway.context import GATEWAY, document_id
from services.gateway.endpoint import Endpoint
from services.gateway.loops.webhooks import new_secret
from services.gateway.outgoing import check_url
from services.gateway.paging import PageQuery, at_time, read_page, write_cursor
from services.gateway.problems import ProblemError, not_found
from services.gateway.queries import read_query
from services.gateway.tenants import TENANT
from shared.db.document_search import microseconds
from shared.db.documents import time_text
from shared.db.webhooks import Row
from shared.health import json_response
from shared.logs import get_logger
from shared.messages import Message

log = get_logger(__name__)

_MAX_WEBHOOKS = 20
"""Of a tenant."""
_FORMER_SECONDS = 86_400.0
"""How long messages are signed with the secret before the present one, too."""
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class NewWebhook(Message, forbid_unknown_fields=True):
    """Body of `POST /api/v1/webhooks`."""

    url: Annotated[str, Meta(max_length=2000)]


class WebhookInfo(Message):
    """An address that is called when a document of the tenant has ended."""

    webhook_id: str
    url: str
    created_at: str


class WebhookList(Message):
    webhooks: list[WebhookInfo]
    """Oldest first."""


class WebhookSecret(Message):
    """What a tenant's messages are signed with, for whoever checks them."""

    secret: str


class DeliveryInfo(Message):
    """A message to a webhook, and what came of it."""

    delivery_id: str
    """What the message itself names as `webhook-id`."""
    document_id: str
    url: str
    type: str
    """``document.completed``, ``document.failed`` or ``document.cancelled``."""
    status: str
    """``waiting``, ``delivered`` or ``failed``."""
    attempts: int
    answer: int | None
    """HTTP status of the last attempt; null where no answer came."""
    error: str | None
    next_at: str | None
    """When it is sent next; null once it has ended."""
    sent_at: str | None
    created_at: str


class DeliveryQuery(PageQuery):
    """Which messages."""

    document_id: Annotated[str, Meta(max_length=36)] | None = None
    """Only this one's."""


class DeliveryList(Message):
    deliveries: list[DeliveryInfo]
    next: str | None
    """Cursor for the page after this one; null at the end."""


def checked_url(request: web.Request, url: str) -> str:
    """An address that may be a webhook's. Raises a 422 problem with what is against it."""
    try:
        return check_url(url, request.app[GATEWAY].webhook_sender.settings.hosts)
    except ValueError as error:
        raise ProblemError(
            422, "bad-webhook", "Bad webhook", f"This URL cannot be a webhook's. {error}", field="url"
        ) from None


async def list_webhooks(request: web.Request) -> web.Response:
    """The tenant's webhooks."""
    rows = await request.app[GATEWAY].webhooks.all(request[TENANT])
    return json_response(WebhookList(webhooks=[_webhook(row) for row in rows]))


def _webhook(row: Row) -> WebhookInfo:
    return WebhookInfo(webhook_id=str(row["id"]), url=row["url"], created_at=time_text(row["created_at"]) or "")


async def add_webhook(request: web.Request) -> web.Response:
    """Have an address called whenever a document of the tenant ends; the same one again is the same webhook. Errors:
    409 when there are as many as there may be, 422 an address that may not be called."""
    gateway, tenant = request.app[GATEWAY], request[TENANT]
    url = checked_url(request, (await read_json(request, NewWebhook)).url)
    await gateway.webhooks.secret(tenant, new_secret())
    row = await gateway.webhooks.add(tenant, url, _MAX_WEBHOOKS)
    if row is None:
        raise ProblemError(
            409, "too-many-webhooks", "Too many webhooks", f"There are {_MAX_WEBHOOKS} webhooks; delete one first."
        )
    log.info("webhook added", webhook_id=str(row["id"]))
    return json_response(_webhook(row), 201)


async def delete_webhook(request: web.Request) -> web.Response:
    """Call an address no more; what waits for it is given up. Errors: 404."""
    id_ = document_id(request)
    if not await request.app[GATEWAY].webhooks.delete(id_, request[TENANT]):
        raise not_found("webhook")
    return web.Response(status=204)


async def get_secret(request: web.Request) -> web.Response:
    """The secret that the tenant's messages are signed with."""
    secret = await request.app[GATEWAY].webhooks.secret(request[TENANT], new_secret())
    return _secret(secret)


async def rotate_secret(request: web.Request) -> web.Response:
    """A new secret; for a day messages are signed with the one before as well."""
    secret = new_secret()
    await request.app[GATEWAY].webhooks.rotate(request[TENANT], secret, _FORMER_SECONDS)
    log.info("webhook secret replaced", tenant=request[TENANT])
    return _secret(secret)


def _secret(secret: str) -> web.Response:
    answer = json_response(WebhookSecret(secret=secret))
    answer.headers["Cache-Control"] = "no-store"
    return answer


async def list_deliveries(request: web.Request) -> web.Response:
    """The tenant's messages, newest first, in pages; `documentId` for one document's."""
    query = read_query(request, DeliveryQuery)
    (limit, after), document = read_page(query), query.document_id
    if document is not None and not _UUID.fullmatch(document):
        raise not_found("document")
    rows = await request.app[GATEWAY].webhooks.deliveries(request[TENANT], limit + 1, at_time(after), document)
    last = rows[limit - 1] if len(rows) > limit else None
    return json_response(
        DeliveryList(
            deliveries=[_delivery(row) for row in rows[:limit]],
            next=write_cursor((microseconds(last["created_at"]), str(last["id"]))) if last else None,
        )
    )


def _delivery(row: Row) -> DeliveryInfo:
    return DeliveryInfo(
        delivery_id=str(row["id"]),
        document_id=str(row["document_id"]),
        url=row["url"],
        type=row["type"],
        status=row["status"],
        attempts=row["attempts"],
        answer=row["answer"],
        error=row["error"],
        next_at=time_text(row["next_at"]),
        sent_at=time_text(row["sent_at"]),
        created_at=time_text(row["created_at"]) or "",
    )


async def retry_delivery(request: web.Request) -> web.Response:
    """Send a message again now, whatever came of it before. Errors: 404."""
    gateway, id_ = request.app[GATEWAY], document_id(request)
    if not await gateway.webhooks.again(id_, request[TENANT]):
        raise not_found("delivery")
    gateway.webhook_sender.nudge()
    return web.Response(status=202)


ROUTES = [
    Endpoint("GET", "/api/v1/webhooks", list_webhooks, "List the tenant's webhooks.", answer=WebhookList),
    Endpoint(
        "POST",
        "/api/v1/webhooks",
        add_webhook,
        "Have an address called whenever a document of the tenant ends.",
        answer=WebhookInfo,
        status=201,
        body=NewWebhook,
        problems={409: ("too-many-webhooks",), 422: ("bad-body", "bad-webhook")},
    ),
    Endpoint("DELETE", "/api/v1/webhooks/{id}", delete_webhook, "Call an address no more.", status=204),
    Endpoint(
        "GET",
        "/api/v1/webhooks/secret",
        get_secret,
        "Get the secret that the tenant's messages are signed with.",
        answer=WebhookSecret,
        role="write",
    ),
    Endpoint(
        "POST",
        "/api/v1/webhooks/secret/rotate",
        rotate_secret,
        "Sign with a new secret; for a day with the one before as well.",
        answer=WebhookSecret,
    ),
    Endpoint(
        "GET",
        "/api/v1/webhooks/deliveries",
        list_deliveries,
        "List the tenant's messages, newest first.",
        answer=DeliveryList,
        query=DeliveryQuery,
        problems={404: ("not-found",)},
    ),
    Endpoint(
        "POST",
        "/api/v1/webhooks/deliveries/{id}/retry",
        retry_delivery,
        "Send a message again now.",
        status=202,
    ),
]
